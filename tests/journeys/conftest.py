"""`ta-bot` as its users run it: a process of its own, with its own directory and environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.settings import Settings
from bot.standin.book import write_csvs

Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
OURS = {name.upper() for name in Settings.model_fields}


@pytest.fixture(scope="session")
def csvs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's five files as of today."""
    folder = tmp_path_factory.mktemp("csvs")
    write_csvs(folder, datetime.now(UTC).date())
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """The machine's, without what configures a real bot, and a database of this test's own."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "TA_BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'book.db'}", "COLUMNS": "200"}


@pytest.fixture
def run(tmp_path: Path, environment: Mapping[str, str]) -> Run:
    """Run `ta-bot WORDS…` to its end."""

    def ran(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            cwd=tmp_path,
            env={**environment, **extra},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return ran


def command(*words: str) -> Sequence[str]:
    return [sys.executable, "-m", "bot", *words]
