"""Working days, against the calendars of real countries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bank_holidays import BankHolidays
from bot.domain.calendar import (
    add_business_days,
    business_days_between,
    is_working_day,
    next_working_day,
)

CALENDAR = BankHolidays()


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "country", "moved"),
    [
        ("2026-11-23", "DE", "2026-11-23"),
        ("2026-11-21", "", "2026-11-23"),  # a Saturday
        ("2027-03-29", "DE", "2027-03-30"),  # Easter Monday
        ("2027-03-29", "US", "2027-03-29"),
        ("2027-03-29", "", "2027-03-29"),
        ("2026-12-25", "GB", "2026-12-29"),  # a Friday; Boxing Day is kept on the Monday
        ("2027-01-18", "US", "2027-01-19"),  # Martin Luther King Jr. Day
        ("2026-10-01", "CN", "2026-10-08"),  # a week of National Day
        ("2027-08-15", "DE-BY", "2027-08-16"),  # a Sunday and a part of a country
        ("2026-11-23", "XX", "2026-11-23"),  # a country that nobody knows has no bank holidays
    ],
)
def test_the_next_working_day(day: str, country: str, moved: str) -> None:
    assert next_working_day(_day(day), country, CALENDAR) == _day(moved)


@pytest.mark.parametrize(
    ("first", "last", "country", "count"),
    [
        ("2026-11-23", "2026-11-27", "DE", 5),
        ("2026-11-21", "2026-11-22", "DE", 0),
        ("2026-12-21", "2027-01-01", "DE", 8),  # without the 25th and 1 January
        ("2026-12-21", "2027-01-01", "", 10),
        ("2026-11-27", "2026-11-23", "DE", 0),
        ("2026-11-23", "2026-11-23", "DE", 1),
    ],
)
def test_working_days_are_counted_with_both_ends(first: str, last: str, country: str, count: int) -> None:
    assert business_days_between(_day(first), _day(last), country, CALENDAR) == count


@pytest.mark.parametrize(
    ("day", "count", "country", "reached"),
    [
        ("2026-11-20", 1, "DE", "2026-11-23"),
        ("2026-11-23", -5, "DE", "2026-11-16"),
        ("2026-12-24", 1, "DE", "2026-12-28"),
        ("2026-12-28", -1, "DE", "2026-12-24"),
        ("2026-11-21", 0, "DE", "2026-11-21"),
    ],
)
def test_working_days_are_added_and_taken_away(day: str, count: int, country: str, reached: str) -> None:
    assert add_business_days(_day(day), count, country, CALENDAR) == _day(reached)


@given(
    st.dates(date(2020, 1, 1), date(2032, 12, 31)),
    st.integers(1, 30),
    st.sampled_from(["DE", "US", "JP", ""]),
)
def test_what_is_added_is_what_lies_between(day: date, count: int, country: str) -> None:
    reached = add_business_days(day, count, country, CALENDAR)
    assert is_working_day(reached, country, CALENDAR)
    assert business_days_between(day + timedelta(days=1), reached, country, CALENDAR) == count


def test_countries_and_their_parts_can_be_chosen_by_name() -> None:
    names = CALENDAR.countries()
    assert (names["DE"], names["US"], names["CD"], names["DE-BY"]) == (
        "Germany",
        "United States",
        "DR Congo",
        "Germany, BY",
    )
    assert list(names)[:200] == sorted(list(names)[:200], key=lambda code: names[code])
    assert CALENDAR.knows("de")
    assert not CALENDAR.knows("XX")
    assert CALENDAR.holiday("XX", date(2026, 12, 25)) is None
    assert CALENDAR.holiday("DE-BY", date(2027, 1, 6)) == "Epiphany"
    assert CALENDAR.holiday("DE", date(2027, 1, 6)) is None
