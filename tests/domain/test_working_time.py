"""Working time by hand over weekends, holidays, zones and clock changes; and what holds for all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.bank_holidays import BankHolidays
from bot.domain.calendar import is_working_day
from bot.domain.request import Hours
from bot.domain.working_time import add_working, is_working, next_working_moment, working_between

CALENDAR = BankHolidays()


def _hours(zone: str, country: str = "", starts: str = "09:00", ends: str = "17:30") -> Hours:
    return Hours(zone=zone, country=country, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))


LONDON = _hours("Europe/London", "GB-ENG")
NEW_YORK = _hours("America/New_York", "US")
KOLKATA = _hours("Asia/Kolkata", "IN", "10:00", "18:30")
NIGHT = _hours("Europe/Berlin", "", "01:30", "04:00")  # clock changes on Sundays only: never in these
CAIRO = _hours("Africa/Cairo", "", "00:00", "08:00")  # changes on a Friday, at midnight
AMMAN = _hours(
    "Asia/Amman", "", "00:00", "08:00"
)  # on Friday 29 October 2021 the hour after midnight came twice
APIA = _hours("Pacific/Apia", "", "09:00", "17:00")  # skipped Friday 30 December 2011


def _at(text: str, hours: Hours) -> datetime:
    """A local time of the hours' zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone))


