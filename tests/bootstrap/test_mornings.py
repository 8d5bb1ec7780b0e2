"""Turning the demo's clock leaves no value behind: each day on which something is read begins with that day's book."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.bootstrap.house import House, open_house
from bot.bootstrap.importing import take_folder
from bot.bootstrap.turning import Turnable, following
from bot.clock import TurnableClock
from bot.errors import OperatorError
from bot.settings import load
from bot.standin import demo
from bot.standin.actors import CannotDo
from bot.standin.book import write_csvs
from bot.standin.mornings import Mornings
from bot.standin.server import StandinServer
from bot.standin.workspace import build_workspace

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
async def server() -> AsyncIterator[StandinServer]:
    async with StandinServer(build_workspace([])) as running:
        yield running


class Reader:
    """Work that reads the book, due on some instants; it notes which day's book was there and what the clock said."""

    def __init__(self, clock: TurnableClock, dues: Sequence[datetime], mornings: Mornings) -> None:
        self.clock, self.dues, self.mornings = clock, dues, mornings
        self.read: list[tuple[datetime, date]] = []

    async def next_due(self, after: datetime) -> datetime | None:
        return next((due for due in self.dues if due > after), None)

    async def run_due(self, at: datetime) -> Sequence[str]:
        self.read.append((self.clock.now(), self.mornings.day))
        return [f"read at {at:%H:%M}"]


async def settled() -> None:
    return None


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


async def test_what_falls_due_reads_the_book_of_its_day(server: StandinServer, tmp_path: Path) -> None:
    """At five the new day's; before five the one of the day before; days on which nothing is due are left out."""
    clock = TurnableClock(UTC_ZONE)
    base = clock.today()
    began: list[datetime] = []

    async def take(folder: Path) -> None:
        began.append(clock.now())
        with (folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
            newest = max(one["as_of"] for one in csv.DictReader(file))
        assert datetime.fromisoformat(newest) <= clock.now(), "the bot's clock is there before the values are"

    mornings = server.turner.mornings = Mornings(tmp_path, base, take)
    days = [base + timedelta(days=ahead) for ahead in range(9)]
    reader = Reader(clock, (at(days[3], 4, 30), at(days[3], 5), at(days[3], 9), at(days[6], 8)), mornings)
    async with (
        following(server.clock_url, Turnable(clock, (reader,), settled, take)),
        aiohttp.ClientSession(server.base_url) as web,
    ):
        turned = await (await web.post("/control/clock", json={"to": at(days[8], 7).isoformat()})).json()
    assert reader.read == [
        *[(at(days[3], 4, 30), days[2]), (at(days[3], 5), days[3]), (at(days[3], 9), days[3])],
        (at(days[6], 8), days[6]),
    ]
    assert began == [datetime.combine(days[ahead], time(4, 59, 59), UTC) for ahead in (2, 3, 6, 8)]
    assert [one["did"] for one in turned["passed"] if "book" in one["did"][0]] == [
        [f"the book of {days[ahead]} was imported"] for ahead in (2, 3, 6, 8)
    ]
    assert mornings.day == days[8]


async def test_an_hour_on_the_same_day_imports_nothing(server: StandinServer, tmp_path: Path) -> None:
    async def never(folder: Path) -> None:
        raise AssertionError(folder)

    now = server.turner.clock().now()
    server.turner.mornings = Mornings(tmp_path, (now + timedelta(hours=1)).date(), never)
    assert await server.turner.turn({"by": "1 hour"}) == []


async def test_a_book_that_is_refused_stops_the_turn_and_is_told(
    server: StandinServer, tmp_path: Path
) -> None:
    async def refuse(folder: Path) -> None:
        raise OperatorError(f"no room for {folder.name}")

    began = server.turner.clock().now()
    server.turner.mornings = Mornings(tmp_path, began.date(), refuse)
    async with aiohttp.ClientSession(server.base_url) as web:
        refused = await web.post("/control/clock", json={"by": "1 week"})
        assert (refused.status, "no room for" in (await refused.json())["error"]) == (409, True)
        now = await (await web.get("/control/clock")).json()
        assert now["turning"] is False


async def test_a_demo_left_alone_overnight_has_a_new_day_too(server: StandinServer, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def take(_folder: Path) -> None:
        begun.set()

    clock = server.turner.clock()
    tomorrow = clock.today() + timedelta(days=1)
    server.turner.mornings = Mornings(tmp_path, clock.today(), take)
    clock.run_on(datetime.combine(tomorrow, time(4, 59, 58), UTC) - datetime.now(UTC))
    async with asyncio.timeout(20):
        await begun.wait()
    assert server.turner.mornings.day == tomorrow


@pytest.fixture
async def house(server: StandinServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """What the demo's bot has open."""
    given = {**demo._environment(server, tmp_path), "TA_BOT_DATABASE_URL": sqlite_url}
    ours = {name.lower(): value for name, value in given.items() if name.startswith(demo.OURS)}
    async with open_house(load(_env_file=None, **ours, ta_bot_demo_clock=server.clock_url)) as opened:
        yield opened


def bot_of(house: House) -> Turnable:
    assert isinstance(house.clock, TurnableClock)
    return Turnable(house.clock, (), settled, lambda folder: take_folder(folder, house.store))


async def test_the_bot_takes_the_book_of_a_day_at_the_demos_clock(
    server: StandinServer, house: House, tmp_path: Path
) -> None:
    """Values of next month are refused before the clock is there, and taken as of its instant."""
    today = house.clock.today()
    later = today + timedelta(days=30)
    write_csvs(tmp_path / "too early", later, base=today, since=later - timedelta(days=14))
    server.turner.mornings = Mornings(tmp_path / "book", today, server.turner.have_imported)
    async with following(server.clock_url, bot_of(house)):
        await server.workspace.wait_until(lambda: server.turner.follower is not None)
        with pytest.raises(OperatorError, match=r"accounts\.csv: nothing was imported"):
            await server.turner.have_imported(tmp_path / "too early")
        await server.turner.turn({"to": at(later, 9).isoformat()})
        last = await house.store.book.last_import("accounts")
        assert last is not None
        assert last.imported_at == datetime.combine(later, time(4, 59, 59), UTC)


async def test_without_the_bot_no_book_is_taken(server: StandinServer, tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="does not follow"):
        await server.turner.have_imported(tmp_path)
