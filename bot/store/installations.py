"""Installs of the app, one a workspace; what is kept of the token is ciphertext."""

from __future__ import annotations

import sqlalchemy as sa

from bot.ports.installations import SealedInstall
from bot.store.database import Database
from bot.store.migrations import Family, Migration
from bot.store.types import TEXT, Instant

_METADATA = sa.MetaData()

_installs = sa.Table(
    "installations",
    _METADATA,
    sa.Column("team_id", TEXT, primary_key=True),
    sa.Column("sealed", TEXT, nullable=False),
    sa.Column("saved_at", Instant(), nullable=False),
    sqlite_strict=True,
)

INSTALLATIONS = Family("installations", (Migration("the installs", _METADATA.create_all),))


class StoredInstallations:
    """Keeps ports.Installations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_install(self, install: SealedInstall) -> None:
        """Keep it, in the place of an earlier one of the same workspace."""
        values = {"team_id": install.team_id, "sealed": install.sealed, "saved_at": install.saved_at}
        statement = self._database.insert(_installs).values(values)
        later = {name: values[name] for name in ("sealed", "saved_at")}
        upsert = statement.on_conflict_do_update(index_elements=["team_id"], set_=later)
        await self._database.write(lambda connection: connection.execute(upsert))

    async def find_install(self, team_id: str) -> SealedInstall | None:
        """The workspace's install."""
        statement = sa.select(*_installs.columns).where(_installs.c.team_id == team_id)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return SealedInstall(**rows[0]) if rows else None

    async def delete_install(self, team_id: str) -> None:
        """Forget it; nothing happens when there is none."""
        statement = _installs.delete().where(_installs.c.team_id == team_id)
        await self._database.write(lambda connection: connection.execute(statement))
