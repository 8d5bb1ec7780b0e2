"""Which processes are alive: one alone on a SQLite file; on PostgreSQL the living take over what the dead left.

A replica holds an advisory lock of its own for as long as its connection lives. Who can take a foreign replica's lock
knows that it is dead, and takes up its work. A replica whose own lock is gone stops, since others may believe it dead.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from bot import log
from bot.errors import OperatorError
from bot.jobs.engine import Engine

EVERY = 5.0
_SPACE = 7_203_118  # any number of our own: advisory locks of replicas

_log = log.get(__name__)


class AloneOnFile:
    """A lock on a file beside the database; raises OperatorError when another bot runs on it."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Take the lock, for as long as this process lives or until it is let go."""
        self._file = self._path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            self._file = None
            raise OperatorError(
                f"TA_BOT_DATABASE_URL: another ta-bot serves from {self._path.stem} already; "
                "stop it first, or use PostgreSQL for several"
            ) from error

    def let_go(self) -> None:
        """Let the lock go."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Replicas:
    """The lock of this replica, and the taking over of the dead."""

    def __init__(self, url: sa.URL, executor_id: str) -> None:
        # A connection of our own that nobody gives back to a pool: the lock lives as long as it does.
        self._engine = sa.create_engine(
            url,
            poolclass=sa.pool.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3},
        )
        self._executor_id = executor_id
        self._connection: sa.Connection | None = None

    async def take(self) -> None:
        """Take this replica's lock."""
        await asyncio.to_thread(self._take)

    async def run(self, engine: Engine, lost: Callable[[], None]) -> None:
        """Look for the dead until cancelled; `lost` is called when our own lock is gone."""
        while True:
            try:
                await self.take_over(engine)
            except sa.exc.DBAPIError as error:
                if await asyncio.to_thread(self._is_lost):
                    _log.error(
                        "the connection that shows us alive is lost: stopping", error=type(error).__name__
                    )
                    lost()
                    return
            except Exception as error:  # noqa: BLE001 # it is tried again in a moment
                _log.error(
                    "replicas cannot be looked after", cause=type(error).__name__, trace=log.traced(error)
                )
            await asyncio.sleep(EVERY)

    async def take_over(self, engine: Engine) -> tuple[str, ...]:
        """Take up the work of replicas that are dead; names them."""
        found = []
        for executor_id in sorted(await engine.executors_with_work() - {self._executor_id}):
            if await asyncio.to_thread(self._is_dead, executor_id):
                _log.warning("taking over from a replica that is gone", executor=executor_id)
                await engine.take_over(executor_id)
                await asyncio.to_thread(self._release, executor_id)
                found.append(executor_id)
        return tuple(found)

    async def close(self) -> None:
        """Let go, so that others take up at once what is left."""
        await asyncio.to_thread(self._close)

    def _take(self) -> None:
        self._connection = self._engine.connect()
        if not self._lock(self._executor_id):
            raise OperatorError(f"another replica goes by {self._executor_id}")

    def _is_dead(self, executor_id: str) -> bool:
        return self._lock(executor_id)

    def _lock(self, executor_id: str) -> bool:
        return bool(self._ask("select pg_try_advisory_lock(:space, hashtext(:id))", executor_id))

    def _release(self, executor_id: str) -> None:
        self._ask("select pg_advisory_unlock(:space, hashtext(:id))", executor_id)

    def _ask(self, sql: str, executor_id: str) -> object:
        assert self._connection is not None  # noqa: S101 # for the type checker: taken first
        return self._connection.execute(sa.text(sql), {"space": _SPACE, "id": executor_id}).scalar()

    def _is_lost(self) -> bool:
        try:
            assert self._connection is not None  # noqa: S101 # for the type checker: taken first
            return self._connection.execute(sa.text("select 1")).scalar() != 1
        except sa.exc.DBAPIError:
            return True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()


def new_executor_id() -> str:
    """A name for this process that no other has."""
    return f"replica-{os.getpid()}-{os.urandom(6).hex()}"
