"""The figures of digests: sums and lists over many accounts, each made in the database, in threads of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.account import Week
from bot.domain.sums import Breakdown, Flagged, GroupAge, Moves, Sums, WeekSums
from bot.ports.figures import Limits, Scope, Span
from bot.store import ages, breakdown, moves, week_sums
from bot.store.database import Database
from bot.store.measures import (
    CHURNED,
    HAS_CONSUMPTION,
    HAS_UTILIZATION,
    HERE,
    SEATS,
    UNLIMITED,
    WAS_CUSTOMER,
    conditions,
    consumption,
    counted,
    held,
    listed,
    summed,
    utilization,
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
        return await self._database.sweep(lambda connection: _sums(connection, scope))

    async def week_sums(
        self, scope: Scope, spans: Sequence[Span], *, counts: bool = False
    ) -> tuple[WeekSums, ...]:
        """The weekly history: for each span, oldest first, the newest week of each account that ends in it."""
        if not spans:
            return ()
        reading = week_sums.WeekReading(scope, spans, counts=counts)
        sweep = self._database.sweep
        cuts = await sweep(week_sums.bounds)
        parts = await asyncio.gather(*(sweep(partial(_part, reading, cut)) for cut in cuts))
        return tuple(reading.add_up(parts, await sweep(reading.churned)))

    async def breakdown(self, scope: Scope, limits: Limits) -> Breakdown:
        """By category and by TA, now."""
        statement = breakdown.statement(scope, limits)
        return breakdown.of(await self._all(statement, scope.today))

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
                within = (weeks.c.account_id.in_(some), weeks.c.week_ending.between(*span))
                statement = sa.select(*WEEK_COLUMNS).where(*within).order_by(weeks.c.week_ending)
                rows = connection.execute(statement).mappings()
                found.update((row["account_id"], Week(**row)) for row in rows)  # the newest comes last
            return found

        return await self._database.sweep(read)

    async def week_sources(self, scope: Scope, span: Span) -> tuple[str, ...]:
        """Where the weeks that end in the span come from."""
        newest = week_sums.newest_in(span, accounts.c.id, weeks)
        statement = (
            sa.select(weeks.c.source)
            .distinct()
            .select_from(accounts.join(weeks, newest))
            .where(*counted(scope))
        )
        return tuple(sorted(source for (source,) in await self._all(statement, scope.today)))

    async def flagged(self, scope: Scope, kind: str, limits: Limits) -> tuple[Flagged, ...]:
        """One list of attention (a kind of `bot.domain.digest`), most pressing first."""
        when, amount, basis, order = listed(kind)
        category = accounts.c.health_category
        columns = (accounts.c.id, accounts.c.name, accounts.c.ta_email, category, accounts.c.arr)
        statement = (
            sa.select(*columns, sa.type_coerce(when, Day()), amount, basis)
            .where(*counted(scope), HERE, conditions(scope.today, limits)[kind])
            .order_by(*order, accounts.c.id)
            .limit(limits.at_most)
        )
        return tuple(Flagged(*row) for row in await self._all(statement, scope.today))

    async def ages(self, scope: Scope, oldest: Mapping[str, datetime]) -> tuple[GroupAge, ...]:
        """For each group how old its values are; `stale` counts accounts whose value is older than its limit."""
        statement = sa.select(accounts.c.provenance, ages.KNOWN).where(*counted(scope), HERE)

        def read(connection: sa.Connection) -> tuple[GroupAge, ...]:
            # Straight from the driver's cursor: a row object for each account would cost four times that.
            cursor: Any = connection.execute(statement, {"today": scope.today}).cursor
            reading = ages.Ages(oldest)
            while rows := cursor.fetchmany(1000):
                reading.add(rows)
            return reading.told()

        return await self._database.sweep(read)

    async def count_without_team(self, today: date) -> int:
        """The accounts, neither churned nor prospects, for which no team is recorded."""
        everybody = counted(Scope(team=None, today=today))
        statement = sa.select(sa.func.count()).where(*everybody, HERE, accounts.c.team.is_(None))
        return int((await self._all(statement, today))[0][0])

    async def rows(self, scope: Scope) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """The header and rows underneath: what a CSV of a digest holds, one row an account, by id."""
        statement = sa.select(*_ROW.values()).where(*counted(scope)).order_by(accounts.c.id)
        return tuple(_ROW), [tuple(row) for row in await self._all(statement, scope.today)]

    async def _all(self, statement: sa.Select[Any], today: date) -> Sequence[Any]:
        def read(connection: sa.Connection) -> Sequence[Any]:
            return connection.execute(statement, {"today": today}).all()

        return await self._database.sweep(read)


def _part(reading: week_sums.WeekReading, cut: tuple[str, str], connection: sa.Connection) -> week_sums.Sums:
    return reading.part(connection, cut)


def _sums(connection: sa.Connection, scope: Scope) -> Sums:
    of = tuple(counted(scope))
    values = {"today": scope.today}
    numbers: dict[str, Any] = {}
    for statement in (
        sa.select(*_of_here()).where(*of, HERE),
        sa.select(*_of_then(scope.today)).where(*of),
    ):
        row = connection.execute(statement, values).mappings().one()
        numbers.update((name, _bare(value)) for name, value in row.items())
    median = partial(_median, connection, of, values)
    return Sums(
        **numbers,
        median_utilization=median(utilization, HAS_UTILIZATION, numbers["with_utilization"]),
        median_consumption=median(consumption, HAS_CONSUMPTION, numbers["with_consumption"]),
    )


def _of_here() -> list[sa.ColumnElement[Any]]:
    """What is measured of the accounts that have not churned."""
    goals, score = accounts.c.goals_set, accounts.c.health_score
    has_goals = sa.and_(goals > 0, accounts.c.goals_met.is_not(None))
    measured = {
        "accounts": sa.func.count(),
        "arr": sa.func.coalesce(sa.func.sum(accounts.c.arr), 0),
        "mau": summed(accounts.c.mau, HAS_UTILIZATION),
        "seats": summed(SEATS, HAS_UTILIZATION),
        "with_utilization": held(HAS_UTILIZATION),
        "with_tam": held(sa.and_(UNLIMITED, HAS_UTILIZATION)),
        "daily": summed(accounts.c.dau_4w_avg, HAS_CONSUMPTION),
        "daily_mau": summed(accounts.c.mau, HAS_CONSUMPTION),
        "with_consumption": held(HAS_CONSUMPTION),
        "goals_met": summed(accounts.c.goals_met, has_goals),
        "goals_set": summed(goals, has_goals),
        "with_goals": held(has_goals),
        "score_sum": sa.func.coalesce(sa.func.sum(score), 0.0),
        "with_score": sa.func.count(score),
    }
    return [one.label(name) for name, one in measured.items()]


def _of_then(today: date) -> list[sa.ColumnElement[Any]]:
    """What is measured of the accounts that were customers a year ago, churned ones too."""
    arr, then = accounts.c.arr, accounts.c.arr_year_ago
    now = sa.case((CHURNED, 0), else_=arr)
    retained = sa.and_(WAS_CUSTOMER, now.is_not(None))
    measured = {
        "arr_kept": summed(sa.case((now < then, now), else_=then), retained),
        "arr_now": summed(now, retained),
        "arr_then": summed(then, retained),
        "with_retention": held(retained),
        "without_retention": held(_unretained(now, today)),
    }
    return [one.label(name) for name, one in measured.items()]


def _unretained(now: sa.ColumnElement[Any], today: date) -> sa.ColumnElement[bool]:
    """Customers a year ago, as far as known, whose ARR now or then is unknown."""
    year_ago = _year_before(today)
    since, churned = accounts.c.customer_since, accounts.c.churned_on
    was = sa.and_(
        sa.or_(since.is_(None), since <= year_ago),
        sa.or_(churned.is_(None), churned > year_ago),
    )
    unknown_then = sa.and_(accounts.c.arr_year_ago.is_(None), was)
    return sa.or_(unknown_then, sa.and_(WAS_CUSTOMER, now.is_(None)))


def _year_before(day: date) -> date:
    """The same day a year before; 28 February where that year had no 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _median(
    connection: sa.Connection,
    of: Sequence[sa.ColumnElement[bool]],
    values: Mapping[str, Any],
    ratio: sa.ColumnElement[Any],
    where: sa.ColumnElement[bool],
    count: int,
) -> float | None:
    """The ratio of the median account; sorted in the database, so that nothing here waits for it."""
    if not count:
        return None
    ordered = sa.select(ratio.label("ratio")).where(*of, HERE, where).order_by("ratio")
    # Without a limit: SQLite sorts the whole in half the time that it takes to keep the first half in order.
    cursor: Any = connection.execute(ordered, values).cursor
    first = (count - 1) // 2
    middle = [value for (value,) in islice(cursor, first, first + 2 - count % 2)]
    cursor.close()
    return sum(middle) / len(middle) if middle else None


def _bare(number: Any) -> Any:
    """PostgreSQL adds whole numbers up to decimals."""
    return number if isinstance(number, float) else int(number)
