"""The whole import of an accounts file, as `ta-bot import` does it."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.book import CLOCK, opened_store
from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile


async def seconds(database: Path, file: Path) -> float:
    """How long the import takes, from opening the file to the commit."""
    async with opened_store(database) as store:
        began = time.perf_counter()
        await import_file(CsvFile("accounts", file, CLOCK), store)
        return time.perf_counter() - began
