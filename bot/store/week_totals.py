"""Sums of the weekly history, kept beside it: written in the transaction that writes weeks or accounts.

They are by day and team, over the accounts that have not churned and are no prospects: whether the weeks of those
others count depends on the span and on today, so they are read from the history itself, and are few. `week_bases`
remembers what an account's weeks were summed by; where the account says something else now, its weeks are taken
out as they were put in, and put in anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.domain.sums import WeekSums
from bot.ports.figures import Scope, Span
from bot.store.database import Database, Tx
from bot.store.measures import UNLIMITED, WAS_CUSTOMER, Condition, measured_of_week, within
from bot.store.rows import chunks
from bot.store.tables import accounts, versions, week_bases, week_totals, weeks
from bot.store.types import DAY, Day

_SLICE = 500  # both engines limit how many parameters a statement takes
_NUMBERS = WeekSums._fields[1:]
_COUNTS = ("with_utilization", "with_consumption", "with_retention")  # told where they are asked for
_ALWAYS = (date.min, date.max)
_KEY = "totals"  # of `book_version`: its number is the day as of which prospects are told from customers
_KEPT_ON: sa.BindParameter[Any] = sa.bindparam("kept_on", type_=Day())
_SUMMED: Condition = sa.and_(
    accounts.c.churned_on.is_(None),
    sa.or_(accounts.c.expected_close_on.is_(None), accounts.c.expected_close_on <= _KEPT_ON),
)
_BASE: dict[str, Any] = {
    "account_id": accounts.c.id,
    "team": sa.func.coalesce(accounts.c.team, ""),
    "unlimited": sa.case((UNLIMITED, 1), else_=0),
    "tam": sa.case((UNLIMITED, accounts.c.tam)),
    "arr_then": sa.case((WAS_CUSTOMER, accounts.c.arr_year_ago)),
}


def kept_on(connection: sa.Connection, today: date) -> date | None:
    """The day as of which sums are kept; None where they are not, or not for a day as early as today."""
    found = connection.execute(sa.select(versions.c.number).where(versions.c.key == _KEY)).scalar()
    day = date.fromordinal(found) if found else None
    return day if day is not None and day <= today else None


def apart(kept: date, spans: Sequence[Span]) -> Condition:
    """Whose weeks are in no kept sum, and may yet count in one of the spans."""
    churned, expected = accounts.c.churned_on, accounts.c.expected_close_on
    return sa.or_(churned > spans[0][1], sa.and_(churned.is_(None), expected > kept))


def read(
    connection: sa.Connection, scope: Scope, spans: Sequence[Span], *, counts: bool
) -> dict[int, list[Any]] | None:
    """Kept sums by the place of their span; None where weeks end on several days of one."""
    of = [within(week_totals.c.week_ending, (spans[0][0], spans[-1][1])), week_totals.c.accounts > 0]
    if scope.team is not None:
        of.append(week_totals.c.team == scope.team)
    names = (name if counts or name not in _COUNTS else None for name in _NUMBERS)
    sums = (sa.func.sum(week_totals.c[name]) if name else sa.literal_column("0") for name in names)
    statement = sa.select(week_totals.c.week_ending, *sums).where(*of).group_by(week_totals.c.week_ending)
    found: dict[int, list[Any]] = {}
    lasts = [last for _, last in spans]
    for ending, *numbers in connection.execute(statement):
        place = bisect_left(lasts, ending)
        if ending < spans[place][0]:
            continue  # between two spans
        if place in found:
            return None  # an account may have two weeks in it, and only its newest counts
        found[place] = numbers
    return found


class WeekTotals:
    """Keeps the sums in step with what is written."""

    def __init__(self, database: Database) -> None:
        self._adding, self._adding_all = database.once(_both)

    async def follow_accounts(self, tx: Tx, today: date) -> None:
        """Bring the sums up to what accounts say now: team, seats without limit, ARR of a year ago, churn."""
        moved = await tx.run(
            lambda connection: connection.execute(_moved(), {"kept_on": today}).scalars().all()
        )
        for some in chunks(moved, _SLICE):
            await tx.run(partial(self._follow, some, today))
        await tx.run(lambda connection: _note(connection, today))

    def follow_some(self, connection: sa.Connection, first: str, last: str) -> None:
        """The same for the accounts between two ids, as of the day of the sums; nothing where none are kept yet."""
        day = kept_on(connection, date.max)
        if day is not None:
            some = _moved().where(accounts.c.id >= first, accounts.c.id <= last)
            ids = connection.execute(some, {"kept_on": day}).scalars().all()
            for part in chunks(ids, _SLICE):
                self._follow(part, day, connection)

    def _follow(self, ids: Sequence[str], today: date, connection: sa.Connection) -> None:
        with self._moving(connection, ids, _ALWAYS):
            connection.execute(week_bases.delete().where(week_bases.c.account_id.in_(ids)))
            now = sa.select(*_BASE.values()).where(accounts.c.id.in_(ids), _SUMMED)
            connection.execute(week_bases.insert().from_select(list(_BASE), now), {"kept_on": today})

    @contextmanager
    def writing(self, connection: sa.Connection, ids: Iterable[str], days: Collection[str]) -> Iterator[None]:
        """Around a write of weeks of these accounts on these days (as stored): the sums follow."""
        span = DAY.decode(min(days)), DAY.decode(max(days))
        with self._moving(connection, sorted(ids), span):
            yield

    async def fill(self, tx: Tx) -> None:
        """Sum everybody's weeks, where none were summed before."""
        everybody = sa.select(week_bases.c.account_id).order_by(week_bases.c.account_id)
        ids = await tx.run(lambda connection: connection.execute(everybody).scalars().all())
        for some in chunks(ids, _SLICE):
            await tx.run(partial(self._add, ids=some, span=_ALWAYS, sign=1))

    def recount(self, day: str, connection: sa.Connection) -> None:
        """Sum a day (as stored) anew, over everybody: what costs less where many have a new week."""
        ending = DAY.decode(day)
        connection.execute(week_totals.delete().where(week_totals.c.week_ending == ending))
        connection.execute(self._adding_all, {"sign": 1, "first": ending, "last": ending})

    @contextmanager
    def _moving(self, connection: sa.Connection, ids: Sequence[str], span: Span) -> Iterator[None]:
        """Take accounts' weeks of a span out of the sums, and put them in again as they are then."""
        self._add(connection, ids, span, -1)
        yield
        self._add(connection, ids, span, 1)

    def _add(self, connection: sa.Connection, ids: Sequence[str], span: Span, sign: int) -> None:
        for some in chunks(ids, _SLICE):
            values = {"ids": some, "sign": sign, "first": span[0], "last": span[1]}
            connection.execute(self._adding, values)


