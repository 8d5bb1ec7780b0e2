"""Shared fixtures: a clock that tests turn, and the real store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import getpass
import itertools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import hypothesis
import psycopg
import pytest
import sqlalchemy as sa
import structlog

from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.jobs.engine import Calls, Engine
from bot.standin.book import write_csvs
from bot.store import Store, open_store

# How long an example takes says how busy the machine is; what must be quick is measured by itself.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")
_SUPERVISOR = Path(__file__).parent / "postgres_supervisor.py"
_INSTALL = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
_numbers = itertools.count(1)

gc.disable()  # until all tests are collected: their modules stay, and would be looked through again and again


class TurnedClock:
    """A clock that stands still until a test turns it."""

    def __init__(self, now: datetime, zone: str = "UTC") -> None:
        self.at = now
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(self.zone).date()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long bars to `make soak`, and have workers begin what takes long."""
    if "soak" not in (config.getoption("-m") or ""):
        soaked = [item for item in items if item.get_closest_marker("soak")]
        if soaked:
            config.hook.pytest_deselected(items=soaked)
            items[:] = [item for item in items if not item.get_closest_marker("soak")]
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    """When a worker's test has its turn: groups in their own order, then all others, what is long after a fifth of them.

    Groups are long too, and bots that all start at once wait for one another. The others are mixed, the same way each
    time: the tests of one folder mostly wait, of another mostly reckon, and side by side they take the time of one.
    """
    if item.get_closest_marker("xdist_group"):
        return (0, 0)
    if item.get_closest_marker("long"):
        return (2, 0)
    place = zlib.crc32(item.nodeid.encode())
    return (3 if place % 5 else 1, place)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The few tests that are timed are found without reading all the others."""
    if collection_path.match("test_*.py") and config.getoption("-m") == "alone":
        return "pytest.mark.alone" not in collection_path.read_text("utf-8") or None
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """A group must reach its worker whole; and garbage is what the tests leave behind, not what they share."""
    if hasattr(session.config, "workerinput"):
        grouped = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        scattered = [nodeid for nodeid in grouped if "@" not in nodeid]
        # Else each worker would start the browser, the demo and the launchers for itself: twice the time, and no word of it.
        assert not scattered, f"pytest-xdist does not keep groups together: {scattered[:3]}"
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _fresh_log() -> None:
    """What one test set up for its log is not there in the next."""
    structlog.reset_defaults()


@pytest.fixture
def clock() -> TurnedClock:
    """Saturday 21 November 2026, 08:00 UTC."""
    return TurnedClock(datetime(2026, 11, 21, 8, tzinfo=UTC))


async def _migrate(url: str) -> None:
    store = open_store(url, TurnedClock(datetime(2026, 11, 1, tzinfo=UTC)))
    await store.start()
    await store.close()


MadeOnce: TypeAlias = Callable[[str, Callable[[Path], None]], Path]
"""Gives the folder of a name, which the first worker that asks has filled; the others wait for it."""


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """What is made once for all workers, and only read or copied from then on."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / f"once-{name}"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                making = Path(tempfile.mkdtemp(dir=shared))
                make(making)
                making.rename(folder)  # half of it is nobody's
        return folder

    return made


@pytest.fixture(scope="session")
def migrated_files(made_once: MadeOnce) -> Path:
    """A folder with a migrated, empty SQLite database, the engine's tables in it, to be copied."""

    def make(folder: Path) -> None:
        url = f"sqlite:///{folder / 'ta-bot.db'}"
        asyncio.run(_migrate(url))
        asyncio.run(_engaged(url))

    return made_once("migrated", make)


@pytest.fixture(scope="session")
def demo_book(made_once: MadeOnce, migrated_files: Path) -> Callable[[datetime], Path]:
    """Gives a folder with the demo's book as of an instant: the files in `csv`, and `book`, a database to be copied."""

    def at(now: datetime) -> Path:
        def make(folder: Path) -> None:
            write_csvs(folder / "csv", now.date())
            shutil.copytree(migrated_files, folder / "book")
            asyncio.run(_fill(folder, TurnedClock(now)))

        return made_once(f"book-{now:%Y-%m-%dT%H}", make)

    return at


async def _fill(folder: Path, clock: TurnedClock) -> None:
    store = open_store(f"sqlite:///{folder / 'book' / 'ta-bot.db'}", clock)
    await store.start()
    for kind in ("people", "accounts", "history", "contacts"):
        await import_file(CsvFile(kind, folder / "csv" / f"{kind}.csv", clock), store)
    await store.close()


@pytest.fixture
def sqlite_url(migrated_files: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    folder = tmp_path / "book"
    shutil.copytree(migrated_files, folder)
    return f"sqlite:///{folder / 'ta-bot.db'}"


def _find_postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server for this worker, with a migrated database to copy, the engine's tables in it; gone when the
    worker ends.
    """
    programs = _find_postgres()
    if programs is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(_INSTALL)
        pytest.skip(_INSTALL)  # never in CI: a real server is needed, and the line above fails there
    folder = Path(tempfile.mkdtemp(prefix="ta-bot-pg-"))
    user = getpass.getuser()
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    # The supervisor stops the server when its input ends, even where this process is killed.
    with subprocess.Popen(
        [sys.executable, str(_SUPERVISOR), str(programs), str(folder), user],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        text=True,
    ) as supervisor:
        assert supervisor.stdout
        said = supervisor.stdout.readline()
        assert said == "ready\n", f"PostgreSQL did not start: {said}{supervisor.stdout.read()}"
        template = f"postgresql://{user}@/template_book?host={folder}"
        server = f"postgresql://{user}@/postgres?host={folder}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("CREATE DATABASE template_book")
        asyncio.run(_migrate(template))
        asyncio.run(_engaged(template))
        yield server
        supervisor.communicate()
    shutil.rmtree(folder, ignore_errors=True)


async def _engaged(url: str) -> None:
    """The durable engine makes its tables: up to half a second, which no copy takes again."""

    async def nothing(*_: object) -> str:
        return ""

    engine = Engine(sa.make_url(url), "template")
    await engine.launch(Calls(nothing, nothing))
    await engine.close()


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    yield from _database(postgres_server, "template1")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    yield from _database(postgres_server, "template_book")


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        # Copied as files, as it always was before 15: of a small one that costs half of writing its log.
        strategy = "STRATEGY file_copy" if admin.info.server_version >= 150_000 else ""
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} {strategy}")
        yield server.replace("/postgres?", f"/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(database_url: str, clock: TurnedClock) -> AsyncIterator[Store]:
    """The real store, empty, once on each engine."""
    opened = open_store(database_url, clock)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str, clock: TurnedClock) -> AsyncIterator[Store]:
    """The real store, empty, on SQLite alone: for claims that have nothing to do with the engine."""
    opened = open_store(sqlite_url, clock)
    await opened.start()
    yield opened
    await opened.close()
