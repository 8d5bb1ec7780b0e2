"""Which accounts need cover while somebody is away, and why (handbook: OOO protocol, step 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor
from typing import NamedTuple, TypeAlias

from bot.domain.account import Account
from bot.domain.health import Category, HealthRules, read_account, recorded_category
from bot.domain.kpi import utilization_of
from bot.domain.leave import Away, Need, OooRules, OpenRequest, Reason, day_in_words
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import value_of

OF_POOL = (Need.LIGHTHOUSE, Need.SYNC, Need.KICKOFF, Need.REQUEST)
"""What a pool account needs cover for: the rest of it is the team's anyway."""
SETTLE_SYNC = "Settle the sync: moved, taken by the cover or cancelled; the AE is told"
"""What is to be done about a customer sync; no longer said once it is."""
_HAIR = 1e-9  # ratios of decimals miss their bound by a rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """What a plan is drafted from, besides the accounts.

    `requests` are the open ones that `person` holds. `active` is what the person answered, by account id, where the
    book does not know whether a customer channel is active.
    """

    away: Away
    person: Person
    rules: OooRules
    health: HealthRules
    today: date
    requests: Sequence[OpenRequest] = ()
    active: Mapping[str, bool] = field(default_factory=dict)


class Found(NamedTuple):
    """A need of one account: why, what to do, and the last day that it matters."""

    reason: Reason
    todo: str
    until: date


def needs_of(account: Account, drafting: Drafting) -> tuple[Found, ...]:
    """Why an account needs cover while that person is away, the handbook's reasons first; none where it does not."""
    if is_gone(account, drafting.away):
        return ()
    return tuple(
        found for need in _looked_at(account, drafting) for found in _FINDERS[need](account, drafting)
    )


def is_gone(account: Account, away: Away) -> bool:
    """Whether it churned before the absence begins."""
    churned = value_of(account.churned_on)
    return churned is not None and churned <= away.first


def is_own(account: Account, person: Person) -> bool:
    """Whether the account is in that person's own book: pools have no owner."""
    return _serves(account, person) and not _is_pool(account, person)


def is_unclear(account: Account, drafting: Drafting) -> bool:
    """Whether the form must ask: tickets are open, and nobody knows whether the customer channel is active."""
    return (
        is_own(account, drafting.person)
        and not is_gone(account, drafting.away)
        and (value_of(account.open_tickets) or 0) > 0
        and value_of(account.slack_channel_active_on) is None
    )


def _serves(account: Account, person: Person) -> bool:
    return (value_of(account.ta_email) or "").casefold() == person.email.casefold()


def _is_pool(account: Account, person: Person) -> bool:
    """By the account's team; where the book does not say, by the person's."""
    recorded = value_of(account.team)
    team = Team(recorded) if recorded else person.team
    return team is not None and team.is_pool


def _looked_at(account: Account, drafting: Drafting) -> tuple[Need, ...]:
    """A request is its holder's wherever the account belongs; the rest is whose account it is.

    A pool account's save plan belongs to whoever served it last, else to the team's manager (handbook).
    """
    person = drafting.person
    if _serves(account, person):
        return OF_POOL if _is_pool(account, person) else tuple(Need)
    unserved = value_of(account.ta_email) is None and _is_pool(account, person)
    if unserved and person.role is Role.MANAGER and value_of(account.team) == person.team:
        return (Need.LIGHTHOUSE, Need.REQUEST)
    return (Need.REQUEST,)


def _renewal(account: Account, drafting: Drafting) -> Iterator[Found]:
    away, margin = drafting.away, timedelta(days=drafting.rules.renewal_margin_days)
    on = value_of(account.renewal_date)
    if on is None or not away.first - margin <= on <= away.last + margin:
        return
    actions = value_of(account.pending_actions) or ()
    words = (
        f"renewal was due on {day_in_words(on)}" if on < drafting.today else f"renews on {_when(on, away)}"
    )
    todo = f"See the renewal of {day_in_words(on)} through with the AE"
    if actions:
        words += f", {_count(len(actions), 'pending action item')}"
        todo = f"Resolve by {day_in_words(max(on, drafting.today))}: {'; '.join(actions)}"
    until = on if away.first <= on else away.last
    yield Found(Reason(need=Need.RENEWS, words=words, on=on), todo, until)


