"""The KPIs of single accounts, worked out on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain.kpi import Kpi, book_health, consumption_of, read_kpis, utilization_of
from bot.domain.person import Team
from bot.domain.provenance import Known, Stamp, Unknown

K = 100_000  # a thousand dollars in cents
LONG_AGO = {"production_since": date(2025, 1, 1), "customer_since": date(2024, 12, 1)}

# team, values, KPI, value or why there is none, met, detail, note
CASES = {
    # 312 / 480 = .65, below .80
    "utilization missed": (
        "enterprise",
        {"mau": 312, "licensed_seats": 480, **LONG_AGO},
        ("utilization", 0.65, False, "312 MAU of 480 licensed seats", ""),
    ),
    # 1,200 / 1,500 = .80, which is met
    "utilization just met": (
        "scaled",
        {"mau": 1200, "licensed_seats": 1500, **LONG_AGO},
        ("utilization", 0.8, True, "1,200 MAU of 1,500 licensed seats", ""),
    ),
    # production since 2026-11-10: day 1 is the 10th, so the 21st is day 12; .50 is not a miss yet
    "utilization not due": (
        "digital",
        {"mau": 50, "licensed_seats": 100, "production_since": date(2026, 11, 10)},
        ("utilization", 0.5, None, "50 MAU of 100 licensed seats", "day 12 of 60"),
    ),
    # the same day, .90: reached early
    "utilization reached early": (
        "digital",
        {"mau": 90, "licensed_seats": 100, "production_since": date(2026, 11, 10)},
        ("utilization", 0.9, True, "90 MAU of 100 licensed seats", "day 12 of 60"),
    ),
    # 2026-09-23 is day 60 on 2026-11-21 (8 days of September, 31 of October, 21 of November)
    "the sixtieth day": (
        "digital",
        {"mau": 50, "licensed_seats": 100, "production_since": date(2026, 9, 23)},
        ("utilization", 0.5, None, "50 MAU of 100 licensed seats", "day 60 of 60"),
    ),
    "the day after the sixtieth": (
        "digital",
        {"mau": 50, "licensed_seats": 100, "production_since": date(2026, 9, 22)},
        ("utilization", 0.5, False, "50 MAU of 100 licensed seats", ""),
    ),
    "production lies ahead": (
        "digital",
        {"mau": 1, "licensed_seats": 100, "production_since": date(2026, 12, 1)},
        ("utilization", 0.01, None, "1 MAU of 100 licensed seats", "production starts on 2026-12-01"),
    ),
    # 600 / 900 = .6667
    "unlimited seats": (
        "enterprise",
        {"mau": 600, "seats_unlimited": True, "tam": 900, **LONG_AGO},
        (
            "utilization",
            0.6666667,
            False,
            "600 MAU of 900 addressable developers",
            "unlimited seats: of 900 addressable developers",
        ),
    ),
    "no seats": (
        "enterprise",
        {"mau": 312, "licensed_seats": 0, **LONG_AGO},
        ("utilization", "no licensed seats", None, "", ""),
    ),
    "production unknown": (
        "enterprise",
        {"mau": 80, "licensed_seats": 100},
        ("utilization", 0.8, True, "80 MAU of 100 licensed seats", "start of production unknown"),
    ),
    # 93.6 / 312 = .30, healthy from 30 %
    "consumption just met": (
        "enterprise",
        {"dau_4w_avg": 93.6, "mau": 312},
        ("consumption", 0.3, True, "93.6 daily active users of 312 MAU", ""),
    ),
    # 78 / 312 = .25
    "consumption missed": (
        "enterprise",
        {"dau_4w_avg": 78.0, "mau": 312},
        ("consumption", 0.25, False, "78 daily active users of 312 MAU", ""),
    ),
    "nobody last month": (
        "enterprise",
        {"dau_4w_avg": 3.0, "mau": 0},
        ("consumption", "no monthly active users last month", None, "", ""),
    ),
    # min(120, 100) / 100 = 1.00, not 1.20
    "kept and grown: GRR": (
        "enterprise",
        {"arr": 120 * K, "arr_year_ago": 100 * K},
        ("grr", 1.0, True, "$120,000 now, $100,000 a year ago", ""),
    ),
    # 120 / 100 = 1.20, expected 1.10
    "kept and grown: NRR": (
        "enterprise",
        {"arr": 120 * K, "arr_year_ago": 100 * K},
        ("nrr", 1.2, True, "$120,000 now, $100,000 a year ago", ""),
    ),
    # 90 / 100 = .90: enterprise expects .95 ± .05, so .90 is within
    "enterprise within the tolerance": (
        "enterprise",
        {"arr": 90 * K, "arr_year_ago": 100 * K},
        ("grr", 0.9, True, "$90,000 now, $100,000 a year ago", ""),
    ),
    # .89 is not
    "enterprise below the tolerance": (
        "enterprise",
        {"arr": 89 * K, "arr_year_ago": 100 * K},
        ("grr", 0.89, False, "$89,000 now, $100,000 a year ago", ""),
    ),
    # scaled expects .85 ± .05: .80 is within
    "scaled within the tolerance": (
        "scaled",
        {"arr": 80 * K, "arr_year_ago": 100 * K},
        ("grr", 0.8, True, "$80,000 now, $100,000 a year ago", ""),
    ),
    # scaled NRR expects 1.05 ± .05: .99 is below 1.00
    "scaled shrank": (
        "scaled",
        {"arr": 99 * K, "arr_year_ago": 100 * K},
        ("nrr", 0.99, False, "$99,000 now, $100,000 a year ago", ""),
    ),
    # churned: now counts 0, 0 / 100 = 0
    "churned": (
        "scaled",
        {"arr": 100 * K, "arr_year_ago": 100 * K, "churned_on": date(2026, 10, 1)},
        ("nrr", 0.0, False, "$0 now, $100,000 a year ago", "churned on 2026-10-01"),
    ),
    "churns next month": (
        "scaled",
        {"arr": 100 * K, "arr_year_ago": 100 * K, "churned_on": date(2026, 12, 1)},
        ("nrr", 1.0, True, "$100,000 now, $100,000 a year ago", ""),
    ),
    "not a customer then": (
        "digital",
        {"arr": 100 * K, "arr_year_ago": 0},
        ("grr", "was not a customer a year ago", None, "", ""),
    ),
    "too young to have been": (
        "digital",
        {"arr": 100 * K, "customer_since": date(2026, 6, 1)},
        ("grr", "was not a customer a year ago", None, "", ""),
    ),
    # a customer since 2025-11-22 is one day short of twelve months
    "a day too young": (
        "digital",
        {"arr": 100 * K, "customer_since": date(2025, 11, 22)},
        ("grr", "was not a customer a year ago", None, "", ""),
    ),
    "old enough": (
        "digital",
        {"arr": 100 * K, "customer_since": date(2025, 11, 21)},
        ("grr", "ARR a year ago unknown: not in the book", None, "", ""),
    ),
    "then unknown": (
        "digital",
        {"arr": 100 * K, "customer_since": date(2020, 6, 1)},
        ("nrr", "ARR a year ago unknown: not in the book", None, "", ""),
    ),
    "now unknown": (
        "digital",
        {"arr_year_ago": 5 * K},
        ("nrr", "ARR unknown: not in the book", None, "", ""),
    ),
    # 3 / 4 = .75, monitored: neither met nor missed
    "value realization": (
        "enterprise",
        {"goals_set": 4, "goals_met": 3},
        ("value_realization", 0.75, None, "3 of 4 success-plan goals met", ""),
    ),
    "no goals": (
        "enterprise",
        {"goals_set": 0, "goals_met": 0},
        ("value_realization", "no goals are set in the success plan", None, "", ""),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_kpi_is_what_paper_says(case, account, policy, today):
    team, values, (kpi, value, met, detail, note) = CASES[case]
    readings = read_kpis(account(**values), Team(team), policy.kpis, today)
    reading = next(reading for reading in readings if reading.kpi == kpi)
    told = reading.value.reason if isinstance(reading.value, Unknown) else reading.value.value
    assert told == (value if isinstance(value, str) else pytest.approx(value, abs=1e-6))
    assert (reading.met, reading.detail, reading.note) == (met, detail, note)


def test_each_team_is_measured_by_its_own_kpis(account, policy, today):
    shown = {team: [r.kpi.value for r in read_kpis(account(), team, policy.kpis, today)] for team in Team}
    assert shown == {
        Team.ENTERPRISE: ["utilization", "consumption", "grr", "nrr", "value_realization"],
        Team.SCALED: ["utilization", "consumption", "grr", "nrr"],
        Team.DIGITAL: ["utilization", "consumption", "grr", "nrr"],
    }
    expected = {t.kpi: (t.at_least, t.tolerance) for t in policy.kpis.targets_of(Team.ENTERPRISE)}
    assert expected[Kpi.GRR] == (0.95, 0.05)
    assert expected[Kpi.NRR] == (1.10, 0.05)
    assert expected[Kpi.AVERAGE_HEALTH] == (7.0, 0)


def test_a_ratio_is_as_old_as_its_older_part_and_names_both_sources(account):
    looker = Stamp("looker", datetime(2026, 11, 19, tzinfo=UTC))
    salesforce = Stamp("salesforce", datetime(2026, 11, 18, tzinfo=UTC), assumed=True)
    both = account().__class__(
        id="A1",
        name="Northwind",
        mau=Known(8, looker),
        licensed_seats=Known(10, salesforce),
        dau_4w_avg=Known(2.0, looker),
    )
    assert utilization_of(both).stamp == Stamp("looker + salesforce", salesforce.as_of, assumed=True)
    assert consumption_of(both).stamp == looker


def test_the_health_of_a_book_is_the_mean_of_the_known_scores(account):
    # (8 + 5) / 2 = 6.5; the third is unknown and not a zero
    book = [account(health_score=8.0), account(health_score=5.0), account()]
    assert book_health(book).value == 6.5
    assert book_health([account()]) == Unknown("no account has a known score")
