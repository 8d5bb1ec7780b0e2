"""What a coverage plan holds: what needs cover, who could look after it, which rules of notice apply, what is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.account import Account
from bot.domain.calendar import Holidays, is_working_day
from bot.domain.leave import (
    Away,
    Candidate,
    CoverState,
    Item,
    Need,
    OnRequest,
    OooRules,
    Plan,
    PlanState,
    Step,
    SyncChoice,
    Ticked,
    day_in_words,
)
from bot.domain.person import Person, Team
from bot.domain.provenance import value_of
from bot.features.coverage.needs import Drafting, Found, is_gone, is_own, is_unclear, needs_of

TYPED = "typed"
"""The source of a plan that was typed in the bot."""
_ORDER = tuple(Need)
_DAY = timedelta(days=1)
_FAR = 24.0  # hours: further than any two zones, for whoever's zone nobody knows


def draft_items(
    accounts: Sequence[Account], drafting: Drafting
) -> tuple[tuple[Item, ...], tuple[OnRequest, ...]]:
    """What needs cover, the handbook's reasons first, then by day and name; and the rest of their own book, by name.

    Pool accounts are on request of the team anyway, and accounts that someone else serves are left out.
    """
    items: list[Item] = []
    rest: list[OnRequest] = []
    for account in accounts:
        if found := needs_of(account, drafting):
            items.append(_item(account, found, drafting.away))
        elif is_own(account, drafting.person) and not is_gone(account, drafting.away):
            rest.append(OnRequest(account_id=account.id, account_name=account.name))
    return (
        tuple(sorted(items, key=_place)),
        tuple(sorted(rest, key=lambda one: (one.account_name.casefold(), one.account_id))),
    )


def to_ask(accounts: Sequence[Account], drafting: Drafting) -> tuple[OnRequest, ...]:
    """Accounts with open tickets of which the book does not know whether their customer channel is active.

    The form asks it, and shows what was answered before.
    """
    return tuple(
        OnRequest(account_id=one.id, account_name=one.name) for one in accounts if is_unclear(one, drafting)
    )


def _item(account: Account, found: Sequence[Found], away: Away) -> Item:
    booked = any(one.reason.need is Need.SYNC for one in found)
    return Item(
        account_id=account.id,
        account_name=account.name,
        reasons=tuple(one.reason for one in found),
        todo=tuple(dict.fromkeys(one.todo for one in found)),
        until=min(max(one.until for one in found), away.last),
        ae_email=value_of(account.ae_email) or "",
        ce_email=value_of(account.ce_email) or "",
        ie_email=value_of(account.ie_email) or "",
        sync_on=value_of(account.next_customer_sync_on) if booked else None,
        sync_with=(value_of(account.next_customer_sync_with) or "") if booked else "",
    )


def _place(item: Item) -> tuple[int, date, str, str]:
    first = item.reasons[0]
    return _ORDER.index(first.need), first.on or date.max, item.account_name.casefold(), item.account_id


def pool_days(
    away: Away, pool: Sequence[Person], absences: Mapping[str, Sequence[Away]], calendar: Holidays
) -> tuple[tuple[date, int, int], ...]:
    """For each weekday of an absence: how many of the pool are in, of how many. Half a day counts as in.

    `absences` are by e-mail, this one among them. Everybody rests on the bank holidays of their own country.
    """
    days = (away.first + ahead * _DAY for ahead in range((away.last - away.first).days + 1))
    return tuple(
        (day, sum(_is_in(one, day, absences.get(one.email, ()), calendar) for one in pool), len(pool))
        for day in days
        if day.weekday() < 5
    )


def _is_in(person: Person, day: date, absences: Sequence[Away], calendar: Holidays) -> bool:
    rests = any(one.share_of(day) == 1 for one in absences)
    return not rests and is_working_day(day, person.country or "", calendar)


# ----------------------------------------------------------------------------------------------- who could cover


def why_not(candidate: Candidate | None, away: Away) -> str:
    """Why somebody cannot cover (`away themselves 24 Nov – 26 Nov 2026`); empty where they can."""
    if candidate is None:
        return "not in the book of people: they left, or the address is another"
    if candidate.email.casefold() == away.email.casefold():
        return "they are the one who is away"
    clashes = _clashes(candidate.away, away)
    return f"away themselves {' and '.join(span_in_words(one) for one in clashes)}" if clashes else ""


@lru_cache(maxsize=512)  # a plan of many accounts asks it of the same people again and again
def _clashes(absences: tuple[Away, ...], away: Away) -> tuple[Away, ...]:
    return tuple(sorted((one for one in absences if one.overlaps(away)), key=lambda one: one.starts_at))


def span_in_words(away: Away) -> str:
    """`24 Nov (from noon) – 4 Dec 2026 (until noon)`; the first year only where there are two."""
    first = day_in_words(away.first)
    if away.first.year == away.last.year and away.first != away.last:
        first = first.rpartition(" ")[0]
    first += " (from noon)" if away.half_start else ""
    last = f"{day_in_words(away.last)}{' (until noon)' if away.half_end else ''}"
    if away.first == away.last:
        return f"{first}{' (until noon)' if away.half_end else ''}"
    return f"{first} – {last}"


def suggest(
    item: Item,
    away: Away,
    candidates: Sequence[Candidate],
    rules: OooRules,
    segment: str,
    team: Team | None,
) -> Item:
    """The item with whoever is best placed to cover it, or the team's channel where nobody is; and why, in words.

    Of the same team, possible and not having declined: first those with accounts of that segment (a pool serves all
    of its own), then the fewest covered accounts, the closest time zone when the absence begins, the e-mail. The
    candidates' `covered` counts what they cover at that time, of this plan too.
    """
    if team is None:
        why = "no team is known in which to look for a cover"
        return replace(item, cover_email="", state=CoverState.NONE, why_cover=why, warning="")
    segment = "" if team.is_pool else segment
    mates = [one for one in candidates if one.team is team and one.email != away.email]
    free = [one for one in mates if one.email not in item.declined and not why_not(one, away)]
    if not free:
        why = _why_channel(item, mates)
        return replace(item, cover_email="", state=CoverState.CHANNEL, why_cover=why, warning="")
    best = min(free, key=lambda one: _rank(one, away, segment))
    return replace(
        item,
        cover_email=best.email,
        state=CoverState.SUGGESTED,
        why_cover=_why(best, away, segment),
        warning=warning_of(best, rules),
    )


def suggest_all(
    items: Sequence[Item],
    away: Away,
    candidates: Sequence[Candidate],
    rules: OooRules,
    segments: Mapping[str, str],
    team: Team | None,
) -> tuple[Item, ...]:
    """Suggest for each item of a plan that has no cover yet, in order, counting those suggested before it.

    So a plan is shared out evenly. `segments` are by account id; the candidates' `covered` is without this plan.
    """
    counted = with_items(candidates, items)
    chosen: list[Item] = []
    for item in items:
        if _is_settled(item):
            chosen.append(item)
            continue
        chosen.append(suggest(item, away, counted, rules, segments.get(item.account_id, ""), team))
        counted = with_items(counted, chosen[-1:])
    return tuple(chosen)


def _is_settled(item: Item) -> bool:
    """Somebody was suggested, chosen or asked and has not said no; or the channel was chosen."""
    return item.state is CoverState.CHANNEL or bool(
        item.cover_email and item.state is not CoverState.DECLINED
    )


def with_items(candidates: Iterable[Candidate], items: Iterable[Item]) -> tuple[Candidate, ...]:
    """The candidates, with what they cover in these items counted besides what they cover already."""
    covers = [one.cover_email for one in items if _is_settled(one)]
    return tuple(replace(one, covered=one.covered + covers.count(one.email)) for one in candidates)


def warning_of(candidate: Candidate, rules: OooRules) -> str:
    """What to mind when somebody covers one more account (`15 accounts with this one, policy says 14`); else empty."""
    allowed = rules.capacity_of(candidate.region, candidate.level)
    count = candidate.own + candidate.covered + 1
    return f"{count} accounts with this one, policy says {allowed}" if allowed and count > allowed else ""


def _rank(one: Candidate, away: Away, segment: str) -> tuple[bool, int, float, float, str]:
    around, straight = _hours_apart(one.zone, away)
    return bool(segment) and segment not in one.segments, one.covered, around, straight, one.email


@lru_cache(maxsize=512)
def _hours_apart(theirs: str, away: Away) -> tuple[float, float]:
    """How far the clocks of two zones are apart when the absence begins: around the day, and as the offsets say.

    Honolulu and Auckland are 23 hours apart and a day, yet their clocks one: their working hours nearly agree.
    """
    if not theirs:
        return _FAR, _FAR
    offsets = [
        away.starts_at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (away.zone, theirs)
    ]
    straight = abs((offsets[0] - offsets[1]).total_seconds()) / 3_600
    return min(straight % 24, 24 - straight % 24), straight


def _why(one: Candidate, away: Away, segment: str) -> str:
    has = f"{'has' if segment in one.segments else 'no'} {segment} accounts" if segment else ""
    covers = f"covers {({0: 'no others', 1: '1 other'}).get(one.covered, f'{one.covered} others')}"
    return ", ".join(part for part in ("same team", has, covers, _apart(one, away)) if part)


def _apart(one: Candidate, away: Away) -> str:
    if not one.zone:
        return "time zone unknown"
    around, straight = _hours_apart(one.zone, away)
    apart = f"{around:g} h apart" if around else "same time"
    return f"{apart} across the date line" if straight > 12 else apart


def _why_channel(item: Item, mates: Sequence[Candidate]) -> str:
    if not mates:
        return "nobody else is in the team"
    declined = sum(one.email in item.declined for one in mates)
    away = len(mates) - declined
    parts = [f"{away} away themselves" if away else "", f"{declined} declined" if declined else ""]
    return f"nobody of the team is left: {', '.join(part for part in parts if part)}"


# ------------------------------------------------------------------------------------------------ what is done


def evidence(plan: Plan, now: datetime, *, status: str = "") -> tuple[Ticked, ...]:
    """Every step that is done: those ticked by hand, and those that the bot knows of; what no longer holds is not.

    `status` says how the Slack status is seen to (`scheduled with your consent`), empty where it is not.
    """
    kept = {one.step: one for one in plan.ticked if one.by_hand}
    before = {one.step: one for one in plan.ticked if not one.by_hand}
    for step, how in _known(plan, status).items():
        if how and step not in kept:
            at = before[step].at if step in before else now
            kept[step] = Ticked(step=step, at=at, by_hand=False, how=how)
    return tuple(kept[step] for step in Step if step in kept)


def _known(plan: Plan, status: str) -> Mapping[Step, str]:
    syncs = [one for one in plan.items if one.sync_on]
    settled = all(one.sync is not SyncChoice.OPEN for one in syncs)
    agreed = plan.state in (PlanState.APPROVED, PlanState.ENDED) and not plan.uncovered
    told = bool(plan.items or plan.on_request)
    return {
        Step.LOGGED: "" if plan.source == TYPED else f"seen in {plan.source}",
        Step.PLANNED: "approved, and every account is covered" if agreed else "",
        Step.SHARED: "shared with the account teams" if plan.shared_at else "",
        Step.SYNCS: ("each is settled" if syncs else "none is booked in the absence") if settled else "",
        Step.CUSTOMERS: "" if told else "there is no account to tell",
        Step.STATUS: status,
    }


# ------------------------------------------------------------------------------------------------ what cannot be


def why_impossible(away: Away, now: datetime, others: Sequence[Away]) -> str:
    """What is wrong with dates that somebody typed, and what to do instead; empty where nothing is."""
    if away.last < away.first:
        return "The last day is before the first: change one of them."
    if away.starts_at >= away.ends_at:
        return "Nothing is left between the two halves: untick one of them."
    if away.ends_at <= now.astimezone(UTC):
        return f"{span_in_words(away)} has passed: choose a last day from today on."
    clash = next((one for one in others if one.overlaps(away)), None)
    return f"You are away {span_in_words(clash)} already: change that absence instead." if clash else ""
