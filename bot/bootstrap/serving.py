"""`ta-bot serve` and `ta-bot demo`."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import log, manifest
from bot import settings as settings_module
from bot.bank_holidays import BankHolidays
from bot.bootstrap import sourcing
from bot.bootstrap.answering import handlers, ports_of
from bot.bootstrap.house import House, open_house
from bot.bootstrap.lasting import Lasting, make_lasting
from bot.clock import TurnableClock
from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.listen import Edge, build_edge
from bot.slack.serve import serve as serve_edge
from bot.slack.wiring import make_slack

SETTLE_SECONDS = 30.0
GC_THRESHOLDS = (10_000, 20, 20)
"""An answer makes a thousand objects and drops them all: Python's 700 look at most of them too early."""


async def serve() -> None:
    """Run the bot until it is told to stop; raises SettingsError with everything that is missing."""
    gc.set_threshold(*GC_THRESHOLDS)
    settings = settings_module.load()
    problems = settings_module.serving_problems(settings)
    if problems:
        raise SettingsError(problems)
    async with open_house(settings) as house:
        await _serve(house, settings)


async def _serve(house: House, settings: Settings) -> None:
    side = make_slack(settings, house.clock, house.store.audit, kept=house.store)
    lasting = make_lasting(house, side, ports_of(house, side))
    edge = build_edge(side, lasting.ports, handlers())
    stop = asyncio.Event()
    # Names are indexed as soon as we run, not when the first person asks; who asks meanwhile has their ack at
    # once and their answer when the index stands (two seconds at 100,000 accounts).
    edge.working.start(_settle(house))
    await lasting.start(stop.set)
    async with _looking(house), edge.homes.watched(), _turnable(house, edge, lasting):
        await serve_edge(
            edge,
            checks={"database": house.store.database.ping},
            scopes=tuple(sorted(manifest.load().bot_scopes)),
            age=lambda: _age_of_book(house),
            announce=lambda line: log.get(__name__).info(line),
            stop=stop,
            finish=lasting.close,
        )


@asynccontextmanager
async def _looking(house: House) -> AsyncIterator[None]:
    """What policy names and a system does not have is said as soon as we run; nobody waits for it."""
    looking = asyncio.create_task(sourcing.check(house))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _settle(house: House) -> None:
    """Index the names, then let the garbage collector look only at what requests leave behind.

    What stands by now stays. Looking through all of it again held every request up for 100 to 400 ms, time and
    again, and took a tenth of the CPU time (measured at 1,000 and 100,000 accounts under load).
    """
    await house.store.book.search_names("a", limit=1)
    await asyncio.to_thread(BankHolidays().countries)  # 0.3 s of imports that the first form would wait for
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def _turnable(house: House, edge: Edge, lasting: Lasting) -> AsyncIterator[None]:
    """Under `ta-bot demo` the clock can be turned; otherwise nothing of that is even imported."""
    if house.settings.ta_bot_demo_clock is None or not isinstance(house.clock, TurnableClock):
        yield
        return
    from bot.bootstrap.importing import take_folder
    from bot.bootstrap.turning import Turnable, following

    async def settled() -> None:
        await edge.working.drained(SETTLE_SECONDS)
        await lasting.sweeper.settle(SETTLE_SECONDS)

    turnable = Turnable(
        house.clock,
        sources=(lasting.sweeper,),
        settled=settled,
        take=lambda folder: take_folder(folder, lasting.ports),
    )
    async with following(house.settings.ta_bot_demo_clock, turnable):
        yield


async def _age_of_book(house: House) -> float | None:
    imported = await house.store.book.last_import("accounts")
    synced = await house.store.readings.last_sync()
    at = [imported.imported_at] if imported else []
    at += [synced.ended_at] if synced else []
    return (house.clock.now() - max(at)).total_seconds() if at else None


async def demo(*, port: int, browser: bool) -> None:
    """Run the local workspace with the bot, on a book that is made afresh and thrown away at the end."""
    from bot.standin.demo import run_demo

    with TemporaryDirectory(prefix="ta-bot-demo-") as directory:
        await run_demo(port=port, browser=browser, directory=Path(directory))
