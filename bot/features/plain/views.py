"""Offering the commands that may have been meant."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, running, text
from bot.blocks.answers import Message
from bot.features.plain.rules import Line

WELCOME = "You’re welcome. `/ta-help` says what else I can do."
UNCLEAR = "I am not sure what you ask, so I do not guess. Did you mean one of these?"


def offer(said: str, lines: Sequence[Line], accounts: Sequence[str] = ()) -> Message:
    """The likely commands as buttons, below what is said."""
    buttons = (
        running.button(text.one_line(line.says, 70), f"{line.command} {line.text}".strip(), place)
        for place, line in enumerate(lines)
    )
    return Message(text=said, blocks=(build.section(said), build.actions(*buttons)), accounts=tuple(accounts))


def may_mean(typed: str, lines: Sequence[Line], accounts: Sequence[str]) -> Message:
    """Several accounts, or one that is not called so."""
    return offer(f"“{text.name(typed)}” may mean one of these accounts. Which?", lines, accounts)


def unknown(typed: str, lines: Sequence[Line]) -> Message:
    """No account by that name."""
    said = f"I know no account “{text.name(typed)}”. Its name, domain or id finds it. Or did you mean one of these?"
    return offer(said, lines)


def too_long(lines: Sequence[Line]) -> Message:
    """A story, not a question."""
    said = (
        "That is long for me: I read one short question. To bring it to the TA team, ask them with a request."
    )
    return offer(said, lines)
