"""The next accounts of a merge are read and decided while those before them are written: reading needs no transaction.

What was read ahead is taken only if nobody else wrote to the book since; else it is read anew, in the transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from bot.ports.readings import Decide, Elsewhere
from bot.store.database import Database, Tx
from bot.store.preparing import Ready, version_of

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

    async def take(
        self, tx: Tx, decide: Decide, limit: int, elsewhere: Elsewhere | None = None
    ) -> Ready | None:
        """Some of those that wait, the next ones being read meanwhile, `elsewhere` if there is such a place; None where none waits."""
        ready = await self._taken(decide)
        if ready is None or await tx.run(partial(self._is_stale, ready)):
            ready = await tx.run(lambda connection: self._prepare(connection, decide, limit, ""))
        if ready is None:
            self._ours.clear()
        elif ready.waiting == limit:
            reading = self._read(decide, limit, ready.span[1], elsewhere)
            self._decide, self._task = decide, asyncio.create_task(reading)
        return ready

    async def _read(
        self, decide: Decide, limit: int, after: str, elsewhere: Elsewhere | None
    ) -> Ready | None:
        if elsewhere is not None:
            found: Ready | None = await elsewhere.prepare(decide, limit, after)
            return found
        return await self._database.sweep(lambda connection: self._prepare(connection, decide, limit, after))

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
