"""Slots of a subscription: named by the week they report, due on the channel's wall clock, once a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.schedule import IsoWeek
from bot.domain.slots import (
    Fate,
    fate_of,
    key_of,
    reported_on,
    slot_of,
    slots_after,
    slots_from,
    slots_missed,
    week_of_key,
)

RULES = policy_module.load().digest
ANYWAY = replace(RULES, moves_for_holidays=False)
CALENDAR = BankHolidays()


@dataclass(frozen=True)
class When:
    weekday: int = 0
    at: time = time(8)
    zone: str = "Europe/Berlin"
    country: str = ""
    id: int = 3


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _week(text: str) -> IsoWeek:
    return week_of_key(f"digest:1:{text}")


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-23", "2026-W47"),  # a Monday
        ("2026-11-25", "2026-W47"),
        ("2026-11-29", "2026-W47"),  # a Sunday: its own week is not over
        ("2026-11-30", "2026-W48"),
        ("2026-12-28", "2026-W52"),
        ("2027-01-04", "2026-W53"),  # after a year of 53 weeks
        ("2021-01-04", "2020-W53"),
        ("2026-01-05", "2026-W01"),
        ("2025-12-29", "2025-W52"),
    ],
)
def test_a_day_reports_the_last_whole_week(day: str, week: str) -> None:
    assert str(reported_on(date.fromisoformat(day))) == week


@pytest.mark.parametrize(
    ("when", "week", "due"),
    [
        (When(), "2026-W47", "2026-11-23T07:00Z"),
        (When(zone="Pacific/Pago_Pago"), "2026-W47", "2026-11-23T19:00Z"),
        (When(zone="Pacific/Kiritimati"), "2026-W47", "2026-11-22T18:00Z"),
        (When(zone="Asia/Kolkata"), "2026-W47", "2026-11-23T02:30Z"),
        (When(weekday=6, at=time(23, 59)), "2026-W47", "2026-11-29T22:59Z"),
        (When(), "2026-W42", "2026-10-19T06:00Z"),  # before the clock goes back
        (When(), "2026-W43", "2026-10-26T07:00Z"),  # after it
        (When(), "2027-W11", "2027-03-22T07:00Z"),
        (When(), "2027-W12", "2027-03-29T06:00Z"),  # it went forward
        (When(weekday=6, at=time(2, 30)), "2027-W11", "2027-03-28T01:00Z"),  # a time that is left out
        (When(weekday=6, at=time(2, 30)), "2026-W42", "2026-10-25T00:30Z"),  # one that comes twice
        (When(), "2026-W53", "2027-01-04T07:00Z"),
        (When(), "2020-W53", "2021-01-04T07:00Z"),
    ],
)
def test_a_slot_is_due_on_the_wall_clock_of_the_channel(when: When, week: str, due: str) -> None:
    slot = slot_of(when, _week(week), RULES, CALENDAR)
    assert (slot.due_at, slot.key) == (_at(due), f"digest:3:{week}")


@pytest.mark.parametrize(
    ("when", "week", "due", "holiday"),
    [
        (When(country="DE"), "2027-W12", "2027-03-30T06:00Z", "Easter Monday"),
        (When(country="US"), "2027-W12", "2027-03-29T06:00Z", ""),
        (When(country="US"), "2027-W02", "2027-01-19T07:00Z", "Martin Luther King Jr. Day"),
        (When(weekday=4, country="GB"), "2026-W51", "2026-12-29T07:00Z", "Christmas Day"),
        (When(country="XX"), "2027-W12", "2027-03-29T06:00Z", ""),
    ],
)
def test_a_bank_holiday_moves_it_to_the_next_working_day(
    when: When, week: str, due: str, holiday: str
) -> None:
    """The slot stays the same: it reports the same week, under the same key."""
    slot = slot_of(when, _week(week), RULES, CALENDAR)
    assert (slot.due_at, slot.holiday, slot.key) == (_at(due), holiday, f"digest:3:{week}")
    stays = slot_of(when, _week(week), ANYWAY, CALENDAR)
    assert (stays.due_at.astimezone(ZoneInfo(when.zone)).weekday(), stays.holiday) == (when.weekday, "")


def test_a_slot_that_rest_pushes_onto_the_next_one_gives_way_to_it() -> None:
    """China rests from 15 to 23 February 2026: two Mondays move to Tuesday the 24th."""
    when = When(country="CN", zone="Asia/Shanghai")
    weeks = [str(slot.week) for slot in islice(slots_from(when, _week("2026-W06"), RULES, CALENDAR), 4)]
    assert slot_of(when, _week("2026-W07"), RULES, CALENDAR).due_at == _at("2026-02-24T00:00Z")
    assert weeks == ["2026-W06", "2026-W08", "2026-W09", "2026-W10"]


@pytest.mark.parametrize(
    ("when", "now", "week"),
    [
        (When(), "2026-11-23T06:59Z", "2026-W47"),
        (When(), "2026-11-23T07:00Z", "2026-W48"),  # made the very moment it would be due: starts next week
        (When(weekday=4), "2026-11-23T07:00Z", "2026-W47"),  # moved to later this week
        (When(weekday=0), "2026-11-25T12:00Z", "2026-W48"),  # moved to before now: starts next week
        (When(zone="Pacific/Kiritimati"), "2026-11-22T17:59Z", "2026-W47"),  # Sunday in UTC, Monday there
        (When(zone="Pacific/Pago_Pago"), "2026-11-23T18:59Z", "2026-W47"),
        (When(), "2026-12-28T07:00Z", "2026-W53"),
        (When(), "2027-01-04T07:00Z", "2027-W01"),
        (When(country="DE"), "2027-03-29T12:00Z", "2027-W12"),  # Easter Monday: still ahead
    ],
)
def test_the_next_slot_after_an_instant(when: When, now: str, week: str) -> None:
    assert str(next(slots_after(when, _at(now), RULES, CALENDAR)).week) == week


@pytest.mark.parametrize(
    ("late", "fate", "without"),
    [
        (timedelta(seconds=-1), Fate.EARLY, Fate.EARLY),
        (timedelta(), Fate.ON_TIME, Fate.ON_TIME),
        (timedelta(hours=1), Fate.ON_TIME, Fate.ON_TIME),
        (timedelta(hours=1, seconds=1), Fate.LATE, Fate.SKIPPED),
        (timedelta(days=4), Fate.LATE, Fate.SKIPPED),
        (timedelta(days=4, seconds=1), Fate.SKIPPED, Fate.SKIPPED),
    ],
)
def test_what_becomes_of_a_late_slot(late: timedelta, fate: Fate, without: Fate) -> None:
    """By policy's hour and four days; and where policy posts none late."""
    due = _at("2026-11-23T07:00Z")
    assert fate_of(due, due + late, RULES) is fate
    assert fate_of(due, due + late, replace(RULES, posts_late=False)) is without


