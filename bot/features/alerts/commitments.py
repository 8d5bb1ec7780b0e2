"""What comes due for an account as time passes: programmes, the save plan's rhythm, hand-off and kick-off. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TypeAlias

from bot.domain.watching import SINCE, Fired, Look, Memory, Period, Rhythm, Seen
from bot.features.alerts import signals, waking
from bot.features.alerts.signals import (
    ACTIVE,
    HANDOFF,
    KICKOFF,
    PASSED,
    SAVE_PLAN,
    SYNC,
    Moment,
    Said,
    Watched,
)

_DAY = timedelta(days=1)
SAME_CLOSE = timedelta(days=14)
"""A close that is moved by no more is still the same one."""
LATE_KICKOFF = timedelta(days=60)
"""A kick-off that nobody recorded is asked for no later after it was due."""
KNOWN, HAND_OVER, CLOSED, TAGGED = "1", "2", "3", "4"
"""The steps of a hand-off."""

Rule: TypeAlias = Callable[[Watched, str | None], Said]


def save_plan(one: Watched, held: str | None) -> Said:
    """The save plan of the Lighthouse Program was not updated for a week, two, …; remembered as `updated:weeks`."""
    updated = one.look.save_plan_updated_on
    return _again(one, held, SAVE_PLAN, one.at.rules.save_plan, updated)


def sync(one: Watched, held: str | None) -> Said:
    """The program sync is due, counted from the day since which the program is known to run: `since:times`."""
    return _again(one, held, SYNC, one.at.rules.sync, None)


def _again(one: Watched, held: str | None, signal: str, every: Period, last: date | None) -> Said:
    at = one.at
    if one.look.lighthouse != ACTIVE:
        return None if not held else ("", None)
    first = last or (date.fromisoformat(held[:10]) if held else at.today)
    times = every.passed(first, at.today) if first <= at.today else 0
    text = f"{first}:{times}"
    if held == text:
        return None
    if not times:
        return text, None
    on = every.after(first, times)
    fired = Fired(signal, str(times), text, on, at.is_first(on, one.since), before=str(last or ""))
    return text, fired


def handoff(one: Watched, held: str | None) -> Said:
    """A step of the hand-off from pre-sales is due; remembered as `close:step`."""
    at, close = one.at, one.look.expected_close_on
    if close is None:
        return None
    rules = at.rules
    days = [
        close + days * _DAY for days in (-rules.handoff_known, -rules.handoff_due, 0, rules.handoff_tagged)
    ]
    if not days[0] <= at.today <= days[-1] + PASSED:
        return None
    step = sum(day <= at.today for day in days)
    if held:
        of, told = date.fromisoformat(held[:10]), int(held[11:])
        if abs(of - close) <= SAME_CLOSE and told >= step:
            return None
    text, on = f"{close}:{step}", days[step - 1]
    return text, Fired(HANDOFF, str(step), text, on, at.is_first(on, one.since))


def kickoff(one: Watched, held: str | None) -> Said:
    """No kick-off is recorded some days after signature; remembered as the day of that."""
    look, at = one.look, one.at
    if look.customer_since is None or look.kickoff_on or look.team not in at.rules.kickoff_teams:
        return None
    on = look.customer_since + at.rules.kickoff_days * _DAY
    text = str(look.customer_since)
    if held == text or not on <= at.today <= on + LATE_KICKOFF:
        return None
    return text, Fired(KICKOFF, "", text, on, at.is_first(on, one.since))


def rhythm(one: Watched, rule: Rhythm, held: str | None) -> Said:
    """A commitment's period has passed since it was kept last, or once more; `from:times:next` is remembered."""
    look, at = one.look, one.at
    last: date | None = getattr(look, rule.counts_from) if rule.counts_from else None
    first = last or look.customer_since or look.production_since
    if first is None or first > at.today:
        return None
    counted = first.isoformat()
    if held is not None and held[:10] == counted and at.iso < held[-10:]:
        return None
    times = rule.every.passed(first, at.today)
    text = f"{counted}:{times}:{rule.every.after(first, times + 1)}"
    if not times:
        return text, None
    on = rule.every.after(first, times)
    crossing, is_first = f"{counted}:{times}", at.is_first(on, one.since)
    return text, Fired(rule.signal, rule.programme, crossing, on, is_first, before=str(last or ""))


RULES: tuple[tuple[str, Rule], ...] = (
    (signals.SEATS, signals.seats),
    (signals.CATEGORY, signals.category),
    (signals.UTILIZATION, signals.utilization),
    (signals.RENEWAL, signals.renewal),
    (signals.LIGHTHOUSE, signals.lighthouse),
    (KICKOFF, kickoff),
)
"""Of every account; those of the programmes and of the hand-off are asked where there is one."""
PLANNED: tuple[tuple[str, Rule], ...] = ((SAVE_PLAN, save_plan), (SYNC, sync))
CLOSING: tuple[tuple[str, Rule], ...] = ((HANDOFF, handoff),)


def watch(at: Moment, look: Look, memory: Memory) -> Seen:
    """Look at an account: what to remember of it from now on, what fired, and when to look again though nothing of it
    changes. Of one that churned or is missing nothing is said.
    """
    if look.missing_since or (look.churned_on and look.churned_on <= at.today):
        return Seen(memory)
    held = memory.get(SINCE)
    since = date.fromisoformat(held) if held else at.today
    one = Watched(look, signals.category_of(look, at.rules), since, at)
    said = {signal: what for signal, what in _said(one, memory) if what is not None}
    changed = {SINCE: since.isoformat(), **memory, **{signal: text for signal, (text, _) in said.items()}}
    kept = {signal: text for signal, text in changed.items() if text}
    return Seen(kept, waking.wakes_on(one, kept), tuple(fired for _, fired in said.values() if fired))


def _said(one: Watched, memory: Memory) -> Iterator[tuple[str, Said]]:
    look, at = one.look, one.at
    for signal, rule in _rules_of(look, memory, at.today):
        yield signal, rule(one, memory.get(signal))
    if look.expected_close_on is None or look.expected_close_on <= at.today:
        for again in at.rules.rhythms.get(look.team or "", ()):
            yield again.signal, rhythm(one, again, memory.get(again.signal))


def _rules_of(look: Look, memory: Memory, today: date) -> tuple[tuple[str, Rule], ...]:
    close = look.expected_close_on
    if close is not None and close > today:
        return CLOSING
    rules = RULES if close is None else (*RULES, *CLOSING)
    return (*rules, *PLANNED) if look.lighthouse == ACTIVE or SAVE_PLAN in memory else rules
