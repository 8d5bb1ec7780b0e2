"""What every entry needs: settings, policy, the clock and an open store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.clock import SystemClock, TurnableClock
from bot.policy import Policy
from bot.ports.clock import Clock
from bot.settings import Settings
from bot.store import Store, open_store


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is open while a command runs."""

    settings: Settings
    policy: Policy
    clock: Clock
    store: Store


@asynccontextmanager
async def open_house(settings: Settings | None = None) -> AsyncIterator[House]:
    """Load settings and policy, open the store and bring its schema up to date; close it at the end."""
    chosen = settings or settings_module.load()
    log.configure(level=chosen.ta_bot_log_level, form=chosen.ta_bot_log_format)
    policy = policy_module.load(chosen.ta_bot_policy)
    clock = _clock(chosen)
    store = open_store(chosen.ta_bot_database_url, clock)
    try:
        await store.start()
        yield House(chosen, policy, clock, store)
    finally:
        await store.close()


def _clock(settings: Settings) -> Clock:
    return TurnableClock(settings.zone) if settings.ta_bot_demo_clock else SystemClock(settings.zone)