@pytest.mark.parametrize(
    ("now", "skipped", "following"),
    [
        ("2026-11-23T07:05Z", [], "2026-W48"),
        ("2026-12-02T12:00Z", [], "2026-W48"),  # two days late: posted late
        ("2026-12-05T12:00Z", ["2026-W48"], "2026-W49"),  # five days late: skipped
        ("2026-12-26T12:00Z", ["2026-W48", "2026-W49", "2026-W50", "2026-W51"], "2026-W52"),
    ],
)
def test_after_a_long_sleep_old_slots_are_skipped_and_named(
    now: str, skipped: list[str], following: str
) -> None:
    found, slot = slots_missed(When(), _week("2026-W47"), _at(now), RULES, CALENDAR)
    assert ([str(one.week) for one in found], str(slot.week)) == (skipped, following)


SECONDS = st.integers(
    int(_at("2020-06-01T00:00Z").timestamp()), int(_at("2028-06-01T00:00Z").timestamp())
).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
WHENS = st.builds(
    When,
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(
        ["Pacific/Pago_Pago", "America/St_Johns", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati"]
    ),
    country=st.sampled_from(["", "DE", "US", "JP", "CN"]),
)


@given(WHENS, SECONDS)
def test_every_week_has_one_slot_and_time_goes_forward(when: When, start: datetime) -> None:
    slots = list(islice(slots_after(when, start, RULES, CALENDAR), 12))
    assert slots[0].due_at > start
    for earlier, later in pairwise(slots):
        assert later.due_at > earlier.due_at
        assert later.week == earlier.week.plus(1) or when.country
        assert later.key != earlier.key
    for slot in slots:
        assert slot.week.sunday < slot.due_at.astimezone(ZoneInfo(when.zone)).date()
        assert key_of(3, slot.week) == slot.key
        assert week_of_key(slot.key) == slot.week
