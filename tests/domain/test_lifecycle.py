"""The lifecycle stage at every bound; today is 2026-11-21."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.lifecycle import Stage, stage_of

OLD = {"customer_since": date(2025, 1, 1)}
USED = {"mau": 80, "licensed_seats": 100, "dau_4w_avg": 24.0}

CASES = [
    ({"churned_on": date(2026, 11, 21), "renewal_date": date(2026, 12, 1)}, None, "churned on 2026-11-21"),
    ({"renewal_date": date(2027, 3, 21), **OLD}, Stage.RENEWING, "renews in 120 days"),
    (
        {"renewal_date": date(2027, 3, 22), **OLD, **USED},
        Stage.NURTURING,
        "utilization at 80 % and usage at 30 % or more",
    ),
    ({"renewal_date": date(2026, 11, 22)}, Stage.RENEWING, "renews in 1 day"),
    ({"renewal_date": date(2026, 11, 21)}, Stage.RENEWING, "renews today"),
    ({"renewal_date": date(2026, 11, 9)}, Stage.RENEWING, "renewal was due 12 days ago"),
    (
        {"renewal_date": date(2026, 12, 1), "customer_since": date(2026, 11, 1)},
        Stage.RENEWING,
        "renews in 10 days",
    ),
    ({"expected_close_on": date(2027, 1, 5)}, Stage.PROSPECT, "expected to close in 45 days"),
    (
        {"expected_close_on": date(2027, 1, 6)},
        Stage.PROSPECT,
        "expected to close in 46 days, more than the 45 of the hand-over",
    ),
    ({"expected_close_on": date(2026, 11, 21), **OLD, **USED}, Stage.NURTURING, None),
    ({"customer_since": date(2026, 12, 1)}, Stage.PROSPECT, "becomes a customer on 2026-12-01"),
    ({"customer_since": date(2026, 11, 21)}, Stage.ONBOARDING, "day 1 of 60, customer since 2026-11-21"),
    ({"customer_since": date(2026, 9, 23)}, Stage.ONBOARDING, "day 60 of 60, customer since 2026-09-23"),
    ({"customer_since": date(2026, 9, 22), **USED}, Stage.NURTURING, None),
    (
        {"production_since": date(2026, 11, 20)},
        Stage.ONBOARDING,
        "day 2 of 60, in production since 2026-11-20",
    ),
    ({**OLD, **USED, "mau": 79}, Stage.ADOPTING, "utilization 79 %, below 80 %"),
    (
        {**OLD, **USED, "mau": 796, "licensed_seats": 1000, "dau_4w_avg": 300.0},
        Stage.ADOPTING,
        "utilization 79 %, below 80 %",
    ),
    ({**OLD, **USED, "dau_4w_avg": 20.0}, Stage.ADOPTING, "usage 25 %, below 30 %"),
    (
        {**OLD, "mau": 80, "licensed_seats": 100},
        None,
        "usage unknown (daily active users unknown: not in the book)",
    ),
    ({**OLD, "mau": 10, "licensed_seats": 100}, Stage.ADOPTING, "utilization 10 %, below 80 %"),
    ({"arr_year_ago": 5, **USED}, Stage.NURTURING, None),
    (USED, None, "unknown since when it is a customer"),
]


@pytest.mark.parametrize(("values", "stage", "why"), CASES)
def test_the_stage_and_why(values, stage, why, account, policy, today):
    reading = stage_of(account(**values), policy.lifecycle, today)
    assert reading.stage == stage
    assert why is None or reading.why == why
