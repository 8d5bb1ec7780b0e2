"""Accounts made value by value, and cards read from them by the packaged policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.domain import health, kpi, lifecycle, segment
from bot.domain.account import Account, Group, Week
from bot.domain.freshness import GROUP_OF
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp, value_of
from bot.features.health import rules
from bot.policy import Policy

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
TODAY = NOW.date()
STAMPS = {
    Group.PROFILE: Stamp("vitally", NOW - timedelta(hours=3)),
    Group.HEALTH: Stamp("vitally", NOW - timedelta(hours=3)),
    Group.REVENUE: Stamp("salesforce", NOW - timedelta(hours=20)),
    Group.USAGE: Stamp("looker", NOW - timedelta(days=9)),
    Group.TICKETS: Stamp("zendesk", NOW - timedelta(minutes=12)),
    Group.PROGRAMME: Stamp("accounts.csv", NOW - timedelta(days=1), assumed=True),
}
USUAL: dict[str, Any] = {
    "ta_email": "dana@ta.example",
    "ae_email": "ari@ta.example",
    "segment": "Enterprise",
    "team": "enterprise",
    "developers": 920,
    "arr": 18_400_000,
    "arr_year_ago": 17_000_000,
    "licensed_seats": 720,
    "mau": 312,
    "dau_4w_avg": 94.5,
    "customer_since": date(2024, 1, 9),
    "production_since": date(2026, 10, 12),
    "renewal_date": date(2027, 1, 2),
    "health_score": 4.1,
    "health_category": "yellow",
    "ta_sentiment": "concerning",
    "versions_behind": 2,
    "precise_code_nav": True,
    "defect_tickets_90d": 3,
    "help_tickets_90d": 4,
    "active_champion": False,
    "access_to_buyer": True,
    "last_activity_on": date(2026, 11, 2),
    "lighthouse": "active",
    "save_plan_updated_on": date(2026, 11, 12),
    "open_tickets": 3,
    "goals_set": 4,
    "goals_met": 1,
    "expansion_arr_open": 2_000_000,
    "vitally_url": "https://vitally.example/a/1",
    "salesforce_url": "https://salesforce.example/1",
    "looker_url": "https://looker.example/1",
}
PEOPLE = {
    "dana@ta.example": Person(
        email="dana@ta.example",
        name="Dana Cole",
        role=Role.TA,
        team=Team.ENTERPRISE,
        slack_user_id="U0DANA0001",
    ),
    "ari@ta.example": Person(email="ari@ta.example", name="Ari Voss", role=Role.AE),
}


def make_account(
    name: str = "Marlin Freight", *, missing_since: date | None = None, **values: Any
) -> Account:
    """An account whose values come from the systems that are the truth for them."""
    facts = {key: Known(value, STAMPS[GROUP_OF[key]]) for key, value in values.items() if value is not None}
    return Account(id="A-1", name=name, missing_since=missing_since, **facts)


def make_weeks(count: int = 16, **changes: Any) -> tuple[Week, ...]:
    """Weeks of a slow decline, the newest to 15 November 2026."""
    first = date(2026, 11, 15) - timedelta(weeks=count - 1)
    return tuple(
        Week(
            **{
                "account_id": "A-1",
                "week_ending": first + timedelta(weeks=at),
                "source": "history.csv",
                "mau": 380 - 4 * at,
                "dau_4w_avg": 110.0 - at,
                "licensed_seats": 720,
                "health_score": round(6.5 - 0.12 * at, 2),
                "health_category": "yellow",
                "ta_sentiment": "healthy",
                "versions_behind": 1,
                "precise_code_nav": True,
                "defect_tickets_90d": 1,
                "help_tickets_90d": 4,
                "active_champion": True,
                "access_to_buyer": True,
                "last_activity_on": date(2026, 11, 1),
                **changes,
            }
        )
        for at in range(count)
    )


def _serving(policy: Policy, team: Team | None, group_id: str | None) -> rules.Serving | None:
    if team is None:
        return None
    of = policy.teams[team]
    return rules.Serving(
        team=team,
        name=of.name,
        short=of.short,
        channel=of.channel,
        user_group=of.user_group,
        group_id=group_id,
    )


def make_card(
    policy: Policy,
    account: Account,
    weeks: tuple[Week, ...] = (),
    *,
    note: str = "",
    group_id: str | None = "S0GROUP01",
) -> rules.Card:
    """A card as the use case reads it."""
    model = policy.model_on(TODAY)
    team = segment.team_of(account, model)
    reading = health.read_account(account, policy.health, TODAY)
    category = health.recorded_category(account, policy.health)
    last = rules.week_near(weeks, TODAY - timedelta(weeks=1))
    return rules.Card(
        account=account,
        today=TODAY,
        now=NOW,
        freshness=policy.freshness,
        reading=reading,
        category=category,
        traits=rules.by_cost(reading.traits),
        stage=lifecycle.stage_of(account, policy.lifecycle, TODAY),
        kpis=kpi.read_kpis(account, team, policy.kpis, TODAY) if team else (),
        segment=segment.classify(value_of(account.developers), value_of(account.arr), model),
        change_weeks=policy.change_weeks,
        serving=_serving(policy, team, group_id),
        ta=PEOPLE.get(value_of(account.ta_email) or ""),
        ae=PEOPLE.get(value_of(account.ae_email) or ""),
        change=rules.change_of(account, weeks, TODAY, policy.change_weeks),
        moved=rules.moved_since(account, reading, last, policy.health),
        moved_since=last.week_ending if last else None,
        disagreement=rules.disagreement_of(account, category, reading),
        line=rules.line_of(weeks, policy.chart_weeks),
        history=rules.history_of(weeks),
        read_as=note,
    )


@pytest.fixture(scope="session")
def policy() -> Policy:
    return policy_module.load()


@pytest.fixture
def account() -> Callable[..., Account]:
    """`account(arr=…)`: only these values are known."""
    return make_account


@pytest.fixture
def usual() -> Callable[..., Account]:
    """`usual(arr=None)`: everything is known, but for what is named."""
    return lambda **changes: make_account(**{**USUAL, **changes})


@pytest.fixture
def weeks() -> Callable[..., tuple[Week, ...]]:
    return make_weeks


@pytest.fixture
def card(policy: Policy) -> Callable[..., rules.Card]:
    return lambda account, *rest, **more: make_card(policy, account, *rest, **more)


@pytest.fixture(scope="session")
def card_by() -> Callable[..., rules.Card]:
    """The same by another policy than the packaged one."""
    return make_card


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """One JSON file a case."""
    return snapshot.use_extension(JSONSnapshotExtension)
