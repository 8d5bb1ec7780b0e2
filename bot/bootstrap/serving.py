"""`ta-bot serve` and `ta-bot demo`."""

from __future__ import annotations

from bot import settings as settings_module
from bot.errors import SettingsError


async def serve() -> None:
    """Run the bot until it is told to stop."""
    settings = settings_module.load()
    problems = settings_module.serving_problems(settings)
    if problems:
        raise SettingsError(problems)
    raise NotImplementedError


async def demo(*, port: int, browser: bool) -> None:
    """Run the local workspace with the bot."""
    raise NotImplementedError
