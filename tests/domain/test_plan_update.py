"""Which plan runs for an account, whom its update is asked of, and on which days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.account import Account
from bot.domain.person import Person, Role, Team
from bot.domain.plan_update import (
    Confidence,
    PlanKind,
    PlanUpdate,
    in_words,
    keeper_of,
    latest,
    plan_of,
)
from bot.domain.provenance import Known, Stamp

TODAY = date(2026, 11, 19)
RULES = policy_module.load().plan_updates
STAMP = Stamp("accounts.csv", datetime(2026, 11, 19, 6, tzinfo=UTC))
UPDATE = PlanUpdate(
    id=1,
    account_id="A-1",
    account_name="Acme",
    team=Team.SCALED,
    kind=PlanKind.LIGHTHOUSE,
    week=date(2026, 11, 16),
    progress="Two\nteams  moved",
    blockers="",
    asks="A call",
    confidence=Confidence.AT_RISK,
    by_email="bea@ta.example",
    by_name="Bea",
    given_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
)


def account(**values: Any) -> Account:
    return Account(id="A-1", name="Acme", **{name: Known(one, STAMP) for name, one in values.items()})


def started(day: int, mau: int = 79, **more: Any) -> Account:
    """On so many-th day of its life as a customer."""
    return account(customer_since=TODAY - timedelta(days=day - 1), mau=mau, licensed_seats=100, **more)


PLANS = {
    "nothing known": (account(), None),
    "a save plan": (account(lighthouse="active"), PlanKind.LIGHTHOUSE),
    "none": (account(lighthouse="none"), None),
    "a save plan goes first": (started(50, lighthouse="active"), PlanKind.LIGHTHOUSE),
    "churned today": (account(lighthouse="active", churned_on=TODAY), None),
    "churns tomorrow": (
        account(lighthouse="active", churned_on=TODAY + timedelta(days=1)),
        PlanKind.LIGHTHOUSE,
    ),
    "day 44": (started(44), None),
    "day 45": (started(45), PlanKind.GET_WELL),
    "day 120": (started(120), PlanKind.GET_WELL),
    "day 121": (started(121), None),
    "on target": (started(50, mau=80), None),
    "no usage known": (account(customer_since=TODAY - timedelta(days=50)), None),
}


@pytest.mark.parametrize("case", PLANS)
def test_the_plan_that_runs(case: str) -> None:
    made, expected = PLANS[case]
    assert plan_of(made, RULES, TODAY) is expected


def person(login: str, role: Role = Role.TA, team: Team | None = Team.SCALED) -> Person:
    return Person(email=f"{login}@ta.example", name=login.title(), role=role, team=team)


PEOPLE = (
    person("bea"),
    person("dana", team=Team.ENTERPRISE),
    person("tom", Role.MANAGER),
    person("hen", Role.MANAGER, Team.ENTERPRISE),
)
KEEPERS: dict[str, tuple[Account, Team | None, PlanUpdate | None, str | None]] = {
    "its own TA": (account(ta_email="Dana@ta.example"), Team.ENTERPRISE, UPDATE, "dana@ta.example"),
    "no TA": (account(), Team.ENTERPRISE, None, "hen@ta.example"),
    "a TA who has left": (account(ta_email="gone@ta.example"), Team.ENTERPRISE, None, "hen@ta.example"),
    "pool: who updated it last": (account(ta_email="dana@ta.example"), Team.SCALED, UPDATE, "bea@ta.example"),
    "pool: never updated": (account(ta_email="bea@ta.example"), Team.SCALED, None, "tom@ta.example"),
    "pool: who updated it has left": (
        account(),
        Team.SCALED,
        replace(UPDATE, by_email="gone@ta.example"),
        "tom@ta.example",
    ),
    "a team without a manager": (account(), Team.DIGITAL, None, None),
    "no team, a TA": (account(ta_email="bea@ta.example"), None, None, "bea@ta.example"),
    "no team, no TA": (account(), None, None, None),
}


@pytest.mark.parametrize("case", KEEPERS)
def test_whom_it_is_asked_of(case: str) -> None:
    *given, expected = KEEPERS[case]
    assert keeper_of(*given, PEOPLE) == expected


def test_it_is_asked_on_the_weekday_and_until_friday_where_that_was_missed() -> None:
    monday = date(2026, 11, 16)
    days = [RULES.asks_on(monday + timedelta(days=at)) for at in range(7)]
    assert days == [False, False, False, True, True, False, False]
    seldom = replace(RULES, every_weeks=2)
    weeks = [seldom.asks_on(TODAY + timedelta(weeks=at)) for at in range(4)]
    assert sorted(weeks) == [False, False, True, True]
    assert weeks[0] != weeks[1]


def test_the_newest_of_each_account_in_one_line() -> None:
    newer = replace(UPDATE, id=2, confidence=Confidence.ON_TRACK, asks="")
    other = replace(UPDATE, id=3, account_id="A-0", account_name="abba")
    assert latest((newer, UPDATE, other)) == (other, newer)
    assert in_words(UPDATE) == "at risk; progress: Two teams moved; asks: A call"
