"""Health category changes: within the weekly history, and from its last week to the category of today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import sqlalchemy as sa

from bot.domain.account import FIELDS, CategoryChange
from bot.store import provenance
from bot.store.tables import accounts, weeks
from bot.store.types import storable

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
    history = connection.execute(_in_history(chosen)).mappings()
    found = [CategoryChange(**row) for row in history]
    found.extend(_up_to_today(connection, chosen))
    found.sort(
        key=lambda change: (-change.changed_on.toordinal(), change.account_name.casefold(), change.account_id)
    )
    return tuple(found[: chosen.limit])


def _weeks_known(chosen: Chosen) -> sa.Select[Any]:
    """Every week with a category, of the accounts asked for."""
    statement = sa.select(weeks.c.account_id, weeks.c.week_ending, weeks.c.health_category).where(
        weeks.c.health_category.is_not(None)
    )
    if chosen.ta_email is None and chosen.team is None:
        return statement
    return statement.join(accounts, accounts.c.id == weeks.c.account_id).where(*_of(chosen))


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


def _in_history(chosen: Chosen) -> sa.Select[Any]:
    known = _weeks_known(chosen).subquery()
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
    known = _weeks_known(chosen).subquery()
    newest = (
        sa.select(known.c.account_id, sa.func.max(known.c.week_ending).label("week_ending"))
        .group_by(known.c.account_id)
        .subquery()
    )
    same = sa.and_(weeks.c.account_id == newest.c.account_id, weeks.c.week_ending == newest.c.week_ending)
    statement = (
        sa.select(
            *_NAMED,
            accounts.c.provenance,
            accounts.c.health_category,
            weeks.c.week_ending,
            weeks.c.health_category.label("before"),
        )
        .join(newest, newest.c.account_id == accounts.c.id)
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
