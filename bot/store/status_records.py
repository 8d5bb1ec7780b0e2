"""What we did to people's Slack statuses while they are away: one row a person, gone when they are back."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from bot.domain.status import SlackStatus, StatusRecord
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.types import INSTANT, TEXT, WHOLE, Codec, Coded, Flag, Instant, Words, storable

_METADATA = sa.MetaData()


def _status_text(value: SlackStatus) -> str:
    until = value.expires_at and INSTANT.encode(value.expires_at)
    return json.dumps([storable(value.text), storable(value.emoji), until], ensure_ascii=False)


def _status(value: str) -> SlackStatus:
    text, emoji, until = json.loads(value)
    return SlackStatus(text=text, emoji=emoji, expires_at=until and datetime.fromisoformat(until))


class _Status(Coded):
    """A `SlackStatus` as a JSON array of its text, its emoji and the instant it expires."""

    cache_ok = True
    codec = Codec(_status_text, _status)


_records = sa.Table(
    "status_records",
    _METADATA,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("plan_id", WHOLE, nullable=False),
    sa.Column("before", _Status(), nullable=False),
    sa.Column("ours", _Status()),
    sa.Column("over", _Status()),
    sa.Column("shown", Words(), nullable=False),
    sa.Column("shown_until", Instant()),
    sa.Column("yielded", Flag(), nullable=False),
    sa.Column("restoring", _Status()),
    sa.Column("snoozed_until", Instant()),
    sqlite_strict=True,
)

STATUS_RECORDS = Family("statuses", (Migration("what was done to statuses", _METADATA.create_all),))


class StoredStatusRecords:
    """Keeps ports.StatusRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_record(self, tx: Transaction, record: StatusRecord) -> None:
        """Keep it, in the place of an earlier one of the same person."""
        values = {column.name: getattr(record, column.name) for column in _records.columns}
        values["email"] = record.email.lower()
        upsert = (
            self._database.insert(_records)
            .values(values)
            .on_conflict_do_update(
                index_elements=["email"], set_={name: values[name] for name in values if name != "email"}
            )
        )
        await opened(tx).run(lambda connection: connection.execute(upsert))

    async def find_record(self, email: str) -> StatusRecord | None:
        """The person's record."""
        statement = sa.select(*_records.columns).where(_records.c.email == email.lower())
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return _record(rows[0]) if rows else None

    async def list_records(self) -> tuple[StatusRecord, ...]:
        """All of them, by e-mail address."""
        statement = sa.select(*_records.columns).order_by(_records.c.email)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(_record(row) for row in rows)

    async def delete_record(self, tx: Transaction, email: str) -> None:
        """Forget it; nothing happens when there is none."""
        statement = _records.delete().where(_records.c.email == email.lower())
        await opened(tx).run(lambda connection: connection.execute(statement))


def _record(row: sa.RowMapping) -> StatusRecord:
    return StatusRecord(**{str(name): value for name, value in row.items()})
