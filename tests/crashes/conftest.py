"""The bot, its database and the local workspace as processes of their own, so that any of them can be killed."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as of_day
from pathlib import Path
from typing import Any, Self

import aiohttp
import psycopg
import pytest
import sqlalchemy as sa

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.clock import SystemClock
from bot.domain.person import Team
from bot.domain.slots import reported_on, slot_of
from bot.features.subscriptions.planning import work_of
from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.ports.digests import Subscription
from bot.settings import Settings
from bot.standin.book import write_csvs
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN
from bot.store import open_store

CHANNELS: Mapping[str, tuple[Team, ...]] = {
    "discuss-technical-advisors": (Team.ENTERPRISE,),
    "discuss-scaled-success": (Team.SCALED, Team.DIGITAL),
    "general": (),
}
OWNER = "tomas.arrieta@lumenforge.example"
ACCOUNTS_A_TEAM = 4
LAUNCHER = Path(__file__).parents[1] / "launcher.py"
IMPORTED = ("bot.bootstrap.serving", "bot.standin.server", "dbos", "typer.rich_utils")
OURS = {name.upper() for name in Settings.model_fields}
QUICK = '[work]\nmessage_retries = ["1 second", "2 seconds", "3 seconds", "5 seconds", "8 seconds", "13 seconds"]\n'
"""The shipped ones are minutes long in the end."""
PATIENCE = 240
"""Seconds: on a busy machine a start takes long."""
_LISTENING = re.compile(r"listening on (http://127\.0\.0\.1:\d+)")
_LEFT = sa.text(
    "select (select count(*) from due_work where (key in :slots or key like 'then:%') and state in ('planned', "
    "'started')) + (select count(*) from outgoing where state = 'waiting')"
).bindparams(sa.bindparam("slots", expanding=True))
_BEGUN = sa.text("select count(*) from due_work where key like 'digest:%' and state <> 'planned'")


class Slack:
    """The local workspace, over its control interface."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self._session = session

    async def do(self, what: str, **body: Any) -> Mapping[str, Any]:
        async with self._session.post(f"{self.address}/control/{what}", json=body) as answer:
            told: Mapping[str, Any] = await answer.json()
            assert told["ok"], told
            return told

    async def look(self, what: str, **query: str) -> Mapping[str, Any]:
        async with self._session.get(f"{self.address}/control/{what}", params=query) as answer:
            told: Mapping[str, Any] = await answer.json()
            assert told.get("ok", True), told
            return told

    async def said(self, channel: str) -> Sequence[Mapping[str, Any]]:
        """The bot's messages in a channel, oldest first."""
        told = await self.look("messages", channel=channel)
        return [one for one in told["messages"] if one["metadata"]]


class Run:
    """A process that the launcher forked."""

    def __init__(self, said: asyncio.StreamReader) -> None:
        self.said = said
        self.pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def has_ended(self) -> bool:
        return self._code.done()

    def ended(self, code: int) -> None:
        self._code.set_result(code)

    def send_signal(self, number: signal.Signals) -> None:
        if not self.has_ended:
            os.kill(self.pid.result(), number)

    async def wait(self) -> int:
        """Until it ended; gives its exit code."""
        return await asyncio.wait_for(asyncio.shield(self._code), PATIENCE)


