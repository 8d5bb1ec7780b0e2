"""One module a slash command. Each has the names below.

COMMAND   the name Slack sends, with its slash
SUMMARY   one line: what it answers (the manifest's description, and /ta-help)
USAGE     the hint behind the name (the manifest's usage_hint)
EXAMPLES  (line, what it answers) pairs for `help`
AUDIENCE  who may ask: "members" (full members of our workspace)
answer()  async (asked: asks.Command, ports: Ports) -> blocks.Answer
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.asks import Command
from bot.blocks.answers import Answer
from bot.ports import Ports


class CommandModule(Protocol):
    """What every module in this package keeps."""

    COMMAND: str
    SUMMARY: str
    USAGE: str
    EXAMPLES: Sequence[tuple[str, str]]
    AUDIENCE: str

    @property
    def answer(self) -> Callable[[Command, Ports], Awaitable[Answer]]:
        """Answers the command."""
