"""Sums over the weekly history: a few weeks of every account, found by key, never the whole table.

Accounts are read some thousand at a time, each time one statement whose groups are few enough to be sorted in
memory; the parts are added up here. Several threads may read parts at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, TypeAlias

import sqlalchemy as sa

from bot.domain.sums import WeekSums
from bot.ports.figures import Scope, Span
from bot.store.measures import UNLIMITED, WAS_CUSTOMER, Condition, counted, measured_of_week, within
from bot.store.tables import accounts, weeks
from bot.store.types import DAY, Day

CHUNK = 1_000  # accounts a statement
Sums: TypeAlias = dict[int, list[Any]]
"""By the place of a span, numbers in the order of WeekSums after its day."""
_WIDTH = len(WeekSums._fields) - 1
_AFTER: sa.BindParameter[str] = sa.bindparam("after")
_UP_TO: sa.BindParameter[str] = sa.bindparam("up_to")


def bounds(connection: sa.Connection, of: Sequence[Condition] = ()) -> list[tuple[str, str]]:
    """Ids that cut the accounts of which something holds into parts: each (after, up to)."""
    if of:  # few, and found by reading everybody: once
        ids = sorted(connection.execute(sa.select(accounts.c.id).where(*of)).scalars())
        ends = ["", *ids[CHUNK - 1 : -1 : CHUNK], *ids[-1:]]
        return list(pairwise(ends))
    last = connection.execute(sa.select(sa.func.max(accounts.c.id))).scalar()
    after, parts = "", []
    step = sa.select(accounts.c.id).where(accounts.c.id > _AFTER).order_by(accounts.c.id)
    step = step.limit(1).offset(CHUNK - 1)
    while last is not None and after != last:
        up_to = connection.execute(step, {"after": after}).scalar() or last
        parts.append((after, up_to))
        after = up_to
    return parts


class WeekReading:
    """What is read of a scope's weeks in some spans (oldest first, none overlapping).

    `counts`: also how many accounts are in each ratio. What a million weeks are asked for is told in seconds.
    `only`: the accounts that are read at all, where sums of the others are kept.
    """

    def __init__(
        self,
        dialect: sa.Dialect,
        scope: Scope,
        spans: Sequence[Span],
        *,
        counts: bool,
        only: Sequence[Condition] = (),
    ) -> None:
        self._today = scope.today
        self._spans = spans
        self._counts = counts
        self._lasts = [last for _, last in spans]
        self._of = tuple(counted(scope))
        self._base = self._accounts(only)
        every = within(weeks.c.week_ending, (spans[0][0], spans[-1][1]))
        grouped = (one.group_by(weeks.c.week_ending) for one in self._selects(weeks.c.week_ending, every))
        # Compiled once: looking the compiled form up again takes longer than SQLite takes for some parts.
        self._grouped = sa.union_all(*grouped).compile(dialect=dialect)

    def part(self, connection: sa.Connection, part: tuple[str, str]) -> Sums:
        """One part's sums by the place of their span."""
        values = {"today": self._today, "after": part[0], "up_to": part[1]}
        told = self._grouped.construct_params(values)
        ordered = tuple(_stored(told[name]) for name in self._grouped.positiontup or ())
        found: Sums = {}
        endings: dict[int, date] = {}
        ambiguous: set[int] = set()
        for day, *numbers in connection.exec_driver_sql(str(self._grouped), ordered):
            ending = DAY.decode(day)
            place = bisect_left(self._lasts, ending)
            if ending < self._spans[place][0]:
                continue  # between two spans
            if endings.setdefault(place, ending) != ending:
                ambiguous.add(place)
            found[place] = _added(found.get(place), numbers)
        for place in ambiguous:  # weeks end on several days of the span: an account may have two of them
            newest = sa.union_all(*self._selects(sa.null(), self._newest(place)))
            found[place] = [0] * _WIDTH
            for _, *numbers in connection.execute(newest, values):
                found[place] = _added(found[place], numbers)
        return found

    def churned(self, connection: sa.Connection) -> list[tuple[date, int, int]]:
        """By day of churn: the ARR of a year ago of those who were customers then, and how many."""
        statement = (
            sa.select(accounts.c.churned_on, sa.func.sum(accounts.c.arr_year_ago), sa.func.count())
            .where(*self._of, WAS_CUSTOMER, accounts.c.churned_on <= self._lasts[-1])
            .group_by(accounts.c.churned_on)
        )
        rows = connection.execute(statement, {"today": self._today})
        return [(day, int(then), int(count) if self._counts else 0) for day, then, count in rows]

    def add_up(self, parts: Iterable[Sums], churned: Sequence[tuple[date, int, int]]) -> Iterator[WeekSums]:
        """The spans' sums from those of the parts, with those who churned by then."""
        totals: list[list[Any]] = [[0] * _WIDTH for _ in self._spans]
        for part in parts:
            for place, numbers in part.items():
                totals[place] = _added(totals[place], numbers)
        for total, last in zip(totals, self._lasts, strict=True):
            gone = [(then, count) for day, then, count in churned if day <= last]
            sums = WeekSums(last, *map(_bare, total))
            yield sums._replace(
                arr_then=sums.arr_then + sum(then for then, _ in gone),
                with_retention=sums.with_retention + sum(count for _, count in gone),
            )

    def _accounts(self, only: Sequence[Condition]) -> sa.CTE:
        columns = (
            accounts.c.id,
            sa.case((UNLIMITED, accounts.c.tam)).label("tam"),
            sa.case((UNLIMITED, 1)).label("unlimited"),
            sa.case((WAS_CUSTOMER, accounts.c.arr_year_ago)).label("then"),
            churn_gate(self._spans).label("gate"),
        )
        chosen = sa.select(*columns).where(*self._of, *only, accounts.c.id > _AFTER, accounts.c.id <= _UP_TO)
        return chosen.cte("base").prefix_with("MATERIALIZED")

    def _selects(self, first: Any, during: sa.ColumnElement[bool]) -> Iterator[sa.Select[Any]]:
        """Of the accounts with a number of seats, and of those without a limit."""
        base = self._base
        there = sa.or_(base.c.gate.is_(None), weeks.c.week_ending < base.c.gate)
        of = base.join(weeks, weeks.c.account_id == base.c.id)
        for seats, which in (
            (weeks.c.licensed_seats, base.c.unlimited.is_(None)),
            (base.c.tam, base.c.unlimited.is_not(None)),
        ):
            measured = measured_of_week(seats, base.c.then, counts=self._counts)
            yield sa.select(first, *measured).select_from(of).where(which, during, there)

    def _newest(self, place: int) -> sa.ColumnElement[bool]:
        return newest_in(self._spans[place], self._base.c.id, weeks)


