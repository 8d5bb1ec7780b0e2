"""Coverage plans, whole, with what is asked of many of them in columns; and which absences were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa

from bot.domain.leave import CoverState, Plan, PlanState
from bot.errors import StaleRow, UserError
from bot.ports.people import Absence
from bot.ports.work import Transaction
from bot.store import planned
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.tables import absences, people
from bot.store.types import TEXT, WHOLE, Day, Flag, Instant, address

_METADATA = sa.MetaData()
_OPEN = (PlanState.DRAFT.value, PlanState.PROPOSED.value, PlanState.APPROVED.value)
_IN_FORCE = (PlanState.PROPOSED.value, PlanState.APPROVED.value)
_TAKEN = (CoverState.ASKED.value, CoverState.ACCEPTED.value)
_ACTIVE = sa.text("state IN ('draft', 'proposed', 'approved')")

plans = sa.Table(
    "plans",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("email", TEXT, nullable=False),
    sa.Column("first_on", Day(), nullable=False),
    sa.Column("last_on", Day(), nullable=False),
    sa.Column("half_start", Flag(), nullable=False),
    sa.Column("half_end", Flag(), nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("version", WHOLE, nullable=False),
    sa.Column("plan", TEXT, nullable=False),  # the whole of it: bot.store.planned
    sa.Index("plans_by_state", "state", "last_on", "first_on"),
    sa.Index("plans_by_email", "email"),
    # Of two who open a plan for the same days at once, one is told of the other's.
    sa.Index(
        "one_plan_a_first_day",
        "email",
        "first_on",
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    ),
    sqlite_strict=True,
)

items = sa.Table(
    "plan_items",
    _METADATA,
    sa.Column("plan_id", WHOLE, sa.ForeignKey("plans.id"), primary_key=True, autoincrement=False),
    sa.Column("account_id", TEXT, primary_key=True),
    sa.Column("cover_email", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Index("plan_items_by_cover", "cover_email"),
    sqlite_strict=True,
)

noticed = sa.Table(
    "absences_noticed",
    _METADATA,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("starts_on", Day(), primary_key=True),
    sa.Column("ends_on", Day(), nullable=False),
    sa.Column("half_day_start", Flag(), nullable=False),
    sa.Column("half_day_end", Flag(), nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sqlite_strict=True,
)

PLANS = Family("plans", (Migration("coverage plans", _METADATA.create_all),))

_TOLD = (plans.c.id, plans.c.plan)
_KEY = ("email", "starts_on")
_SEEN = tuple(column.name for column in noticed.columns if column.name not in _KEY)


class StoredPlans:
    """Keeps ports.Plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_plan(self, tx: Transaction, plan: Plan, *, expected: int | None = None) -> Plan:
        """Keep a new plan (id 0) or change one; with `expected` refused (StaleRow) unless that version is kept.

        Raises UserError where the person has another plan that begins on the same day.
        """
        return await opened(tx).run(lambda connection: _save(connection, plan, expected))

    async def version_of(self, plan_id: int) -> int:
        """The version that is kept; 0 where there is no such plan."""
        statement = sa.select(plans.c.version).where(plans.c.id == plan_id)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar() or 0)

    async def find_plan(self, plan_id: int) -> Plan | None:
        """By its id, ended and cancelled ones too."""
        found = await self._list(sa.select(*_TOLD).where(plans.c.id == plan_id))
        return found[0] if found else None

    async def list_plans(
        self,
        *,
        email: str | None = None,
        states: tuple[PlanState, ...] = (),
        touching: tuple[date, date] | None = None,
    ) -> tuple[Plan, ...]:
        """Plans of a person (or all), in those states (or any), whose absence touches those days; first day first."""
        statement = sa.select(*_TOLD)
        if email is not None:
            statement = statement.where(plans.c.email == address(email))
        if states:
            statement = statement.where(plans.c.state.in_([state.value for state in states]))
        if touching is not None:
            statement = statement.where(*_touching(*touching))
        return await self._list(statement)

    async def list_covered_by(self, email: str, first: date, last: date) -> tuple[Plan, ...]:
        """Plans in which that person was asked to cover something on those days, or accepted."""
        covered = sa.select(items.c.plan_id).where(
            items.c.cover_email == address(email), items.c.state.in_(_TAKEN)
        )
        statement = sa.select(*_TOLD).where(plans.c.id.in_(covered), plans.c.state.in_(_IN_FORCE))
        return await self._list(statement.where(*_touching(first, last)))

    async def count_covered(self, first: date, last: date, *, but: int = 0) -> Mapping[str, int]:
        """How many accounts each person covers on some of those days, or was asked to, other than in that plan."""
        statement = (
            sa.select(items.c.cover_email, sa.func.count())
            .join(plans, plans.c.id == items.c.plan_id)
            .where(plans.c.state.in_(_IN_FORCE), *_touching(first, last), plans.c.id != but)
            .where(items.c.cover_email != "", items.c.state.in_(_TAKEN))
            .group_by(items.c.cover_email)
        )
        return await self._database.scan(
            lambda connection: {row[0]: row[1] for row in connection.execute(statement)}
        )

    async def list_unnoticed(self, limit: int, after: str = "") -> tuple[str, ...]:
        """Those whose absences are not as they were when last looked at; people whom the book knows alone."""
        statement = _unnoticed().where(people.c.email > after).limit(limit)
        return await self._database.scan(
            lambda connection: tuple(row[0] for row in connection.execute(statement))
        )

    async def has_noticed(self) -> bool:
        """Whether anybody's absences were ever looked at."""
        statement = sa.select(noticed.c.email).limit(1)
        return await self._database.scan(lambda connection: connection.execute(statement).first()) is not None

    async def mark_noticed(self, tx: Transaction, email: str, seen: Iterable[Absence]) -> None:
        """Remember a person's absences as they were looked at; StaleRow where another process was first."""
        rows = [{name: getattr(one, name) for name in (*_KEY, *_SEEN)} for one in seen]
        whose = address(email)
        await opened(tx).run(lambda connection: self._mark(connection, whose, rows))

    def _mark(self, connection: sa.Connection, email: str, rows: list[dict[str, Any]]) -> None:
        statement = self._database.insert(noticed)
        upsert = statement.on_conflict_do_update(
            index_elements=list(_KEY),
            set_={name: statement.excluded[name] for name in _SEEN},
            where=sa.or_(*(noticed.c[name] != statement.excluded[name] for name in _SEEN)),
        ).execution_options(preserve_rowcount=True)
        # In the order of the key, so that two processes do not wait for one another.
        changed = sum(connection.execute(upsert, row).rowcount for row in sorted(rows, key=_starts_on))
        gone = noticed.delete().where(
            noticed.c.email == email, noticed.c.starts_on.not_in([row["starts_on"] for row in rows])
        )
        if not changed + connection.execute(gone).rowcount:
            raise StaleRow(f"the absences of {email} were looked at meanwhile")

    async def _list(self, statement: sa.Select[Any]) -> tuple[Plan, ...]:
        ordered = statement.order_by(plans.c.first_on, plans.c.id)
        return await self._database.scan(
            lambda connection: tuple(planned.plan_of(*row) for row in connection.execute(ordered))
        )


