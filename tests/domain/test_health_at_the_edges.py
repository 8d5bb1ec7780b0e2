"""What must hold of every account, whatever is known of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.account import Account, Week
from bot.domain.health import Verdict, read_account, read_week
from bot.domain.provenance import Known, Stamp
from bot.policy import load

TODAY = date(2026, 11, 21)
RULES = load().health
FILE = Stamp("accounts.csv", datetime(2026, 11, 20, 6, tzinfo=UTC))
# What makes each trait healthy, whatever else the account says.
CURES = {
    "ta_sentiment": {"ta_sentiment": "healthy"},
    "versions_behind": {"versions_behind": 0},
    "precise_code_nav": {"precise_code_nav": True},
    "defect_tickets_90d": {"defect_tickets_90d": 0},
    "help_tickets_90d": {"help_tickets_90d": 0},
    "active_champion": {"active_champion": True},
    "access_to_buyer": {"access_to_buyer": True},
    "last_activity": {"last_activity_on": TODAY},
}
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "ta_sentiment": st.sampled_from(["healthy", "concerning", "poor"]),
        "versions_behind": st.integers(0, 9),
        "precise_code_nav": st.booleans(),
        "defect_tickets_90d": st.integers(0, 20),
        "help_tickets_90d": st.integers(0, 40),
        "active_champion": st.booleans(),
        "access_to_buyer": st.booleans(),
        "last_activity_on": st.dates(TODAY - timedelta(60), TODAY + timedelta(3)),
        "mau": st.integers(0, 500),
        "dau_4w_avg": st.floats(0, 500, allow_nan=False),
        "licensed_seats": st.integers(0, 500),
        "seats_unlimited": st.booleans(),
        "tam": st.integers(0, 500),
    },
)


def made(values: dict[str, Any]) -> Account:
    return Account(id="A1", name="Northwind", **{name: Known(value, FILE) for name, value in values.items()})


@given(VALUES)
def test_a_score_lies_between_0_and_10_and_costs_fill_the_gap(values):
    reading = read_account(made(values), RULES, TODAY)
    if reading.score is None:
        assert all(trait.verdict is None for trait in reading.traits)
        return
    assert -1e-9 <= reading.score <= 10 + 1e-9
    assert reading.score + sum(trait.cost or 0 for trait in reading.traits) == pytest.approx(10)


@given(VALUES, st.sampled_from(sorted(CURES)))
def test_making_a_trait_healthy_gains_exactly_its_cost(values, key):
    before = read_account(made(values), RULES, TODAY)
    cost = next(trait.cost for trait in before.traits if trait.rule.key == key)
    if cost is None:
        return
    after = read_account(made({**values, **CURES[key]}), RULES, TODAY)
    assert after.score >= before.score - 1e-9
    assert after.score - before.score == pytest.approx(cost, abs=1e-9)


@given(VALUES, st.sampled_from(sorted(CURES)))
def test_what_is_unknown_never_counts_as_zero(values, key):
    """Forgetting a poor trait never lowers the score; forgetting a healthy one never raises it."""
    cure = next(iter(CURES[key]))
    known = read_account(made(values), RULES, TODAY)
    verdict = next(trait.verdict for trait in known.traits if trait.rule.key == key)
    forgotten = read_account(
        made({name: value for name, value in values.items() if name != cure}), RULES, TODAY
    )
    if forgotten.score is None or known.score is None:
        return
    own = known.pillars[next(trait.rule.pillar for trait in known.traits if trait.rule.key == key)]
    left = forgotten.pillars[next(trait.rule.pillar for trait in known.traits if trait.rule.key == key)]
    if verdict is Verdict.POOR and left is not None:
        assert left >= own
        assert forgotten.score >= known.score - 1e-9
    if verdict is Verdict.HEALTHY and left is not None:
        assert forgotten.score <= known.score + 1e-9


@settings(max_examples=30)
@given(VALUES.map(lambda values: {k: v for k, v in values.items() if k not in ("seats_unlimited", "tam")}))
def test_a_week_is_read_as_the_account_was_that_day(values):
    week = Week(account_id="A1", week_ending=TODAY, source="history.csv", **values)
    assert read_week(week, RULES).score == read_account(made(values), RULES, TODAY).score


def test_a_week_says_where_and_when_it_was_true():
    reading = read_week(
        Week(
            account_id="A1",
            week_ending=date(2026, 1, 4),
            source="history.csv",
            last_activity_on=date(2026, 1, 1),
        ),
        RULES,
    )
    activity = next(trait for trait in reading.traits if trait.rule.key == "last_activity")
    assert (activity.value.value, activity.value.source) == (3, "history.csv")
    assert activity.value.as_of.date() == date(2026, 1, 4)
    assert activity.detail == "last activity on 2026-01-01"
