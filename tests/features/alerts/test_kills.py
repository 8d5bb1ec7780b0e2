"""`kill -9` between the first write of a look at the book and the last Slack call: everything is told exactly once.

The book changes from here; looking at it, keeping what fired, asking for status updates, drafting, bundling and telling is
done by a bot in a process of its own, which is killed at drawn moments and started again.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import TurnableClock
from bot.domain.alert import NoticeState
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.settings import Settings
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.workspace import build_workspace
from bot.store import Store, open_store

A_BOT = Path(__file__).parents[1] / "coverage" / "lasting" / "a_bot.py"
OURS = {name.upper() for name in Settings.model_fields}
SUNDAY = datetime(2026, 11, 29, 5, tzinfo=UTC)
"""Updates are asked for on the Thursday, and a pool's list of December is due on the Tuesday."""
DAY = timedelta(days=1)
DANA, BEA, ANN, CHANNEL = "dana@ta.example", "bea@ta.example", "ann@ae.example", "alerts-customer-usage"
PEOPLE = tuple(
    Person(email=email, name=email[:3].title(), role=role, team=team, timezone="UTC")
    for email, role, team in (
        (DANA, Role.TA, Team.ENTERPRISE),
        (BEA, Role.TA, Team.ENTERPRISE),
        (ANN, Role.AE, None),
        ("odette@ta.example", Role.OPERATOR, None),
    )
)
NUMBERS = range(12)
CHANGES: tuple[Mapping[str, Any], ...] = (
    {},
    {"health_category": "yellow"},
    {"health_category": "red", "mau_28d": 95},
    {"mau_28d": 120, "renewal_date": date(2027, 2, 1)},
    {},
)
"""What changes of every account before each morning."""
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "L1": {"team": "enterprise", "ta_email": DANA, "lighthouse": "active"},
    "L2": {"team": "enterprise", "ta_email": BEA, "lighthouse": "active"},
    "P1": {"team": "scaled", "licensed_seats": 100, "mau": 10},
}
"""Two accounts with a save plan, and one of a pool whose usage is low, of which nothing changes."""
TOLD = {"category": 24, "seats": 48, "renewal": 24, "lighthouse": 12, "enablement": 12, "save_plan_update": 2}
"""Twelve accounts: two changes of category to one, two levels of seats and a renewal to two each, a candidate to one, and
a draft. Two more are asked about.
"""
LIST = "drafts:scaled:2026-12"
DUE = {"drafts.look": (29, 1), "plan_updates.ask": (3,)}
"""Days of the month on which these jobs, which run daily, have something to do."""
STEPS = 13
"""At how many instants of these days they have something to do."""


@dataclass
class Story:
    """The store as it is seen from here, the bot, the steps at which it is killed, and what kills found."""

    store: Store
    server: StandinServer
    clock: TurnableClock
    environment: Mapping[str, str]
    draw: random.Random
    at: Collection[int]
    done: int = 0
    unfinished: int = 0
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, str(A_BOT), env=self.environment, stdin=pipe, stdout=pipe
        )
        await self.say_the_time()
        assert self.process.stdout
        assert await asyncio.wait_for(self.process.stdout.readline(), 60) == b"up\n"
        async with asyncio.timeout(60):
            while not await self.store.jobs.find_work("every:alerts.evaluate"):  # noqa: ASYNC110 # another process plans it
                await asyncio.sleep(0.05)

    async def say_the_time(self) -> None:
        assert self.process is not None
        assert self.process.stdin
        with suppress(ConnectionError):
            self.process.stdin.write(f"{self.clock.now().isoformat()}\n".encode())
            await self.process.stdin.drain()

    async def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            await self.process.wait()

    async def settle(self, step: int) -> None:
        """Until nothing is due, under way or to be said; with a kill on the way, where one is drawn."""
        await self.say_the_time()
        if step in self.at:
            await asyncio.sleep(self.draw.uniform(0, 0.25))
            self.unfinished += not await self.is_settled()
            await self.kill()
            self.done += 1
            await self.start()
        async with asyncio.timeout(90):
            while not await self.is_settled():  # noqa: ASYNC110 # another process does the work: only rows tell
                await asyncio.sleep(0.05)

    async def is_settled(self) -> bool:
        return await self.store.jobs.is_settled(self.clock.now(), messages=True)

    async def is_ours(self, at: datetime) -> bool:
        """Whether alerts, drafts or status updates have something to do at an instant."""
        work = await self.store.jobs.list_work(limit=50)
        jobs = [one.job for one in work if one.due_at == at]
        return any(job.startswith("alerts.") or at.day in DUE.get(job, ()) for job in jobs)

    async def change(self, values: Mapping[str, Any]) -> None:
        given: dict[str, Any] = {"team": "enterprise", "ae_email": ANN, "licensed_seats": 100, "mau_28d": 50}
        given |= {"mau": 10, "health_category": "green"}
        book = {f"A{number}": {**given, **values, "ta_email": (DANA, BEA)[number % 2]} for number in NUMBERS}
        stamp = Stamp("vitally", self.clock.now())
        rows = [
            AccountRow(id=id_, name=f"Account {id_}", values=held, stamp=stamp, stamps={})
            for id_, held in {**book, **OTHERS}.items()
        ]
        async with self.store.work.transaction() as tx:
            await self.store.book.save_accounts(tx, rows, complete=False, seen_on=self.clock.today())

    async def tell(self) -> None:
        """Morning after morning the book has changed; what falls due in the day is a step each."""
        step, values = 0, {}
        for number, changed in enumerate(CHANGES):
            values = {**values, **changed}
            await self.change(values)
            until = SUNDAY + (number + 1) * DAY
            while (due := await self.store.jobs.next_due(self.clock.now())) and due <= until:
                self.clock.stand_at(due)
                ours = await self.is_ours(due)
                await self.settle(step if ours else -1)
                step += ours
            self.clock.stand_at(until)
        assert step == STEPS, step

    async def faults(self) -> dict[str, Any]:
        """What was said other than once, and what was kept and not said."""
        said = Counter(
            str((one.metadata or {}).get("event_payload", {}).get("key", ""))
            for one in self.server.workspace.messages
        )
        told = [
            kept
            for account in (*(f"A{number}" for number in NUMBERS), *OTHERS)
            for kept in await self.store.alerts.list_of_account(account, limit=200)
        ]
        return {
            "doubled messages": [
                key for key, count in said.items() if key.startswith(("alert:", "drafts:")) and count != 1
            ],
            "not said": [one.notice.key for one in told if said[one.bundle] != 1],
            "not told once": [
                one.notice.key for one in told if (one.state, one.rounds) != (NoticeState.TOLD, 1)
            ],
            "alerts": {signal: count - TOLD.get(signal, 0) for signal, count in _signals(told).items()},
            "the list": said[LIST] - 1,
            "asked": 2 - len(await self.store.plan_updates.list_asks(self.clock.today() - 4 * DAY)),
            "missing": [signal for signal in TOLD if signal not in _signals(told)],
        }


