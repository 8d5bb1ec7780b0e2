"""A look at the whole book for what fires, and for whom there is a draft: seconds, and the event loop.

It is measured in a process of its own, which answers look-ups every 5 ms meanwhile: `python -m benchmarks.alerts FILE`
prints one measurement.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from benchmarks.book import CLOCK, account_id, filled
from benchmarks.digest import TICK, tick
from benchmarks.report import Line, Size
from bot import policy
from bot.bank_holidays import BankHolidays
from bot.bootstrap.serving import GC_THRESHOLDS
from bot.clock import TurnableClock
from bot.domain.person import Person, Role, Team
from bot.features.alerts import evaluating
from bot.features.drafts import usecases
from bot.store import open_store

LISTED = 7
"""A day of the month by which a working day has come and pools' lists are still due."""
FRIDAY = 4
NEWS = 0.005
"""Of the accounts, those of which something fires on a day."""


def run(size: Size, work: Path) -> list[Line]:
    """The goals: 2 s for a look at 100,000 accounts, and 50 ms for the loop."""
    file = work / "alerts.db"
    shutil.copy(asyncio.run(filled(work, size.accounts)), file)
    command = [sys.executable, "-m", "benchmarks.alerts", f"sqlite:///{file}", str(size.rounds)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return list(_lines(json.loads(said), size))


def _lines(found: Any, size: Size) -> Iterator[Line]:
    goal = 2.0 * size.accounts / 100_000
    for what, times in (("on a day on which little happens", found["days"]), ("with news", found["news"])):
        seconds, cpu = ([one[place] for one in times] for place in (0, 1))
        yield Line(
            what=f"a look at {size.accounts:,} accounts {what}",
            ours=f"{median(seconds):.2f} s",
            ratio=median(seconds),
            goal=goal,
            note=f"best {min(seconds):.2f} s; {median(cpu):.2f} s of processor time, look-ups included",
        )
    yield Line(what="the first look, which remembers them all", ours=f"{found['first'][0]:.2f} s")
    yield Line(what="a look where nothing changed", ours=f"{found['idle'][0] * 1000:.1f} ms")
    yield _stood_still("longest time that the event loop stood still", found["blocked"], 50)
    first, again = (f"{seconds:.2f} s" for seconds, _ in found["drafts"])
    yield Line(
        what="whom there is to write to: with the lists of the month", ours=first, note=f"again: {again}"
    )
    yield _stood_still("meanwhile the event loop stood still for", found["blocked by drafts"], 50)


def _stood_still(what: str, seconds: float, goal: float) -> Line:
    note = f"with a look-up every {TICK * 1000:g} ms"
    return Line(what=what, ours=f"{seconds * 1000:.0f} ms", ratio=seconds * 1000, goal=goal, note=note)


async def measured(url: str, rounds: int) -> dict[str, Any]:
    """Looks at the book, day after day."""
    gc.collect()
    gc.freeze()  # as the bot does when it has started
    gc.set_threshold(*GC_THRESHOLDS)
    clock = TurnableClock(CLOCK.zone)
    clock.stand_at(CLOCK.now())
    store = open_store(url, clock)
    await store.start()
    names = (
        *("alerts", "watching", "people", "book", "figures", "work", "plan_updates", "feedback"),
        *("readings", "outgoing"),
    )
    ports: Any = SimpleNamespace(
        **{name: getattr(store, name) for name in names},
        clock=clock,
        policy=policy.load(),
        calendar=BankHolidays(),
        directory=_Directory(),
    )
    late: list[float] = []
    ticking = asyncio.create_task(tick(store, late))
    try:
        first = await _timed(evaluating.evaluate, ports)
        idle = await _timed(evaluating.evaluate, ports)
        days, news = [], []
        for _ in range(rounds):
            clock.stand_at(clock.now() + timedelta(days=1))
            days.append(await _timed(evaluating.evaluate, ports))
            await _move(store)
            clock.stand_at(clock.now() + timedelta(days=1))
            news.append(await _timed(evaluating.evaluate, ports))
        blocked, before = max(late, default=0.0), len(late)
        await _staff(store)
        clock.stand_at((clock.now() + timedelta(days=31)).replace(day=LISTED))
        while clock.now().weekday() > FRIDAY:
            clock.stand_at(clock.now() + timedelta(days=1))
        drafts = [await _timed(usecases.night, ports) for _ in range(2)]
        return {
            "first": first,
            "idle": idle,
            "days": days,
            "news": news,
            "blocked": blocked,
            "drafts": drafts,
            "blocked by drafts": max(late[before:], default=0.0),
        }
    finally:
        ticking.cancel()
        await store.close()


class _Directory:
    """Every channel is there."""

    async def find_channel(self, name: str) -> str:
        return f"C-{name}"


async def _timed(look: Callable[[Any], Awaitable[object]], ports: Any) -> tuple[float, float]:
    """Seconds, and seconds of processor time, of a look."""
    began, spent = time.perf_counter(), time.process_time()
    await look(ports)
    return time.perf_counter() - began, time.process_time() - spent


async def _staff(store: Any) -> None:
    """Everybody who has accounts."""
    people = [
        Person(
            email=f"ta{number}@lumenforge.example", name=f"TA {number}", role=Role.TA, team=Team.ENTERPRISE
        )
        for number in range(60)
    ]
    async with store.work.transaction() as tx:
        await store.people.save_people(tx, people, source="people.csv")


async def _move(store: Any) -> None:
    """Every account changes, some for the worse."""
    count = await store.book.count_accounts()
    draw = random.Random(count)
    worse = [account_id(draw.randrange(count)) for _ in range(int(count * NEWS))]

    def write(connection: Any) -> None:
        connection.exec_driver_sql("update accounts set mau_28d = coalesce(mau_28d, mau)")
        for one in worse:
            connection.exec_driver_sql(
                "update accounts set health_category = case health_category when 'red' then 'green' "
                "when 'yellow' then 'red' else 'yellow' end where id = ?",
                (one,),
            )

    await store.database.write(write)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1], int(sys.argv[2])))))
