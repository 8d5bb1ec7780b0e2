"""What somebody's status must be, and whose the one is that stands there: all of it decided from values.

A profile has one status, so everything is decided for a person, over all their plans. A status that stood before we
came is remembered and put back. Whatever is set after ours is the person's, or the leave system's, and stays. Slack
does not tell who set a status: one that has a word of the policy's `counts_as_set` already says that they are away, so
it is neither replaced nor put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.leave import Away, OooRules, Plan, PlanState, Step, Ticked
from bot.domain.schedule import instant_of
from bot.domain.status import EMPTY, SlackStatus, StatusRecord

BY_BOT, BY_DEEL = "bot", "deel"
TYPED = "typed"
REMEMBERED = 8
"""Texts of ours that are known again: more than one absence has changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Whether the bot may set somebody's status; `url` is where they let it, `set_by` who does so by policy."""

    given: bool
    url: str
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person's status must say now, for which plan."""

    email: str
    plan_id: int
    status: SlackStatus
    snooze: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to write, what to keep before that and what afterwards (None: nothing any more)."""

    kept: StatusRecord | None
    write: SlackStatus | None = None
    until_then: StatusRecord | None = None
    note: str


class Tell(StrEnum):
    """What a person must hear, since we cannot do it for them."""

    ASK = "ask"  # they are away, and did not let us set their status
    STUCK = "stuck"  # ours stands and should not, or says the wrong days
    BACK = "back"  # ours is gone, and what stood there before is not back
    FAILED = "failed"  # Slack would not take it, however often we tried


def counts(plan: Plan) -> bool:
    """Whether a plan means that somebody will be away: not while it is only typed, nor once it is cancelled."""
    drafted = plan.state is PlanState.DRAFT and plan.source == TYPED
    return plan.state is not PlanState.CANCELLED and not drafted


def is_away(plan: Plan, now: datetime) -> bool:
    """Whether a plan's person is away by it."""
    return counts(plan) and plan.away.starts_at <= now < plan.away.ends_at


def wanted_of(plans: Iterable[Plan], rules: OooRules, now: datetime) -> Wanted | None:
    """What the status must say now: that of the plan they are away by, of several the one that ends last."""
    if rules.status_set_by != BY_BOT:
        return None
    away = [plan for plan in plans if is_away(plan, now)]
    if not away:
        return None
    plan = max(away, key=lambda one: (one.away.ends_at, one.id))
    status = status_of(plan.away, rules)
    return Wanted(email=plan.away.email, plan_id=plan.id, status=status, snooze=plan.wants_dnd)


def status_of(away: Away, rules: OooRules) -> SlackStatus:
    """The policy's words with both dates, until the person is back; never why they are away."""
    words = rules.status_text
    if away.first == away.last:
        words = words.replace("{first} – {last}", "{first}")
    text = words.replace("{first}", _day(away.first)).replace("{last}", _day(away.last))
    return SlackStatus(text=text, emoji=rules.status_emoji, expires_at=away.ends_at)


