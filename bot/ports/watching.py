"""The book as alerts watch it: every account looked at in one go, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, Protocol, TypeAlias

from bot.domain.watching import Found, Look, Memory, Pass, Seen, WatchRules
from bot.ports.work import Transaction

Decide: TypeAlias = Callable[[Look, Memory], Seen]
"""Looks at an account. Pure, and called in a thread."""


class Looked(NamedTuple):
    """What came of a look at the book: up to which version, and the accounts that had to be looked at."""

    version: int
    found: tuple[Found, ...]


class Watching(Protocol):
    """Looks at accounts, and remembers."""

    async def look(
        self, decide: Decide, rules: WatchRules, today: date, *, after: str = "", limit: int | None = None
    ) -> Looked:
        """Look at every account of which something that matters is not as it was remembered, or whose day has come.

        With `limit` at so many at the most, by id, from the one behind `after` on.
        """

    async def version(self) -> int:
        """The book's version."""

    async def recall(self, key: str) -> Memory:
        """What is remembered under an account's id, or another key; empty where nothing is."""

    async def remember(self, tx: Transaction, found: Iterable[Found]) -> None:
        """Remember what was found of accounts, in the place of what was."""

    async def note(self, tx: Transaction, key: str, memory: Memory) -> None:
        """Remember something under a key that is no account's id."""

    async def find_pass(self) -> Pass | None:
        """The last look that was finished; None before the first."""

    async def finish(self, tx: Transaction, done: Pass) -> None:
        """Remember that a look was finished."""
