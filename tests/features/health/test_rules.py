"""What costs most, what moved, what disagrees, what the chart draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.account import Account, Week
from bot.domain.health import Category, HealthReading, read_account, recorded_category
from bot.features.health import rules
from bot.policy import Policy

TODAY = date(2026, 11, 21)
Make = Callable[..., Any]


def _week(ending: date, **values: Any) -> Week:
    return Week(account_id="A-1", week_ending=ending, source="history.csv", **values)


def _read(account: Account, policy: Policy) -> HealthReading:
    return read_account(account, policy.health, TODAY)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('"Changes"', "Changes"),
        ("“Changes Inc”", "Changes Inc"),
        ("Q&amp;A &lt;Labs&gt;", "Q&A <Labs>"),
        ("&amp;lt;", "&lt;"),
        ("<http://acme.example|acme.example>", "acme.example"),
        ("<https://acme.example>", "acme.example"),
        ("<#C123|acme>", "acme"),
        ("  acme  ", "acme"),
        ("", ""),
    ],
)
def test_what_slack_made_of_the_text_is_undone(typed: str, meant: str) -> None:
    assert rules.bare_name(typed) == meant


def test_the_most_costly_trait_comes_first_and_the_unknown_last(usual: Make, policy: Policy) -> None:
    traits = rules.by_cost(_read(usual(access_to_buyer=None), policy).traits)
    costs = [one.cost for one in traits]
    assert traits[0].rule.key == "utilization"
    assert traits[-1].rule.key == "access_to_buyer"
    assert costs[-1] is None
    assert costs[:-1] == sorted((cost for cost in costs if cost is not None), reverse=True)


@pytest.mark.parametrize(
    ("endings", "near"),
    [
        ([date(2026, 11, 8), date(2026, 11, 15)], date(2026, 11, 15)),
        ([date(2026, 11, 11), date(2026, 11, 17)], date(2026, 11, 11)),  # a tie: the older
        ([date(2026, 11, 10)], None),
        ([], None),
    ],
)
def test_last_week_is_the_one_within_three_days_of_a_week_ago(endings: list[date], near: date | None) -> None:
    found = rules.week_near([_week(one) for one in endings], TODAY - timedelta(weeks=1))
    assert (found.week_ending if found else None) == near


def test_the_change_is_against_four_weeks_ago(account: Make) -> None:
    weeks = [_week(date(2026, 10, 25), health_score=6.5), _week(date(2026, 11, 15), health_score=9.9)]
    change = rules.change_of(account(health_score=5.0), weeks, TODAY, 4)
    assert change is not None
    assert (change.before, change.by, change.week_ending) == (6.5, -1.5, date(2026, 10, 25))
    assert rules.change_of(account(), weeks, TODAY, 4) is None
    assert rules.change_of(account(health_score=5.0), [_week(date(2026, 10, 25))], TODAY, 4) is None


def test_movers_are_what_changed_and_the_weightiest_comes_first(account: Make, policy: Policy) -> None:
    now = account(active_champion=False, versions_behind=1, mau=100, licensed_seats=100, help_tickets_90d=3)
    then = _week(
        date(2026, 11, 15),
        active_champion=True,
        versions_behind=4,
        mau=60,
        licensed_seats=100,
        help_tickets_90d=3,
    )
    moved = rules.moved_since(now, _read(now, policy), then, policy.health)
    assert [one.rule.key for one in moved] == ["utilization", "active_champion", "versions_behind"]
    assert [one.points > 0 for one in moved] == [True, False, True]
    assert moved[0].note == "a new month's MAU"
    assert moved[1].note == ""


def test_a_trait_that_was_unknown_did_not_move_and_one_that_became_unknown_costs_nothing(
    account: Make, policy: Policy
) -> None:
    now = account(active_champion=False)
    then = _week(date(2026, 11, 15), versions_behind=4)
    moved = rules.moved_since(now, _read(now, policy), then, policy.health)
    assert [(one.rule.key, one.now, one.points) for one in moved] == [("versions_behind", None, 0.0)]


@pytest.mark.parametrize(
    ("was", "now", "moves"),
    [
        (date(2026, 11, 15), date(2026, 11, 15), False),  # 0 days then, 6 now: it only grew older
        (date(2026, 11, 5), date(2026, 11, 5), True),  # 10 days, healthy, then 16, concerning
        (date(2026, 11, 5), date(2026, 11, 20), True),  # somebody spoke to them
    ],
)
def test_days_since_activity_move_only_when_that_says_something(
    was: date, now: date, moves: bool, account: Make, policy: Policy
) -> None:
    made = account(last_activity_on=now)
    week = _week(date(2026, 11, 15), last_activity_on=was)
    assert bool(rules.moved_since(made, _read(made, policy), week, policy.health)) is moves


def test_vitally_and_the_traits_disagree_only_when_the_category_differs(
    account: Make, policy: Policy
) -> None:
    made = account(health_score=8.0, health_category="green", active_champion=False, access_to_buyer=False)
    odds = rules.disagreement_of(made, recorded_category(made, policy.health), _read(made, policy))
    assert odds is not None
    assert (odds.theirs, odds.ours, odds.by) == (Category.GREEN, Category.RED, -8.0)
    agreed = account(health_score=1.0, health_category="red", active_champion=False)
    assert rules.disagreement_of(agreed, Category.RED, _read(agreed, policy)) is None
    assert rules.disagreement_of(account(), None, _read(account(), policy)) is None


def test_the_chart_draws_seats_only_where_nearly_every_week_knows_them(weeks: Make) -> None:
    full = weeks(8)
    line = rules.line_of(full, 16)
    assert line is not None
    assert len(line.scores) == len(line.seats_used) == 8
    holes = [replace(one, licensed_seats=None) if at % 2 else one for at, one in enumerate(full)]
    scores_only = rules.line_of(holes, 16)
    assert scores_only is not None
    assert scores_only.seats_used == ()
    assert len(scores_only.scores) == 8


def test_weeks_without_a_score_are_left_out_and_counted(weeks: Make) -> None:
    holes = [replace(one, health_score=None) if at == 3 else one for at, one in enumerate(weeks(8))]
    line = rules.line_of(holes, 16)
    assert line is not None
    assert (len(line.scores), line.left_out) == (7, 1)
    assert rules.line_of(weeks(1), 16) is None
    assert len(rules.line_of(weeks(40), 16).weeks) == 16  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("today", "due"), [(date(2026, 11, 21), date(2026, 12, 1)), (date(2026, 12, 31), date(2027, 1, 1))]
)
def test_the_next_months_mau(today: date, due: date) -> None:
    assert rules.next_month(today) == due
