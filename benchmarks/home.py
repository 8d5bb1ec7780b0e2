"""App Home of people with 400 accounts each: opened by one, by a hundred within a second, and following the book."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.book import CLOCK, account_rows, opened_store
from benchmarks.names import invented
from benchmarks.processes import Server, free_port, pinned_client, settings, start
from benchmarks.report import Line, Size, p50_p99, quantile
from benchmarks.requests import SERVE, Bench
from benchmarks.slack import TEAM, FakeSlack, fake_slack, person, signed
from benchmarks.wire import connect
from bot.domain.person import Person, Role, Team

EACH = 400
CROWD = 100
OPENINGS = 40
SETTLES = 5.0
"""Seconds in which a bot that was just started has indexed the names of its book."""
LATE = 60.0


@dataclass
class Homes:
    """The bot with its book, and people who open their tabs."""

    server: Server
    slack: FakeSlack
    opened: int = 0

    async def open(self, user_id: str) -> tuple[float, float]:
        """Open somebody's tab: seconds to the ack, and until it was published."""
        self.opened += 1
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{self.opened}",
            "event": {"type": "app_home_opened", "user": user_id, "channel": "D0", "tab": "home"},
        }
        request, shown = signed(json.dumps(body).encode(), b"application/json"), self.awaited(user_id)
        client = await connect(self.server.port)
        began = time.perf_counter()
        await client.ask(request)
        acked = time.perf_counter()
        client.close()
        return acked - began, await asyncio.wait_for(shown, LATE) - began

    def awaited(self, user_id: str) -> asyncio.Future[float]:
        """The instant at which the person's tab is published next."""
        shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.slack.tabs[user_id] = shown
        return shown


def run(size: Size, work: Path) -> list[Line]:
    """The bars of App Home, at the full size."""
    with pinned_client():
        return asyncio.run(_run(size, work))


async def _run(size: Size, work: Path) -> list[Line]:
    crowd = [f"U0HOME{number:03}" for number in range(min(CROWD, size.accounts // 100))]
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(fake_slack())
        database = await Bench(size, work, slack, stack).database("home", size.accounts)
        held = await _owned(database, crowd, size.accounts)
        port = free_port()
        server = start(
            "home", SERVE, settings(work, slack.port, port, database, socket_mode=False), work, port
        )
        stack.callback(server.stop)
        await server.ready("/readyz")
        homes = Homes(server, slack)
        await asyncio.sleep(SETTLES)
        await homes.open(crowd[0])  # builds what is built once
        one = [await homes.open(crowd[at % len(crowd)]) for at in range(OPENINGS)]
        many = await _at_once(homes, crowd)
        await asyncio.sleep(5)
        followed = await _followed(homes, database, crowd, held)
        return [*_lines(size, held, one, many), _following(followed, len(crowd))]


async def _owned(database: Path, crowd: Sequence[str], accounts: int) -> int:
    """Give each of them accounts, 400 where the book has enough; how many each has."""
    each = min(EACH, accounts // len(crowd))
    names = invented(accounts)
    emails = [person(user_id)["profile"]["email"] for user_id in crowd]
    rows = account_rows(names)[: each * len(crowd)]
    owned = [
        type(row)(
            id=row.id,
            name=row.name,
            values={**row.values, "ta_email": emails[at // each], "team": "enterprise"},
            stamp=row.stamp,
            stamps=row.stamps,
        )
        for at, row in enumerate(rows)
    ]
    people = [
        Person(email=email, name=f"TA {at}", role=Role.TA, team=Team.ENTERPRISE, slack_user_id=user_id)
        for at, (email, user_id) in enumerate(zip(emails, crowd, strict=True))
    ]
    async with opened_store(database) as store, store.work.transaction() as tx:
        await store.people.save_people(tx, people, source="people.csv")
        await store.book.save_accounts(tx, owned, complete=False, seen_on=CLOCK.today())
    return each


async def _at_once(homes: Homes, crowd: Sequence[str]) -> list[tuple[float, float]]:
    """All of them within a second."""

    async def opening(at: int, user_id: str) -> tuple[float, float]:
        await asyncio.sleep(at / len(crowd))
        return await homes.open(user_id)

    return list(await asyncio.gather(*(opening(at, one) for at, one in enumerate(crowd))))


async def _followed(homes: Homes, database: Path, crowd: Sequence[str], each: int) -> list[float]:
    """Seconds from a change of everybody's first account until each tab shows it."""
    waiting = [homes.awaited(user_id) for user_id in crowd]
    names = invented(each * len(crowd))
    rows = [row for at, row in enumerate(account_rows(names, shift=1)) if at % each == 0]
    emails = [person(user_id)["profile"]["email"] for user_id in crowd]
    changed = [
        type(row)(
            id=row.id,
            name=row.name,
            values={**row.values, "ta_email": email, "team": "enterprise", "health_score": 0.0},
            stamp=row.stamp,
            stamps=row.stamps,
        )
        for row, email in zip(rows, emails, strict=True)
    ]
    async with opened_store(database) as store, store.work.transaction() as tx:
        await store.book.save_accounts(tx, changed, complete=False, seen_on=CLOCK.today())
    began = time.perf_counter()
    return [await asyncio.wait_for(shown, LATE) - began for shown in waiting]


def _lines(
    size: Size, each: int, one: Sequence[tuple[float, float]], many: Sequence[tuple[float, float]]
) -> list[Line]:
    shown = [published for _, published in one]
    acks = [ack for ack, _ in many]
    last = max(published for _, published in many)
    what = f"{each} accounts of {size.accounts:,}"
    return [
        Line(what=f"opened → published, {what}", ours=p50_p99(shown), ratio=quantile(shown, 0.99) * 1000, goal=300,
             note="p99 in ms"),
        Line(what=f"{len(many)} open theirs within a second: slowest ack", ours=p50_p99(acks), ratio=max(acks), goal=3,
             note=f"in seconds; the last tab was published {last:.2f} s after it was opened"),
    ]  # fmt: skip


def _following(followed: Sequence[float], count: int) -> Line:
    return Line(
        what=f"a change of the book → shown on {count} open tabs",
        ours=p50_p99(followed),
        ratio=max(followed),
        goal=5,
        note="in seconds, the last of them",
    )