def _signals(told: list[Any]) -> Counter[str]:
    return Counter(one.notice.signal for one in told)


@pytest.fixture
def killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Tells the story with kills, prints what they found, and gives the story."""

    @asynccontextmanager
    async def living(url: str, seed: int, at: Collection[int]) -> AsyncIterator[Story]:
        clock = TurnableClock(Settings(_env_file=None).zone)
        clock.stand_at(SUNDAY)
        async with StandinServer(build_workspace(PEOPLE)) as server:
            server.workspace.clock = clock
            store = open_store(url, clock)
            await store.start()
            async with store.work.transaction() as tx:
                await store.people.save_people(tx, PEOPLE, source="people.csv")
            environment = {
                **{name: value for name, value in os.environ.items() if name not in OURS},
                "HOME": str(tmp_path),
                "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
                "SLACK_API_URL": server.api_url,
                "TA_BOT_DATABASE_URL": url,
                "TA_BOT_TIMEZONE": "UTC",
            }
            story = Story(store, server, clock, environment, random.Random(seed), at)
            try:
                await story.start()
                yield story
            finally:
                await story.kill()
                await store.close()

    async def told(url: str, seed: int, at: Collection[int]) -> Story:
        async with living(url, seed, at) as story:
            await story.tell()
            faults = await story.faults()
            found = (
                f"seed {seed}: {story.done} kills, {story.unfinished} of them found work unfinished; {faults}"
            )
            with capsys.disabled():
                sys.stdout.write(f"\n{found}\n")
            assert not any(value for name, value in faults.items() if name != "alerts"), found
            assert not any(faults["alerts"].values()), found
            return story

    return told


@pytest.mark.alone
@pytest.mark.timeout(300)
async def test_a_bot_that_is_killed_tells_each_alert_once(killed: Any, sqlite_url: str) -> None:
    """While it drafts, while it posts a pool's list, and while it asks for updates."""
    story = await killed(sqlite_url, seed=1, at=(1, 6, 9))
    assert story.done == 3
    assert story.unfinished * 2 >= story.done, "the kills came too late to prove anything"


@pytest.mark.alone
@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_the_same_on_postgresql(killed: Any, postgres_url: str) -> None:
    """While it tells what waited."""
    story = await killed(postgres_url, seed=2, at=(4, 12))
    assert story.done == 2


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(300, 304))
async def test_fifty_kills(killed: Any, sqlite_url: str, seed: int) -> None:
    await killed(sqlite_url, seed, range(STEPS))


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(400, 404))
async def test_fifty_kills_on_postgresql(killed: Any, postgres_url: str, seed: int) -> None:
    await killed(postgres_url, seed, range(STEPS))
