"""Working days: Monday to Friday, without a country's bank holidays."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

FURTHEST = 60
"""Days that are looked through for a working day: no country rests longer."""
SHORTEST_MONTH = 28
_DAY = timedelta(days=1)


class Holidays(Protocol):
    """Knows bank holidays (kept by ports.Calendar)."""

    def holiday(self, country: str, day: date) -> str | None:
        """The name of a day's bank holiday in a country, if it is one."""


def is_working_day(day: date, country: str, calendar: Holidays) -> bool:
    """Whether people work on that day; without a country, every Monday to Friday."""
    return day.weekday() < 5 and not (country and calendar.holiday(country, day))


def next_working_day(day: date, country: str, calendar: Holidays) -> date:
    """That day where people work on it, else the first day after it on which they do."""
    for ahead in range(FURTHEST):
        found = day + ahead * _DAY
        if is_working_day(found, country, calendar):
            return found
    return day


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier); its last one where that month is shorter."""
    year, place = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= SHORTEST_MONTH:  # asked for every account of a book
        return date(year, place + 1, day.day)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def business_days_between(first: date, last: date, country: str, calendar: Holidays) -> int:
    """How many working days there are from the first day to the last, both counted."""
    days = (first + ahead * _DAY for ahead in range((last - first).days + 1))
    return sum(is_working_day(day, country, calendar) for day in days)


def add_business_days(day: date, count: int, country: str, calendar: Holidays) -> date:
    """The working day so many working days after a day, or before it where `count` is negative; the day itself for 0."""
    step = _DAY if count > 0 else -_DAY
    left, rested = abs(count), 0
    while left and rested < FURTHEST:
        day += step
        works = is_working_day(day, country, calendar)
        left -= works
        rested = 0 if works else rested + 1
    return day
