"""What alerts remember of accounts, read beside the accounts in one sweep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from bot.domain.watching import Found, Look, Memory, Pass
from bot.ports.watching import Decide, Looked
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.tables import accounts, versions
from bot.store.types import DAY, TEXT, decoder, storable

_METADATA = sa.MetaData()
_DONE = "~pass"  # no account's id begins so
_AT_ONCE = 2_000
_NOTHING: Memory = {}

_memories = sa.Table(
    "alert_memories",
    _METADATA,
    sa.Column("key", TEXT, primary_key=True),  # an account's id
    sa.Column("memory", TEXT, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

WATCHING = Family("watching", (Migration("what alerts remember of accounts", _METADATA.create_all),))

_LOOKED = tuple(accounts.c[name] for name in Look._fields)
_DATES = len(_LOOKED) - sum(decoder(column) is DAY.decode for column in _LOOKED)
"""Where the dates begin: they come last, so that a row's are read in one go."""


@lru_cache(maxsize=16_384)  # the dates of a whole book are of a few years
def _day(text: str | None) -> date | None:
    return None if text is None else DAY.decode(text)


class StoredWatching:
    """Keeps ports.Watching."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, decide: Decide, *, since: int | None) -> Looked:
        """Look at every account; with `since` only at those that changed after that version of the book."""
        version = await self.version()  # before the accounts: what is written meanwhile is looked at again
        statement = sa.select(*_LOOKED, _memories.c.memory).select_from(
            accounts.outerjoin(_memories, _memories.c.key == accounts.c.id)
        )
        if since is not None:
            statement = statement.where(accounts.c.revision > since)

        def read(connection: sa.Connection) -> Looked:
            # Straight from the driver's cursor: a row object for each account would cost four times that.
            cursor: Any = connection.execute(statement).cursor
            count, found = 0, []
            while rows := cursor.fetchmany(_AT_ONCE):
                count += len(rows)
                found += [one for row in rows if (one := _looked_at(row, decide)) is not None]
            return Looked(version, count, tuple(found))

        return await self._database.sweep(read)

    async def version(self) -> int:
        """The book's version."""
        statement = sa.select(versions.c.number).where(versions.c.key == "book")
        return int(await self._database.scan(lambda connection: connection.execute(statement).scalar_one()))

    async def recall(self, key: str) -> Memory:
        """What is remembered under an account's id, or another key; empty where nothing is."""
        statement = sa.select(_memories.c.memory).where(_memories.c.key == storable(key))
        held = await self._database.scan(lambda connection: connection.execute(statement).scalar())
        return _NOTHING if held is None else dict(orjson.loads(held))

    async def remember(self, tx: Transaction, memories: Mapping[str, Memory]) -> None:
        """Remember, in the place of what was."""
        if not memories:
            return
        insert = self._database.insert(_memories)
        keep = insert.on_conflict_do_update(
            index_elements=[_memories.c.key], set_={"memory": insert.excluded.memory}
        )

        def write(connection: sa.Connection) -> None:
            rows = [
                {"key": storable(key), "memory": orjson.dumps(dict(memory)).decode()}
                for key, memory in memories.items()
            ]
            connection.execute(keep, rows)

        await opened(tx).run(write)

    async def find_pass(self) -> Pass | None:
        """The last look that was finished; None before the first."""
        held = await self.recall(_DONE)
        if not held:
            return None
        began_at = datetime.fromisoformat(held["began_at"])
        return Pass(int(held["version"]), date.fromisoformat(held["day"]), began_at)

    async def finish(self, tx: Transaction, done: Pass) -> None:
        """Remember that a look was finished."""
        held = {
            "version": str(done.version),
            "day": done.day.isoformat(),
            "began_at": done.began_at.isoformat(),
        }
        await self.remember(tx, {_DONE: held})


def _looked_at(row: Any, decide: Decide) -> Found | None:
    look = Look._make((*row[:_DATES], *map(_day, row[_DATES:-1])))
    seen = decide(look, _NOTHING if row[-1] is None else orjson.loads(row[-1]))
    return None if seen is None else Found(look.id, seen)
