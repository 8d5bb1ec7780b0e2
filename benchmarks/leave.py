"""Twenty absences of each person due in a year, each with its plan and all that falls due: memory, restart, look-ups."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.processes import free_port, pinned_client, settings, start
from benchmarks.report import Line, Size, p50_p99
from benchmarks.requests import SERVE, SMALL, Bench
from benchmarks.slack import fake_slack
from bot.clock import SystemClock
from bot.domain.leave import Away, CoverState, Item, Need, Plan, PlanState, Reason
from bot.domain.person import Person, Role, Team
from bot.features.coverage import keeping, timeline
from bot.features.coverage.timeline import Moment
from bot.ports.jobs import DueWork
from bot.ports.people import Absence
from bot.store import Store, open_store
from bot.store.tables import due_work

TIMES = 20  # absences of one person in a year
ITEMS = 3
AT_ONCE = 500
SETTLES = 10.0
"""Seconds after which a bot that was just started is weighed: it has looked for work a few times by then."""
DAY = timedelta(days=1)
DUE = (
    *(f"{timeline.REMIND}:{days}" for days in (14, 7, 3, 1, 0)),
    *(timeline.UNCOVERED, timeline.STATUS_ON, timeline.STATUS_OFF, timeline.END, timeline.RETURN),
)


def run(size: Size, work: Path) -> list[Line]:
    """The bars of 20,000 absences, at the full size."""
    with pinned_client():
        return asyncio.run(_run(size, work))


async def _run(size: Size, work: Path) -> list[Line]:
    absences = size.accounts // 5
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(fake_slack())
        bench = Bench(size, work, slack, stack)
        without = await bench.database("leave-without", min(SMALL, size.accounts))
        held = work / "leave-with.db"
        await asyncio.to_thread(shutil.copy, without, held)
        wrote = await fill(held, absences)
        looked = await _look_ups(held, size.rounds)
        bare, ours = [], []
        for _ in range(size.rounds):
            bare.append(await _served(work, slack.port, without))
            ours.append(await _served(work, slack.port, held))
    return [*_weighed(absences, bare, ours), *looked, wrote]


def _weighed(
    absences: int, bare: Sequence[tuple[float, ...]], ours: Sequence[tuple[float, ...]]
) -> list[Line]:
    seconds, memory, cpu = (median(one[place] for one in ours) for place in (0, 1, 2))
    at, floor, cpu_at = (median(one[place] for one in bare) for place in (0, 1, 2))
    rows = f"{absences:,} absences, {absences * len(DUE):,} rows due"
    return [
        Line(what=f"restart until /readyz, {rows}", ours=f"{seconds:.2f} s", beside=f"without {at:.2f} s",
             ratio=seconds, goal=5, note=f"in seconds; {cpu:.2f} s of CPU, without {cpu_at:.2f} s"),
        Line(what="memory of the running bot", ours=f"{memory:.1f} MiB", beside=f"without {floor:.1f} MiB",
             ratio=max(memory - floor, 0.0), goal=10, note="MiB more"),
    ]  # fmt: skip


async def _served(work: Path, slack_port: int, database: Path) -> tuple[float, float, float]:
    """Seconds until ready, memory once it has settled, and CPU seconds until ready."""
    port = free_port()
    began = time.perf_counter()
    server = start("leave", SERVE, settings(work, slack_port, port, database, socket_mode=False), work, port)
    try:
        await server.ready("/readyz")
        ready, cpu = time.perf_counter() - began, server.cpu_seconds
        await asyncio.sleep(SETTLES)
        return ready, server.memory_mib, cpu
    finally:
        server.stop()


# ------------------------------------------------------------------------------------------------- what is kept


async def fill(database: Path, absences: int) -> Line:
    """People, their absences over the next year, a plan for each, and what falls due for it."""
    store = open_store(f"sqlite:///{database}", SystemClock(ZoneInfo("UTC")))
    await store.start()
    now = store.clock.now()
    people = max(absences // TIMES, 1)
    began = time.perf_counter()
    async with store.work.transaction() as tx:
        team = Team.ENTERPRISE
        told = [Person(email=_email(at), name=f"TA {at}", role=Role.TA, team=team) for at in range(people)]
        await store.people.save_people(tx, told, source="people.csv")
    plans = list(_plans(absences, people, now))
    for first in range(0, absences, AT_ONCE):
        await _keep(store, plans[first : first + AT_ONCE])
    seconds = time.perf_counter() - began
    await store.close()
    what = f"keeping {absences:,} absences, plans and what falls due"
    return Line(what=what, ours=f"{seconds:.1f} s", beside=f"{seconds / absences * 1000:.2f} ms each")


def _moments(plan: Plan) -> list[Moment]:
    return [
        Moment(what, plan.away.starts_at - (len(DUE) - at) * timedelta(hours=1))
        for at, what in enumerate(DUE)
    ]


def _row(work: DueWork, now: datetime) -> dict[str, Any]:
    held = {column.name: getattr(work, column.name, 0) for column in due_work.columns}
    return {**held, "state": work.state.value, "changed_at": now}


async def _keep(store: Store, plans: Sequence[Plan]) -> None:
    rows: list[dict[str, Any]] = []
    now = store.clock.now()
    async with store.database.transaction() as tx:
        absences = [
            Absence(email=one.away.email, starts_on=one.away.first, ends_on=one.away.last) for one in plans
        ]
        await store.people.save_absences(tx, absences, source="absences.csv")
        for plan in plans:
            kept = await store.plans.save_plan(tx, plan)
            rows.extend(_row(keeping.work_of(kept, moment), now) for moment in _moments(kept))
        await tx.run(lambda connection: connection.execute(due_work.insert(), rows))
        for email in {one.away.email for one in plans}:
            held = [one for one in absences if one.email == email]
            await store.plans.mark_noticed(tx, email, held)


def _plans(absences: int, people: int, now: datetime) -> Iterator[Plan]:
    """One after another for each person, spread over the year that begins in three weeks."""
    step = timedelta(days=365) / max(absences // people, 1)
    for at in range(absences):
        who, time_ = divmod(at, max(absences // people, 1))
        first = (now + 21 * DAY + time_ * step + (who % 10) * DAY).date()
        yield Plan(
            id=0,
            away=Away(email=_email(who), first=first, last=first + 4 * DAY, zone="UTC"),
            team=Team.ENTERPRISE,
            state=PlanState.APPROVED,
            generation=1,
            source="absences.csv",
            items=tuple(_item(who, number, people) for number in range(ITEMS)),
            on_request=(),
            created_at=now,
        )


def _item(who: int, number: int, people: int) -> Item:
    return Item(
        account_id=f"A{(who * ITEMS + number):06}",
        account_name=f"Account {number} of {who}",
        reasons=(Reason(need=Need.RENEWS, words="renews on 3 Dec 2026, 2 pending action items"),),
        todo=("Resolve: legal review; security questionnaire",),
        until=datetime(2027, 1, 1, tzinfo=UTC).date(),
        cover_email=_email((who + number + 1) % people),
        state=CoverState.ACCEPTED,
        why_cover="same team, covers no others, same time",
    )


def _email(at: int) -> str:
    return f"ta{at:05}@ta.example"


# ---------------------------------------------------------------------------------------------------- look-ups


async def _look_ups(database: Path, rounds: int) -> list[Line]:
    store = open_store(f"sqlite:///{database}", SystemClock(ZoneInfo("UTC")))
    await store.start()
    day = (store.clock.now() + 100 * DAY).date()
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "who covers on a day": lambda: store.coverage.covers_on(day),
        "who is away in a week": lambda: store.coverage.list_away(day, day + 6 * DAY),
        "a person's plans": lambda: store.plans.list_plans(email=_email(1)),
        "how much each covers in two weeks": lambda: store.plans.count_covered(day, day + 13 * DAY),
        "whose absences changed (nobody's)": lambda: store.plans.list_unnoticed(50),
    }
    lines = []
    for what, ask in asked.items():
        times = []
        for _ in range(10 * rounds):
            began = time.perf_counter()
            await ask()
            times.append(time.perf_counter() - began)
        lines.append(Line(what=what, ours=p50_p99(times)))
    await store.close()
    return lines
