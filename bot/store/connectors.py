"""What people say of their connectors: one row for each that is on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.types import TEXT, Instant, storable

_METADATA = sa.MetaData()
_connectors = sa.Table(
    "connectors",
    _METADATA,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("said_at", Instant(), nullable=False),
    sqlite_strict=True,
)

CONNECTORS = Family("connectors", (Migration("connectors switched on", _METADATA.create_all),))


class StoredConnectors:
    """Keeps ports.Connectors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_on(self, email: str) -> Mapping[str, datetime]:
        """The connectors that a person has on by their own word, each with when they said so."""
        columns = (_connectors.c.key, _connectors.c.said_at)
        statement = sa.select(*columns).where(_connectors.c.email == storable(email.lower()))
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return {row.key: row.said_at for row in rows}

    async def save(self, tx: Transaction, email: str, key: str, said_at: datetime | None) -> None:
        """Keep that it is on since they said so; None: it is not."""
        row = {"email": storable(email.lower()), "key": storable(key)}

        def write(connection: sa.Connection) -> None:
            same = sa.and_(_connectors.c.email == row["email"], _connectors.c.key == row["key"])
            connection.execute(_connectors.delete().where(same))
            if said_at is not None:
                connection.execute(_connectors.insert().values(**row, said_at=said_at))

        await opened(tx).run(write)