def _starts_on(row: Mapping[str, Any]) -> date:
    day: date = row["starts_on"]
    return day


def _touching(first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    return plans.c.first_on <= last, plans.c.last_on >= first


def _save(connection: sa.Connection, plan: Plan, expected: int | None) -> Plan:
    try:
        number = _write(connection, plan, expected)
    except sa.exc.IntegrityError:
        raise UserError(
            f"There is a plan already that begins on {plan.away.first:%-d %b %Y}. Type `/ooo plan` to see it."
        ) from None
    connection.execute(items.delete().where(items.c.plan_id == number))
    rows = [
        {
            "plan_id": number,
            "account_id": item.account_id,
            "cover_email": item.cover_email.lower(),
            "state": item.state.value,
        }
        for item in plan.items
    ]
    if rows:
        connection.execute(items.insert(), rows)
    kept = connection.execute(sa.select(*_TOLD).where(plans.c.id == number)).one()
    return planned.plan_of(*kept)


def _write(connection: sa.Connection, plan: Plan, expected: int | None) -> int:
    values = {
        "email": address(plan.away.email),
        "first_on": plan.away.first,
        "last_on": plan.away.last,
        "half_start": plan.away.half_start,
        "half_end": plan.away.half_end,
        "state": plan.state.value,
        "created_at": plan.created_at,
        "plan": orjson.dumps(plan).decode(),
    }
    if not plan.id:
        new = plans.insert().values(**values, version=1).returning(plans.c.id)
        return int(connection.execute(new).scalar_one())
    change = plans.update().where(plans.c.id == plan.id)
    if expected is not None:
        change = change.where(plans.c.version == expected)
    changed = connection.execute(change.values(**values, version=plans.c.version + 1).returning(plans.c.id))
    if changed.first() is None:
        raise StaleRow(f"plan {plan.id} was changed meanwhile")
    return plan.id


def _unnoticed() -> sa.Select[Any]:
    """New and changed rows, and those that are gone."""
    same = sa.and_(*(absences.c[name] == noticed.c[name] for name in _KEY))
    differs = sa.or_(noticed.c.email.is_(None), *(absences.c[name] != noticed.c[name] for name in _SEEN))
    changed = sa.select(absences.c.email).outerjoin(noticed, same).where(differs)
    gone = sa.select(noticed.c.email).outerjoin(absences, same).where(absences.c.email.is_(None))
    either = sa.union(changed, gone).subquery()
    known = sa.select(either.c.email).join(people, people.c.email == either.c.email)
    return known.order_by(people.c.email)
