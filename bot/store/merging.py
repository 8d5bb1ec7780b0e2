"""Merges accounts that wait, some at a time: read and decided beforehand, written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.ports.readings import Decide, Elsewhere, MergedCount
from bot.store import preparing
from bot.store import reading_tables as tables
from bot.store.ahead import Ahead
from bot.store.database import Database, Tx
from bot.store.preparing import Preparer, Ready
from bot.store.rows import chunks
from bot.store.tables import accounts, contacts, weeks
from bot.store.types import DAY
from bot.store.week_totals import WeekTotals, any_weeks
from bot.store.writing import account_upsert, bump, next_version, week_upsert

_PARAMS = 500
_DAY = list(weeks.columns.keys()).index("week_ending")
SOURCE = "sync"
"""Where contacts come from that no file told."""


class Merger:
    """Keeps ports.Readings.merge. Every statement is compiled once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead = Ahead(database, Preparer(database))
        prepare = database.prepare
        self._write = database.once(account_upsert)
        self._write_weeks = database.once(week_upsert)
        self._totals = WeekTotals(database)
        named: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in contacts.columns}
        self._meet = prepare(contacts.insert().values(named)).sql
        self._agree = prepare(tables.disagreements.delete().where(_waits(tables.disagreements.c.account_id)))
        self._drop = prepare(tables.touched.delete().where(preparing.in_span()))

    async def merge(
        self,
        tx: Tx,
        decide: Decide,
        limit: int,
        now: datetime,
        today: date,
        elsewhere: Elsewhere | None = None,
    ) -> MergedCount | None:
        """Merge some; None where none waits, and then the sums of the history are those of today."""
        ready = await self._ahead.take(tx, decide, limit, elsewhere)
        if ready is not None:
            try:
                return await tx.run(lambda connection: self._write_some(connection, tx, ready, now))
            except BaseException:
                await self._ahead.stop()
                raise
        if await tx.run(any_weeks):
            await self._totals.follow_accounts(tx, today)
        return None

    def _write_some(self, connection: sa.Connection, tx: Tx, ready: Ready, now: datetime) -> MergedCount:
        span, version = ready.span, next_version(connection, tx)
        self._ahead.wrote(version)
        rows = [
            (id_, name, None, stamps, version, version, *values) for id_, name, stamps, values in ready.rows
        ]
        self._database.write_rows(connection, self._write, rows)
        self._totals.follow_some(connection, *span)
        self._save_weeks(connection, ready.weeks)
        self._save_contacts(connection, ready)
        self._save_odds(connection, ready)
        self._save_moves(connection, ready, now)
        preparing.run(connection, self._drop, span)
        if ready.added or _is_renamed(connection, version, span):
            bump(connection, "names")
        return MergedCount(
            accounts=len(rows),
            added=ready.added,
            changed=_changed(connection, version, span) - ready.added,
            churned=ready.churned,
            moved=len(ready.moved),
        )

    def _save_weeks(self, connection: sa.Connection, found: Sequence[tuple[Any, ...]]) -> None:
        """One row a week: that of an earlier day of the same week moves on to this one."""
        if not found:
            return
        day = DAY.decode(found[0][_DAY])
        monday = day - timedelta(days=day.weekday())
        ids = [row[0] for row in found]
        with self._totals.writing(connection, ids, (DAY.encode(monday), DAY.encode(day))):
            for some in chunks(ids, _PARAMS):
                earlier = sa.and_(weeks.c.week_ending >= monday, weeks.c.week_ending < day)
                connection.execute(weeks.delete().where(weeks.c.account_id.in_(some), earlier))
            self._database.write_rows(connection, self._write_weeks, found)

    def _save_contacts(self, connection: sa.Connection, ready: Ready) -> None:
        """Replace those of accounts where they are other than before."""
        for some in chunks(ready.left, _PARAMS):
            connection.execute(contacts.delete().where(contacts.c.account_id.in_(some)))
        if ready.met:
            connection.exec_driver_sql(self._meet, [(*row, SOURCE) for row in ready.met])

    def _save_odds(self, connection: sa.Connection, ready: Ready) -> None:
        preparing.run(connection, self._agree, ready.span)
        rows = [{"account_id": id_, "told": told} for id_, told in ready.odds]
        if rows:
            connection.execute(tables.disagreements.insert(), rows)

    def _save_moves(self, connection: sa.Connection, ready: Ready, now: datetime) -> None:
        rows = [
            {"account_id": id_, "moved_at": now, "before": before, "now": after}
            for id_, before, after in ready.moved
        ]
        if rows:
            statement = self._database.insert(tables.category_moves)
            keys = list(tables.category_moves.primary_key.columns)
            connection.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)


def _waits(account_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return account_id.in_(sa.select(tables.touched.c.account_id).where(preparing.in_span()))


def _changed(connection: sa.Connection, version: int, span: tuple[str, str]) -> int:
    here = sa.and_(accounts.c.id >= span[0], accounts.c.id <= span[1], accounts.c.revision == version)
    return connection.execute(sa.select(sa.func.count()).select_from(accounts).where(here)).scalar_one()


def _is_renamed(connection: sa.Connection, version: int, span: tuple[str, str]) -> bool:
    here = sa.and_(accounts.c.id >= span[0], accounts.c.id <= span[1], accounts.c.named_in == version)
    return connection.execute(sa.select(accounts.c.id).where(here).limit(1)).first() is not None
