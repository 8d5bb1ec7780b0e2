"""What moved between two weeks, in one pass over the accounts: categories, and the biggest rises and falls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.domain.sums import CategorySums, Moved, Moves
from bot.ports.figures import Limits, Scope, Span
from bot.store.measures import HERE, counted, within
from bot.store.tables import accounts, weeks
from bot.store.types import WHOLE, Day
from bot.store.week_sums import churn_gate, newest_in

_NO_NUMBER = sa.cast(sa.null(), WHOLE)
_NOTHING = (_NO_NUMBER.label("count"), _NO_NUMBER.label("arr"))
_KINDS = ("changed", "rises", "falls", "before", "now", "count", "ends")


def read(connection: sa.Connection, scope: Scope, before: Span, now: Span | None, limits: Limits) -> Moves:
    """One statement: the accounts with both ends of the week once, then what is asked of them."""
    found = _found(connection, scope, _ends(before, now, newest=False), limits)
    if any(row[0] != row[1] for row in found["ends"]):  # an account may have two weeks in one of the spans
        found = _found(connection, scope, _ends(before, now, newest=True), limits)
    return Moves(
        changed=_moved(found["changed"]),
        changed_count=int(found["count"][0][7]),
        rises=_moved(found["rises"]),
        falls=_moved(found["falls"]),
        before=_categories(found["before"]),
        now=_categories(found["now"]),
    )


def _found(connection: sa.Connection, scope: Scope, ends: _Ends, limits: Limits) -> dict[str, list[Any]]:
    pairs = _pairs(scope, ends)
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for kind, *row in connection.execute(_asked(pairs, ends, limits.at_most), {"today": scope.today}):
        found[kind].append(row)
    return found


def _categories(rows: Sequence[Any]) -> tuple[CategorySums, ...]:
    return tuple(CategorySums(row[0] or "", int(row[7]), int(row[8] or 0)) for row in rows)


class _Ends(NamedTuple):
    """The two weeks and how each is joined; `now` None: today's values."""

    before: Span
    now: Span | None
    was: Any
    then: Any
    was_on: sa.ColumnElement[bool]
    then_on: sa.ColumnElement[bool] | None


def _ends(before: Span, now: Span | None, *, newest: bool) -> _Ends:
    was, then = weeks.alias("was"), weeks.alias("then")
    joined = newest_in if newest else _any_in
    return _Ends(
        before,
        now,
        was,
        then,
        joined(before, accounts.c.id, was),
        None if now is None else joined(now, accounts.c.id, then),
    )


def _any_in(span: Span, account_id: Any, of: Any) -> sa.ColumnElement[bool]:
    """Whether a week is one of the account's in the span: as a rule there is one."""
    return sa.and_(of.c.account_id == account_id, within(of.c.week_ending, span))


def _moved(rows: Sequence[Any]) -> tuple[Moved, ...]:
    return tuple(Moved(*row[:7]) for row in rows)


def _pairs(scope: Scope, ends: _Ends) -> sa.CTE:
    was, then, now = ends.was, ends.then, ends.now
    joined: Any = accounts.outerjoin(was, sa.and_(ends.was_on, churn_gate([ends.before]).is_(None)))
    source: Any = accounts
    here, there = HERE, sa.literal(None, Day())
    if now is not None and ends.then_on is not None:
        gone = churn_gate([now])
        joined = joined.outerjoin(then, sa.and_(ends.then_on, gone.is_(None)))
        source, here, there = (
            then,
            sa.and_(gone.is_(None), then.c.account_id.is_not(None)),
            then.c.week_ending,
        )
    return (
        sa.select(
            accounts.c.id,
            accounts.c.name,
            accounts.c.ta_email,
            was.c.health_category.label("category_before"),
            source.c.health_category.label("category_now"),
            was.c.health_score.label("score_before"),
            source.c.health_score.label("score_now"),
            source.c.arr.label("arr_now"),
            was.c.arr.label("arr_before"),
            sa.case((here, 1), else_=0).label("here"),
            was.c.week_ending.label("was_on"),
            there.label("then_on"),
        )
        .select_from(joined)
        .where(*counted(scope))
        .cte("pairs")
        .prefix_with("MATERIALIZED")
    )


def _asked(pairs: sa.CTE, ends: _Ends, limit: int) -> sa.CompoundSelect[Any]:
    here = pairs.c.here == 1
    changed = sa.and_(here, pairs.c.category_before != pairs.c.category_now)
    by = pairs.c.score_now - pairs.c.score_before
    lasts = [pairs.c.was_on] if ends.now is None else [pairs.c.was_on, pairs.c.then_on]
    return sa.union_all(
        _first("changed", pairs, changed, (), limit),
        _first("rises", pairs, sa.and_(here, by > 0), (by.desc(),), limit),
        _first("falls", pairs, sa.and_(here, by < 0), (by,), limit),
        _by(pairs, "before", pairs.c.category_before, pairs.c.arr_before, pairs.c.was_on.is_not(None)),
        *([] if ends.now is None else [_by(pairs, "now", pairs.c.category_now, pairs.c.arr_now, here)]),
        sa.select(sa.literal("count"), *_blank(pairs), sa.func.count(), _NO_NUMBER).where(changed),
        *(
            sa.select(sa.literal("ends"), *_blank(pairs, sa.func.min(on), sa.func.max(on)), *_NOTHING)
            for on in lasts
        ),
    )


def _first(
    kind: str, pairs: sa.CTE, where: sa.ColumnElement[bool], order: tuple[Any, ...], limit: int
) -> sa.Select[Any]:
    by_arr = sa.nulls_last(pairs.c.arr_now.desc())
    row = sa.select(sa.literal(kind).label("kind"), *tuple(pairs.columns)[:7], *_NOTHING).where(where)
    return sa.select(row.order_by(*order, by_arr, pairs.c.id).limit(limit).subquery(kind))


def _by(pairs: sa.CTE, kind: str, category: Any, arr: Any, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    counts = (sa.func.count(), sa.cast(sa.func.sum(arr), WHOLE))
    return sa.select(sa.literal(kind), *_blank(pairs, category), *counts).where(where).group_by(category)


def _blank(pairs: sa.CTE, *filled: Any) -> tuple[Any, ...]:
    """A row of the union: what is filled in first, and for the rest nothing of the right type."""
    columns = tuple(pairs.columns)[len(filled) : 7]
    return (*filled, *(sa.cast(sa.null(), column.type) for column in columns))
