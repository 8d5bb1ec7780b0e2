"""`kill -9` between the first write and the last Slack call: every digest is in its channel exactly once.

The local workspace loses connections before and after it takes a message, and holds the bot to Slack's pace.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

LANES = 4
"""Runs at once: each mostly waits for its channels' next second."""
LOST = 0.15
"""The part of posts whose connection is lost before Slack takes them, and the part lost after."""
EXPECTED = {"discuss-technical-advisors": 5, "discuss-scaled-success": 9, "general": 5}
OWNER = "tomas.arrieta@lumenforge.example"


@dataclass(frozen=True)
class Calm:
    """What happens when nothing goes wrong: how long it takes, and every channel's keys in order."""

    seconds: float
    keys: Mapping[str, Sequence[str]]


@dataclass
class Tally:
    """What the kills found and what they left behind."""

    kills: int = 0
    unfinished: int = 0
    cases: int = 0
    doubled: int = 0
    missing: int = 0
    problems: list[str] = field(default_factory=list)

    def told(self, seconds: float) -> str:
        return (
            f"{self.unfinished} of {self.kills} kills found work unfinished; {self.doubled} messages doubled, "
            f"{self.missing} missing, {len(self.problems)} problems; {self.cases} runs in {seconds:.0f} s\n"
        )


def keys_of(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["metadata"]["event_payload"]["key"] for one in messages]


async def run_calm(settlement: Any, slack: Any, books: Any, replicas: int) -> Calm:
    """Without kills and lost connections."""
    async with settlement.house(slack, books, replicas) as house:
        await begin(house)
        seconds = await house.until(house.is_finished)
        keys = {channel: keys_of(await slack.said(channel)) for channel in EXPECTED}
        assert {channel: len(set(those)) for channel, those in keys.items()} == EXPECTED
        assert await faults_of(house, keys, Tally()) == []
        return Calm(seconds, keys)


async def begin(house: Any) -> None:
    """All bots run, then digests fall due; until one is taken up."""
    for bot in house.bots:
        await bot.start()
    for bot in house.bots:
        await bot.ready()
    await house.plan()
    await house.until(house.is_begun)


async def run_killed(house: Any, calm: Calm, seed: int, kills: int, tally: Tally) -> None:
    """One to two kills of whoever is drawn; where another bot is alive, half of the dead stay so."""
    draw = random.Random(seed)
    for kind in ("drop_before", "drop_after"):
        await house.slack.do(
            "fault", kind=kind, method="chat.postMessage", chance=LOST, seed=draw.getrandbits(30)
        )
    await begin(house)
    for _ in range(kills):
        await asyncio.sleep(draw.uniform(0, calm.seconds))
        victim = draw.choice([bot for bot in house.bots if bot.is_alive])
        await victim.stop()
        tally.kills += 1
        tally.unfinished += not house.is_finished()
        if not any(bot.is_alive for bot in house.bots) or draw.random() < 0.5:
            await victim.start()
    await house.until(house.is_finished)
    tally.cases += 1
    tally.problems += [f"seed {seed}: {one}" for one in await faults_of(house, calm.keys, tally)]


async def faults_of(house: Any, expected: Mapping[str, Sequence[str]], tally: Tally) -> list[str]:
    """What is wrong in the workspace, seen from outside."""
    found = []
    for channel, keys in expected.items():
        messages = await house.slack.said(channel)
        counts = Counter(keys_of(messages))
        tally.doubled += sum(count - 1 for count in counts.values())
        tally.missing += sum(key not in counts for key in keys)
        if keys_of(messages) != list(keys):
            found.append(f"{channel} has {keys_of(messages)}")
        heads = {one["thread_ts"] for one in messages[1:]}
        if messages and (messages[0]["thread_ts"] is not None or heads != {messages[0]["ts"]}):
            found.append(f"{channel}: not every reply is in the first message's thread")
    everything = [one for one in (await house.slack.look("messages"))["messages"] if one["metadata"]]
    if len(everything) != sum(map(len, expected.values())):
        found.append(f"something was said elsewhere: {keys_of(everything)}")
    if too_fast := (await house.slack.look("pace"))["violations"]:
        found.append(f"faster than Slack allows: {too_fast}")
    if house.planned() != len(expected):
        found.append(f"{house.planned()} next slots are planned")
    return found


def drawn(first_seed: int, kills: int) -> Iterator[tuple[int, int]]:
    """Seeds with two kills or one, so many in all."""
    for seed in itertools.count(first_seed):
        some = min(kills, 2 - seed % 3 // 2)
        kills -= some
        yield seed, some
        if not kills:
            return


async def kill_bots(settlement: Any, books: Any, *, kills: int, first_seed: int, replicas: int = 1) -> None:
    began, tally = time.monotonic(), Tally()
    slacks = await asyncio.gather(*(settlement.slack() for _ in range(min(LANES, kills // 2 + 1))))
    calm = await run_calm(settlement, slacks[0], books, replicas)
    cases = drawn(first_seed, kills)

    async def lane(slack: Any) -> None:
        for seed, some in cases:
            async with settlement.house(slack, books, replicas) as house:
                await run_killed(house, calm, seed, some, tally)

    async with asyncio.TaskGroup() as group:
        for slack in slacks:
            group.create_task(lane(slack))
    sys.stdout.write(tally.told(time.monotonic() - began))
    assert tally.problems == []
    assert tally.kills == kills
    assert tally.unfinished * 2 >= tally.kills, "the kills came too late to prove anything"


# Alone, since the moments of the kills are drawn from the time that a calm run takes.
@pytest.mark.alone
@pytest.mark.timeout(400)
async def test_five_kills(settlement, sqlite_books) -> None:
    await kill_bots(settlement, sqlite_books, kills=5, first_seed=3)


@pytest.mark.alone
@pytest.mark.postgres
@pytest.mark.timeout(400)
async def test_five_kills_of_two_replicas(settlement, postgres_books) -> None:
    await kill_bots(settlement, postgres_books, kills=5, first_seed=3, replicas=2)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_a_hundred_kills(settlement, sqlite_books) -> None:
    await kill_bots(settlement, sqlite_books, kills=100, first_seed=1_000)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(7_200)
async def test_a_hundred_kills_of_two_replicas(settlement, postgres_books) -> None:
    await kill_bots(settlement, postgres_books, kills=100, first_seed=1_000, replicas=2)
