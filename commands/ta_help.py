"""/ta-help: what every command answers, from the commands themselves."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

import commands
from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.errors import WrongUsage
from bot.ports import Ports

COMMAND = "/ta-help"
SUMMARY = "What TA bot can do, with examples"
USAGE = "[command]"
EXAMPLES = (
    ("/ta-help", "every command in a line, with its first example"),
    ("/ta-help account-health", "one command with all its examples"),
)
AUDIENCE = "members"
PROMISE = (
    "Answers are for you alone. Every number carries its source and its age, and what is not known is called "
    "unknown. Nothing about an account is said where a guest or another organisation could read it."
)


async def answer(asked: Command, ports: Ports) -> Answer:  # noqa: ARG001 - every command is given the ports
    """List the commands, or explain one."""
    known = _modules()
    word = asked.text.strip().lstrip("/").casefold()
    if word in ("", "help"):
        return helping.explain(
            [(one.COMMAND, one.USAGE, one.SUMMARY, one.EXAMPLES[:2]) for one in known], PROMISE
        )
    for one in known:
        if f"/{word}" == one.COMMAND:
            return helping.explain(((one.COMMAND, one.USAGE, one.SUMMARY, one.EXAMPLES),))
    names = ", ".join(f"`{one.COMMAND}`" for one in known)
    raise WrongUsage(f"There is no such command. I answer {names}; `/ta-help` explains them.")


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = sorted(one.name for one in pkgutil.iter_modules(commands.__path__))
    return tuple(importlib.import_module(f"commands.{name}") for name in found)
