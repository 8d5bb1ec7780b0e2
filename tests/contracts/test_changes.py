"""Health category changes, on both engines: within the history, and from its last week to today."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.account import CategoryChange, Week
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.store import Store

FRIDAYS = [date(2026, 10, 30) + timedelta(weeks=number) for number in range(4)]  # the last: 20 November


def account(id_: str, name: str, category: str | None, as_of: date, **values: str) -> AccountRow:
    stamp = Stamp("accounts.csv", datetime(as_of.year, as_of.month, as_of.day, 9, tzinfo=UTC))
    known = {**values, **({"health_category": category} if category else {})}
    return AccountRow(id=id_, name=name, values=known, stamp=stamp, stamps={})


def change(id_: str, name: str, on: date, before: str, now: str, **of: str) -> CategoryChange:
    return CategoryChange(
        account_id=id_,
        account_name=name,
        team=of.get("team"),
        ta_email=of.get("ta_email"),
        changed_on=on,
        before=before,
        now=now,
    )


@pytest.fixture
async def book(store: Store) -> Store:
    """Three accounts: one that moved twice and again today, one with a hole in its history, one that rests."""
    rows = [
        account("A1", "Alder", "red", date(2026, 11, 21), team="enterprise", ta_email="a@example.com"),
        account("A2", "Birch", None, date(2026, 11, 21), team="scaled", ta_email="b@example.com"),
        account("A3", "Cedar", "green", date(2026, 11, 21), team="scaled", ta_email="a@example.com"),
        account("A4", "Dune", "red", date(2026, 11, 1), team="scaled"),
    ]
    history = {
        "A1": ["green", "yellow", "yellow", "green"],
        "A2": ["green", None, "red", "red"],
        "A3": ["green", "green", "green", "green"],
        "A4": [None, None, None, "green"],  # newer than what the account says
    }
    weeks = [
        Week(account_id=id_, week_ending=day, source="history.csv", health_category=category)
        for id_, categories in history.items()
        for day, category in zip(FRIDAYS, categories, strict=True)
    ]
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=True, seen_on=date(2026, 11, 21))
        await store.book.save_weeks(tx, weeks)
    return store


ALDER = {"team": "enterprise", "ta_email": "a@example.com"}
BIRCH = {"team": "scaled", "ta_email": "b@example.com"}
ALL = (
    change("A1", "Alder", date(2026, 11, 21), "green", "red", **ALDER),
    change("A1", "Alder", FRIDAYS[3], "yellow", "green", **ALDER),
    change("A2", "Birch", FRIDAYS[2], "green", "red", **BIRCH),
    change("A1", "Alder", FRIDAYS[1], "green", "yellow", **ALDER),
)


async def test_every_change_newest_first(book: Store) -> None:
    assert await book.book.list_category_changes(since=FRIDAYS[0]) == ALL


async def test_a_change_on_the_first_day_asked_for_still_knows_what_was_before(book: Store) -> None:
    assert await book.book.list_category_changes(since=FRIDAYS[2]) == ALL[:3]


async def test_by_ta_by_team_and_by_number(book: Store) -> None:
    changes = book.book.list_category_changes
    assert await changes(since=FRIDAYS[0], ta_email="B@example.com") == ALL[2:3]
    assert await changes(since=FRIDAYS[0], team="scaled") == ALL[2:3]
    assert await changes(since=FRIDAYS[0], team="scaled", ta_email="a@example.com") == ()
    assert await changes(since=FRIDAYS[0], limit=2) == ALL[:2]


async def test_no_change_after_today(book: Store) -> None:
    assert await book.book.list_category_changes(since=date(2026, 11, 22)) == ()