def newest_in(span: Span, account_id: Any, of: Any) -> sa.ColumnElement[bool]:
    """Whether a week is the account's newest that ends in the span."""
    other = weeks.alias()
    newest = sa.select(sa.func.max(other.c.week_ending)).where(
        other.c.account_id == account_id, within(other.c.week_ending, span)
    )
    return sa.and_(of.c.account_id == account_id, of.c.week_ending == newest.scalar_subquery())


def churn_gate(spans: Sequence[Span]) -> sa.ColumnElement[Any]:
    """The first day of the span by which an account has churned: its weeks count until then; null while it stays."""
    day = accounts.c.churned_on
    later = [(day > last, first) for (_, last), (first, _) in pairwise(spans)]
    cases = [(day > spans[-1][1], sa.null()), *reversed(later)]
    return sa.case(
        (day.is_(None), sa.null()),
        *((when, sa.literal(then, Day()) if isinstance(then, date) else then) for when, then in cases),
        else_=sa.literal(spans[0][0], Day()),
    )


def _added(one: list[Any] | None, two: list[Any]) -> list[Any]:
    return two if one is None else [(left or 0) + (right or 0) for left, right in zip(one, two, strict=True)]


def _bare(number: Any) -> Any:
    """PostgreSQL adds whole numbers up to decimals."""
    return number if isinstance(number, float) else int(number or 0)


def _stored(value: Any) -> Any:
    return DAY.encode(value) if isinstance(value, date) else value
