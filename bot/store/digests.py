"""Subscriptions: which channel gets which teams' digest, and when. None is ever deleted."""

from __future__ import annotations

from datetime import time
from typing import Any

import sqlalchemy as sa

from bot.domain.person import Team
from bot.errors import UserError
from bot.ports.digests import Subscription
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.types import TEXT, WHOLE, Codec, Coded, Instant, Words, storable, storable_values

_METADATA = sa.MetaData()
_ACTIVE = "ended_at IS NULL"


class _Time(Coded):
    """A local `time` as `08:00`."""

    cache_ok = True
    codec = Codec(lambda value: value.isoformat("minutes"), time.fromisoformat)


_subscriptions = sa.Table(
    "subscriptions",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("channel_id", TEXT, nullable=False),
    sa.Column("teams", Words(), nullable=False),
    sa.Column("weekday", WHOLE, nullable=False),
    sa.Column("at", _Time(), nullable=False),
    sa.Column("zone", TEXT, nullable=False),
    sa.Column("country", TEXT, nullable=False),
    sa.Column("owner_email", TEXT, nullable=False),
    sa.Column("owner_user_id", TEXT, nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("paused", TEXT, nullable=False),
    sa.Column("ended_at", Instant()),
    sa.Index(
        "one_subscription_a_channel",
        "channel_id",
        unique=True,
        sqlite_where=sa.text(_ACTIVE),
        postgresql_where=sa.text(_ACTIVE),
    ),
    sqlite_strict=True,
)

DIGESTS = Family("digests", (Migration("the subscriptions", _METADATA.create_all),))


class StoredDigests:
    """Keeps ports.Digests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_subscription(self, tx: Transaction, subscription: Subscription) -> Subscription:
        """Keep a new one (id 0) or change one; gives it with its id. Raises UserError where its channel has another."""
        values = _values(subscription)
        return await opened(tx).run(lambda connection: self._save(connection, subscription.id, values))

    async def find_subscription(self, subscription_id: int) -> Subscription | None:
        """By its id, ended ones too."""
        return await self._one(_subscriptions.c.id == subscription_id)

    async def find_channel_subscription(self, channel_id: str) -> Subscription | None:
        """The one of a channel that has not ended."""
        return await self._one(_subscriptions.c.channel_id == storable(channel_id), sa.text(_ACTIVE))

    async def list_subscriptions(self) -> tuple[Subscription, ...]:
        """All that have not ended, oldest first."""
        statement = sa.select(*_subscriptions.columns).where(sa.text(_ACTIVE)).order_by(_subscriptions.c.id)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(map(_subscription_of, rows))

    async def _one(self, *where: sa.ColumnElement[bool] | sa.TextClause) -> Subscription | None:
        statement = sa.select(*_subscriptions.columns).where(*where)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return _subscription_of(rows[0]) if rows else None

    def _save(self, connection: sa.Connection, number: int, values: dict[str, Any]) -> Subscription:
        _check_free(connection, number, values)
        try:
            with connection.begin_nested():
                number = _write(connection, number, values)
        except sa.exc.IntegrityError:  # another process subscribed the channel since we looked
            _check_free(connection, number, values)
            raise
        kept = sa.select(*_subscriptions.columns).where(_subscriptions.c.id == number)
        return _subscription_of(connection.execute(kept).mappings().one())


def _check_free(connection: sa.Connection, number: int, values: dict[str, Any]) -> None:
    """Raise UserError, naming whose it is, where the channel has another that has not ended."""
    taken = sa.select(_subscriptions.c.owner_email).where(
        _subscriptions.c.channel_id == values["channel_id"],
        _subscriptions.c.id != number,
        sa.text(_ACTIVE),
    )
    if values["ended_at"] is None and (other := connection.execute(taken).first()):
        raise UserError(
            f"That channel has a digest already, subscribed by {other[0]}. Type `/kpi-digest status` to see and "
            "edit it."
        )


def _write(connection: sa.Connection, number: int, values: dict[str, Any]) -> int:
    if number:
        connection.execute(_subscriptions.update().where(_subscriptions.c.id == number).values(values))
        return number
    new = _subscriptions.insert().values(values).returning(_subscriptions.c.id)
    return int(connection.execute(new).scalar_one())


def _values(subscription: Subscription) -> dict[str, Any]:
    columns = [column.name for column in _subscriptions.columns if column.name != "id"]
    values = storable_values(subscription, columns)
    values["teams"] = tuple(team.value for team in subscription.teams)
    return values


def _subscription_of(row: Any) -> Subscription:
    values = dict(row)
    values["teams"] = tuple(map(Team, values["teams"]))
    return Subscription(**values)
