"""Recurrences and their next instant, in a time zone's own wall clock.

A local time that a clock change leaves out is taken at the instant the clock jumps to; one that comes twice is
taken the first time. So every recurrence happens once on each of its days, in every zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after so long, counted from the epoch, so that every process agrees on the instants."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day at a local time."""

    at: time


@dataclass(frozen=True, slots=True)
class Weekly:
    """Each week on a day (Monday is 0) at a local time."""

    weekday: int
    at: time


Recurrence: TypeAlias = Every | Daily | Weekly

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local time on a day."""
    local = datetime.combine(on, at, zone)
    instant = local.astimezone(UTC)
    back = instant.astimezone(zone)
    if back.replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # The clock jumps over that time: the jump is where the offset before it ends.
    return _jump(zone, instant)


def _jump(zone: ZoneInfo, near: datetime) -> datetime:
    """The instant of the clock change around `near`, found by halving the day around it."""
    low, high = near - timedelta(days=1), near + timedelta(days=1)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def next_after(recurrence: Recurrence, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of a recurrence that is later than `after`, in UTC."""
    if isinstance(recurrence, Every):
        passed = (after - _EPOCH) // recurrence.span
        return _EPOCH + (passed + 1) * recurrence.span
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        if isinstance(recurrence, Daily) or day.weekday() == recurrence.weekday:
            instant = instant_of(day, recurrence.at, zone)
            if instant > after:
                return instant
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """A week by its ISO number; a year has 52 or 53."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> IsoWeek:
        """The week that a day lies in."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return date.fromisocalendar(self.year, self.number, 7)

    def plus(self, weeks: int) -> IsoWeek:
        """So many weeks later."""
        return IsoWeek.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        """`2026-W47`."""
        return f"{self.year}-W{self.number:02}"
