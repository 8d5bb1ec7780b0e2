"""Product feedback, one row each; none is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.feedback import Feedback, Weight
from bot.domain.person import Team
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration, add_missing_columns
from bot.store.tokens import add_once, one_a_token
from bot.store.types import TEXT, WHOLE, Flag, Instant, OneOf, address, storable, storable_values

_METADATA = sa.MetaData()

_feedback = sa.Table(
    "feedback",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("token", TEXT, nullable=False),
    sa.Column("account_id", TEXT, nullable=False),
    sa.Column("account_name", TEXT, nullable=False),
    sa.Column("team", OneOf(Team)),
    sa.Column("area", TEXT, nullable=False),
    sa.Column("weight", OneOf(Weight), nullable=False),
    sa.Column("text", TEXT, nullable=False),
    sa.Column("for_session", Flag(), nullable=False),
    sa.Column("link", TEXT, nullable=False),
    sa.Column("by_email", TEXT, nullable=False),
    sa.Column("by_name", TEXT, nullable=False),
    sa.Column("given_at", Instant(), nullable=False),
    sa.Column("withdrawn_at", Instant()),
    one_a_token("one_feedback_a_token"),
    sa.Index("feedback_by_account", "account_id", "id"),
    sa.Index("feedback_by_time", "given_at"),
    sqlite_strict=True,
)


def _withdrawn(connection: sa.Connection) -> None:
    add_missing_columns(connection, _feedback)


FEEDBACK = Family(
    "feedback",
    (Migration("product feedback", _METADATA.create_all), Migration("what was withdrawn", _withdrawn)),
)

_TOLD = tuple(column for column in _feedback.columns if column.name not in ("token", "withdrawn_at"))
_CHANGES = ("area", "weight", "text", "for_session")
_SHOWN = _feedback.c.withdrawn_at.is_(None)


class StoredFeedback:
    """Keeps ports.FeedbackRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_feedback(self, tx: Transaction, feedback: Feedback, *, token: str) -> Feedback:
        """Keep it and give it its id; the same token again gives what is kept (a retry of Slack's)."""
        values = {**_values(feedback), "token": storable(token)}
        row = await opened(tx).run(lambda connection: add_once(self._database, connection, values, _TOLD))
        return Feedback(**row)

    async def list_feedback(
        self, *, account_id: str | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> tuple[Feedback, ...]:
        """What was written down of an account, or of all; newest first."""
        statement = sa.select(*_TOLD).where(_SHOWN).order_by(_feedback.c.id.desc()).limit(limit)
        if account_id is not None:
            statement = statement.where(_feedback.c.account_id == storable(account_id))
        if since is not None:
            statement = statement.where(_feedback.c.given_at >= since)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Feedback(**row) for row in rows)

    async def find_feedback(self, feedback_id: int) -> Feedback | None:
        """The entry with that id; None for one that was withdrawn too."""
        statement = sa.select(*_TOLD).where(_SHOWN, _feedback.c.id == feedback_id)
        row = await self._database.scan(lambda connection: connection.execute(statement).mappings().first())
        return Feedback(**row) if row else None

    async def change_feedback(self, tx: Transaction, feedback: Feedback) -> bool:
        """Keep other words, area, weight and session of an entry; False where it was withdrawn meanwhile."""
        values = _values(feedback)
        return await self._change(tx, feedback.id, {name: values[name] for name in _CHANGES})

    async def withdraw_feedback(self, tx: Transaction, feedback_id: int, at: datetime) -> bool:
        """Show an entry nowhere any more; False where that was so already."""
        return await self._change(tx, feedback_id, {"withdrawn_at": at})

    async def _change(self, tx: Transaction, feedback_id: int, values: dict[str, Any]) -> bool:
        statement = _feedback.update().where(_SHOWN, _feedback.c.id == feedback_id).values(values)
        return await opened(tx).run(lambda connection: connection.execute(statement).rowcount > 0)


def _values(feedback: Feedback) -> dict[str, Any]:
    values = storable_values(feedback, (column.name for column in _TOLD if column.name != "id"))
    return {**values, "by_email": address(feedback.by_email)}
