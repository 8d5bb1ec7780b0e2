"""When an account must be looked at again though none of its values changes: the next day on which a rule may say more.

A day too early costs a look; one too late would cost an alert. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.watching import Memory
from bot.features.alerts.signals import ACTIVE, CATEGORY, SAVE_PLAN, SYNC, Watched

_DAY = timedelta(days=1)
LONGEST_MONTH = 31


def wakes_on(one: Watched, memory: Memory) -> date | None:
    """The first day after today that any rule waits for; None where nothing comes by itself."""
    return min((day for day in _days(one, memory) if day > one.at.today), default=None)


def _days(one: Watched, memory: Memory) -> Iterator[date]:
    look, rules = one.look, one.at.rules
    tomorrow = one.at.today + _DAY
    if memory.get(CATEGORY, "").partition(":")[0] != (one.category or ""):
        yield tomorrow  # a change waits for the quiet days of the last one to end
    if start := look.customer_since or look.production_since:
        yield from (start + (days - 1) * _DAY for days in rules.utilization_days)
        yield start
    if look.customer_since:
        yield look.customer_since + rules.kickoff_days * _DAY
    yield from _renewal(one, tomorrow)
    yield from _close(one)
    yield from _programmes(one, memory)


def _renewal(one: Watched, tomorrow: date) -> Iterator[date]:
    day, rules = one.look.renewal_date, one.at.rules
    if day is None:
        return
    yield from (day - days * _DAY for days in rules.renewal_days)
    yield day + _DAY
    if day > one.at.lighthouse_until:
        yield max(day - rules.lighthouse_months * LONGEST_MONTH * _DAY, tomorrow)


def _close(one: Watched) -> Iterator[date]:
    close, rules = one.look.expected_close_on, one.at.rules
    if close is not None:
        steps = (-rules.handoff_known, -rules.handoff_due, 0, 1, rules.handoff_tagged)
        yield from (close + days * _DAY for days in steps)


def _programmes(one: Watched, memory: Memory) -> Iterator[date]:
    look, at = one.look, one.at
    for rhythm in at.rules.rhythms.get(look.team or "", ()):
        if rhythm.signal in memory:
            yield date.fromisoformat(memory[rhythm.signal][-10:])
        if (last := rhythm.counts_from and getattr(look, rhythm.counts_from)) and last > at.today:
            yield last
    if look.lighthouse == ACTIVE:
        for signal, every in ((SAVE_PLAN, at.rules.save_plan), (SYNC, at.rules.sync)):
            first, _, times = memory.get(signal, "").partition(":")
            yield every.after(date.fromisoformat(first), int(times) + 1) if first else at.today + _DAY
