"""`kill -9` at any moment of a sync: what goes on afterwards ends in the book of an undisturbed one, row by row."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.person import Person, Role
from bot.standin.vendors import town
from bot.standin.vendors.books import Books
from bot.standin.vendors.business import PRIVATE, Business
from bot.store import open_store, reading_tables, tables

MANY, NEVER = 100, 10**9
"""Records from which on a second process helps: both ways end in the same book."""
CHILD = Path(__file__).with_name("syncing_child.py")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
COMPARED = {
    tables.accounts: ("revision", "named_in"),  # they count transactions
    tables.weeks: (),
    tables.contacts: (),
    tables.people: (),
    tables.absences: (),
    reading_tables.readings: (),
    reading_tables.links: (),
    reading_tables.events: (),
    reading_tables.contacts: (),
    reading_tables.people: (),
    reading_tables.absences: (),
    reading_tables.touched: (),
    reading_tables.asked: (),
    reading_tables.disagreements: (),
    reading_tables.category_moves: (),
    reading_tables.sweep_pages: (),
    reading_tables.sweeps: ("pages", "records", "changed", "refused", "calls", "seconds", "number"),
}
STAFF = [Person(email=f"ta{n}@ta.example", name=f"TA {n}", role=Role.TA) for n in range(9)]


def business(count: int) -> Business:
    today = NOW.date()
    accounts = [
        {
            "account_id": f"A{n}",
            "name": f"Account {n}",
            "ta_email": STAFF[n % 9].email,
            "arr": n * 1200,
            "developers": n % 900,
            "licensed_seats": n % 500 + 1,
            "mau": n % 400,
            "dau_4w_avg": n % 90 / 2,
            "versions_behind": n % 4,
            "health_score": n % 100 / 10,
            "ta_sentiment": ("healthy", "concerning", "poor")[n % 3],
            "renewal_date": today + timedelta(days=n % 300),
            "open_tickets": n % 3,
            "defect_tickets_90d": n % 2,
            "help_tickets_90d": n % 3,
            "pending_actions": ("Call back",) if n % 5 == 0 else (),
            "save_plan_updated_on": today - timedelta(days=n % 60) if n % 4 == 0 else None,
            "next_customer_sync_on": today + timedelta(days=n % 20) if n % 3 == 0 else None,
            "churned_on": date(2026, 5, 1) if n % 50 == 0 else None,
        }
        for n in range(1, count + 1)
    ]
    contacts = [
        {"account_id": f"A{n}", "name": f"Con {n}", "email": f"c{n}@x.example", "roles": ("Champion",)}
        for n in range(1, count + 1, 2)
    ]
    people = [{"email": one.email, "name": one.name, "country": "DE"} for one in STAFF]
    absences = [
        {"email": one.email, "starts_on": today, "ends_on": today + timedelta(days=5), "status": "approved"}
        for one in STAFF
    ]
    return Business(accounts=accounts, contacts=contacts, people=people, absences=absences)


async def prepared(url: str, clock: Any) -> None:
    """A book with people, whom absences are told of."""
    store = open_store(url, clock)
    await store.start()
    async with store.work.transaction() as tx:
        await store.people.save_people(tx, STAFF, source="people.csv")
    await store.close()


def _last_words(log: Path) -> str:
    return log.read_text()[-2000:]


def _holds_texts(log: Path) -> bool:
    return PRIVATE in log.read_text()


async def run_child(
    url: str, environment: Mapping[str, str], kill_after: float | None, log: Path, many: int = MANY
) -> tuple[bool, float]:
    """Sync in another process, killed some seconds after it began to read; (finished, seconds it ran).

    From `many` records on that one takes a second process, which ends with it.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TA_BOT_")}
    with log.open("ab") as lines:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CHILD), url, str(many)),
            env={**inherited, **environment},
            cwd=log.parent,
            stdout=asyncio.subprocess.PIPE,
            stderr=lines,
        )
    assert child.stdout
    assert await child.stdout.readline() == b"begun\n", _last_words(log)
    began = time.monotonic()
    try:
        rest = await asyncio.wait_for(child.stdout.readline(), timeout=kill_after)
    except TimeoutError:
        child.kill()
        rest = b""
    took = time.monotonic() - began
    await child.communicate()
    return rest == b"done\n", took


async def rows_of(url: str, clock: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a sync writes, but for what counts transactions and calls."""
    store = open_store(url, clock)
    await store.start()

    def read(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for table, left_out in COMPARED.items():
            columns = [column for column in table.columns if column.name not in left_out]
            rows = connection.execute(sa.select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
        return found

    rows = await store.database.scan(read)
    await store.close()
    return rows


async def kill_syncs(urls: tuple[str, str], clock: Any, folder: Path, accounts: int, kills: int) -> None:
    undisturbed, disturbed = urls
    log = folder / "sync.log"
    for url in urls:
        await prepared(url, clock)
    books = Books(business=business(accounts), now=NOW).all()
    async with town.opened(books) as opened:
        for standin in opened.standins.values():
            standin.page_size = min(standin.page_size, max(accounts // 10, 10))
        finished, seconds = await run_child(undisturbed, opened.environment, None, log, many=NEVER)
        assert finished, _last_words(log)
        unfinished = 0
        for seed in range(kills):
            # Each run goes on where the one before it was killed: together they take about as long as one whole sync.
            moment = random.Random(seed).uniform(0, 1.6 / kills) * seconds
            finished, _ = await run_child(disturbed, opened.environment, moment, log)
            unfinished += not finished
        sys.stdout.write(f"{unfinished} of {kills} kills found work unfinished\n")
        assert unfinished * 2 >= kills, "the kills came too late to prove anything"
        assert (await run_child(disturbed, opened.environment, None, log))[0]
    wanted, found = await rows_of(undisturbed, clock), await rows_of(disturbed, clock)
    assert len(wanted["accounts"]) == accounts
    assert len(wanted["absences"]) == len(STAFF)
    for name, rows in wanted.items():
        assert found[name] == rows, f"{name} differs"
    assert not _holds_texts(log)


@pytest.fixture
def sqlite_urls(tmp_path: Path) -> tuple[str, str]:
    return f"sqlite:///{tmp_path / 'undisturbed.db'}", f"sqlite:///{tmp_path / 'disturbed.db'}"


@pytest.mark.alone
async def test_three_kills(sqlite_urls: tuple[str, str], clock: Any, tmp_path: Path) -> None:
    await kill_syncs(sqlite_urls, clock, tmp_path, accounts=400, kills=3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_twenty_kills_of_twenty_thousand_accounts(
    sqlite_urls: tuple[str, str], clock: Any, tmp_path: Path
) -> None:
    await kill_syncs(sqlite_urls, clock, tmp_path, accounts=20_000, kills=20)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.postgres
async def test_twenty_kills_on_postgresql(
    postgres_url: str, empty_postgres_url: str, clock: Any, tmp_path: Path
) -> None:
    await kill_syncs((empty_postgres_url, postgres_url), clock, tmp_path, accounts=2_000, kills=20)
