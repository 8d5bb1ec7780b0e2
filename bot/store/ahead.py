"""The next accounts of a merge are read and decided while those before them are written: reading needs no transaction.

What was read ahead is taken only if nobody else wrote to the book since; else it is read anew, in the transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa

from bot.ports.readings import Decide, Elsewhere
from bot.store.database import Database, Tx
from bot.store.preparing import Preparer, Ready, last_of, version_of

ELSEWHERE = 2
"""Parts that are decided there at once: it goes on with the second while the first is fetched."""


class _Part(NamedTuple):
    """Accounts that are being decided, up to the id `last`; None where there are none after them."""

    task: asyncio.Task[Ready | None]
    last: str | None
    is_elsewhere: bool


class Ahead:
    """One merge after the other; what a merge left behind that failed is no other's.

    Where there is an `elsewhere`, parts are decided there, and where this process helps one at a time here.
    """

    def __init__(self, database: Database, preparer: Preparer) -> None:
        self._database = database
        self._preparer = preparer
        self._coming: deque[_Part] = deque()
        self._decide: Decide | None = None
        self._ours: set[int] = set()

    async def take(
        self, tx: Tx, decide: Decide, limit: int, elsewhere: Elsewhere | None = None
    ) -> Ready | None:
        """Some of those that wait, the next ones being decided meanwhile; None where none waits."""
        ready = await self._next(decide)
        if ready is None or await tx.run(partial(self._is_stale, ready)):
            await self.stop()
            ready = await tx.run(lambda connection: self._preparer.prepare(connection, decide, limit, ""))
        if ready is None:
            self._ours.clear()
        elif ready.waiting == limit:
            await self._go_on(decide, limit, ready.span[1], elsewhere)
        return ready

    def wrote(self, version: int) -> None:
        """That version of the book is this merge's own."""
        self._ours.add(version)

    async def stop(self) -> None:
        """Forget what is being decided."""
        parts = tuple(self._coming)
        self._coming.clear()
        for part in parts:
            part.task.cancel()
        for part in parts:
            with suppress(asyncio.CancelledError, Exception):
                await part.task

    async def _next(self, decide: Decide) -> Ready | None:
        if self._decide != decide:
            await self.stop()
            self._ours.clear()
            self._decide = decide
        return await self._coming.popleft().task if self._coming else None

    async def _go_on(self, decide: Decide, limit: int, after: str, elsewhere: Elsewhere | None) -> None:
        """Have as many parts decided as there are places for; each begins where the one before it ends."""
        at = self._coming[-1].last if self._coming else after
        for place in self._free(elsewhere):
            if at is None:
                return
            last = await self._database.scan(partial(last_of, after=at, limit=limit))
            task = asyncio.create_task(self._decided(decide, limit, at, place))
            self._coming.append(_Part(task, last, place is not None))
            at = last

    def _free(self, elsewhere: Elsewhere | None) -> list[Elsewhere | None]:
        """The places that have nothing to do; None is here."""
        there = sum(part.is_elsewhere for part in self._coming)
        is_idle = len(self._coming) == there
        here = [None] if is_idle and (elsewhere is None or elsewhere.helped) else []
        return [*([elsewhere] * (ELSEWHERE - there) if elsewhere else []), *here]

    async def _decided(self, decide: Decide, limit: int, after: str, place: Elsewhere | None) -> Ready | None:
        if place is not None:
            found: Ready | None = await place.prepare(decide, limit, after)
            return found
        prepare = self._preparer.prepare
        return await self._database.sweep(lambda connection: prepare(connection, decide, limit, after))

    def _is_stale(self, ready: Ready, connection: sa.Connection) -> bool:
        now = version_of(connection)
        return any(version not in self._ours for version in range(ready.version + 1, now + 1))
