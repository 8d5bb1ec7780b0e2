"""Accounts made of plain values, every one of them known from the same file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.account import Account
from bot.domain.provenance import Known, Stamp
from bot.policy import Policy, load

FILE = Stamp("accounts.csv", datetime(2026, 11, 20, 6, tzinfo=UTC))


def make_account(**values: Any) -> Account:
    plain = {name: values.pop(name) for name in ("id", "name") if name in values}
    facts = {name: Known(value, FILE) for name, value in values.items()}
    return Account(**{"id": "A1", "name": "Northwind", **plain, **facts})


@pytest.fixture(scope="session")
def account() -> Callable[..., Account]:
    return make_account


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load()


@pytest.fixture(scope="session")
def today() -> date:
    return date(2026, 11, 21)
