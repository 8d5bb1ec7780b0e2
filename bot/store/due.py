"""Work and its due dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.ports.clock import Clock
from bot.ports.jobs import DueWork, WorkState
from bot.ports.ledger import Claimed
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.outgoing import UNSETTLED
from bot.store.tables import due_work

_COLUMNS = tuple(column for column in due_work.columns if column.name != "claim")
_SOONEST = sa.select(sa.func.min(due_work.c.due_at)).where(due_work.c.state == WorkState.PLANNED.value)
_ENDED = (WorkState.DONE.value, WorkState.FAILED.value, WorkState.CANCELLED.value)


class StoredWork:
    """Keeps ports.Jobs, and the ledger that the engine works from."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def plan_later(self, tx: Transaction, work: DueWork) -> bool:
        """Keep a row; the same key again moves what is planned, and leaves what was started or ended alone."""
        values = {**_values(work), "claim": 0, "changed_at": self._clock.now()}
        statement = self._database.insert(due_work).values(values)
        again = ("job", "due_at", "subject", "state", "attempt", "note", "changed_at")
        open_states = (WorkState.PLANNED.value, WorkState.CANCELLED.value)
        upsert = statement.on_conflict_do_update(
            index_elements=[due_work.c.key],
            set_={name: statement.excluded[name] for name in again},
            where=due_work.c.state.in_(open_states),
        ).execution_options(preserve_rowcount=True)
        return await opened(tx).run(lambda connection: connection.execute(upsert).rowcount > 0)

    async def move_later(self, tx: Transaction, key: str, due_at: datetime) -> bool:
        """Move work that is still planned."""
        return await self._change_planned(tx, key, {"due_at": due_at})

    async def cancel_later(self, tx: Transaction, key: str, note: str = "") -> bool:
        """Cancel work that is still planned."""
        return await self._change_planned(tx, key, {"state": WorkState.CANCELLED.value, "note": note})

    async def _change_planned(self, tx: Transaction, key: str, values: Mapping[str, Any]) -> bool:
        planned = sa.and_(due_work.c.key == key, due_work.c.state == WorkState.PLANNED.value)
        statement = due_work.update().where(planned).values(**values, changed_at=self._clock.now())
        return await opened(tx).run(lambda connection: connection.execute(statement).rowcount > 0)

    async def find_work(self, key: str) -> DueWork | None:
        """The work by that key."""
        found = await self._select(sa.select(*_COLUMNS).where(due_work.c.key == key))
        return found[0] if found else None

    async def list_work(
        self, *, prefix: str = "", states: tuple[WorkState, ...] = (WorkState.PLANNED,), limit: int = 100
    ) -> tuple[DueWork, ...]:
        """Work whose key begins so: what is planned soonest first, the rest newest first."""
        wanted = [state.value for state in states]
        order = due_work.c.due_at if states == (WorkState.PLANNED,) else due_work.c.changed_at.desc()
        statement = (
            sa.select(*_COLUMNS)
            .where(due_work.c.state.in_(wanted), due_work.c.key.startswith(prefix, autoescape=True))
            .order_by(order, due_work.c.key)
            .limit(limit)
        )
        return await self._select(statement)

    async def next_due(self, after: datetime) -> datetime | None:
        """The soonest due date of planned work that is later than `after`."""
        statement = _SOONEST.where(due_work.c.due_at > after)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar())

    async def is_due(self, now: datetime) -> bool:
        """Whether planned work is due."""
        soonest = await self._database.scan(lambda connection: connection.execute(_SOONEST).scalar())
        return soonest is not None and soonest <= now

    async def claim_due(self, tx: Transaction, now: datetime, limit: int) -> tuple[Claimed, ...]:
        """Mark planned work that is due as started, soonest first."""
        due = sa.and_(due_work.c.state == WorkState.PLANNED.value, due_work.c.due_at <= now)
        first = sa.select(due_work.c.key).where(due).order_by(due_work.c.due_at, due_work.c.key).limit(limit)
        started = {"state": WorkState.STARTED.value, "claim": due_work.c.claim + 1, "changed_at": now}
        # The state is asked again, so that of two processes that saw the same row one gets it.
        statement = (
            due_work.update()
            .where(due_work.c.key.in_(first), due)
            .values(**started)
            .returning(*_COLUMNS, due_work.c.claim)
        )
        rows = await opened(tx).run(lambda connection: connection.execute(statement).mappings().all())
        found = [Claimed(work=_work_of(row), claim=row["claim"]) for row in rows]
        return tuple(sorted(found, key=lambda one: (one.work.due_at, one.work.key)))

    async def find_claimed(self, key: str, claim: int) -> DueWork | None:
        """Work that this claim started and that has not ended."""
        mine = sa.and_(due_work.c.claim == claim, due_work.c.state == WorkState.STARTED.value)
        found = await self._select(sa.select(*_COLUMNS).where(due_work.c.key == key, mine))
        return found[0] if found else None

    async def end_work(self, tx: Transaction, key: str, done: DueWork) -> None:
        """Record what came of it."""
        names = ("state", "due_at", "attempt", "note")
        values = {name: value for name, value in _values(done).items() if name in names}
        statement = due_work.update().where(due_work.c.key == key)
        statement = statement.values(**values, changed_at=self._clock.now())
        await opened(tx).run(lambda connection: connection.execute(statement))

    async def list_started(self, before: datetime, limit: int) -> tuple[Claimed, ...]:
        """Work that was handed over before then and has not ended."""
        old = sa.and_(due_work.c.state == WorkState.STARTED.value, due_work.c.changed_at < before)
        statement = sa.select(due_work).where(old).order_by(due_work.c.changed_at).limit(limit)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Claimed(work=_work_of(row), claim=row["claim"]) for row in rows)

    async def is_settled(self, now: datetime, *, messages: bool) -> bool:
        """Whether nothing is due, under way or, with `messages`, to be said: all in one look, since one asks for the other."""
        due = sa.and_(due_work.c.state == WorkState.PLANNED.value, due_work.c.due_at <= now)
        left = [sa.exists().where(sa.or_(due, due_work.c.state == WorkState.STARTED.value))]
        if messages:
            left.append(sa.exists().where(UNSETTLED))
        statement = sa.select(sa.or_(*left))
        return not await self._database.scan(lambda connection: connection.execute(statement).scalar_one())

    async def forget_work(self, before: datetime) -> int:
        """Drop what ended before then."""
        old = sa.and_(due_work.c.state.in_(_ENDED), due_work.c.changed_at < before)
        return await self._database.write(
            lambda connection: connection.execute(due_work.delete().where(old)).rowcount
        )

    async def _select(self, statement: sa.Select[Any]) -> tuple[DueWork, ...]:
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(_work_of(row) for row in rows)


def _work_of(row: sa.RowMapping) -> DueWork:
    values = {column.name: row[column.name] for column in _COLUMNS}
    return DueWork(**{**values, "state": WorkState(values["state"])})


def _values(work: DueWork) -> dict[str, Any]:
    values = {column.name: getattr(work, column.name) for column in _COLUMNS}
    values["state"] = work.state.value
    return values
