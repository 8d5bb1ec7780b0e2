"""The figures of digests: sums and lists over many accounts, each made in the database, in threads of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.account import Week
from bot.domain.sums import Breakdown, Flagged, GroupAge, Moves, Sums, WeekSums
from bot.ports.figures import Limits, Scope, Span
from bot.store import ages, breakdown, moves, sums, week_sums, week_totals
from bot.store.database import Database
from bot.store.measures import (
    HAS_CONSUMPTION,
    HAS_UTILIZATION,
    HERE,
    conditions,
    consumption,
    counted,
    listed,
    utilization,
    within,
)
from bot.store.rows import WEEK_COLUMNS, chunks
from bot.store.tables import accounts, weeks
from bot.store.types import DECIMAL, Day, storable

T = TypeVar("T")

_ROW = {
    "account_id": accounts.c.id,
    "name": accounts.c.name,
    "team": accounts.c.team,
    "ta_email": accounts.c.ta_email,
    "segment": accounts.c.segment,
    "arr": sa.cast(accounts.c.arr, DECIMAL) / 100,
    "arr_year_ago": sa.cast(accounts.c.arr_year_ago, DECIMAL) / 100,
    "licensed_seats": accounts.c.licensed_seats,
    "seats_unlimited": sa.case((accounts.c.seats_unlimited.is_not(None), accounts.c.seats_unlimited)),
    "tam": accounts.c.tam,
    "mau": accounts.c.mau,
    "dau_4w_avg": accounts.c.dau_4w_avg,
    "utilization": sa.case((HAS_UTILIZATION, utilization)),
    "consumption": sa.case((HAS_CONSUMPTION, consumption)),
    "health_score": accounts.c.health_score,
    "health_category": accounts.c.health_category,
    "active_champion": accounts.c.active_champion,
    "lighthouse": accounts.c.lighthouse,
    "save_plan_updated_on": accounts.c.save_plan_updated_on,
    "goals_set": accounts.c.goals_set,
    "goals_met": accounts.c.goals_met,
    "customer_since": accounts.c.customer_since,
    "renewal_date": accounts.c.renewal_date,
    "churned_on": accounts.c.churned_on,
    "missing_since": accounts.c.missing_since,
}


class StoredFigures:
    """Keeps ports.Figures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(self, scope: Scope) -> Sums:
        """The accounts as the book has them now."""
        return await self._database.sweep(lambda connection: sums.read(connection, scope))

    async def week_sums(
        self, scope: Scope, spans: Sequence[Span], *, counts: bool = False
    ) -> tuple[WeekSums, ...]:
        """The weekly history: for each span, oldest first, the newest week of each account that ends in it."""
        if not spans:
            return ()
        sweep, dialect = self._database.sweep, self._database.dialect
        # Statements are put together in the threads too: on the event loop, all of a digest's would hold it up.
        reading, cuts, kept = await sweep(lambda c: _planned(c, dialect, scope, spans, counts=counts))
        parts = await asyncio.gather(*(sweep(partial(_part, reading, cut)) for cut in cuts))
        return tuple(reading.add_up([kept, *parts], await sweep(reading.churned)))

    async def breakdown(self, scope: Scope, limits: Limits) -> Breakdown:
        """By category and by TA, now."""
        return breakdown.of(await self._all(lambda: breakdown.statement(scope, limits), scope.today))

    async def moves(self, scope: Scope, before: Span, now: Span | None, limits: Limits) -> Moves:
        """What moved between the weeks ending in `before` and those in `now` (None: today's values)."""
        return await self._database.sweep(
            lambda connection: moves.read(connection, scope, before, now, limits)
        )

    async def weeks_of(self, account_ids: Sequence[str], span: Span) -> Mapping[str, Week]:
        """For each account the newest week that ends in the span."""
        wanted = [text for id_ in account_ids if (text := storable(id_)) is not None]

        def read(connection: sa.Connection) -> dict[str, Week]:
            found: dict[str, Week] = {}
            for some in chunks(wanted, 500):  # both engines limit how many parameters a statement takes
                chosen = (weeks.c.account_id.in_(some), within(weeks.c.week_ending, span))
                statement = sa.select(*WEEK_COLUMNS).where(*chosen).order_by(weeks.c.week_ending)
                rows = connection.execute(statement).mappings()
                found.update((row["account_id"], Week(**row)) for row in rows)  # the newest comes last
            return found

        return await self._database.sweep(read)

    async def week_sources(self, scope: Scope, span: Span) -> tuple[str, ...]:
        """Where the weeks that end in the span come from."""

        def asked() -> sa.Select[Any]:
            joined = accounts.join(weeks, week_sums.newest_in(span, accounts.c.id, weeks))
            return sa.select(weeks.c.source).distinct().select_from(joined).where(*counted(scope))

        return tuple(sorted(source for (source,) in await self._all(asked, scope.today)))

    async def flagged(self, scope: Scope, kind: str, limits: Limits) -> tuple[Flagged, ...]:
        """One list of attention (a kind of `bot.domain.digest`), most pressing first."""
        rows = await self._all(lambda: _flagged(scope, kind, limits), scope.today)
        return tuple(Flagged(*row) for row in rows)

    async def ages(
        self,
        scope: Scope,
        oldest: Mapping[str, datetime],
        *,
        ta_email: str | None = None,
        ae_email: str | None = None,
    ) -> tuple[GroupAge, ...]:
        """For each group how old its values are; `stale` counts accounts whose value is older than its limit."""
        people = {accounts.c.ta_email: ta_email, accounts.c.ae_email: ae_email}
        whose = [column == storable(email.lower()) for column, email in people.items() if email is not None]

        def read(connection: sa.Connection) -> tuple[GroupAge, ...]:
            statement = sa.select(accounts.c.provenance, ages.KNOWN).where(*counted(scope), HERE, *whose)
            # Straight from the driver's cursor: a row object for each account would cost four times that.
            cursor: Any = connection.execute(statement, {"today": scope.today}).cursor
            reading = ages.Ages(oldest)
            while rows := cursor.fetchmany(1000):
                reading.add(rows)
            return reading.told()

        return await (self._database.scan(read) if whose else self._database.sweep(read))

    async def count_without_team(self, today: date) -> int:
        """The accounts, neither churned nor prospects, for which no team is recorded."""

        def asked() -> sa.Select[Any]:
            everybody = counted(Scope(team=None, today=today))
            return sa.select(sa.func.count()).where(*everybody, HERE, accounts.c.team.is_(None))

        return int((await self._all(asked, today))[0][0])

    async def rows(self, scope: Scope) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """The header and rows underneath: what a CSV of a digest holds, one row an account, by id."""

        def read(connection: sa.Connection) -> list[tuple[object, ...]]:
            statement = sa.select(*_ROW.values()).where(*counted(scope)).order_by(accounts.c.id)
            return [tuple(row) for row in connection.execute(statement, {"today": scope.today})]

        return tuple(_ROW), await self._database.sweep(read)

    async def _all(self, asked: Callable[[], sa.Select[Any]], today: date) -> Sequence[Any]:
        """Every row of a statement, which is put together in the thread too."""

        def read(connection: sa.Connection) -> Sequence[Any]:
            return connection.execute(asked(), {"today": today}).all()

        return await self._database.sweep(read)


