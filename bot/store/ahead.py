"""The next accounts of a merge are read and decided while those before them are written: reading needs no transaction.

What was read ahead is taken only if nobody else wrote to the book since; else it is read anew, in the transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.ports.readings import Decide, Merged
from bot.store.database import Database, Tx
from bot.store.held import HeldRow
from bot.store.tables import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Accounts that wait, decided. `version` is the book's from before they were read.

    `stored` holds of each its stamps and its values as they are kept.
    """

    waiting: Mapping[str, bool]
    held: Mapping[str, HeldRow]
    merged: Sequence[Merged]
    stored: Sequence[tuple[Any, ...]]
    version: int

    @property
    def span(self) -> tuple[str, str]:
        """Their first and last id."""
        return min(self.waiting), max(self.waiting)


Prepare = Callable[[sa.Connection, Decide, int, str], Ready | None]
"""Reads and decides some of those whose ids come after one."""


class Ahead:
    """One merge after the other; what a merge left behind that failed is no other's."""

    def __init__(self, database: Database, prepare: Prepare) -> None:
        self._database = database
        self._prepare = prepare
        self._task: asyncio.Task[Ready | None] | None = None
        self._decide: Decide | None = None
        self._ours: set[int] = set()

    async def take(self, tx: Tx, decide: Decide, limit: int) -> Ready | None:
        """Some of those that wait, the next ones being read meanwhile; None where none waits."""
        ready = await self._taken(decide)
        if ready is None or await tx.run(partial(self._is_stale, ready)):
            ready = await tx.run(lambda connection: self._prepare(connection, decide, limit, ""))
        if ready is None:
            self._ours.clear()
        elif len(ready.waiting) == limit:
            after = ready.span[1]
            reading = self._database.sweep(lambda connection: self._prepare(connection, decide, limit, after))
            self._decide, self._task = decide, asyncio.create_task(reading)
        return ready

    def wrote(self, version: int) -> None:
        """That version of the book is this merge's own."""
        self._ours.add(version)

    async def stop(self) -> None:
        """Forget what is being read."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def _taken(self, decide: Decide) -> Ready | None:
        if self._decide != decide:
            await self.stop()
            self._ours.clear()
        task, self._task = self._task, None
        return None if task is None else await task

    def _is_stale(self, ready: Ready, connection: sa.Connection) -> bool:
        now = version_of(connection)
        return any(version not in self._ours for version in range(ready.version + 1, now + 1))


def version_of(connection: sa.Connection) -> int:
    """The book's version as it is now."""
    statement = sa.select(versions.c.number).where(versions.c.key == "book")
    return int(connection.execute(statement).scalar_one())