def _span(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


TABLE = [
    # hours, from, working time, to: all in the hours' own wall clock
    (LONDON, "2026-11-23T09:00", "8:30", "2026-11-23T17:30"),  # a working day, to its end
    (LONDON, "2026-11-23T10:00", "8:30", "2026-11-24T10:00"),
    (LONDON, "2026-11-20T17:00", "1:00", "2026-11-23T09:30"),  # over a weekend
    (LONDON, "2026-11-21T12:00", "1:00", "2026-11-23T10:00"),  # asked on a Saturday
    (LONDON, "2026-11-23T06:00", "2:00", "2026-11-23T11:00"),  # before the hours
    (LONDON, "2026-11-23T17:30", "0:30", "2026-11-24T09:30"),  # as they end
    (LONDON, "2026-11-23T23:59", "25:30", "2026-11-26T17:30"),  # three days
    (
        LONDON,
        "2026-12-24T16:30",
        "2:00",
        "2026-12-29T10:00",
    ),  # Christmas, a weekend, Boxing Day kept on Monday
    (LONDON, "2026-12-31T17:00", "1:00", "2027-01-04T09:30"),  # New Year's Day is a Friday
    (LONDON, "2027-03-25T17:00", "1:00", "2027-03-30T09:30"),  # Easter, in which the clock goes forward
    (LONDON, "2027-05-28T17:00", "9:00", "2027-06-01T17:30"),  # the spring bank holiday
    (LONDON, "2026-10-23T17:00", "1:00", "2026-10-26T09:30"),  # the clock goes back on the Sunday
    (NEW_YORK, "2026-11-25T17:00", "1:00", "2026-11-27T09:30"),  # Thanksgiving
    (NEW_YORK, "2027-01-15T17:00", "1:00", "2027-01-19T09:30"),  # Martin Luther King Jr. Day
    (NEW_YORK, "2026-07-02T17:00", "1:00", "2026-07-06T09:30"),  # the Fourth is a Saturday: kept on Friday
    (NEW_YORK, "2027-03-12T17:00", "1:00", "2027-03-15T09:30"),  # forward on Sunday 14 March
    (NEW_YORK, "2026-10-30T17:00", "1:00", "2026-11-02T09:30"),  # back on Sunday 1 November
    (KOLKATA, "2026-08-14T18:00", "1:00", "2026-08-17T10:30"),  # Independence Day is a Saturday
    (KOLKATA, "2026-01-23T18:00", "1:00", "2026-01-27T10:30"),  # Republic Day is a Monday
    (NIGHT, "2027-03-26T03:00", "2:00", "2027-03-29T02:30"),
    (CAIRO, "2026-04-23T07:00", "2:00", "2026-04-24T02:00"),  # Friday begins at 01:00
    (CAIRO, "2026-04-24T01:00", "7:00", "2026-04-24T08:00"),  # and is an hour shorter
    (CAIRO, "2026-04-24T01:00", "8:00", "2026-04-27T01:00"),
    (AMMAN, "2021-10-29T00:30", "8:30", "2021-10-29T08:00"),
    (AMMAN, "2021-10-29T00:30", "2:30", "2021-10-29T02:00"),
    (AMMAN, "2021-10-28T07:00", "10:00", "2021-10-29T08:00"),  # nine hours on Friday
    (APIA, "2011-12-29T16:00", "2:00", "2012-01-02T10:00"),  # Friday never was
]


@pytest.mark.parametrize(("hours", "first", "span", "last"), TABLE)
def test_working_time_by_hand(hours: Hours, first: str, span: str, last: str) -> None:
    begins, ends, passed = _at(first, hours), _at(last, hours), _span(span)
    assert add_working(begins, passed, hours, CALENDAR) == ends
    assert working_between(begins, ends, hours, CALENDAR) == passed


@pytest.mark.parametrize(
    ("hours", "at", "working", "then"),
    [
        (LONDON, "2026-11-23T09:00", True, "2026-11-23T09:00"),
        (LONDON, "2026-11-23T08:59:59", False, "2026-11-23T09:00"),
        (LONDON, "2026-11-23T17:29:59", True, "2026-11-23T17:29:59"),
        (LONDON, "2026-11-23T17:30", False, "2026-11-24T09:00"),  # the end is no longer in the hours
        (LONDON, "2026-11-21T12:00", False, "2026-11-23T09:00"),
        (LONDON, "2026-12-25T12:00", False, "2026-12-29T09:00"),
        (NEW_YORK, "2026-12-28T12:00", True, "2026-12-28T12:00"),  # no Boxing Day there
        (NEW_YORK, "2026-11-26T12:00", False, "2026-11-27T09:00"),
        (CAIRO, "2026-04-24T01:00", True, "2026-04-24T01:00"),
        (CAIRO, "2026-04-23T20:00", False, "2026-04-24T01:00"),
    ],
)
def test_the_next_working_moment_by_hand(hours: Hours, at: str, working: bool, then: str) -> None:
    instant = _at(at, hours)
    assert is_working(instant, hours, CALENDAR) is working
    assert next_working_moment(instant, hours, CALENDAR) == _at(then, hours)
    assert next_working_moment(instant, hours, CALENDAR).tzinfo is UTC


def test_the_same_instant_is_another_hour_in_another_zone() -> None:
    """At 15:00 in London it is 10:00 in New York and 20:30 in Kolkata."""
    at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert [is_working(at, hours, CALENDAR) for hours in (LONDON, NEW_YORK, KOLKATA)] == [True, True, False]
    two_hours = [add_working(at, _span("2:00"), hours, CALENDAR) for hours in (LONDON, NEW_YORK, KOLKATA)]
    assert two_hours == [
        datetime(2026, 11, 23, 17, tzinfo=UTC),
        datetime(2026, 11, 23, 17, tzinfo=UTC),
        datetime(2026, 11, 25, 6, 30, tzinfo=UTC),  # the 24th is Guru Nanak's birthday
    ]


def test_two_weeks_in_which_the_zones_are_an_hour_nearer() -> None:
    """New York goes forward on 14 March 2027, London on the 28th: in between, 9:00 there is 13:00 here."""
    at = datetime(2027, 3, 19, 22, tzinfo=UTC)
    assert next_working_moment(at, NEW_YORK, CALENDAR) == datetime(2027, 3, 22, 13, tzinfo=UTC)
    assert next_working_moment(at, LONDON, CALENDAR) == datetime(2027, 3, 22, 9, tzinfo=UTC)
    later = at + timedelta(days=14)
    assert next_working_moment(later, NEW_YORK, CALENDAR) == datetime(2027, 4, 5, 13, tzinfo=UTC)
    assert next_working_moment(later, LONDON, CALENDAR) == datetime(2027, 4, 5, 8, tzinfo=UTC)


def test_a_day_whose_hours_hold_a_clock_change_is_shorter_or_longer() -> None:
    """Cairo goes forward at midnight of Friday 24 April 2026, and back at midnight of Friday 30 October."""
    day = timedelta(days=1)
    lengths = {}
    for name, on in (("short", "2026-04-24"), ("usual", "2026-04-27"), ("back", "2026-10-30")):
        midnight = _at(f"{on}T00:00", CAIRO)
        lengths[name] = working_between(midnight - day, midnight + day, CAIRO, CALENDAR) - working_between(
            midnight - day, midnight, CAIRO, CALENDAR
        )
    assert lengths["short"] == _span("7:00")
    assert lengths["usual"] == _span("8:00")
    assert lengths["back"] == _span("8:00")  # the hour that comes twice is Thursday's last


def test_hours_that_do_not_end_and_time_that_runs_backwards_are_refused() -> None:
    with pytest.raises(ValueError, match="do not begin before they end"):
        _hours("UTC", starts="17:00", ends="09:00")
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="counted forwards"):
        add_working(at, timedelta(seconds=-1), LONDON, CALENDAR)
    assert working_between(at, at - timedelta(days=9), LONDON, CALENDAR) == timedelta()


