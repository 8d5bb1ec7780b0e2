"""Working time: the hours of a team or a person, on their working days and on their own wall clock.

A day's hours last from `starts` until just before `ends`. What is counted is time that really passes: where a clock
change falls into the hours, that day is as much shorter or longer. All of it asks for bank holidays, whose first
answer may take a moment: ask in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.domain.calendar import Holidays, is_working_day, next_working_day
from bot.domain.leave import Away
from bot.domain.request import Hours
from bot.domain.schedule import instant_of

_DAY = timedelta(days=1)
_NONE = timedelta()

Window: TypeAlias = tuple[datetime, datetime]
"""The hours of one day: the first instant, and the one that is no longer in them; in UTC."""


def is_working(at: datetime, hours: Hours, calendar: Holidays) -> bool:
    """Whether an instant lies in the hours."""
    day = _local_day(at, hours)
    if not is_working_day(day, hours.country, calendar):
        return False
    opens, closes = _window(day, hours)
    return opens <= at < closes


def next_working_moment(at: datetime, hours: Hours, calendar: Holidays) -> datetime:
    """That instant where it lies in the hours, else the next at which they begin; in UTC."""
    opens, _ = next(_windows(at, hours, calendar))
    return max(at.astimezone(UTC), opens)


def away_at(away: Iterable[Away], at: datetime) -> Away | None:
    """The absence that an instant lies in, the one that lasts longest; half days count as they are."""
    return max(
        (one for one in away if one.starts_at <= at < one.ends_at), key=lambda one: one.ends_at, default=None
    )


def works_next(at: datetime, hours: Hours, away: Iterable[Away], calendar: Holidays) -> datetime:
    """That instant where somebody is at work then, else the next at which they are: in their hours, and not away."""
    absences = tuple(away)
    while True:
        at = next_working_moment(at, hours, calendar)
        absence = away_at(absences, at)
        if absence is None:
            return at
        at = absence.ends_at


def add_working(at: datetime, span: timedelta, hours: Hours, calendar: Holidays) -> datetime:
    """The first instant by which so much working time has passed; in UTC.

    A span that ends as the hours do ends there, not on the next morning. No span at all gives the next working moment.
    """
    if span < _NONE:
        raise ValueError(f"working time is counted forwards, not {span}")
    left, start = span, at.astimezone(UTC)
    for opens, closes in _windows(start, hours, calendar):
        begins = max(start, opens)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days do not end")


def working_between(first: datetime, last: datetime, hours: Hours, calendar: Holidays) -> timedelta:
    """How much working time lies between two instants; none where the last is not later."""
    # In UTC: between times of one zone Python counts what the wall shows, not what passes.
    start, end = first.astimezone(UTC), last.astimezone(UTC)
    until = takewhile(lambda window: window[0] < end, _windows(start, hours, calendar))
    return sum((min(closes, end) - max(opens, start) for opens, closes in until), _NONE)


def _windows(at: datetime, hours: Hours, calendar: Holidays) -> Iterator[Window]:
    """The hours that an instant lies in and those after it, in turn, without end."""
    day = _local_day(at, hours)
    while True:
        day = next_working_day(day, hours.country, calendar)
        opens, closes = _window(day, hours)
        if closes > max(at, opens):  # a clock change may leave out the whole of a day's hours
            yield opens, closes
        day += _DAY


def _window(day: date, hours: Hours) -> Window:
    zone = ZoneInfo(hours.zone)
    return instant_of(day, hours.starts, zone), instant_of(day, hours.ends, zone)


def _local_day(at: datetime, hours: Hours) -> date:
    return at.astimezone(ZoneInfo(hours.zone)).date()
