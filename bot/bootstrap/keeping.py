"""The database and the policy, for the command line."""

from __future__ import annotations

from pathlib import Path

from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap.house import open_house
from bot.clock import SystemClock
from bot.store import open_store


async def upgrade_database() -> str:
    """Bring the database to this version's schema; says what was done."""
    settings = settings_module.load()
    log.configure(level=settings.ta_bot_log_level, form=settings.ta_bot_log_format)
    store = open_store(settings.ta_bot_database_url, SystemClock(settings.zone))
    try:
        steps = await store.start()
    finally:
        await store.close()
    where = store.database.shown
    return f"{where}: {', '.join(steps)}" if steps else f"{where} was up to date"


async def backup_database(file: Path) -> str:
    """Copy the database while the bot runs; says what was written."""
    async with open_house() as house:
        written = await house.store.backup(file)
    return f"wrote {' and '.join(str(path) for path in written)}"


async def policy_lines() -> tuple[tuple[str, str], ...]:
    """Every rule and number in force, by its dotted name, the file first."""
    return policy_module.in_force(settings_module.load().ta_bot_policy)
