"""The weekly digest of the whole organisation over a year of everybody's weeks: seconds, memory, and the event loop.

Each size is measured in a process of its own, which answers look-ups every 5 ms meanwhile: `python -m
benchmarks.digest FILE` prints one measurement.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from benchmarks.book import CLOCK, account_id, filled, opened_store
from benchmarks.report import Line, Size
from bot import policy
from bot.bootstrap.serving import GC_THRESHOLDS
from bot.domain.schedule import IsoWeek
from bot.features.kpis.usecases import make_digest
from bot.store import Store, open_store
from bot.store.types import INSTANT

WEEKS = 52
SHARES = (0.1, 0.3, 1.0)
TICK = 0.005


@dataclass(frozen=True, slots=True)
class Measured:
    """One process: seconds of each digest, the longest time that the loop stood still, and memory in MiB."""

    accounts: int
    seconds: Sequence[float]
    cpu: Sequence[float]
    blocked: float
    blocked_idle: float
    grown: float
    peak: float


def run(size: Size, work: Path) -> list[Line]:
    """The digest's goals: 2 s, 300 MiB, 50 ms, and a cost that grows as the accounts do."""
    found = []
    for share in SHARES:
        accounts = int(size.accounts * share)
        file = asyncio.run(_with_history(work, accounts))
        found.append(_measure(file, accounts, size.rounds))
    return [line for one in found for line in _lines(one, size)] + _growth(found)


def _measure(file: Path, accounts: int, rounds: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.digest", f"sqlite:///{file}", str(rounds)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Measured(accounts, **json.loads(said))


def _lines(one: Measured, size: Size) -> Iterator[Line]:
    seconds, scale = median(one.seconds), one.accounts / 100_000
    yield Line(
        what=f"a digest over {one.accounts:,} accounts × {WEEKS} weeks",
        ours=f"{seconds:.2f} s",
        ratio=seconds,
        goal=2.0 * scale if one.accounts == size.accounts else None,
        note=f"best {min(one.seconds):.2f} s; {median(one.cpu):.2f} s of processor time over two threads",
    )
    if one.accounts != size.accounts:
        return
    yield Line(
        what="memory that it takes",
        ours=f"{one.grown:.0f} MiB",
        ratio=one.grown,
        goal=300,
        note=f"peak of the whole process {one.peak:.0f} MiB",
    )
    yield Line(
        what="longest time that the event loop stood still",
        ours=f"{one.blocked * 1000:.0f} ms",
        ratio=one.blocked * 1000,
        goal=50,
        note=f"with a look-up every {TICK * 1000:g} ms; {one.blocked_idle * 1000:.0f} ms in as long a time without",
    )


def _growth(found: Sequence[Measured]) -> list[Line]:
    """Processor time an account against that of the next smaller book: 1 is linear."""
    lines = []
    for small, large in pairwise(found):
        each = [median(one.cpu) / one.accounts for one in (small, large)]
        lines.append(
            Line(
                what=f"cost of an account, {small.accounts:,} → {large.accounts:,}",
                ours=f"{each[1] * 1e6:.1f} µs",
                beside=f"{each[0] * 1e6:.1f} µs",
                ratio=each[1] / each[0],
                goal=1.3,
            )
        )
    return lines


async def _with_history(work: Path, accounts: int) -> Path:
    """A book whose every account has a year of weeks, and instants of its own, as a sync leaves them."""
    file = work / f"year-{accounts}.db"
    if not file.exists():
        source = await filled(work, accounts)
        making = work / "making-year.db"
        making.write_bytes(source.read_bytes())
        with closing(sqlite3.connect(making)) as raw, raw:
            raw.execute("pragma synchronous = off")
            _write_weeks(raw)
            _write_instants(raw, accounts)
            _write_exceptions(raw)
        await _sum_weeks(making)
        making.rename(file)
    return file


def _write_weeks(raw: sqlite3.Connection) -> None:
    today = CLOCK.today()
    newest = today - timedelta(days=today.isoweekday() % 7)
    raw.execute("create temp table backs (n integer primary key, ending text)")
    raw.executemany(
        "insert into backs values (?, ?)",
        [(n, (newest - timedelta(weeks=WEEKS - 1 - n)).isoformat()) for n in range(WEEKS)],
    )
    raw.execute("delete from weeks")
    raw.execute("""
        insert into weeks
        select id, ending, 'history.csv', max(mau - n, 0), dau_4w_avg, licensed_seats, arr, score,
          case when score < 10 / 3.0 then 'red' when score > 20 / 3.0 then 'green' else 'yellow' end,
          ta_sentiment, versions_behind, precise_code_nav, defect_tickets_90d, help_tickets_90d,
          active_champion, access_to_buyer, last_activity_on
        from (select *, round(min(health_score + (52 - n) / 60.0, 10), 2) score from accounts cross join backs)
        order by id, n
    """)


def _write_instants(raw: sqlite3.Connection, accounts: int) -> None:
    draw, now = random.Random(7), CLOCK.now()

    def origin() -> list[object]:
        return ["vitally", INSTANT.encode(now - timedelta(seconds=draw.randrange(90_000))), 0]

    raw.executemany(
        "update accounts set provenance = ? where id = ?",
        ((json.dumps([origin(), {"usage": origin()}]), account_id(n)) for n in range(accounts)),
    )


def _write_exceptions(raw: sqlite3.Connection) -> None:
    """Of each hundred accounts eight churned within the year, four have seats without limit, two are prospects."""
    today = CLOCK.today().isoformat()
    of = "cast(substr(id, 2) as integer) % 100"
    raw.execute(
        f"update accounts set churned_on = date(?, '-' || (rowid * 7 % 365) || ' days') where {of} < 8",
        (today,),
    )
    raw.execute(f"update accounts set seats_unlimited = 1, tam = developers where {of} between 8 and 11")
    raw.execute(
        f"update accounts set expected_close_on = date(?, '+9 days') where {of} in (12, 13)", (today,)
    )


async def _sum_weeks(file: Path) -> None:
    """What an import leaves beside the history: its sums."""
    async with opened_store(file) as store, store.work.transaction() as tx:
        await store.book.save_weeks(tx, ())


async def measured(url: str, rounds: int) -> dict[str, Any]:
    """Make the digest so often, with look-ups going on, and as long nothing but the look-ups."""
    store = open_store(url, CLOCK)
    await store.start()
    ports: Any = SimpleNamespace(
        book=store.book,
        people=store.people,
        coverage=store.coverage,
        figures=store.figures,
        clock=CLOCK,
        policy=policy.load(),
    )
    week = IsoWeek.of(CLOCK.today()).plus(-1)
    await make_digest(ports, (), IsoWeek.of(CLOCK.today()).plus(1))  # what is loaded once is loaded
    gc.collect()  # as `ta-bot serve` does once it stands
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    before = _resident()
    blocked: list[float] = []
    seconds, cpu = [], []
    ticker = asyncio.create_task(tick(store, blocked))
    for _ in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        await make_digest(ports, (), week)
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    ticker.cancel()
    idle: list[float] = []
    ticker = asyncio.create_task(tick(store, idle))
    await asyncio.sleep(max(seconds))
    ticker.cancel()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await store.close()
    return {
        "seconds": seconds,
        "cpu": cpu,
        "blocked": max(blocked),
        "blocked_idle": max(idle),
        "grown": peak - before,
        "peak": peak,
    }


async def tick(store: Store, late: list[float]) -> None:
    """Answer a look-up every few milliseconds, and note by how much each came late."""
    number = 0
    while True:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - due)
        number += 1
        await store.book.find_account(account_id(number))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1], int(sys.argv[2])))))
