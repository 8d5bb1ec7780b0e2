"""`kill -9` between the first write and the last Slack call of a plan's timeline: everything is said once, and done.

The plan's person, covers and manager act from here, as presses of a button do; everything else is done by bots in
processes of their own, which are killed at drawn moments: absences seen, reminders, the move, the Slack status, the
hand-back and the briefing.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.leave import CoverState, PlanState, SyncChoice
from bot.features.coverage import usecases
from bot.ports.people import Absence
from bot.standin.presence import status_json

World = Any
DANA, MIA = "dana@ta.example", "mia@ta.example"
LEAVE = Absence(email=DANA, starts_on=date(2027, 1, 19), ends_on=date(2027, 1, 29))
MOVED = replace(LEAVE, starts_on=date(2027, 1, 20), ends_on=date(2027, 2, 2))
A_BOT = Path(__file__).parent / "a_bot.py"
READERS = ("ann@ta.example", "cy@ta.example")
COVERS = ("bea@ta.example", "carl@ta.example")
EXPECTED = {
    "1:checklist": 1,
    **{f"1:ask:{who}": 1 for who in COVERS},
    f"1:approve:{MIA}": 1,
    "1:approved": 1,
    "1:sync:A3": 1,
    **{f"1:share:{who}": 1 for who in (*READERS, MIA, "channel")},
    **{f"1:remind:{days}": 1 for days in (14, 7)},
    "2:checklist": 1,
    **{f"2:moved:{who}": 1 for who in (*READERS, *COVERS, "channel")},
    f"2:approve:{MIA}": 1,
    "2:approved": 1,
    **{f"2:remind:{days}": 1 for days in (7, 3, 1, 0)},
    **{f"2:end:{who}": 1 for who in COVERS},
    "2:return": 1,
}
"""Everything that is said, without the versions that some keys end in."""


@dataclass
class Spares:
    """Processes that have imported everything and wait to be told to be a bot: a second or two for each."""

    environment: Mapping[str, str]
    left: int
    ready: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def take(self) -> asyncio.subprocess.Process:
        if not self.ready:
            await self.add()
        taken = self.ready.pop(0)
        await self.add()
        return taken

    async def add(self) -> None:
        if self.left > 0:
            self.left -= 1
            pipe = asyncio.subprocess.PIPE
            made = await asyncio.create_subprocess_exec(
                sys.executable, str(A_BOT), env=self.environment, stdin=pipe, stdout=pipe
            )
            self.ready.append(made)

    async def kill(self) -> None:
        for one in self.ready:
            one.kill()
            await one.wait()


@dataclass
class Process:
    """One bot."""

    spares: Spares
    at: datetime
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await self.spares.take()
        await self.stand_at(self.at)
        assert self.process.stdout
        assert await asyncio.wait_for(self.process.stdout.readline(), 60) == b"up\n"

    async def stand_at(self, at: datetime) -> None:
        self.at = at
        if self.process is not None:
            assert self.process.stdin
            with suppress(ConnectionError):
                self.process.stdin.write(f"{at.isoformat()}\n".encode())
                await self.process.stdin.drain()

    async def kill(self) -> None:
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            await process.wait()


@dataclass
class Story:
    """The bots, the kills that are drawn for them, and what those found."""

    world: World
    bots: list[Process]
    draw: random.Random
    kills: int
    done: int = 0
    unfinished: int = 0
    statuses: list[str] = field(default_factory=list)

    async def settle(self, steps_left: int) -> None:
        """Until nothing is due, under way or to be said; with a kill on the way, where one is drawn.

        The bots are told the time again, so that they look at once for what was asked from here.
        """
        await self.stand_at(self.world.clock.now())
        if self.kills > self.done and self.draw.random() < (self.kills - self.done) / max(steps_left, 1):
            await asyncio.sleep(self.draw.uniform(0, 0.8))
            await self._kill()
        async with asyncio.timeout(90):
            while not await self._is_settled():  # noqa: ASYNC110 # other processes do the work: only rows tell
                await asyncio.sleep(0.1)
        # As it shows: a status whose time is over shows no more, whenever the workspace forgets it.
        server = self.world.server
        shown = str(status_json(server.workspace, server.people.who(DANA))["text"])
        if not self.statuses or self.statuses[-1] != shown:
            self.statuses.append(shown)

    async def _kill(self) -> None:
        victim = self.draw.choice([one for one in self.bots if one.process is not None])
        self.unfinished += not await self._is_settled()
        await victim.kill()
        self.done += 1
        if all(one.process is None for one in self.bots) or self.draw.random() < 0.5:
            await victim.start()

    async def _is_settled(self) -> bool:
        return await self.world.store.jobs.is_settled(self.world.clock.now(), messages=True)

    async def stand_at(self, at: datetime) -> None:
        self.world.clock.stand_at(at)
        for one in self.bots:
            await one.stand_at(at)


async def steps(story: Story) -> AsyncIterator[str]:
    """The story, a step after another; each is named when it has been asked for and not yet been done."""
    world, ports = story.world, story.world.ports
    await world.absences(LEAVE)
    yield "the leave is seen"
    await usecases.confirm(ports, 1, DANA)
    yield "covers are asked"
    for item in (await world.plan()).items:
        await usecases.answer_cover(ports, 1, item.account_id, item.cover_email, accept=True)
    await usecases.choose_sync(ports, 1, "A3", SyncChoice.MOVED, DANA)
    await usecases.approve(ports, 1, MIA)
    yield "all agreed"
    await usecases.share(ports, 1, DANA)
    yield "shared"
    async for what in passing(story, datetime(2027, 1, 13, tzinfo=UTC)):
        yield what
    await world.absences(MOVED)
    yield "moved"
    await usecases.approve(ports, 1, MIA)
    yield "approved again"
    async for what in passing(story, datetime(2027, 2, 4, tzinfo=UTC)):
        yield what


async def passing(story: Story, to: datetime) -> AsyncIterator[str]:
    """Time passes; each instant at which something of the plan is due is a step."""
    while True:
        work = await story.world.store.jobs.list_work(prefix="ooo:", limit=1)
        if not work or work[0].due_at > to:
            break
        await story.stand_at(work[0].due_at)
        yield work[0].key
    await story.stand_at(to)


STEPS = 15
"""About how many there are, for the kills to be spread over."""


async def tell(story: Story) -> None:
    number = 0
    async for _ in steps(story):
        await story.settle(STEPS - number)
        number += 1


@dataclass(frozen=True)
class Faults:
    """What is wrong, seen from the workspace."""

    doubled: tuple[str, ...]
    missing: tuple[str, ...]
    statuses: tuple[str, ...]


def faults_of(story: Story) -> Faults:
    keys = list(story.world.counts().elements())
    said = Counter(_without_version(key) for key in keys if key.startswith("ooo:"))
    # What else the same bots have to say (alerts, a word of welcome) is of no timeline, and comes once as well.
    others = Counter(key for key in keys if not key.startswith("ooo:"))
    went = [bool(one) for one in story.statuses]
    return Faults(
        doubled=tuple(
            [key for key, count in said.items() if count > EXPECTED.get(key, 0)]
            + [key for key, count in others.items() if count > 1]
        ),
        missing=tuple(key for key, count in EXPECTED.items() if said[key] < count),
        statuses=tuple(story.statuses) if went != [False, True, False] else (),
    )


def _without_version(key: str) -> str:
    """`ooo:1:1:ask:carl@ta.example:2` → `1:ask:carl@ta.example`."""
    _, _, generation, kind = key.split(":", 3)
    versioned = kind.split(":")[0] in ("ask", "sync", "approved", "released") and kind[-1].isdigit()
    return f"{generation}:{kind.rpartition(':')[0] if versioned else kind}"


Bots = Callable[..., Any]
Told = Callable[..., Any]


@pytest.fixture
def bots(launch: Any, a_bots_environment: Callable[[str], Mapping[str, str]]) -> Bots:
    """A world in which only processes of their own work."""

    @asynccontextmanager
    async def living(url: str, count: int, seed: int, kills: int) -> AsyncIterator[Story]:
        async with launch(url, works=False) as world:
            await world.consent(DANA)
            spares = Spares(a_bots_environment(url), count + kills)
            running = [Process(spares, world.clock.now()) for _ in range(count)]
            try:
                await asyncio.gather(*(one.start() for one in running))
                yield Story(world, running, random.Random(seed), kills)
            finally:
                for one in (*running, spares):
                    await one.kill()

    return living


@pytest.fixture
def killed(bots: Bots, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Tells the story with kills, and prints what they found; gives the story."""

    async def told(url: str, count: int, seed: int, kills: int) -> Story:
        async with bots(url, count, seed, kills) as story:
            await tell(story)
            faults = faults_of(story)
            found = f"seed {seed}: {story.done} kills, {story.unfinished} of them found work unfinished; "
            found += f"{len(faults.doubled)} doubled, {len(faults.missing)} missing"
            with capsys.disabled():
                sys.stdout.write(f"\n{found}\n")
            assert faults == Faults((), (), ()), found
            plan = await story.world.plan()
            assert plan.state is PlanState.ENDED
            assert {item.state for item in plan.items} == {CoverState.ACCEPTED}
            return story

    return told


@pytest.mark.alone
@pytest.mark.timeout(400)
async def test_a_timeline_whose_bot_is_killed_says_and_does_everything_once(
    killed: Told, sqlite_url: str
) -> None:
    story = await killed(sqlite_url, 1, seed=1, kills=3)
    assert story.done == 3
    assert story.unfinished * 2 >= story.done, "the kills came too late to prove anything"


@pytest.mark.alone
@pytest.mark.postgres
@pytest.mark.timeout(400)
async def test_two_bots_of_which_one_is_killed_say_and_do_everything_once(
    killed: Told, postgres_url: str
) -> None:
    story = await killed(postgres_url, 2, seed=2, kills=2)
    assert story.done == 2


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(100, 117))
async def test_fifty_kills_of_one_bot(killed: Told, sqlite_url: str, seed: int) -> None:
    await killed(sqlite_url, 1, seed, kills=3)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(200, 217))
async def test_fifty_kills_of_two_bots(killed: Told, postgres_url: str, seed: int) -> None:
    await killed(postgres_url, 2, seed, kills=3)