def _planned(
    connection: sa.Connection, dialect: sa.Dialect, scope: Scope, spans: Sequence[Span], *, counts: bool
) -> tuple[week_sums.WeekReading, list[tuple[str, str]], week_sums.Sums]:
    """What is still to be read of the history, in which parts, and what is kept of it."""
    day = week_totals.kept_on(connection, scope.today)
    kept = None if day is None else week_totals.read(connection, scope, spans, counts=counts)
    only = () if day is None or kept is None else (week_totals.apart(day, spans),)
    reading = week_sums.WeekReading(dialect, scope, spans, counts=counts, only=only)
    return reading, week_sums.bounds(connection, only), kept or {}


def _part(reading: week_sums.WeekReading, cut: tuple[str, str], connection: sa.Connection) -> week_sums.Sums:
    return reading.part(connection, cut)


def _flagged(scope: Scope, kind: str, limits: Limits) -> sa.Select[Any]:
    when, amount, basis, order = listed(kind)
    category = accounts.c.health_category
    columns = (accounts.c.id, accounts.c.name, accounts.c.ta_email, category, accounts.c.arr)
    return (
        sa.select(*columns, sa.type_coerce(when, Day()), amount, basis)
        .where(*counted(scope), HERE, conditions(scope.today, limits)[kind])
        .order_by(*order, accounts.c.id)
        .limit(limits.at_most)
    )