def _lighthouse(account: Account, drafting: Drafting) -> Iterator[Found]:
    """The handbook's are unhealthy; a pool's save plan is held whatever the health. Unknown health is not healthy."""
    if value_of(account.lighthouse) != "active":
        return
    category = recorded_category(account, drafting.health)
    category = category or read_account(account, drafting.health, drafting.today).category
    if category is Category.GREEN and not _is_pool(account, drafting.person):
        return
    updated = value_of(account.save_plan_updated_on)
    last = f"last on {day_in_words(updated)}" if updated else "no update is recorded"
    words = f"{category or 'health unknown'}, with an active Lighthouse save plan"
    todo = f"Update the save plan every week ({last})"
    yield Found(Reason(need=Need.LIGHTHOUSE, words=words), todo, drafting.away.last)


def _tickets(account: Account, drafting: Drafting) -> Iterator[Found]:
    tickets = value_of(account.open_tickets)
    if not tickets:
        return
    seen, since = (
        value_of(account.slack_channel_active_on),
        timedelta(days=drafting.rules.active_channel_days),
    )
    if not (drafting.active.get(account.id, False) if seen is None else drafting.today - seen <= since):
        return
    channel = (
        f"#{named.lstrip('#')}" if (named := value_of(account.slack_channel)) else "its customer channel"
    )
    last = f" (last message on {day_in_words(seen)})" if seen else ""
    words = f"{_count(tickets, 'open ticket')}, active on {channel}{last}"
    todo = f"Answer in {channel} and follow {_count(tickets, 'open ticket')}"
    yield Found(Reason(need=Need.TICKETS, words=words), todo, drafting.away.last)


def _sync(account: Account, drafting: Drafting) -> Iterator[Found]:
    on = value_of(account.next_customer_sync_on)
    if on is None or not drafting.away.share_of(on):
        return
    who = value_of(account.next_customer_sync_with)
    words = f"customer sync{f' with {who}' if who else ''} on {_when(on, drafting.away)}"
    yield Found(Reason(need=Need.SYNC, words=words, on=on), SETTLE_SYNC, on)


def _get_well(account: Account, drafting: Drafting) -> Iterator[Found]:
    """Policy's days count from the day the customer started, which is the first."""
    since, ratio = value_of(account.customer_since), value_of(utilization_of(account))
    if since is None or ratio is None or ratio >= drafting.rules.get_well_below - _HAIR:
        return
    for number in drafting.rules.get_well_days:
        on = since + timedelta(days=number - 1)
        if drafting.away.share_of(on):
            percent = floor(ratio * 100 + _HAIR)
            words = f"get-well plan due on {_when(on, drafting.away)}: day {number}, utilization {percent} %"
            todo = f"Agree the get-well plan by {day_in_words(on)}"
            yield Found(Reason(need=Need.GET_WELL, words=words, on=on), todo, on)


def _kickoff(account: Account, drafting: Drafting) -> Iterator[Found]:
    on = value_of(account.kickoff_on)
    if on is not None and drafting.away.share_of(on):
        words = f"kick-off on {_when(on, drafting.away)}"
        yield Found(Reason(need=Need.KICKOFF, words=words, on=on), "Lead the kick-off", on)


def _requests(account: Account, drafting: Drafting) -> Iterator[Found]:
    for one in drafting.requests:
        if one.account_id == account.id:
            since = f" of {day_in_words(one.asked_on)}" if one.asked_on else ""
            reason = Reason(need=Need.REQUEST, words=f"open request{since}: {one.words}")
            yield Found(reason, f"Answer the open request{since}", drafting.away.last)


Finder: TypeAlias = Callable[[Account, Drafting], Iterator[Found]]
_FINDERS: Mapping[Need, Finder] = {
    Need.RENEWS: _renewal,
    Need.LIGHTHOUSE: _lighthouse,
    Need.TICKETS: _tickets,
    Need.SYNC: _sync,
    Need.GET_WELL: _get_well,
    Need.KICKOFF: _kickoff,
    Need.REQUEST: _requests,
}


def _when(on: date, away: Away) -> str:
    """The day, and how it lies to the absence where that is not plainly in it."""
    words = day_in_words(on)
    if on < away.first:
        return f"{words}, {_count((away.first - on).days, 'day')} before the absence"
    if on > away.last:
        return f"{words}, {_count((on - away.last).days, 'day')} after the absence"
    halves = [
        *(["away from noon"] if away.half_start and on == away.first else []),
        *(["back at noon"] if away.half_end and on == away.last else []),
    ]
    return f"{words} ({', '.join(halves)})" if halves else words


def _count(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