def says_away(status: SlackStatus, words: Sequence[str]) -> bool:
    """Whether a status says already that somebody is away: by a whole word of the policy's, whoever set it."""
    said = status.text.casefold()
    return any(re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", said) for word in words)


def decide(
    record: StatusRecord | None,
    seen: SlackStatus,
    wanted: Wanted | None,
    counts_as_set: Sequence[str],
    now: datetime,
) -> Decision:
    """What to do about the status that a profile shows. Decided again after a crash it comes to the same."""
    seen = seen.at(now)
    if wanted is None:
        return Decision(kept=None, note="nothing to do") if record is None else _end(record, seen, now)
    if record is None:
        return _begin(seen, wanted, counts_as_set)
    if record.restoring is not None and not is_ours(record, seen):
        return _begin_again(record, seen, wanted, counts_as_set, now)
    return _go_on(replace(record, restoring=None), seen, wanted, now)


def confirmed(record: StatusRecord, shown: SlackStatus) -> StatusRecord:
    """The record once Slack has answered with what it made of ours."""
    known = dict.fromkeys([*record.shown, *([record.ours.text] if record.ours else []), shown.text])
    return replace(
        record,
        over=None,
        shown=tuple(known)[-REMEMBERED:],
        shown_until=record.ours.expires_at if record.ours else None,
    )


def is_seen_happening(record: StatusRecord, seen: SlackStatus) -> bool:
    """Whether a change that Slack tells of is the call whose answer we lack: then it did happen."""
    over, ours = record.over, record.ours
    return over is not None and ours is not None and over.text != ours.text == seen.text


def is_ours(record: StatusRecord, seen: SlackStatus) -> bool:
    """Whether a status is one of ours: by its words alone, since Slack knows emoji by several names."""
    known = (*record.shown, *([record.ours.text] if record.ours else []))
    return bool(seen.text) and seen.text in known


def snooze_until(wanted: Wanted | None) -> datetime | None:
    """Until when notifications are to be paused; None where not at all."""
    return wanted.status.expires_at if wanted is not None and wanted.snooze else None


def tell_instead(
    record: StatusRecord | None, seen: SlackStatus, decision: Decision, wanted: Wanted | None
) -> Tell | None:
    """What a person must hear where we may write nothing; None where there is nothing to write."""
    if decision.write is None:
        return None
    if record is not None and is_ours(record, seen):
        return Tell.STUCK
    return Tell.BACK if wanted is None else Tell.ASK


def is_over(record: StatusRecord, now: datetime) -> bool:
    """Whether Slack has taken ours away by itself: what we know to have been shown, or must fear."""
    feared = record.ours.expires_at if record.ours and record.over is not None else None
    return any(until is not None and until <= now for until in (record.shown_until, feared))


def evidence(plan: Plan, rules: OooRules, *, consent: bool, now: datetime) -> Ticked | None:
    """The sixth step, where the bot can know that it is done: scheduled with consent, or the leave system's own."""
    if not counts(plan) or plan.away.ends_at <= now:
        return None
    if rules.status_set_by == BY_BOT and consent:
        how = f"scheduled with your consent for {_day(plan.away.first)}"
    elif rules.status_set_by == BY_DEEL and plan.source != TYPED:
        how = "the leave system sets it"
    else:
        return None
    return Ticked(step=Step.STATUS, at=now, by_hand=False, how=how)


def ticked(plan: Plan, evidence: Ticked | None, now: datetime) -> Plan:
    """The plan with its sixth step as the evidence says; what was ticked by hand stays, and so does what has begun."""
    if evidence is not None and not plan.done(Step.STATUS):
        return replace(plan, ticked=(*plan.ticked, evidence))
    lost = [one for one in plan.ticked if one.step is Step.STATUS and not one.by_hand]
    if evidence is not None or not lost or not counts(plan) or plan.away.starts_at <= now:
        return plan
    return replace(plan, ticked=tuple(one for one in plan.ticked if one not in lost))


def is_still_so(
    what: Tell, plan: Plan, record: StatusRecord | None, wanted: Wanted | None, now: datetime
) -> bool:
    """Whether what was to be told still holds when it is told."""
    if what is Tell.ASK:
        spared = plan.emergency and plan.opened_by  # who could not plan is not written to before they return
        return wanted is not None and not plan.done(Step.STATUS) and not spared
    if what is Tell.STUCK:
        return record is not None and not is_over(record, now)
    if what is Tell.BACK:
        return record is not None and wanted is None
    if wanted is None:
        return record is not None
    return record is None or record.over is not None or record.ours != wanted.status


def writable_at(now: datetime, zone: str, rules: OooRules) -> datetime:
    """The first moment from now on at which somebody may be written to: in their hours, Monday to Friday."""
    local = now.astimezone(ZoneInfo(zone))
    day, at = local.date(), local.time()
    if _works(day) and rules.works_from <= at < rules.works_to:
        return now
    if at >= rules.works_from:
        day += timedelta(days=1)
    while not _works(day):
        day += timedelta(days=1)
    return instant_of(day, rules.works_from, ZoneInfo(zone))


def _begin(seen: SlackStatus, wanted: Wanted, counts_as_set: Sequence[str]) -> Decision:
    record = StatusRecord(email=wanted.email, plan_id=wanted.plan_id, before=EMPTY, ours=None)
    if seen.text == wanted.status.text:
        return _write(record, seen, wanted, "ours stood there already")
    if says_away(seen, counts_as_set):
        return Decision(kept=replace(record, yielded=True), note="a status that says so stands already")
    return _write(replace(record, before=seen), seen, wanted, "set")


def _begin_again(
    record: StatusRecord, seen: SlackStatus, wanted: Wanted, counts_as_set: Sequence[str], now: datetime
) -> Decision:
    """The absence was over, or called off, and is on again before we knew whether we had put anything back."""
    lost = record.restoring if record.restoring and seen.is_empty and is_over(record, now) else seen
    begun = _begin(lost.at(now), wanted, counts_as_set)
    kept = begun.kept and replace(begun.kept, snoozed_until=record.snoozed_until)
    if kept is not None and kept.over is not None:
        kept = replace(kept, over=seen)
    return replace(begun, kept=kept, until_then=kept)


def _go_on(record: StatusRecord, seen: SlackStatus, wanted: Wanted, now: datetime) -> Decision:
    if record.yielded:
        return Decision(kept=record, note="another status was set meanwhile: it stays")
    if is_ours(record, seen):
        if record.over is None and record.ours == wanted.status:
            return Decision(kept=record, note="it stands")
        return _write(record, seen, wanted, "changed")
    if _never_happened(record, seen, now) or (seen.is_empty and is_over(record, now)):
        return _write(record, seen, wanted, "set")
    return Decision(kept=replace(record, yielded=True), note="another status was set meanwhile: it stays")


def _end(record: StatusRecord, seen: SlackStatus, now: datetime) -> Decision:
    before = record.before.at(now)
    if record.yielded:
        return Decision(kept=None, note="another status was set meanwhile: it stays")
    if is_ours(record, seen):
        return _restore(record, before)
    if seen.is_empty and is_over(record, now) and not before.is_empty:
        return _restore(record, before)
    return Decision(kept=None, note="nothing of ours stands there")


def _restore(record: StatusRecord, before: SlackStatus) -> Decision:
    note = "cleared" if before.is_empty else "put back"
    return Decision(kept=None, write=before, until_then=replace(record, restoring=before), note=note)


def _write(record: StatusRecord, seen: SlackStatus, wanted: Wanted, note: str) -> Decision:
    kept = replace(record, plan_id=wanted.plan_id, ours=wanted.status, over=seen)
    return Decision(kept=kept, write=wanted.status, until_then=kept, note=note)


def _never_happened(record: StatusRecord, seen: SlackStatus, now: datetime) -> bool:
    """Whether the call that was begun before a crash left no trace."""
    return record.over is not None and seen.shows_same(record.over.at(now))


def _works(day: date) -> bool:
    return day.weekday() < 5


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
