"""The bot follows the demo's clock: what is due is finished at its own instant, and nothing of it runs elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.bootstrap.house import open_house
from bot.bootstrap.turning import Turnable, following
from bot.clock import SystemClock, TurnableClock
from bot.domain.person import Person, Role
from bot.errors import OperatorError, SettingsError
from bot.settings import load
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.workspace import build_workspace

ANA = "ana.lee@ta.example"
UTC_ZONE = ZoneInfo("UTC")


class Weekly:
    """Work that is due every so often, and takes its time; it notes what the clock said while it ran."""

    def __init__(
        self, clock: TurnableClock, every: timedelta, *, fails: bool = False, says: Callable[[], object] = str
    ) -> None:
        self.clock = clock
        self.every = every
        self.fails = fails
        self.says = says
        self.first = clock.now().replace(microsecond=0)
        self.ran: list[tuple[datetime, datetime]] = []

    async def next_due(self, after: datetime) -> datetime | None:
        return self.first + self.every * ((after - self.first) // self.every + 1)

    async def run_due(self, at: datetime) -> Sequence[str]:
        await asyncio.sleep(0.02)
        self.says()
        self.ran.append((at, self.clock.now()))
        if self.fails:
            raise RuntimeError("a customer's name")
        return [f"every {self.every.days} days"]


@pytest.fixture
async def server() -> AsyncIterator[StandinServer]:
    people = [Person(email=ANA, name="Ana Lee", role=Role.TA)]
    async with StandinServer(build_workspace(people)) as running:
        yield running


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock(UTC_ZONE)


async def settled() -> None:
    return None


async def never(folder: Path) -> None:
    raise AssertionError(folder)


async def test_everything_due_runs_in_order_each_at_its_own_instant(
    server: StandinServer, clock: TurnableClock
) -> None:
    """Both clocks stand at the instant while its work runs; the answer comes when the last has finished."""
    posted: list[float] = []
    weekly = Weekly(clock, timedelta(days=7), says=lambda: posted.append(server.workspace.seconds()))
    daily = Weekly(clock, timedelta(days=2))
    async with following(server.clock_url, Turnable(clock, (weekly, daily), settled, never)):
        before = clock.now()
        passed = await server.turner.turn({"by": "2 weeks"})
    days = [round((datetime.fromisoformat(one["at"]) - weekly.first) / timedelta(days=1)) for one in passed]
    assert days == [2, 4, 6, 7, 8, 10, 12, 14]
    assert passed[3]["did"] == ["every 7 days"]
    assert passed[-1]["did"] == ["every 7 days", "every 2 days"], "what is due together passes together"
    assert [at for at, _ in daily.ran] == [now for _, now in daily.ran], "never late"
    assert posted == [at.timestamp() for at, _ in weekly.ran], "the workspace's clock stood there too"
    assert abs(clock.now() - before - timedelta(days=14)) < timedelta(seconds=5)
    assert abs(clock.now().timestamp() - server.workspace.seconds()) < 0.1, "afterwards both run on together"


async def test_work_that_fails_does_not_stop_time_nor_say_whom_it_was_about(
    server: StandinServer, clock: TurnableClock
) -> None:
    broken = Weekly(clock, timedelta(days=1), fails=True)
    async with following(server.clock_url, Turnable(clock, (broken,), settled, never)):
        passed = await server.turner.turn({"by": "3 days"})
    assert [one["did"] for one in passed] == [["failed: RuntimeError"]] * 3
    assert len(broken.ran) == 3


async def test_work_under_way_is_waited_for(server: StandinServer, clock: TurnableClock) -> None:
    """What somebody asked for before the turn is answered before the turn."""
    waited: list[datetime] = []

    async def under_way() -> None:
        await asyncio.sleep(0.05)
        waited.append(clock.now())

    async with following(server.clock_url, Turnable(clock, (), under_way, never)):
        began = clock.now()
        assert await server.turner.turn({"by": "1 hour"}) == []
    assert len(waited) == 1
    assert waited[0] - began < timedelta(minutes=1)


async def test_without_the_bot_the_clock_waits_for_it(server: StandinServer, clock: TurnableClock) -> None:
    """Once followed, it turns for both or for nobody; a bot that comes back finds the right time."""
    async with aiohttp.ClientSession(server.base_url) as web:
        async with following(server.clock_url, Turnable(clock, (), settled, never)):
            assert (await web.post("/control/clock", json={"by": "1 day"})).status == 200
        await server.workspace.wait_until(lambda: server.turner.follower is None)
        refused = await web.post("/control/clock", json={"by": "1 day"})
        assert (refused.status, "does not follow" in (await refused.json())["error"]) == (409, True)
        again = TurnableClock(UTC_ZONE)
        async with following(server.clock_url, Turnable(again, (), settled, never)):
            assert abs(again.now().timestamp() - server.workspace.seconds()) < 0.1


async def test_a_bot_that_dies_on_the_way_is_told_and_time_runs_on(
    server: StandinServer, clock: TurnableClock
) -> None:
    """The clock stays where it got to; it does not jump over what was not finished."""
    running = asyncio.Event()

    class Endless(Weekly):
        async def run_due(self, at: datetime) -> Sequence[str]:
            running.set()
            await asyncio.Event().wait()
            return [str(at)]

    due = Endless(clock, timedelta(days=1))
    began = clock.now()
    async with aiohttp.ClientSession(server.base_url) as web:
        async with following(server.clock_url, Turnable(clock, (due,), settled, never)):
            turning = asyncio.create_task(web.post("/control/clock", json={"by": "1 week"}))
            await running.wait()
        refused = await turning
        assert (refused.status, "did not finish" in (await refused.json())["error"]) == (409, True)
        now = await (await web.get("/control/clock")).json()
        assert (now["turning"], now["followed"]) == (False, False)
        assert timedelta(hours=23) < datetime.fromisoformat(now["now"]) - began < timedelta(hours=25)


async def test_a_source_that_cannot_say_what_it_plans_does_not_stop_the_others(
    server: StandinServer, clock: TurnableClock
) -> None:
    class Broken(Weekly):
        async def next_due(self, after: datetime) -> datetime | None:
            raise RuntimeError(str(after))

    whole = Weekly(clock, timedelta(days=1))
    async with following(
        server.clock_url, Turnable(clock, (Broken(clock, timedelta(days=1)), whole), settled, never)
    ):
        assert len(await server.turner.turn({"by": "2 days"})) == 2


async def test_an_address_where_nothing_is_ends_the_start(clock: TurnableClock) -> None:
    with pytest.raises(OperatorError, match="TA_BOT_DEMO_CLOCK"):
        async with following("http://127.0.0.1:9/", Turnable(clock, (), settled, never), first_seconds=0.1):
            pass


@pytest.mark.parametrize(
    "clock_url",
    [
        "http://192.0.2.1:3939/control/clock/follow",
        "http://127.0.0.1:4000/control/clock/follow",
        "http://127.0.0.1.example.org:3939/control/clock/follow",
        "http://127.0.0.1:3939@example.org/control/clock/follow",
        "https://127.0.0.1:3939/control/clock/follow",
        "ws://127.0.0.1:3939/control/clock/follow",
        "nonsense",
    ],
)
def test_a_clock_anywhere_but_beside_slacks_loopback_address_is_refused(clock_url: str) -> None:
    with pytest.raises(SettingsError, match="TA_BOT_DEMO_CLOCK"):
        load(_env_file=None, slack_api_url="http://127.0.0.1:3939/api/", ta_bot_demo_clock=clock_url)


def test_a_clock_beside_the_real_slack_is_refused() -> None:
    with pytest.raises(SettingsError, match="TA_BOT_DEMO_CLOCK"):
        load(_env_file=None, ta_bot_demo_clock="https://slack.com/control/clock/follow")


async def test_a_bot_without_a_demo_has_the_machines_clock(sqlite_url: str) -> None:
    settings = load(_env_file=None, slack_bot_token=DEMO_BOT_TOKEN, ta_bot_database_url=sqlite_url)
    async with open_house(settings) as house:
        assert type(house.clock) is SystemClock
        assert abs(house.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_serving_imports_nothing_of_the_demo() -> None:
    """Neither the local workspace nor what follows its clock."""
    look = "import sys, bot.bootstrap.serving as _; print([n for n in sys.modules if n.startswith('bot.standin') or n == 'bot.bootstrap.turning'])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
