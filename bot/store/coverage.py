"""Who is away, from the absences and from plans that no absence tells of; and who covers, from the plans."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from bot.domain.leave import CoverState, PlanState
from bot.ports.people import Absence
from bot.store.database import Database
from bot.store.plans import items, plans
from bot.store.tables import absences

APPROVED = "approved"
_IN_FORCE = (PlanState.PROPOSED.value, PlanState.APPROVED.value)
_AWAY = (*_IN_FORCE, PlanState.ENDED.value)
_COVERED = (CoverState.ACCEPTED.value, CoverState.CHANNEL.value)
_SHOWN = tuple(column for column in absences.columns if column.name != "source")


class StoredCoverage:
    """Keeps ports.Coverage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_away(self, first: date, last: date) -> tuple[Absence, ...]:
        """The approved absences that touch those days, and the plans beside them; first day first."""
        held = sa.select(*_SHOWN).where(
            absences.c.status == APPROVED, absences.c.starts_on <= last, absences.c.ends_on >= first
        )
        both = sa.union_all(held, _planned(first, last)).subquery()
        statement = sa.select(*both.columns).order_by(both.c.starts_on, both.c.email)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Absence(**row) for row in rows)

    async def covers_on(self, day: date) -> Mapping[tuple[str, str], str]:
        """Who accepted to cover on a day, by who is away and account; "" where the team's channel does.

        The day is one of the calendar of whoever is away; a half day counts.
        """
        statement = (
            sa.select(plans.c.email, items.c.account_id, items.c.cover_email)
            .join(items, items.c.plan_id == plans.c.id)
            .where(plans.c.state.in_(_IN_FORCE), plans.c.first_on <= day, plans.c.last_on >= day)
            .where(items.c.state.in_(_COVERED))
        )
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return {(row.email, row.account_id): row.cover_email for row in rows}


def _planned(first: date, last: date) -> sa.Select[tuple[object, ...]]:
    """Plans of leave that no approved absence tells of: what was typed counts until the leave system has it."""
    told = sa.exists().where(
        absences.c.email == plans.c.email,
        absences.c.status == APPROVED,
        absences.c.starts_on <= plans.c.last_on,
        absences.c.ends_on >= plans.c.first_on,
    )
    return sa.select(
        plans.c.email,
        plans.c.first_on.label("starts_on"),
        plans.c.last_on.label("ends_on"),
        plans.c.half_start.label("half_day_start"),
        plans.c.half_end.label("half_day_end"),
        sa.literal(APPROVED).label("status"),
    ).where(plans.c.state.in_(_AWAY), plans.c.first_on <= last, plans.c.last_on >= first, sa.not_(told))
