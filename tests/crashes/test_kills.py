"""`kill -9` between the first write and the last Slack call: every digest and every request is said exactly once.

The local workspace loses connections before and after it takes a message, and holds the bot to Slack's pace.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.person import Team

LANES = 4
"""Runs at once: each mostly waits for its channels' next second."""
LOST = 0.15
"""The part of posts whose connection is lost before Slack takes them, and the part lost after."""
ASKERS = ("bronwyn.pryce-evans", "diego.larranaga", "yusuf.karadeniz", "hannah.lindqvist")
ASKED_IN = ("discuss-technical-advisors", "discuss-scaled-success")
ACCOUNTS_A_TEAM = 2
APART = 1.05
_KEPT = sa.text("select id from requests order by id")
_LEFT = sa.text(
    "select (select count(*) from outgoing where key like 'ask:%' and state = 'waiting') + (select count(*) from due_work "
    "where key like 'then:ask:%' and state in ('planned', 'started')) + (select count(*) from requests) - (select count(*) "
    "from outgoing where key like 'ask:%:told:open')"
)
EXPECTED = {"discuss-technical-advisors": 5, "discuss-scaled-success": 9, "general": 5}


@dataclass
class Tally:
    """What the kills found and what they left behind."""

    kills: int = 0
    unfinished: int = 0
    cases: int = 0
    doubled: int = 0
    missing: int = 0
    problems: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def told(self) -> str:
        """So far."""
        return (
            f"{self.unfinished} of {self.kills} kills found work unfinished; {self.doubled} messages doubled, "
            f"{self.missing} missing, {len(self.problems)} problems; {self.cases} runs in "
            f"{time.monotonic() - self.began:.0f} s\n"
        )


def keys_of(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["metadata"]["event_payload"]["key"] for one in messages]


async def start(house: Any) -> None:
    for bot in house.bots:
        await bot.start()
    for bot in house.bots:
        await bot.ready()


class Digests:
    """Digests of three channels, each with its thread in order, due at once."""

    seconds = 0.0
    many = 100
    keys: Mapping[str, Sequence[str]]

    async def calm(self, settlement: Any, slack: Any, books: Any, replicas: int) -> None:
        """Without kills and lost connections: how long it takes, and every channel's keys in order."""
        async with settlement.house(slack, books, replicas) as house:
            await self.begin(house)
            self.seconds = await house.until(house.is_finished)
            self.keys = {channel: keys_of(await slack.said(channel)) for channel in EXPECTED}
            assert {channel: len(set(those)) for channel, those in self.keys.items()} == EXPECTED
            assert await self.faults_of(house, Tally()) == []

    async def begin(self, house: Any) -> None:
        """All bots run, then digests fall due; until one is taken up."""
        await start(house)
        await house.plan()
        await house.until(house.is_begun)

    def is_finished(self, house: Any) -> bool:
        return bool(house.is_finished())

    async def faults_of(self, house: Any, tally: Tally) -> list[str]:
        """What is wrong in the workspace, seen from outside."""
        found = []
        for channel, keys in self.keys.items():
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
        if len(everything) != sum(map(len, self.keys.values())):
            found.append(f"something was said elsewhere: {keys_of(everything)}")
        if house.planned() != len(self.keys):
            found.append(f"{house.planned()} next slots are planned")
        return found


