"""Books as they are written, each once for all tests and workers, which only read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.standin.book import write_csvs

Written = Callable[..., Path]


@pytest.fixture(scope="session")
def written(made_once: Callable[..., Path]) -> Written:
    """Gives the folder with the files of a day; takes what `write_csvs` takes."""

    def of(day: date, **more: date) -> Path:
        named = "-".join(str(one) for one in (day, *more.values()))
        return made_once(f"written-{named}", lambda folder: write_csvs(folder, day, **more))

    return of
