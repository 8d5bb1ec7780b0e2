"""Status updates of plans, one row each, and one row for each account that was asked about in a week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.domain.person import Team
from bot.domain.plan_update import Confidence, PlanAsk, PlanKind, PlanUpdate
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.tokens import add_once, one_a_token
from bot.store.types import TEXT, WHOLE, Day, Instant, OneOf, address, storable, storable_values

_METADATA = sa.MetaData()

_updates = sa.Table(
    "plan_updates",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("token", TEXT, nullable=False),
    sa.Column("account_id", TEXT, nullable=False),
    sa.Column("account_name", TEXT, nullable=False),
    sa.Column("team", OneOf(Team)),
    sa.Column("kind", OneOf(PlanKind), nullable=False),
    sa.Column("week", Day(), nullable=False),
    sa.Column("progress", TEXT, nullable=False),
    sa.Column("blockers", TEXT, nullable=False),
    sa.Column("asks", TEXT, nullable=False),
    sa.Column("confidence", OneOf(Confidence), nullable=False),
    sa.Column("by_email", TEXT, nullable=False),
    sa.Column("by_name", TEXT, nullable=False),
    sa.Column("given_at", Instant(), nullable=False),
    one_a_token("one_plan_update_a_token"),
    sa.Index("plan_updates_by_account", "account_id", "id"),
    sa.Index("plan_updates_by_week", "week"),
    sqlite_strict=True,
)

_asks = sa.Table(
    "plan_asks",
    _METADATA,
    sa.Column("week", Day(), primary_key=True),
    sa.Column("account_id", TEXT, primary_key=True),
    sa.Column("account_name", TEXT, nullable=False),
    sa.Column("team", OneOf(Team)),
    sa.Column("kind", OneOf(PlanKind), nullable=False),
    sa.Column("email", TEXT, nullable=False),
    sa.Column("asked_at", Instant(), nullable=False),
    sqlite_strict=True,
)

PLAN_UPDATES = Family("plan_updates", (Migration("status updates of plans", _METADATA.create_all),))

_TOLD = tuple(column for column in _updates.columns if column.name != "token")


class StoredPlanUpdates:
    """Keeps ports.PlanUpdates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_update(self, tx: Transaction, update: PlanUpdate, *, token: str) -> PlanUpdate:
        """Keep it and give it its id; the same token again gives what is kept (a retry of Slack's)."""
        held = storable_values(update, (column.name for column in _TOLD if column.name != "id"))
        values = {**held, "token": storable(token), "by_email": address(update.by_email)}
        row = await opened(tx).run(lambda connection: add_once(self._database, connection, values, _TOLD))
        return PlanUpdate(**row)

    async def list_updates(
        self, *, account_id: str | None = None, week: date | None = None, limit: int = 1_000
    ) -> tuple[PlanUpdate, ...]:
        """Updates of an account, of the week that begins on that Monday, or both; newest first."""
        statement = sa.select(*_TOLD).order_by(_updates.c.id.desc()).limit(limit)
        if account_id is not None:
            statement = statement.where(_updates.c.account_id == storable(account_id))
        if week is not None:
            statement = statement.where(_updates.c.week == week)
        return tuple(PlanUpdate(**row) for row in await self._read(statement))

    async def last_updates(self, account_ids: Sequence[str]) -> Mapping[str, PlanUpdate]:
        """The newest update of each of these accounts that has one."""
        wanted = [storable(one) for one in account_ids]
        newest = sa.select(sa.func.max(_updates.c.id)).where(_updates.c.account_id.in_(wanted))
        statement = sa.select(*_TOLD).where(_updates.c.id.in_(newest.group_by(_updates.c.account_id)))
        found = [PlanUpdate(**row) for row in await self._read(statement)]
        return {one.account_id: one for one in found}

    async def save_asks(self, tx: Transaction, asks: Iterable[PlanAsk]) -> int:
        """Keep who was asked; an account that was asked about in that week changes nothing. How many are new."""
        columns = _asks.columns.keys()
        rows = [{**storable_values(one, columns), "email": address(one.email)} for one in asks]
        new = self._database.insert(_asks).on_conflict_do_nothing().returning(_asks.c.account_id)
        return await opened(tx).run(
            lambda connection: sum(connection.execute(new.values(row)).first() is not None for row in rows)
        )

    async def list_asks(
        self, week: date, *, email: str | None = None, team: str | None = None
    ) -> tuple[PlanAsk, ...]:
        """Who was asked in the week that begins on that Monday, by account name; of a person, a team, or all."""
        statement = sa.select(*_asks.columns).where(_asks.c.week == week)
        if email is not None:
            statement = statement.where(_asks.c.email == address(email))
        if team is not None:
            statement = statement.where(_asks.c.team == team)
        found = [PlanAsk(**row) for row in await self._read(statement)]
        return tuple(sorted(found, key=lambda one: (one.account_name.casefold(), one.account_id)))

    async def _read(self, statement: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        return await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