def any_weeks(connection: sa.Connection) -> bool:
    """Whether there is a history at all."""
    return connection.execute(sa.select(weeks.c.account_id).limit(1)).first() is not None


def _note(connection: sa.Connection, today: date) -> None:
    connection.execute(versions.delete().where(versions.c.key == _KEY))
    connection.execute(versions.insert(), {"key": _KEY, "number": today.toordinal()})


def _both(database: Database) -> tuple[Any, Any]:
    """Of some accounts, and of all."""
    of_some = week_bases.c.account_id.in_(sa.bindparam("ids", expanding=True))
    return _adding(database, of_some), _adding(database, sa.true())


def _adding(database: Database, of: Condition) -> Any:
    """Add the weeks of some accounts to the sums, each number times `sign`."""
    sign: sa.BindParameter[int] = sa.bindparam("sign", type_=sa.Integer())
    first, last = (sa.bindparam(name, type_=Day()) for name in ("first", "last"))
    seats = sa.case((week_bases.c.unlimited == 1, week_bases.c.tam), else_=weeks.c.licensed_seats)
    sums = measured_of_week(seats, week_bases.c.arr_then, counts=True)
    by = (weeks.c.week_ending, week_bases.c.team)
    types = (week_totals.c[name].type for name in _NUMBERS)
    signed = (
        sa.type_coerce(sa.func.coalesce(one, 0), type_) * sign for one, type_ in zip(sums, types, strict=True)
    )
    rows = (
        sa.select(*by, *signed)
        .select_from(week_bases.join(weeks, weeks.c.account_id == week_bases.c.account_id))
        .where(of, weeks.c.week_ending >= first, weeks.c.week_ending <= last)
        .group_by(*by)
    )
    insert = database.insert(week_totals).from_select(["week_ending", "team", *_NUMBERS], rows)
    return insert.on_conflict_do_update(
        index_elements=[week_totals.c.week_ending, week_totals.c.team],
        set_={name: week_totals.c[name] + insert.excluded[name] for name in _NUMBERS},
    )


def _moved() -> sa.Select[Any]:
    """The accounts whose weeks were summed by something else than what they say now."""
    differs = sa.or_(*(week_bases.c[name].is_distinct_from(one) for name, one in _BASE.items()))
    held = week_bases.c.account_id.is_not(None)
    return (
        sa.select(accounts.c.id)
        .select_from(accounts.outerjoin(week_bases, week_bases.c.account_id == accounts.c.id))
        .where(sa.or_(sa.and_(_SUMMED, differs), sa.and_(sa.not_(_SUMMED), held)))
    )
