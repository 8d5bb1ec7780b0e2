"""Recurrences in wall clocks: both clock changes, the ends of the world's zones, long years, once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import Daily, Every, IsoWeek, Recurrence, Weekly, instant_of, next_after

MONDAY = Weekly(0, time(8))
ZONES = (
    "Pacific/Pago_Pago",  # UTC−11
    "Pacific/Marquesas",  # UTC−9:30
    "America/Los_Angeles",
    "America/New_York",
    "America/St_Johns",  # UTC−3:30, and its clock changes
    "America/Santiago",  # its clock changes at midnight
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Casablanca",  # changes for Ramadan
    "Asia/Kolkata",  # UTC+5:30
    "Asia/Kathmandu",  # UTC+5:45
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Chatham",  # UTC+12:45, and its clock changes
    "Pacific/Kiritimati",  # UTC+14
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp())


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Pacific/Pago_Pago", "2026-11-23T19:00Z"),
        ("America/New_York", "2026-11-23T13:00Z"),
        ("America/St_Johns", "2026-11-23T11:30Z"),
        ("UTC", "2026-11-23T08:00Z"),
        ("Asia/Kolkata", "2026-11-23T02:30Z"),
        ("Asia/Kathmandu", "2026-11-23T02:15Z"),
        ("Pacific/Chatham", "2026-11-22T18:15Z"),
        ("Pacific/Kiritimati", "2026-11-22T18:00Z"),
    ],
)
def test_monday_at_eight_is_eight_where_the_channel_is(zone: str, instant: str) -> None:
    assert instant_of(date(2026, 11, 23), time(8), ZoneInfo(zone)) == _at(instant)
    assert next_after(MONDAY, _at("2026-11-18T12:00Z"), ZoneInfo(zone)) == _at(instant)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", "2027-03-22T07:00Z", "2027-03-29T06:00Z"),  # spring forward on Sunday 28 March 2027
        ("Europe/Berlin", "2026-10-19T06:00Z", "2026-10-26T07:00Z"),  # back on Sunday 25 October 2026
        ("America/New_York", "2027-03-08T13:00Z", "2027-03-15T12:00Z"),
        ("America/New_York", "2026-10-26T12:00Z", "2026-11-02T13:00Z"),
        ("Australia/Lord_Howe", "2026-09-27T21:30Z", "2026-10-04T21:00Z"),  # by half an hour
    ],
)
def test_the_wall_clock_holds_over_a_clock_change(zone: str, before: str, after: str) -> None:
    assert next_after(MONDAY, _at(before), ZoneInfo(zone)) == _at(after)


@pytest.mark.parametrize(
    ("zone", "on", "at", "instant"),
    [
        ("Europe/Berlin", "2027-03-28", time(2, 30), "2027-03-28T01:00Z"),  # 02:30 does not exist: the jump
        ("Europe/Berlin", "2026-10-25", time(2, 30), "2026-10-25T00:30Z"),  # twice: the first
        ("America/New_York", "2027-03-14", time(2), "2027-03-14T07:00Z"),
        ("America/New_York", "2026-11-01", time(1, 30), "2026-11-01T05:30Z"),
        ("Australia/Lord_Howe", "2026-10-04", time(2, 15), "2026-10-03T15:30Z"),  # half an hour is left out
        ("America/Santiago", "2026-09-06", time(0, 0), "2026-09-06T04:00Z"),  # a day that begins at 01:00
        ("Pacific/Apia", "2011-12-30", time(8), "2011-12-30T10:00Z"),  # a day that never was
        ("Pacific/Apia", "2011-12-30", time(23, 59, 59), "2011-12-30T10:00Z"),
    ],
)
def test_a_time_that_is_left_out_is_the_jump_and_one_that_comes_twice_the_first(
    zone: str, on: str, at: time, instant: str
) -> None:
    assert instant_of(date.fromisoformat(on), at, ZoneInfo(zone)) == _at(instant)


def test_a_span_is_counted_from_the_epoch_so_that_all_agree() -> None:
    hourly = Every(timedelta(hours=1))
    assert next_after(hourly, _at("2026-11-23T08:59:59Z"), ZoneInfo("Asia/Kolkata")) == _at(
        "2026-11-23T09:00Z"
    )
    assert next_after(hourly, _at("2026-11-23T09:00Z"), ZoneInfo("UTC")) == _at("2026-11-23T10:00Z")
    assert next_after(Every(timedelta(minutes=7)), _at("1969-12-31T23:59Z"), ZoneInfo("UTC")) == _at(
        "1970-01-01T00:00Z"
    )


INSTANTS = st.integers(_seconds("2019-01-01"), _seconds("2032-12-31")).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
TIMES = st.times().map(lambda at: at.replace(microsecond=0))
RECURRENCES: st.SearchStrategy[Recurrence] = st.one_of(
    TIMES.map(Daily), st.builds(Weekly, st.integers(0, 6), TIMES)
)


@given(RECURRENCES, INSTANTS, st.sampled_from(ZONES))
def test_it_happens_once_on_each_of_its_days(recurrence: Recurrence, start: datetime, zone: str) -> None:
    """In every zone, over half a year of instants: no day twice, none left out, always later."""
    place = ZoneInfo(zone)
    days, after = [], start
    for _ in range(26):
        instant = next_after(recurrence, after, place)
        assert instant > after
        days.append(instant.astimezone(place).date())
        after = instant
    step = timedelta(days=7 if isinstance(recurrence, Weekly) else 1)
    assert {later - earlier for earlier, later in pairwise(days)} == {step}
    if isinstance(recurrence, Weekly):
        assert {day.weekday() for day in days} == {recurrence.weekday}


@given(RECURRENCES, INSTANTS, st.sampled_from(ZONES))
def test_it_reads_as_its_time_on_the_wall_unless_the_clock_jumped(
    recurrence: Recurrence, start: datetime, zone: str
) -> None:
    instant = next_after(recurrence, start, ZoneInfo(zone))
    wall = instant.astimezone(ZoneInfo(zone))
    assert not isinstance(recurrence, Every)
    if wall.time() != recurrence.at:
        a_second_before = (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert wall.replace(tzinfo=None) - a_second_before.replace(tzinfo=None) > timedelta(seconds=1)
        assert wall.time() > recurrence.at
    else:
        assert wall.fold == 0


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-22", "2026-W47"),
        ("2026-11-23", "2026-W48"),
        ("2026-12-28", "2026-W53"),  # 2026 has 53 weeks
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2020-12-31", "2020-W53"),
        ("2021-01-03", "2020-W53"),
        ("2024-12-30", "2025-W01"),
        ("2021-12-31", "2021-W52"),
    ],
)
def test_the_week_of_a_day(day: str, week: str) -> None:
    assert str(IsoWeek.of(date.fromisoformat(day))) == week


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.integers(-200, 200))
def test_weeks_add_up(day: date, weeks: int) -> None:
    week = IsoWeek.of(day)
    assert week.monday <= day <= week.sunday
    assert week.plus(weeks).monday - week.monday == timedelta(weeks=weeks)
    assert week.plus(1) > week
    assert week.plus(weeks).plus(-weeks) == week


@pytest.mark.parametrize("year", [2020, 2026])
def test_a_long_year_has_a_week_53_between_52_and_the_next_first(year: int) -> None:
    assert IsoWeek(year, 52).plus(1) == IsoWeek(year, 53)
    assert IsoWeek(year, 53).plus(1) == IsoWeek(year + 1, 1)
    assert IsoWeek(year + 1, 1).plus(-1) == IsoWeek(year, 53)
