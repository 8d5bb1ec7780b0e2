"""Accounts and contacts made value by value, and what they are looked at with: the demo's catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.account import Account
from bot.domain.person import Contact, Team
from bot.domain.provenance import Known, Stamp
from bot.features.drafts import rules, texts
from bot.features.drafts.rules import Draft, Looking
from bot.standin.demo import POLICY

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
POLICIES = policy_module.load(POLICY)
STAMP = Stamp("looker", NOW - timedelta(days=2))
USUAL: dict[str, Any] = {
    "team": "scaled",
    "licensed_seats": 100,
    "mau": 40,
    "dau_4w_avg": 6.0,
    "versions_behind": 3,
    "active_champion": True,
    "customer_since": date(2024, 1, 1),
}
CONTACTS = (
    Contact(account_id="A-1", name="Ayşe Almgren", email="ayse@x.example", roles=("Champion",)),
    Contact(account_id="A-1", name="Bram Soto", email="bram@x.example", roles=("End User", "Instance Admin")),
    Contact(account_id="A-1", name="Camila Ueda", roles=("Deal Contact",)),
)


def make_account(name: str = "Marlin Freight", number: int = 1, **values: Any) -> Account:
    facts = {key: Known(one, STAMP) for key, one in values.items() if one is not None}
    return Account(id=f"A-{number}", name=name, **facts)


def make_looking(**changes: Any) -> Looking:
    model = POLICIES.model_on(NOW.date())
    held = rules.looking_at(POLICIES.drafts, POLICIES.health, model, NOW.date())
    return replace(held, **changes)


def make_draft(account: Account, contacts: tuple[Contact, ...] = CONTACTS, **changes: Any) -> Draft:
    looking = make_looking()
    team = Team(account.team.value) if isinstance(account.team, Known) else None
    reasons = rules.reasons_of(account, team, looking) if team else ()
    poor = rules.poor_traits(account, looking)
    offers = rules.offers_of(poor, reasons, contacts, looking.rules)
    made = Draft(
        account=account,
        team=team,
        reasons=reasons,
        poor=poor,
        offers=offers,
        text=texts.draft_text(account, reasons, rules.offers_of((), reasons, contacts, looking.rules)),
        now=NOW,
    )
    return replace(made, **changes)


@pytest.fixture
def account() -> Callable[..., Account]:
    """`account(mau=None)`: a scaled account, low in usage and three versions behind, but for what is named."""
    return lambda name="Marlin Freight", number=1, **changes: make_account(
        name, number, **{**USUAL, **changes}
    )


@pytest.fixture
def looking() -> Callable[..., Looking]:
    return make_looking


@pytest.fixture
def draft() -> Callable[..., Draft]:
    return make_draft
