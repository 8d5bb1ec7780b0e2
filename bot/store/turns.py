"""One at a time under a name: within a process by a lock of its own, over replicas by PostgreSQL's advisory locks.

From a SQLite file only one bot serves, so its own lock is enough there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import sqlalchemy as sa

from bot.errors import DatabaseUnavailable
from bot.store.database import Database, SqliteDatabase

LOOK = 0.1
"""Seconds between two looks whether a turn has come."""
LONGEST = 60.0
"""Seconds that a turn is waited for: a call to Slack that is under way ends before that."""
_SPACE = 7_203_119  # any number of our own: advisory locks of turns


class StoredTurns:
    """Keeps ports.Turns."""

    def __init__(self, database: Database, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._own: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # A connection a turn, which no pool takes back: the lock lives as long as the connection does.
        self._engine = None if isinstance(database, SqliteDatabase) else _locking(database.url)
        self._shown = database.shown

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait until nobody else is in a block of that key; raises DatabaseUnavailable when that takes too long."""
        lock = self._own.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(self._longest):
                await lock.acquire()
        except TimeoutError:
            raise self._too_long() from None
        try:
            if self._engine is None:
                yield
            else:
                async with self._over_replicas(self._engine, key):
                    yield
        finally:
            lock.release()

    @asynccontextmanager
    async def _over_replicas(self, engine: sa.Engine, key: str) -> AsyncIterator[None]:
        try:
            connection = await asyncio.to_thread(engine.connect)
        except sa.exc.DBAPIError as error:
            raise DatabaseUnavailable(f"{self._shown}: cannot be reached for a lock") from error
        try:
            await self._taken(connection, key)
            yield
        finally:
            await asyncio.to_thread(connection.close)

    async def _taken(self, connection: sa.Connection, key: str) -> None:
        ask = sa.select(sa.func.pg_try_advisory_lock(_SPACE, sa.func.hashtext(key)))
        try:
            async with asyncio.timeout(self._longest):
                while not await asyncio.to_thread(lambda: connection.execute(ask).scalar()):  # noqa: ASYNC110 # another process lets go: there is no event to wait for
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            raise self._too_long() from None
        except sa.exc.DBAPIError as error:
            raise DatabaseUnavailable(f"{self._shown}: the connection for a lock broke") from error

    def _too_long(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"{self._shown}: what must be done one at a time is under way for too long"
        )


def _locking(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url,
        poolclass=sa.pool.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 5},
    )
