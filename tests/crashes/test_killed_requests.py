"""`kill -9` between a request's first write and the last Slack call: it is in its channel exactly once, in order, and its
asker is told exactly once. The local workspace loses connections meanwhile, and holds the bot to Slack's pace.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

LANES = 3
LOST = 0.15
"""The part of posts whose connection is lost before Slack takes them, and the part lost after."""
ASKERS = ("bronwyn.pryce-evans", "diego.larranaga", "yusuf.karadeniz", "hannah.lindqvist")
CHANNELS = ("discuss-technical-advisors", "discuss-scaled-success")
_KEPT = sa.text("select count(*) from requests")
_LEFT = sa.text(
    "select (select count(*) from outgoing where key like 'ask:%' and state = 'waiting') + (select count(*) from due_work "
    "where key like 'then:ask:%' and state in ('planned', 'started')) + (select count(*) from requests) - (select count(*) "
    "from outgoing where key like 'ask:%:told:open')"
)


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
            f"requests: {self.unfinished} of {self.kills} kills found work unfinished; {self.doubled} messages doubled, "
            f"{self.missing} missing, {len(self.problems)} problems; {self.cases} runs in {seconds:.0f} s\n"
        )


@pytest.fixture
def lines(small_book: Path) -> Sequence[str]:
    """A request about each account of the small book."""
    with (small_book / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return [f"/ask-ta {row['account_id']}: question {at}" for at, row in enumerate(csv.DictReader(file))]


def counted(house: Any, statement: sa.TextClause) -> int:
    return int(house.connection.execute(statement).scalar_one())


async def ask(house: Any, lines: Sequence[str]) -> None:
    """All bots run, then everybody asks; until every request is kept."""
    for bot in house.bots:
        await bot.start()
    for bot in house.bots:
        await bot.ready()
    askers = itertools.cycle(ASKERS)
    await asyncio.gather(
        *(house.slack.do("type", user=next(askers), channel="general", text=line) for line in lines)
    )
    await house.until(lambda: counted(house, _KEPT) == len(lines))


def is_finished(house: Any) -> bool:
    return counted(house, _LEFT) == 0


async def run_killed(house: Any, lines: Sequence[str], seed: int, seconds: float, tally: Tally) -> None:
    """One kill at a moment drawn from the time that all of it takes; where another bot lives, half of the dead stay so."""
    draw = random.Random(seed)
    for kind in ("drop_before", "drop_after"):
        await house.slack.do(
            "fault", kind=kind, method="chat.postMessage", chance=LOST, seed=draw.getrandbits(30)
        )
    await ask(house, lines)
    await asyncio.sleep(draw.uniform(0, seconds))
    victim = draw.choice([bot for bot in house.bots if bot.is_alive])
    await victim.stop()
    tally.kills += 1
    tally.unfinished += not is_finished(house)
    if not any(bot.is_alive for bot in house.bots) or draw.random() < 0.5:
        await victim.start()
    await house.until(lambda: is_finished(house))
    tally.cases += 1
    tally.problems += [f"seed {seed}: {one}" for one in await faults_of(house, len(lines), tally)]


async def faults_of(house: Any, asked: int, tally: Tally) -> list[str]:
    """What is wrong in the workspace, seen from outside."""
    found = []
    everything = [one for one in (await house.slack.look("messages"))["messages"] if one["metadata"]]
    counts = Counter(one["metadata"]["event_payload"]["key"] for one in everything)
    expected = [f"ask:{number}:{part}" for number in numbers(house) for part in ("head:0", "told:open")]
    tally.doubled += sum(count - 1 for count in counts.values())
    tally.missing += sum(key not in counts for key in expected)
    if sorted(counts.elements()) != sorted(expected):
        found.append(f"said {counts}")
    heads: Mapping[str, Sequence[Any]] = {channel: await house.slack.said(channel) for channel in CHANNELS}
    if sum(map(len, heads.values())) != asked:
        found.append(f"{sum(map(len, heads.values()))} of {asked} are in the channels")
    for channel, said in heads.items():
        ids = [int(one["metadata"]["event_payload"]["key"].split(":")[1]) for one in said]
        if ids != sorted(ids):
            found.append(f"{channel} has them in the order {ids}")
    if too_fast := (await house.slack.look("pace"))["violations"]:
        found.append(f"faster than Slack allows: {too_fast}")
    return found


def numbers(house: Any) -> Sequence[int]:
    return list(house.connection.execute(sa.text("select id from requests order by id")).scalars())


async def kill_bots(
    settlement: Any, books: Any, lines: Sequence[str], *, kills: int, replicas: int = 1
) -> None:
    began, tally = time.monotonic(), Tally()
    slacks = await asyncio.gather(*(settlement.slack() for _ in range(min(LANES, kills))))
    async with settlement.house(slacks[0], books, replicas) as house:
        await ask(house, lines)
        seconds = await house.until(lambda: is_finished(house))
        assert await faults_of(house, len(lines), Tally()) == []
    seeds = iter(range(kills))

    async def lane(slack: Any) -> None:
        for seed in seeds:
            async with settlement.house(slack, books, replicas) as house:
                await run_killed(house, lines, seed, seconds, tally)

    async with asyncio.TaskGroup() as group:
        for slack in slacks:
            group.create_task(lane(slack))
    sys.stdout.write(tally.told(time.monotonic() - began))
    assert tally.problems == []
    assert tally.unfinished * 2 >= tally.kills, "the kills came too late to prove anything"


@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_five_kills(settlement, sqlite_books, lines) -> None:
    await kill_bots(settlement, sqlite_books, lines, kills=5)


@pytest.mark.postgres
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_five_kills_of_two_replicas(settlement, postgres_books, lines) -> None:
    await kill_bots(settlement, postgres_books, lines, kills=5, replicas=2)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_fifty_kills(settlement, sqlite_books, lines) -> None:
    await kill_bots(settlement, sqlite_books, lines, kills=50)


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(7_200)
async def test_fifty_kills_of_two_replicas(settlement, postgres_books, lines) -> None:
    await kill_bots(settlement, postgres_books, lines, kills=50, replicas=2)
