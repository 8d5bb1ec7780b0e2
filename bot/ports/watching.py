"""The book as alerts watch it: every account looked at in one go, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from bot.domain.watching import Found, Look, Memory, Pass, Seen
from bot.ports.work import Transaction

Decide = Callable[[Look, Memory], Seen | None]
"""Looks at an account; None where nothing new is to be remembered. Pure, and called in a thread."""


class Looked(NamedTuple):
    """What came of looking at the book: up to which version, at how many accounts, and what was found."""

    version: int
    accounts: int
    found: tuple[Found, ...]


class Watching(Protocol):
    """Looks at accounts, and remembers."""

    async def look(self, decide: Decide, *, since: int | None) -> Looked:
        """Look at every account; with `since` only at those that changed after that version of the book."""

    async def version(self) -> int:
        """The book's version."""

    async def recall(self, key: str) -> Memory:
        """What is remembered under an account's id, or another key; empty where nothing is."""

    async def remember(self, tx: Transaction, memories: Mapping[str, Memory]) -> None:
        """Remember, in the place of what was."""

    async def find_pass(self) -> Pass | None:
        """The last look that was finished; None before the first."""

    async def finish(self, tx: Transaction, done: Pass) -> None:
        """Remember that a look was finished."""
