"""A book of 100,000 invented accounts, with a year of history for those that will be asked about."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.names import invented
from bot.clock import SystemClock
from bot.domain.account import Week
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.store import Store, open_store

ASKED = 2_000  # accounts with a year of history: those that requests ask about
CLOCK = SystemClock(ZoneInfo("UTC"))
_WEEKS = 53


def account_id(number: int) -> str:
    """The id of the account with that number."""
    return f"A{number:07}"


def values(number: int, today: date, shift: int = 0) -> dict[str, Any]:
    """What the book holds of an account; another `shift` moves its numbers."""
    draw = random.Random(number * 7 + shift)
    seats = draw.randrange(20, 4000)
    mau = int(seats * draw.uniform(0.3, 1))
    arr = seats * draw.randrange(150, 420) * 100
    score = round(draw.uniform(0, 10), 2)
    return {
        "domain": f"a{number}.example",
        "ta_email": f"ta{number % 60}@lumenforge.example",
        "ae_email": f"ae{number % 90}@lumenforge.example",
        "segment": "Enterprise",
        "team": ("enterprise", "scaled", "digital")[number % 3],
        "developers": int(seats * draw.uniform(1.1, 2.5)),
        "arr": arr,
        "arr_year_ago": int(arr * draw.uniform(0.8, 1.2)),
        "licensed_seats": seats,
        "mau": mau,
        "dau_4w_avg": round(mau * draw.uniform(0.1, 0.45), 1),
        "customer_since": today - timedelta(days=draw.randrange(400, 2000)),
        "production_since": today - timedelta(days=draw.randrange(100, 400)),
        "renewal_date": today + timedelta(days=draw.randrange(1, 365)),
        "health_score": score,
        "health_category": "red" if score < 10 / 3 else "green" if score > 20 / 3 else "yellow",
        "ta_sentiment": draw.choice(("healthy", "concerning", "poor")),
        "versions_behind": draw.randrange(6),
        "precise_code_nav": draw.random() < 0.7,
        "defect_tickets_90d": draw.randrange(7),
        "help_tickets_90d": draw.randrange(18),
        "active_champion": draw.random() < 0.7,
        "access_to_buyer": draw.random() < 0.6,
        "last_activity_on": today - timedelta(days=draw.randrange(45)),
        "lighthouse": "none",
        "open_tickets": draw.randrange(5),
        "goals_set": 4,
        "goals_met": draw.randrange(5),
        "vitally_url": f"https://vitally.example/accounts/{number}",
        "salesforce_url": f"https://salesforce.example/{number}",
    }


def account_rows(names: Sequence[str], shift: int = 0) -> list[AccountRow]:
    """Every account, parsed, as the book takes it; usage and health have instants of their own."""
    now, today = CLOCK.now(), CLOCK.today()
    stamp = Stamp("accounts.csv", now)
    usage = Stamp("accounts.csv", now - timedelta(days=1))
    stamps = dict.fromkeys(("mau", "dau_4w_avg", "versions_behind", "precise_code_nav"), usage)
    return [
        AccountRow(id=account_id(n), name=name, values=values(n, today, shift), stamp=stamp, stamps=stamps)
        for n, name in enumerate(names)
    ]


def weeks(count: int) -> Iterator[Week]:
    """A year of history for the first accounts."""
    today = CLOCK.today()
    newest = today - timedelta(days=(today.weekday() + 1) % 7)
    for number in range(count):
        now = values(number, today)
        same = {name: now[name] for name in Week.__dataclass_fields__ if name in now}
        for back in range(_WEEKS):
            moved = {
                "mau": max(now["mau"] - back, 0),
                "health_score": round(min(now["health_score"] + back / 60, 10), 2),
            }
            ending = newest - timedelta(weeks=back)
            yield Week(
                account_id=account_id(number), week_ending=ending, source="history.csv", **same | moved
            )


def write_csv(file: Path, names: Sequence[str], shift: int = 0) -> None:
    """The same accounts as a file for `ta-bot import`."""
    today, as_of = CLOCK.today(), datetime.combine(CLOCK.today(), datetime.min.time(), UTC).isoformat()
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        header = ("account_id", "name", *values(0, today), "as_of")
        writer.writerow(header)
        for number, name in enumerate(names):
            told = values(number, today, shift)
            told["arr"] //= 100
            told["arr_year_ago"] //= 100
            cells = ("yes" if v is True else "no" if v is False else v for v in told.values())
            writer.writerow((account_id(number), name, *cells, as_of))


def write_history(file: Path, rows: int) -> None:
    """So many weeks of history, every one different from those in the filled book."""
    columns = ("mau", "dau_4w_avg", "licensed_seats", "health_score", "health_category")
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("account_id", "week_ending", *columns))
        for week in islice(weeks(rows // _WEEKS + 1), rows):
            cells = [getattr(week, name) for name in columns]
            writer.writerow((week.account_id, week.week_ending, cells[0] + 1, *cells[1:]))


@asynccontextmanager
async def opened_store(file: Path) -> AsyncIterator[Store]:
    """A store on that file, migrated."""
    store = open_store(f"sqlite:///{file}", CLOCK)
    await store.start()
    try:
        yield store
    finally:
        await store.close()


async def filled(work: Path, accounts: int) -> Path:
    """A database file that holds so many accounts; made once in the working directory."""
    file = work / f"book-{accounts}.db"
    if not file.exists():
        making = work / "making.db"
        async with opened_store(making) as store, store.work.transaction() as tx:
            await store.book.save_accounts(
                tx, account_rows(invented(accounts)), complete=True, seen_on=CLOCK.today()
            )
            await store.book.save_weeks(tx, weeks(min(ASKED, accounts)))
        making.rename(file)
    return file


@asynccontextmanager
async def filled_store(work: Path, accounts: int) -> AsyncIterator[tuple[Store, Path]]:
    """An open store on a copy of its own of the filled database."""
    source = await filled(work, accounts)
    file = work / f"copy-{accounts}.db"
    shutil.copy(source, file)
    async with opened_store(file) as store:
        yield store, file
