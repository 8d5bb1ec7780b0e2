"""One whole sync in a process of its own. Usage: python -m benchmarks.syncing DATABASE; the settings say of which systems.

Says as JSON the seconds it took, the most memory it held with the process that it takes, and what it did.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.processes import held_mib
from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap import apart, sourcing
from bot.bootstrap.house import House
from bot.bootstrap.syncing import desk_of
from bot.clock import SystemClock
from bot.features.sync.sweeping import Asked
from bot.features.sync.syncing import sync
from bot.store import open_store


class Memory:
    """The most that this process and those that it started held at once, looked at ten times a second.

    Of the others what they hold for themselves: the libraries' own pages are the same ones.
    """

    def __init__(self) -> None:
        self.most = 0.0
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> float:
        """In MiB."""
        self._ended.set()
        return self.most

    def _watch(self) -> None:
        own = Path("/proc/self/task") / str(os.getpid()) / "children"
        while not self._ended.wait(0.1):
            others = own.read_text("utf-8").split()
            held = held_mib("self", "VmRSS:") + sum(held_mib(one, "RssAnon:") for one in others)
            self.most = max(self.most, held)


async def run(database: str) -> None:
    """Read everything, the vendors' budgets lifted."""
    log.configure(level="ERROR", form="console")
    apart.collect_seldom()
    settings, policy, clock = settings_module.load(), policy_module.load(), SystemClock(ZoneInfo("UTC"))
    memory, store = Memory(), open_store(f"sqlite:///{database}", clock)
    await store.start()
    house = House(settings, policy, clock, store)
    async with apart.opened(house, sourcing.configured(settings), paced=False) as (vendors, elsewhere):
        began, merging, spent = time.perf_counter(), [0.0], time.process_time()

        def merged(_done: int, _total: int) -> None:
            merging[0] = merging[0] or time.perf_counter()

        report = await sync(vendors, desk_of(house), Asked(whole=True), merged=merged, elsewhere=elsewhere)
        ended, cpu = time.perf_counter(), time.process_time() - spent
    await store.close()
    second = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {
        "seconds": ended - began,
        "cpu": cpu,
        "second": second.ru_utime + second.ru_stime,
        "merging": ended - (merging[0] or ended),
        "mib": memory.stop(),
        "read": sum(feed.read for source in report.sources for feed in source.feeds),
        "merged": report.merged.accounts,
        "problems": [problem for source in report.sources for problem in source.problems],
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
