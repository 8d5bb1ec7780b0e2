"""Something that one process does at a time, over all of them: refused at once while another does it.

Both locks end with the process that holds them, however it ends: nothing is left to wait for after a crash.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from bot.errors import DatabaseUnavailable
from bot.store.database import Database, SqliteDatabase

_SPACE = 7_203_121  # any number of our own: advisory locks of what is done alone


@asynccontextmanager
async def alone(database: Database, name: str, refused: Exception) -> AsyncIterator[None]:
    """Hold the lock of that name; raises `refused` while another process, or this one, holds it."""
    if isinstance(database, SqliteDatabase):
        beside = database.path.with_name(f"{database.path.name}.{name}.lock")
        async with _on_file(beside, refused):
            yield
    else:
        async with _on_server(database, name, refused):
            yield


@asynccontextmanager
async def _on_file(path: Path, refused: Exception) -> AsyncIterator[None]:
    file = await asyncio.to_thread(path.open, "ab")
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refused from None
        yield
    finally:
        file.close()


@asynccontextmanager
async def _on_server(database: Database, name: str, refused: Exception) -> AsyncIterator[None]:
    # A connection of its own, which no pool takes back: the lock lives as long as it does.
    engine = sa.create_engine(
        database.url,
        poolclass=sa.pool.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 5},
    )
    try:
        connection = await asyncio.to_thread(engine.connect)
    except sa.exc.DBAPIError as error:
        raise DatabaseUnavailable(f"{database.shown}: cannot be reached for a lock") from error
    try:
        ask = sa.select(sa.func.pg_try_advisory_lock(_SPACE, sa.func.hashtext(name)))
        if not await asyncio.to_thread(lambda: connection.execute(ask).scalar()):
            raise refused
        try:
            yield
        finally:  # the server learns of a closed connection a while later, and somebody may ask at once
            leave = sa.select(sa.func.pg_advisory_unlock(_SPACE, sa.func.hashtext(name)))
            with suppress(sa.exc.DBAPIError):
                await asyncio.to_thread(lambda: connection.execute(leave).scalar())
    finally:
        await asyncio.to_thread(connection.close)