class Launcher:
    """Forks bots and workspaces from one process that has imported everything, which each of them would do anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: dict[int, Run] = {}
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(LAUNCHER), *IMPORTED), stdin=pipe, stdout=pipe
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *raised: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            told = json.loads(line)
            run = self._runs[told["number"]]
            if "code" in told:
                run.ended(told["code"])
            else:
                run.pid.set_result(told["pid"])

    async def start(
        self, *words: str, environment: Mapping[str, str], module: str = "bot", hears: str = "err"
    ) -> Run:
        """Run `python -m module words`, hearing what it says on `out` or `err`."""
        number = next(self._numbers)
        pipe = self._folder / f"said-{number}"
        os.mkfifo(pipe)
        heard = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(heard), os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
        )
        run = self._runs[number] = Run(heard)
        asked = {"module": module, "words": words, "folder": str(self._folder), hears: str(pipe)}
        assert self._process.stdin
        self._process.stdin.write(
            json.dumps({**asked, "environment": {**environment}, "number": number}).encode() + b"\n"
        )
        await asyncio.wait_for(asyncio.shield(run.pid), PATIENCE)
        return run


@asynccontextmanager
async def _slack(launcher: Launcher) -> AsyncIterator[Slack]:
    run = await launcher.start("--port", "0", module="bot.standin", environment=os.environ, hears="out")
    try:
        ready = (await asyncio.wait_for(run.said.readline(), PATIENCE)).decode()
        assert ready.startswith("ready: "), ready
        async with aiohttp.ClientSession() as session:
            yield Slack(ready.removeprefix("ready: ").strip(), session)
    finally:
        run.send_signal(signal.SIGKILL)
        await run.wait()


@dataclass
class Bot:
    """One `ta-bot serve`."""

    environment: Mapping[str, str]
    launcher: Launcher
    lines: list[str] = field(default_factory=list)
    address: str = ""
    _run: Run | None = None
    _reading: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        return self._run is not None

    async def start(self) -> None:
        """Until it listens."""
        self._run = await self.launcher.start("serve", environment=self.environment)
        listening = asyncio.Event()
        self._reading = asyncio.create_task(self._read(self._run, listening))
        await asyncio.wait_for(listening.wait(), PATIENCE)

    async def _read(self, run: Run, listening: asyncio.Event) -> None:
        async for raw in run.said:
            self.lines.append(raw.decode())
            if found := _LISTENING.search(self.lines[-1]):
                self.address = found[1]
                listening.set()
        listening.set()

    async def ready(self) -> None:
        """Until it takes work up."""
        assert self._run
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while not self._run.has_ended:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{self.address}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise AssertionError(f"it ended by itself: {''.join(self.lines)}")

    async def stop(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End it; gives its exit code."""
        assert self._run
        assert self._reading
        self._run.send_signal(number)
        code = await self._run.wait()
        await self._reading
        self._run = None
        return code


@dataclass
class House:
    """A database with digests to post, and the bots that serve from it, in a workspace."""

    slack: Slack
    url: str
    bots: list[Bot]
    connection: sa.Connection
    slots: list[str] = field(default_factory=list)

    async def plan(self) -> None:
        """Every channel's digest was due a few minutes ago."""
        clock = SystemClock(Settings(_env_file=None).zone)
        due_at = clock.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
        told = await self.slack.look("state")
        ids = {one["name"]: one["id"] for one in told["channels"]}
        store = open_store(self.url, clock)
        await store.start()
        async with store.work.transaction() as tx:
            for channel, teams in CHANNELS.items():
                wanted = _subscription(ids[channel], teams, due_at)
                kept = await store.digests.save_subscription(tx, wanted)
                week = reported_on(due_at.date())
                slot = slot_of(kept, week, policy_module.load().digest, BankHolidays())
                assert slot.due_at == due_at
                await store.jobs.plan_later(tx, work_of(kept, slot))
                self.slots.append(slot.key)
        await store.close()

    def is_begun(self) -> bool:
        """Whether a slot was taken up: the first write."""
        return self._count(_BEGUN) > 0

    def is_finished(self) -> bool:
        """Whether the slots are done, every message is settled and all that follows from it is done."""
        return self._count(_LEFT, slots=self.slots) == 0

    def _count(self, statement: sa.TextClause, **values: Any) -> int:
        return int(self.connection.execute(statement, values).scalar_one())

    def planned(self) -> int:
        """Slots that are planned: the next ones, once the first are posted."""
        words = "select count(*) from due_work where key like 'digest:%' and state = 'planned'"
        return self._count(sa.text(words))

    async def until(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> float:
        """Wait for something in the database; gives for how long."""
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, f"still not: {self._open_rows()}"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def _open_rows(self) -> Sequence[Any]:
        words = (
            "select key, state, note from due_work where state <> 'done' union all "
            "select key, state, note from outgoing where state <> 'sent'"
        )
        return self.connection.execute(sa.text(words)).all()

    async def stop(self) -> None:
        for bot in self.bots:
            if bot.is_alive:
                await bot.stop()


def _subscription(channel_id: str, teams: tuple[Team, ...], due_at: datetime) -> Subscription:
    return Subscription(
        id=0,
        channel_id=channel_id,
        teams=teams,
        weekday=due_at.weekday(),
        at=of_day(due_at.hour, due_at.minute),
        zone="UTC",
        country="",
        owner_email=OWNER,
        created_at=due_at - timedelta(days=1),
    )


@pytest.fixture(scope="session")
def small_book(made_once: Callable[..., Path]) -> Path:
    """A folder with the files of a few accounts of each team, and everybody."""
    return made_once("small-book", _write_small)


def _write_small(folder: Path) -> None:
    write_csvs(folder, datetime.now(UTC).date())
    kept: dict[str, str] = {}

    def few(row: dict[str, str]) -> bool:
        if list(kept.values()).count(row["team"]) < ACCOUNTS_A_TEAM and row["team"]:
            kept[row["account_id"]] = row["team"]
        return row["account_id"] in kept

    for kind, keeps in (("accounts", few), ("history", lambda row: row["account_id"] in kept)):
        with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if keeps(row)]
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


