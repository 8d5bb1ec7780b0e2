"""`kill -9` during an import leaves the book as before or as after, never between."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from bot.domain.provenance import value_of
from bot.store import open_store
from bot.store.database import SqliteDatabase

CHILD = Path(__file__).with_name("importing_child.py")
ROWS = 6_000


def write_file(path: Path, arr: int, rows: int = ROWS) -> Path:
    lines = (f"A{number},Account {number},{arr},{number % 90}\n" for number in range(rows))
    path.write_text("account_id,name,arr,mau\n" + "".join(lines))
    return path


async def run_child(url: str, file: Path, kill_after: float | None) -> tuple[bool, float]:
    """Import in another process, killed some seconds after it began to write; (finished, seconds it wrote)."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), url, "accounts", str(file), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    assert await child.stdout.readline() == b"begun\n"
    began = time.monotonic()
    try:
        rest = await asyncio.wait_for(child.stdout.readline(), timeout=kill_after)
    except TimeoutError:
        child.kill()
        rest = b""
    took = time.monotonic() - began
    await child.communicate()
    return rest == b"done\n", took


async def check_whole(url: str, clock) -> int:
    """Every account says the same amount, as the import record does; gives the amount."""
    store = open_store(url, clock)
    await store.start()
    accounts = await store.book.list_accounts()
    amounts = {value_of(account.arr) for account in accounts}
    last = await store.book.last_import("accounts")
    version = await store.book.version()
    await store.close()
    if isinstance(store.database, SqliteDatabase):
        with sqlite3.connect(store.database.path) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        raw.close()
    assert len(accounts) == ROWS
    assert len(amounts) == 1, f"some rows of two files: {amounts}"
    (cents,) = amounts
    assert cents is not None
    assert last is not None
    assert last.file == f"{cents // 100}.csv"
    assert version == cents // 100
    return cents // 100


async def kill_imports(url: str, clock, folder: Path, seeds: range) -> None:
    finished, seconds = await run_child(url, write_file(folder / "1.csv", 1), None)
    assert finished
    amount, unfinished = 1, 0
    for seed in seeds:
        moment = random.Random(seed).uniform(0, 1.1) * seconds
        file = write_file(folder / f"{amount + 1}.csv", amount + 1)
        finished, _ = await run_child(url, file, moment)
        now = await check_whole(url, clock)
        assert now in ({amount + 1} if finished else {amount, amount + 1})
        unfinished += now == amount
        amount = now
    sys.stdout.write(f"{unfinished} of {len(seeds)} kills found work unfinished\n")
    assert unfinished * 2 >= len(seeds), "the kills came too late to prove anything"


@pytest.mark.long
async def test_five_kills(database_url: str, clock, tmp_path: Path) -> None:
    await kill_imports(database_url, clock, tmp_path, range(5))


@pytest.mark.soak
async def test_fifty_kills(database_url: str, clock, tmp_path: Path) -> None:
    await kill_imports(database_url, clock, tmp_path, range(100, 150))
