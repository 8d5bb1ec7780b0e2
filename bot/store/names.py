"""The in-memory index of names, rebuilt in a thread once the book's names have changed."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from bot.domain.matching import Entry, NameIndex
from bot.store.database import Database
from bot.store.tables import accounts, versions
from bot.store.types import WORDS


class Names:
    """Gives the index of the names as they are now: a look-up right after an import knows them.

    The version of the *names* is checked at each look-up; numbers that move do not rebuild anything.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version = database.prepare(sa.select(versions.c.number).where(versions.c.key == "names"))
        self._building = asyncio.Lock()
        self._built: tuple[int, NameIndex] | None = None

    async def index(self) -> NameIndex:
        """The index as of the newest names."""
        version = await self._newest()
        if self._built is None or self._built[0] != version:
            await self._build()
        if self._built is None:
            return NameIndex(())
        return self._built[1]

    async def _newest(self) -> int:
        rows = await self._database.point(self._version, ("names",))
        return int(rows[0][0])

    async def _build(self) -> None:
        async with self._building:
            version = await self._newest()  # somebody else may have built it while we waited
            if self._built is not None and self._built[0] == version:
                return
            self._built = (version, await self._database.scan(_load))


def _load(connection: sa.Connection) -> NameIndex:
    columns = (accounts.c.id, accounts.c.name, accounts.c.aliases, accounts.c.domain)
    sql = str(sa.select(*columns).compile(dialect=connection.dialect))
    rows = connection.exec_driver_sql(sql)
    return NameIndex(
        Entry(id_, name, WORDS.decode(aliases) if aliases else (), domain)
        for id_, name, aliases, domain in rows
    )