class Requests:
    """Requests about two accounts of each team, typed at once; each asker is told where theirs is."""

    seconds = ACCOUNTS_A_TEAM * 2 * APART  # both pools are asked in one channel
    many = 50

    def __init__(self, small_book: Path) -> None:
        with (small_book / "accounts.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        teams = [[row for row in rows if row["team"] == team][:ACCOUNTS_A_TEAM] for team in Team]
        self.lines = [f"/ask-ta {row['account_id']}: what of {row['name']}?" for row in chain(*teams)]

    async def calm(self, *_: Any) -> None:
        """What is to come is known."""

    async def begin(self, house: Any) -> None:
        """All bots run, then everybody asks; until every request is kept."""
        await start(house)
        typed = zip(itertools.cycle(ASKERS), self.lines, strict=False)
        await asyncio.gather(
            *(house.slack.do("type", user=user, channel="general", text=line) for user, line in typed)
        )
        await house.until(lambda: len(self._numbers(house)) == len(self.lines))

    def is_finished(self, house: Any) -> bool:
        """Whether each is in its channel, its asker is told, and nothing more is to be done at once."""
        return int(house.connection.execute(_LEFT).scalar_one()) == 0

    async def faults_of(self, house: Any, tally: Tally) -> list[str]:
        """What is wrong in the workspace, seen from outside."""
        found = []
        everything = [one for one in (await house.slack.look("messages"))["messages"] if one["metadata"]]
        counts = Counter(keys_of(everything))
        expected = [
            f"ask:{number}:{part}" for number in self._numbers(house) for part in ("head:0", "told:open")
        ]
        tally.doubled += sum(count - 1 for count in counts.values())
        tally.missing += sum(key not in counts for key in expected)
        if sorted(counts.elements()) != sorted(expected):
            found.append(f"said {counts}")
        places = {channel: keys_of(await house.slack.said(channel)) for channel in ASKED_IN}
        if sum(map(len, places.values())) != len(self.lines):
            found.append(f"{places} are in the channels")
        for channel, keys in places.items():
            if keys != sorted(keys, key=lambda key: int(key.split(":")[1])):
                found.append(f"{channel} has them in the order {keys}")
        return found

    def _numbers(self, house: Any) -> Sequence[int]:
        return list(house.connection.execute(_KEPT).scalars())


async def run_killed(house: Any, of: Any, seed: int, kills: int, tally: Tally) -> None:
    """One to two kills of whoever is drawn; where another bot is alive, half of the dead stay so."""
    draw = random.Random(seed)
    for kind in ("drop_before", "drop_after"):
        await house.slack.do(
            "fault", kind=kind, method="chat.postMessage", chance=LOST, seed=draw.getrandbits(30)
        )
    await of.begin(house)
    for _ in range(kills):
        await asyncio.sleep(draw.uniform(0, of.seconds))
        victim = draw.choice([bot for bot in house.bots if bot.is_alive])
        await victim.stop()
        tally.kills += 1
        tally.unfinished += not of.is_finished(house)
        if not any(bot.is_alive for bot in house.bots) or draw.random() < 0.5:
            await victim.start()
    await house.until(lambda: of.is_finished(house))
    tally.cases += 1
    found = await of.faults_of(house, tally)
    if too_fast := (await house.slack.look("pace"))["violations"]:
        found.append(f"faster than Slack allows: {too_fast}")
    tally.problems += [f"seed {seed}: {one}" for one in found]
    sys.stdout.write(f"seed {seed}: {tally.told()}")
    sys.stdout.flush()


def drawn(first_seed: int, kills: int) -> Iterator[tuple[int, int]]:
    """Seeds with two kills or one, so many in all."""
    for seed in itertools.count(first_seed):
        some = min(kills, 2 - seed % 3 // 2)
        kills -= some
        yield seed, some
        if not kills:
            return


@pytest.fixture(params=["digests", "requests"])
def of(request: pytest.FixtureRequest, small_book: Path) -> Any:
    """What is to be said once."""
    return Digests() if request.param == "digests" else Requests(small_book)


async def kill_bots(
    settlement: Any, books: Any, of: Any, *, kills: int, first_seed: int, replicas: int = 1
) -> None:
    tally = Tally()
    slacks = await asyncio.gather(*(settlement.slack() for _ in range(min(LANES, kills // 2 + 1))))
    await of.calm(settlement, slacks[0], books, replicas)
    cases = drawn(first_seed, kills)

    async def lane(slack: Any) -> None:
        for seed, some in cases:
            async with settlement.house(slack, books, replicas) as house:
                try:
                    await run_killed(house, of, seed, some, tally)
                except (AssertionError, TimeoutError) as error:
                    log = "".join(line for bot in house.bots for line in bot.lines)
                    tally.problems.append(f"seed {seed}: {error!r}\n{log}")

    async with asyncio.TaskGroup() as group:
        for slack in slacks:
            group.create_task(lane(slack))
    sys.stdout.write(tally.told())
    assert tally.problems == []
    assert tally.kills == kills
    assert tally.unfinished * 2 >= tally.kills, "the kills came too late to prove anything"


# Alone, since the moments of the kills are drawn from the time that a calm run takes.
@pytest.mark.alone
@pytest.mark.long
@pytest.mark.timeout(400)
async def test_five_kills(settlement, sqlite_books, of) -> None:
    await kill_bots(settlement, sqlite_books, of, kills=5, first_seed=3)


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.timeout(400)
async def test_five_kills_of_two_replicas(settlement, postgres_books, of) -> None:
    await kill_bots(settlement, postgres_books, of, kills=5, first_seed=3, replicas=2)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_many_kills(settlement, sqlite_books, of) -> None:
    await kill_bots(settlement, sqlite_books, of, kills=of.many, first_seed=1_000)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(7_200)
async def test_many_kills_of_two_replicas(settlement, postgres_books, of) -> None:
    await kill_bots(settlement, postgres_books, of, kills=of.many, first_seed=1_000, replicas=2)
