"""/ta-help: what every command answers, from the commands themselves."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

import commands
from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer, Message
from bot.errors import WrongUsage
from bot.features.home.starting import first_steps
from bot.ports import Ports

COMMAND = "/ta-help"
SUMMARY = "What TA bot can do, with examples"
USAGE = "[command]"
EXAMPLES = (
    ("/ta-help", "where you begin, and every command in a line, with its first examples"),
    ("/ta-help account-health", "one command with all its examples"),
)
AUDIENCE = "members"
PROMISE = (
    "Answers are for you alone. Every number carries its source and its age, and what is not known is called "
    "unknown. Nothing about an account is said where a guest or another organisation could read it."
)


async def answer(asked: Command, ports: Ports) -> Answer:
    """The asker's first steps and every command; or one explained."""
    known = _modules()
    word = asked.text.strip().lstrip("/").casefold()
    if word in ("", "help"):
        listed = [(one.COMMAND, one.USAGE, one.SUMMARY, one.EXAMPLES[:2]) for one in known]
        steps, every = await first_steps(asked, ports), helping.explain(listed, PROMISE)
        return Message(text=f"{steps.text} {every.text}", blocks=(*steps.blocks, *every.blocks))
    for one in known:
        if f"/{word}" == one.COMMAND:
            return helping.explain(((one.COMMAND, one.USAGE, one.SUMMARY, one.EXAMPLES),))
    names = ", ".join(f"`{one.COMMAND}`" for one in known)
    raise WrongUsage(f"There is no such command. I answer {names}; `/ta-help` explains them.")


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = sorted(one.name for one in pkgutil.iter_modules(commands.__path__))
    return tuple(importlib.import_module(f"commands.{name}") for name in found)
