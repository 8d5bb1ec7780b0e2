"""`ta-bot` as its users run it: a process of its own, with its own directory and environment."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot.settings import Settings

Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
LAUNCHER = Path(__file__).parents[1] / "launcher.py"
LIBRARIES = (
    *("aiohttp.web", "cryptography.fernet", "orjson", "prometheus_client", "psycopg", "pydantic_settings"),
    *("rapidfuzz.fuzz", "rich.markdown", "rich.table", "slack_bolt.async_app", "sqlite_utils", "structlog"),
    *("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "typer.rich_utils", "yaml"),
)
COMMANDS = tuple(
    f"bot.bootstrap.{name}"
    for name in ("digesting", "doctoring", "dues", "importing", "keeping", "serving", "syncing", "trying")
)
OURS = {name.upper() for name in Settings.model_fields}


@pytest.fixture(scope="session")
def todays_book(demo_book: Callable[[datetime], Path]) -> Path:
    """The demo's book as of today: its files, and a database that holds it."""
    return demo_book(datetime.combine(datetime.now(UTC), time(), UTC))


@pytest.fixture(scope="session")
def csvs(todays_book: Path) -> Path:
    """The demo's five files as of today."""
    return todays_book / "csv"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """The machine's, without what configures a real bot, and a database of this test's own."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "TA_BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'ta-bot.db'}", "COLUMNS": "200"}


@pytest.fixture
def imported(todays_book: Path, tmp_path: Path, environment: Mapping[str, str]) -> str:
    """The address of that database, which holds the demo's book."""
    shutil.copytree(todays_book / "book", tmp_path, dirs_exist_ok=True)
    return environment["TA_BOT_DATABASE_URL"]


class Launchers:
    """Two processes from which runs are forked: the first run of a command imports it, the later ones find it there."""

    def __init__(self) -> None:
        self._bare, self._full = (
            subprocess.Popen(
                [sys.executable, str(LAUNCHER), *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for modules in (LIBRARIES, (*LIBRARIES, *COMMANDS))
        )
        self._begun: set[str] = set()
        self._numbers = itertools.count(1)

    def run(self, asked: Mapping[str, Any]) -> int:
        """Run to the end; gives the exit code."""
        command = asked["words"][0]
        launcher = self._full if command in self._begun else self._bare
        self._begun.add(command)
        assert launcher.stdin
        assert launcher.stdout
        launcher.stdin.write(json.dumps({**asked, "number": next(self._numbers)}) + "\n")
        launcher.stdin.flush()
        while "code" not in (told := json.loads(launcher.stdout.readline())):
            pass
        return int(told["code"])

    def close(self) -> None:
        for launcher in (self._bare, self._full):
            launcher.communicate()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever runs commands is on one worker, with one pair of launchers."""
    for item in items:
        if "tests/journeys/" in item.nodeid and "run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def launchers() -> Iterator[Launchers]:
    started = Launchers()
    yield started
    started.close()


@pytest.fixture
def run(launchers: Launchers, tmp_path: Path, environment: Mapping[str, str], tmp_path_factory: Any) -> Run:
    """Run `ta-bot WORDS…` to its end."""
    said = tmp_path_factory.mktemp("said")

    def ran(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        files = {"out": str(said / "out"), "err": str(said / "err")}
        asked = {"words": words, "folder": str(tmp_path), "environment": {**environment, **extra}, **files}
        code = launchers.run(asked)
        return subprocess.CompletedProcess(
            words, code, (said / "out").read_text("utf-8"), (said / "err").read_text("utf-8")
        )

    return ran
