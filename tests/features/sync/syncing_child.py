"""Reads all five systems in a process of its own, to be killed. Usage: syncing_child.py URL; the settings say where.

Its clock stands still, so that a disturbed book can be compared with an undisturbed one row by row. Says `begun` when it
begins to read and `done` once everything is merged.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap import sourcing
from bot.bootstrap.house import House
from bot.bootstrap.syncing import desk_of
from bot.clock import FixedClock
from bot.features.sync.sweeping import Asked
from bot.features.sync.syncing import sync
from bot.http.client import Line, open_session
from bot.store import open_store

CLOCK = FixedClock(datetime(2026, 11, 21, 8, tzinfo=UTC), ZoneInfo("UTC"))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _sync(url: str) -> None:
    log.configure(level="DEBUG", form="json")
    settings, policy = settings_module.load(), policy_module.load()
    store = open_store(url, CLOCK)
    await store.start()
    async with open_session() as session:
        line = Line(session=session, paced=False)
        systems = sourcing.configured(settings)
        vendors = [sourcing.vendor_of(system, line, settings, policy, CLOCK) for system in systems]
        desk = desk_of(House(settings, policy, CLOCK, store))
        _say("begun")
        report = await sync(vendors, desk, Asked())
    await store.close()
    assert not report.has_problems, report
    _say("done")


if __name__ == "__main__":
    asyncio.run(_sync(sys.argv[1]))
