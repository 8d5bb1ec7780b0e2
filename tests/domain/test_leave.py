"""When an absence begins and ends, how much of a day it takes, and how many accounts somebody may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.leave import Away
from bot.policy import Policy


def _away(first: str, last: str, zone: str, *, half_start: bool = False, half_end: bool = False) -> Away:
    return Away(
        email="dana@ta.example",
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        zone=zone,
        half_start=half_start,
        half_end=half_end,
    )


@pytest.mark.parametrize(
    ("away", "starts", "ends"),
    [
        (_away("2026-11-23", "2026-11-27", "Europe/Berlin"), "2026-11-22T23:00", "2026-11-27T23:00"),
        # Berlin's clocks go back on Sunday 25 Oct 2026: the day has 25 hours; and forward on 28 Mar 2027: 23.
        (_away("2026-10-25", "2026-10-25", "Europe/Berlin"), "2026-10-24T22:00", "2026-10-25T23:00"),
        (_away("2027-03-28", "2027-03-28", "Europe/Berlin"), "2027-03-27T23:00", "2027-03-28T22:00"),
        (
            _away("2027-03-28", "2027-03-29", "Europe/Berlin", half_start=True, half_end=True),
            "2027-03-28T10:00",
            "2027-03-29T10:00",
        ),
        # The same date on both sides of the line: a day and an hour apart.
        (_away("2026-11-23", "2026-11-23", "Pacific/Kiritimati"), "2026-11-22T10:00", "2026-11-23T10:00"),
        (_away("2026-11-23", "2026-11-23", "Pacific/Pago_Pago"), "2026-11-23T11:00", "2026-11-24T11:00"),
        # Beirut's and Santiago's clocks go forward at midnight: the day begins an hour late.
        (_away("2027-03-28", "2027-03-28", "Asia/Beirut"), "2027-03-27T22:00", "2027-03-28T21:00"),
        (
            _away("2026-11-23", "2026-11-23", "Asia/Kathmandu", half_end=True),
            "2026-11-22T18:15",
            "2026-11-23T06:15",
        ),
    ],
)
def test_an_absence_is_whole_days_of_its_own_zone(away: Away, starts: str, ends: str) -> None:
    assert away.starts_at == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert away.ends_at == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "share"),
    [("2026-11-22", 0), ("2026-11-23", 0.5), ("2026-11-24", 1), ("2026-11-25", 0.5), ("2026-11-26", 0)],
)
def test_a_half_day_is_half_of_the_first_or_the_last(day: str, share: float) -> None:
    away = _away("2026-11-23", "2026-11-25", "Europe/Berlin", half_start=True, half_end=True)
    assert away.share_of(date.fromisoformat(day)) == share


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 60), st.booleans(), st.booleans())
def test_the_shares_of_an_absence_are_its_days_less_its_halves(
    first: date, days: int, half_start: bool, half_end: bool
) -> None:
    away = _away(
        str(first),
        str(first + timedelta(days=days)),
        "Europe/Berlin",
        half_start=half_start,
        half_end=half_end,
    )
    around = (first + timedelta(days=ahead) for ahead in range(-2, days + 3))
    assert sum(away.share_of(day) for day in around) == days + 1 - (half_start + half_end) / 2


@pytest.mark.parametrize(
    ("region", "level", "accounts"),
    [
        ("", "", 14),
        ("APAC", "", 14),
        ("APAC", "Senior", 16),
        ("apac", "SENIOR", 16),
        ("EMEA", "", 10),
        ("EMEA", "Senior", 10),  # each has a number: the lower
        ("EMEA", "Principal", 20),  # both together come first
        ("", "Principal", 12),
    ],
)
def test_the_most_specific_capacity_wins(policy: Policy, region: str, level: str, accounts: int) -> None:
    numbers = dict(policy.ooo.capacity) | {("EMEA", ""): 10, ("EMEA", "Principal"): 20}
    assert replace(policy.ooo, capacity=numbers).capacity_of(region, level) == accounts


def test_without_a_number_there_is_no_capacity(policy: Policy) -> None:
    assert replace(policy.ooo, capacity={("", "Senior"): 3}).capacity_of("EMEA", "Junior") is None
