"""Health category changes: within the weekly history, and from its last week to the category of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.account import FIELDS, CategoryChange
from bot.store import provenance
from bot.store.reading_tables import category_moves
from bot.store.tables import accounts, weeks
from bot.store.types import Day, storable

_CATEGORY = next(place for place, field in enumerate(FIELDS) if field.name == "health_category")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which changes are wanted."""

    since: date
    ta_email: str | None
    team: str | None
    limit: int


def read(connection: sa.Connection, chosen: Chosen) -> tuple[CategoryChange, ...]:
    """The changes, newest first."""
    seen = list(_seen_to_move(connection, chosen))
    history = connection.execute(_in_history(chosen)).mappings()
    derived = [CategoryChange(**row) for row in history]
    derived.extend(_up_to_today(connection, chosen))
    found = [*seen, *_not_seen(derived, seen)]
    found.sort(
        key=lambda change: (-change.changed_on.toordinal(), change.account_name.casefold(), change.account_id)
    )
    return tuple(found[: chosen.limit])


def _seen_to_move(connection: sa.Connection, chosen: Chosen) -> Iterator[CategoryChange]:
    """What a sync saw: it knows the day, which the weekly history only brackets."""
    moves = category_moves
    since = datetime.combine(chosen.since, time(), UTC)
    statement = (
        sa.select(*_NAMED, moves.c.moved_at, moves.c.before, moves.c.now)
        .join(moves, moves.c.account_id == accounts.c.id)
        .where(moves.c.moved_at >= since, *_of(chosen))
        .order_by(moves.c.moved_at.desc())
        .limit(chosen.limit)
    )
    for row in connection.execute(statement).mappings():
        values = dict(row)
        yield CategoryChange(changed_on=values.pop("moved_at").date(), **values)


def _not_seen(derived: Iterable[CategoryChange], seen: Iterable[CategoryChange]) -> Iterator[CategoryChange]:
    """A change that the history shows up to a week after it was seen to happen is the same one."""
    days: dict[tuple[str, str], list[date]] = {}
    for one in seen:
        days.setdefault((one.account_id, one.now), []).append(one.changed_on)
    for one in derived:
        known = days.get((one.account_id, one.now), ())
        if not any(timedelta() <= one.changed_on - day < timedelta(days=7) for day in known):
            yield one


def _of(chosen: Chosen) -> Iterator[sa.ColumnElement[bool]]:
    if chosen.ta_email is not None:
        yield accounts.c.ta_email == storable(chosen.ta_email)
    if chosen.team is not None:
        yield accounts.c.team == storable(chosen.team)


_NAMED = (
    accounts.c.id.label("account_id"),
    accounts.c.name.label("account_name"),
    accounts.c.team,
    accounts.c.ta_email,
)


def _asked_for(chosen: Chosen, week: sa.ColumnElement[Any], name: str) -> sa.CTE:
    """The accounts asked for, each with a week of its own; made once, so that either engine then seeks by it."""
    statement = sa.select(accounts.c.id, week.label("week")).where(*_of(chosen))
    return statement.cte(name).prefix_with("MATERIALIZED")


def _newest_week(before: date | None = None) -> sa.ScalarSelect[Any]:
    """The end of an account's newest week with a category, before a day."""
    known = weeks.alias()
    newest = sa.select(sa.func.max(known.c.week_ending)).where(
        known.c.account_id == accounts.c.id, known.c.health_category.is_not(None)
    )
    return (newest if before is None else newest.where(known.c.week_ending < before)).scalar_subquery()


def _in_history(chosen: Chosen) -> sa.Select[Any]:
    # A change needs the week before it, however long ago that was, and none that is older.
    first = sa.func.coalesce(_newest_week(chosen.since), sa.literal(chosen.since, Day()))
    asked = _asked_for(chosen, first, "asked")
    known = (
        sa.select(weeks.c.account_id, weeks.c.week_ending, weeks.c.health_category)
        .join(asked, sa.and_(weeks.c.account_id == asked.c.id, weeks.c.week_ending >= asked.c.week))
        .where(weeks.c.health_category.is_not(None))
        .subquery()
    )
    before = sa.func.lag(known.c.health_category).over(
        partition_by=known.c.account_id, order_by=known.c.week_ending
    )
    pairs = sa.select(known, before.label("before")).subquery()
    return (
        sa.select(
            *_NAMED,
            pairs.c.week_ending.label("changed_on"),
            pairs.c.before,
            pairs.c.health_category.label("now"),
        )
        .join(pairs, pairs.c.account_id == accounts.c.id)
        .where(pairs.c.before != pairs.c.health_category, pairs.c.week_ending >= chosen.since)
        .order_by(pairs.c.week_ending.desc())
        .limit(chosen.limit)
    )


def _up_to_today(connection: sa.Connection, chosen: Chosen) -> Iterator[CategoryChange]:
    """Where the account's category is newer than its last week's and another; dated as the source dates it."""
    newest = _asked_for(chosen, _newest_week(), "newest")
    same = sa.and_(weeks.c.account_id == newest.c.id, weeks.c.week_ending == newest.c.week)
    statement = (
        sa.select(
            *_NAMED,
            accounts.c.provenance,
            accounts.c.health_category,
            weeks.c.week_ending,
            weeks.c.health_category.label("before"),
        )
        .join(newest, newest.c.id == accounts.c.id)
        .join(weeks, same)
        .where(accounts.c.health_category != weeks.c.health_category)
    )
    for row in connection.execute(statement).mappings():
        day = provenance.decode(row["provenance"])[_CATEGORY].as_of.astimezone(UTC).date()
        if day >= max(chosen.since, row["week_ending"]):
            yield CategoryChange(
                **{column.name: row[column.name] for column in _NAMED},
                changed_on=day,
                before=row["before"],
                now=row["health_category"],
            )
