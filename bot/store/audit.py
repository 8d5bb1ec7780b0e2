"""Audit rows: durable before `record` returns, yet many at once share one commit."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

import sqlalchemy as sa

from bot.ports.audit import AuditRow
from bot.store.database import Database
from bot.store.tables import audit
from bot.store.types import encoder, storable

_FIELDS = tuple(column for column in audit.columns if column.name != "id")
_ENCODE = tuple((column.name, encoder(column)) for column in _FIELDS)

_Waiting: TypeAlias = tuple[tuple[Any, ...], asyncio.Future[bool]]


class StoredAudit:
    """Keeps ports.Audit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        statement = database.insert(audit).values({c.name: sa.bindparam(c.name) for c in _FIELDS})
        self._insert = database.prepare(statement.on_conflict_do_nothing())
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, row: AuditRow) -> bool:
        """Keep the row durably; False when this request id was kept before, so it must not be answered again."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((_tuple_of(row), kept))
        if self._writing is None:
            self._writing = loop.create_task(self._write_all())
        return await kept

    async def list_rows(self, *, limit: int = 100) -> tuple[AuditRow, ...]:
        """The newest rows first."""
        statement = sa.select(*_FIELDS).order_by(audit.c.id.desc()).limit(limit)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(AuditRow(**row) for row in rows)

    async def close(self) -> None:
        """Finish the rows that wait."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        """Write what waits, and what came to wait meanwhile, one commit a round."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: list[_Waiting]) -> None:
        sql = self._insert.sql

        def insert(connection: sa.Connection) -> list[bool]:
            return [connection.exec_driver_sql(sql, values).rowcount > 0 for values, _ in batch]

        # A caller may have been cancelled meanwhile; its row is kept all the same.
        try:
            outcomes = await self._database.write(insert)
        except asyncio.CancelledError:
            for _, kept in batch:
                kept.cancel()
            raise
        except Exception as error:  # noqa: BLE001 # every caller hears of it, nobody waits for ever
            for kept in _still_awaited(batch):
                kept.set_exception(error)
        else:
            told = {id(kept): outcome for (_, kept), outcome in zip(batch, outcomes, strict=True)}
            for kept in _still_awaited(batch):
                kept.set_result(told[id(kept)])


def _still_awaited(batch: list[_Waiting]) -> list[asyncio.Future[bool]]:
    return [kept for _, kept in batch if not kept.done()]


def _tuple_of(row: AuditRow) -> tuple[Any, ...]:
    return tuple(code(getattr(row, name)) if code else storable(getattr(row, name)) for name, code in _ENCODE)