async def _fill(url: str, folder: Path) -> None:
    clock = SystemClock(Settings(_env_file=None).zone)
    store = open_store(url, clock)
    await store.start()
    for kind in ("people", "accounts", "history"):
        await import_file(CsvFile(kind, folder / f"{kind}.csv", clock), store)
    await store.close()


Made = Callable[[int], str]
"""Makes the address of a database of its own, with the small book in it."""


@pytest.fixture
def sqlite_books(migrated_files: Path, small_book: Path, tmp_path: Path) -> Made:
    shutil.copytree(migrated_files, tmp_path / "filled")
    asyncio.run(_fill(f"sqlite:///{tmp_path / 'filled' / 'ta-bot.db'}", small_book))

    def made(number: int) -> str:
        shutil.copytree(tmp_path / "filled", tmp_path / str(number))
        return f"sqlite:///{tmp_path / str(number) / 'ta-bot.db'}"

    return made


@pytest.fixture
def postgres_books(postgres_server: str, small_book: Path) -> Iterator[Made]:
    names = ["filled_book"]

    def create(name: str, template: str) -> str:
        with closing(psycopg.connect(postgres_server, autocommit=True)) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgres_server.replace("/postgres?", f"/{name}?")

    def made(number: int) -> str:
        names.append(f"crashed_{number}")
        return create(names[-1], "filled_book")

    asyncio.run(_fill(create("filled_book", "template_book"), small_book))
    yield made
    with closing(psycopg.connect(postgres_server, autocommit=True)) as admin:
        for name in names:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    parsed = sa.make_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    engine = sa.create_engine(parsed.set(drivername=driver), poolclass=sa.pool.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


class Settlement:
    """Founds houses, each with a database of its own; workspaces are used again one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = AsyncExitStack()
        self._numbers = itertools.count(1)
        (folder / "policy.toml").write_text(QUICK)

    async def __aenter__(self) -> Self:
        self._launcher = await self._open.enter_async_context(Launcher(self._folder))
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._open.aclose()

    async def slack(self) -> Slack:
        """Another workspace."""
        return await self._open.enter_async_context(_slack(self._launcher))

    @asynccontextmanager
    async def house(self, slack: Slack, made: Made, replicas: int = 1) -> AsyncIterator[House]:
        """A house with that many bots, none of them started; the workspace begins anew."""
        await slack.do("reset")
        await slack.do("pace", on=True, burst=3)
        url = made(next(self._numbers))
        with _connected(url) as connection:
            bots = [Bot(self._environment(url, slack), self._launcher) for _ in range(replicas)]
            house = House(slack, url, bots, connection)
            try:
                yield house
            finally:
                await house.stop()

    def _environment(self, url: str, slack: Slack) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        ours = {
            "SLACK_API_URL": f"{slack.address}/api/",
            "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
            "SLACK_APP_TOKEN": DEMO_APP_TOKEN,
            "TA_BOT_DATABASE_URL": url,
            "TA_BOT_PORT": "0",
            "TA_BOT_POLICY": str(self._folder / "policy.toml"),
            "TA_BOT_LOG_FORMAT": "json",
        }
        return {**inherited, **ours}


@pytest.fixture
async def settlement(tmp_path: Path) -> AsyncIterator[Settlement]:
    async with Settlement(tmp_path) as founded:
        yield founded
