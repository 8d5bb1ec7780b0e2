"""`ta-bot sync` as an operator runs it, against all five vendors played on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.domain.person import Person, Role
from bot.domain.provenance import value_of
from bot.standin.vendors import town
from bot.standin.vendors.books import Books
from bot.standin.vendors.business import PRIVATE, Business
from bot.standin.vendors.faults import VendorFault
from bot.store import open_store

NOW = datetime.now(UTC)
TA = Person(email="ta@lumenforge.example", name="Tia Alder", role=Role.TA)
MARKER = "planted-in-an-error-9001"


def business() -> Business:
    """Three accounts, everything about them told in every system; two people, one of them away."""
    today = NOW.date()
    accounts = [
        {
            "account_id": f"A-{n}",
            "name": name,
            "ta_email": TA.email,
            **dict.fromkeys(("ae_email", "ce_email", "ie_email"), "other@lumenforge.example"),
            "arr": 120_000,
            "developers": 300,
            "licensed_seats": 100,
            "mau": 80,
            "dau_4w_avg": 40.0,
            "versions_behind": 1,
            "health_score": 7.5,
            "ta_sentiment": "healthy",
            "renewal_date": today + timedelta(days=90),
            "open_tickets": 1,
            "defect_tickets_90d": 1,
            "help_tickets_90d": 1,
            "pending_actions": ("Send the usage recap",),
            "save_plan_updated_on": today - timedelta(days=3),
            "last_cbr_on": today - timedelta(days=30),
            "slack_channel_active_on": today - timedelta(days=1),
            "last_activity_on": today - timedelta(days=1),
        }
        for n, name in enumerate(("Fir Robotics", "Oak Harbor Bank", "Elm Games"), 1)
    ]
    people = [{"email": TA.email, "name": TA.name}]
    away = [
        {"email": TA.email, "starts_on": today, "ends_on": today + timedelta(days=4), "status": "approved"}
    ]
    contacts = [{"account_id": "A-1", "name": "Cy Mason", "email": "cy@fir.example", "roles": ("Champion",)}]
    return Business(accounts=accounts, contacts=contacts, people=people, absences=away)


@pytest.fixture
async def vendors() -> AsyncIterator[town.Town]:
    books = Books(business=business(), now=NOW).all()
    async with town.opened(books) as opened:
        yield opened


@pytest.fixture
def ta_bot(vendors: town.Town, run: Callable[..., Any]) -> Any:
    """Run it with the settings of all five; gives the exit code and everything it said."""

    async def ran(*words: str, **extra: str) -> tuple[int, str]:
        known = {**vendors.environment, "TA_BOT_LOG_LEVEL": "DEBUG", **extra}
        async with asyncio.timeout(60):
            done = await asyncio.to_thread(run, *words, **known)
        return done.returncode, done.stdout + done.stderr

    return ran


def _held_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_all_five_become_one_book_and_nobodys_words_are_kept(
    ta_bot: Any, vendors: town.Town, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """No leave reason, token or text of a customer or TA is in the database, the log or a report."""
    store = open_store(environment["TA_BOT_DATABASE_URL"], SystemClock(NOW.tzinfo))  # type: ignore[arg-type]
    await store.start()
    async with store.work.transaction() as tx:
        await store.people.save_people(tx, [TA], source="people.csv")
    vendors.standins["salesforce"].book.of("Account")[0]["ARR__c"] = 150_000
    vendors.standins["zendesk"].book.put(
        "organizations",
        {"id": 9, "name": "Oak Harbor Bnk", "external_id": None, "updated_at": "2026-01-01T00:00:00Z"},
    )
    vendors.standins["deel"].faults.append(
        VendorFault(kind="status", path="/people", status=500, body=f'{{"message": "{MARKER}"}}')
    )
    code, said = await ta_bot("sync")
    assert code == 0, said
    assert "3 accounts merged: 3 added, 0 changed, 0 newly churned" in said
    assert "unmatched: 1 of Zendesk" in said
    assert {"Salesforce", "opportunities", "organizations", "conversations"} <= set(
        said.split()
    )  # in 80 columns
    assert "systems disagree about arr of 1" in said
    account = next(one for one in await store.book.list_accounts() if one.name == "Fir Robotics")
    assert (value_of(account.arr), account.arr.source) == (15_000_000, "Salesforce")
    assert (value_of(account.mau), value_of(account.open_tickets), value_of(account.pending_actions)) == (
        80,
        1,
        ("Send the usage recap",),
    )
    assert [one.source for one in await store.people.list_absences(TA.email)] == ["Deel"]
    _, report = await ta_bot("sync", "report")
    assert "unmatched: Zendesk 9 “Oak Harbor Bnk”: it names no account; likely Oak Harbor Bank" in report
    assert "Fir Robotics (" in report
    assert "arr: Salesforce says $150,000 (just now), Vitally says $120,000 (just now)" in report
    _, health = await ta_bot("doctor")
    assert "✓ source: Vitally answers, and has every field that policy names" in health
    assert "1 record of Zendesk belong" in health
    (tmp_path / "accounts.csv").write_text(f"account_id,name,arr\n{account.id},Fir Robotics,90000\n")
    _, taken = await ta_bot("import", "accounts", "accounts.csv")
    assert "what a system told stays where the file says otherwise: arr of 1 account" in taken
    await store.close()
    everything = f"{said}{report}{health}".encode() + _held_in(tmp_path)
    secrets = [
        value for name, value in vendors.environment.items() if name.endswith(("_KEY", "_SECRET", "_TOKEN"))
    ]
    for planted in (PRIVATE, MARKER, *secrets):
        assert planted.encode() not in everything, planted


async def test_what_fails_is_one_line_and_the_rest_is_read(ta_bot: Any, vendors: town.Town) -> None:
    vendors.standins["zendesk"].faults.append(
        VendorFault(kind="status", path="tickets", times=None, status=403, body='{"error": "Forbidden"}')
    )
    vendors.standins["salesforce"].rename("Account", "ARR__c", "ARR_Total__c")  # type: ignore[attr-defined]
    code, said = await ta_bot("sync", "--full")
    assert code == 1, said
    assert "3 accounts merged: 3 added" in said
    assert "Salesforce: Salesforce field “Account.ARR__c” is not there" in said
    assert "ARR_Total__c" in said
    assert sum("Zendesk: Zendesk" in line for line in said.splitlines()) == 1
    code, health = await ta_bot("doctor")
    assert code == 1
    assert "ARR_Total__c" in health


async def test_wrong_usage_and_what_is_not_configured_are_explained(ta_bot: Any) -> None:
    nothing = dict.fromkeys(("VITALLY_API_KEY", "VITALLY_BASE_URL"), "")
    code, said = await ta_bot("sync", "vitally", **nothing)
    assert (code, said.strip()) == (1, "Vitally is not configured: set VITALLY_API_KEY and VITALLY_BASE_URL")
    assert (await ta_bot("sync", "--confirm"))[0] == 2
    assert (await ta_bot("sync", "report", "--full"))[0] == 2
    code, said = await ta_bot("sync", "report")
    assert (code, said.strip()) == (1, "no sync came to its end yet; try: ta-bot sync")
