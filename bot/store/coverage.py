"""Who is away, from the absences, and who covers: nobody, as long as no coverage plan is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from bot.ports.people import Absence
from bot.store.database import Database
from bot.store.tables import absences

APPROVED = "approved"
_SHOWN = tuple(column for column in absences.columns if column.name != "source")


class StoredCoverage:
    """Keeps ports.Coverage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_away(self, first: date, last: date) -> tuple[Absence, ...]:
        """The approved absences that touch those days, first day first."""
        statement = (
            sa.select(*_SHOWN)
            .where(absences.c.status == APPROVED, absences.c.starts_on <= last, absences.c.ends_on >= first)
            .order_by(absences.c.starts_on, absences.c.email)
        )
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Absence(**row) for row in rows)

    async def covers_on(self, day: date) -> Mapping[tuple[str, str], str]:  # noqa: ARG002 - asked by its name
        """Who covers on a day: nobody yet, since coverage plans are not kept."""
        return {}