ZONES = (
    *("Europe/London", "America/New_York", "Asia/Kolkata", "America/Los_Angeles", "Australia/Lord_Howe"),
    *("Africa/Cairo", "America/Santiago", "Pacific/Chatham", "Pacific/Apia", "Asia/Beirut"),
)
MINUTES = st.integers(0, 24 * 60 - 1)
HOURS = st.builds(
    lambda zone, country, ends: Hours(
        zone=zone,
        country=country,
        starts=time(*divmod(min(ends), 60)),
        ends=time(*divmod(max(ends), 60)),
    ),
    st.sampled_from(ZONES),
    st.sampled_from(("", "GB", "US", "IN")),
    st.tuples(MINUTES, MINUTES).filter(lambda pair: abs(pair[0] - pair[1]) >= 30),
)
FIRST = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
INSTANTS = st.integers(FIRST, LAST).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SPANS = st.integers(1, 120 * 3600).map(lambda seconds: timedelta(seconds=seconds))
HOUR = timedelta(hours=1)
SLOW_AT_FIRST = settings(deadline=None)  # a country's first year of holidays takes a moment


@SLOW_AT_FIRST
@given(HOURS, INSTANTS, SPANS)
@example(CAIRO, datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC), HOUR)
@example(LONDON, datetime(2026, 10, 23, 16, 30, tzinfo=UTC), 3 * HOUR)
def test_adding_and_measuring_are_inverse(hours: Hours, at: datetime, span: timedelta) -> None:
    """And what was added ends in the hours, at the earliest instant by which so much has passed."""
    reached = add_working(at, span, hours, CALENDAR)
    assert working_between(at, reached, hours, CALENDAR) == span
    assert working_between(at, reached - timedelta(microseconds=1), hours, CALENDAR) < span
    assert is_working(reached - timedelta(microseconds=1), hours, CALENDAR)


@SLOW_AT_FIRST
@given(HOURS, INSTANTS, INSTANTS)
def test_measuring_and_adding_are_inverse(hours: Hours, one: datetime, other: datetime) -> None:
    """From any instant to one in the hours."""
    first, last = sorted((one, one + (other - one) / 100))
    last = next_working_moment(last, hours, CALENDAR)
    passed = working_between(first, last, hours, CALENDAR)
    again = add_working(first, passed, hours, CALENDAR)
    assert again <= last
    assert again == last or working_between(again, last, hours, CALENDAR) == timedelta()


@SLOW_AT_FIRST
@given(HOURS, INSTANTS, SPANS, SPANS)
def test_later_and_more_is_never_earlier(
    hours: Hours, at: datetime, span: timedelta, more: timedelta
) -> None:
    reached = add_working(at, span, hours, CALENDAR)
    assert reached >= at + span
    assert add_working(at, span + more, hours, CALENDAR) > reached
    assert add_working(at + more, span, hours, CALENDAR) >= reached
    assert add_working(reached, more, hours, CALENDAR) == add_working(at, span + more, hours, CALENDAR)


@SLOW_AT_FIRST
@given(HOURS, st.lists(INSTANTS, min_size=3, max_size=3))
def test_what_lies_between_adds_up(hours: Hours, instants: list[datetime]) -> None:
    start = min(instants)
    points = sorted(start + (one - start) / 50 for one in instants)
    parts = [working_between(one, other, hours, CALENDAR) for one, other in pairwise(points)]
    assert sum(parts, timedelta()) == working_between(points[0], points[-1], hours, CALENDAR)
    assert all(part <= other - one for part, (one, other) in zip(parts, pairwise(points), strict=True))


@SLOW_AT_FIRST
@given(HOURS, INSTANTS)
def test_a_working_moment_is_one_by_the_wall_clock(hours: Hours, at: datetime) -> None:
    """Checked without the module: the local time on the wall, and the day."""
    then = next_working_moment(at, hours, CALENDAR)
    local = then.astimezone(ZoneInfo(hours.zone))
    assert then >= at
    assert is_working(then, hours, CALENDAR)
    assert is_working_day(local.date(), hours.country, CALENDAR)
    assert local.time() < hours.ends or local.fold
    assert local.time() >= hours.starts
    assert is_working(at, hours, CALENDAR) is (then == at)


@SLOW_AT_FIRST
@given(
    st.dates(date(2023, 1, 1), date(2029, 12, 31)), st.integers(0, 23), st.sampled_from((LONDON, NEW_YORK))
)
def test_it_is_working_time_whenever_the_wall_says_so(day: date, hour: int, hours: Hours) -> None:
    local = datetime.combine(day, time(hour, 15), ZoneInfo(hours.zone))
    expected = is_working_day(day, hours.country, CALENDAR) and hours.starts <= local.time() < hours.ends
    assert is_working(local, hours, CALENDAR) is expected
