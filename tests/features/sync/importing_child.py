"""Imports a file in a process of its own, to be killed. Usage: importing_child.py URL KIND FILE.

Says `begun` once rows are being written and `done` once they are kept.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.store import open_store


class _Clock:
    zone = ZoneInfo("UTC")

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 8, tzinfo=UTC)

    def today(self) -> date:
        return self.now().date()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _import(url: str, kind: str, path: Path) -> None:
    store = open_store(url, _Clock())
    await store.start()
    told = iter(["begun"])

    def progress(_done: int, _total: int) -> None:
        for word in told:
            _say(word)

    await import_file(CsvFile(kind, path, store.clock), store, progress=progress)
    _say("done")
    await store.close()


if __name__ == "__main__":
    asyncio.run(_import(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
