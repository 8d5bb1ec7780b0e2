"""Reads all five systems in a process of its own, to be killed. Usage: syncing_child.py URL MANY; the settings say where.

From so many records on it takes a second process, which ends with it.
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
from bot.bootstrap import apart, sourcing
from bot.bootstrap.house import House
from bot.bootstrap.syncing import desk_of
from bot.clock import FixedClock
from bot.features.sync.sweeping import Asked
from bot.features.sync.syncing import sync
from bot.store import open_store

CLOCK = FixedClock(datetime(2026, 11, 21, 8, tzinfo=UTC), ZoneInfo("UTC"))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _sync(url: str, many: int) -> None:
    log.configure(level="DEBUG", form="json")
    settings, policy = settings_module.load(), policy_module.load()
    store = open_store(url, CLOCK)
    await store.start()
    house, systems = House(settings, policy, CLOCK, store), sourcing.configured(settings)
    async with apart.opened(house, systems, paced=False, many=many) as (vendors, elsewhere):
        _say("begun")
        report = await sync(vendors, desk_of(house), Asked(), elsewhere=elsewhere)
    await store.close()
    assert not report.has_problems, report
    _say("done")


if __name__ == "__main__":
    asyncio.run(_sync(sys.argv[1], int(sys.argv[2])))
