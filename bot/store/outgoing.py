"""Messages that must arrive exactly once, with what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from bot.blocks.answers import Message
from bot.ports.clock import Clock
from bot.ports.ledger import Handed, Pending, Settled
from bot.ports.outgoing import Intent, MessageState, Outgoing
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.tables import outgoing

_WAITING = MessageState.WAITING.value
_SENT = MessageState.SENT.value
_TOLD = tuple(column for column in outgoing.columns if column.name in {*Outgoing.__slots__, "then_job"})
_HANDED = tuple(outgoing.c[name] for name in ("key", "revision", "hands", "channel_id", "email", "id"))
PATIENCE = 10
"""How much oftener a message is handed over than one that it must not overtake, before it does."""
UNSETTLED = sa.or_(
    outgoing.c.state == _WAITING,
    sa.and_(outgoing.c.state == _SENT, outgoing.c.sent_revision < outgoing.c.revision),
)
"""What waits or was handed over, or was edited since, and is not settled."""
_parent = outgoing.alias("parent")
_earlier = outgoing.alias("earlier")


class StoredOutgoing:
    """Keeps ports.OutgoingMessages, and the ledger that the engine works from."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def post_later(self, tx: Transaction, intent: Intent) -> bool:
        """Keep an intent; the same key again changes nothing."""
        values = {
            **{name: getattr(intent, name) for name in ("key", "channel_id", "email", "reply_to", "subject")},
            **_content(intent.message),
            **dict.fromkeys(("ts", "permalink", "note"), ""),
            "then_job": intent.then,
            "state": _WAITING,
            "revision": 1,
            "handed_revision": 0,
            "hands": 0,
            "sent_revision": 0,
            "asked_at": self._clock.now(),
        }
        statement = self._database.insert(outgoing).values(values).on_conflict_do_nothing()
        statement = statement.execution_options(preserve_rowcount=True)
        return await opened(tx).run(lambda connection: connection.execute(statement).rowcount > 0)

    async def edit_later(self, tx: Transaction, key: str, message: Message) -> bool:
        """Put another message in the place of one that waits or was sent."""
        open_ = outgoing.c.state.in_((_WAITING, _SENT))
        statement = outgoing.update().where(outgoing.c.key == key, open_)
        statement = statement.values(**_content(message), revision=outgoing.c.revision + 1)
        return await opened(tx).run(lambda connection: connection.execute(statement).rowcount > 0)

    async def find_outgoing(self, key: str) -> Outgoing | None:
        """The message by that key."""
        found = await self._told(sa.select(*_TOLD).where(outgoing.c.key == key))
        return found[0] if found else None

    async def list_outgoing(self, *, prefix: str, limit: int = 100) -> tuple[Outgoing, ...]:
        """The messages whose key begins so, newest first."""
        begins = outgoing.c.key.startswith(prefix, autoescape=True)
        return await self._told(sa.select(*_TOLD).where(begins).order_by(outgoing.c.id.desc()).limit(limit))

    async def _told(self, statement: sa.Select[Any]) -> tuple[Outgoing, ...]:
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(_outgoing_of(row) for row in rows)

    async def is_waiting(self) -> bool:
        """Whether a message waits to be handed over."""
        statement = sa.select(outgoing.c.id).where(_to_hand()).limit(1)
        return await self._database.scan(lambda connection: connection.execute(statement).first()) is not None

    async def hand_over(self, tx: Transaction, limit: int) -> tuple[Handed, ...]:
        """Mark waiting revisions as handed, oldest first."""
        first = sa.select(outgoing.c.id).where(_to_hand()).order_by(outgoing.c.id).limit(limit)
        statement = (
            outgoing.update()
            .where(outgoing.c.id.in_(first), outgoing.c.handed_revision < outgoing.c.revision)
            .values(handed_revision=outgoing.c.revision, hands=outgoing.c.hands + 1)
            .returning(*_HANDED)
        )
        rows = await opened(tx).run(lambda connection: connection.execute(statement).all())
        return tuple(_handed_of(row) for row in sorted(rows, key=lambda row: int(row.id)))

    async def take_back(self, key: str) -> None:
        """Let a message that is not settled be handed over anew."""
        await self._change(key, handed_revision=outgoing.c.sent_revision)

    async def list_handed(self, before: datetime, limit: int) -> tuple[Handed, ...]:
        """Messages that were asked for before then, handed over, and are not settled."""
        old = sa.and_(UNSETTLED, outgoing.c.hands > 0, outgoing.c.asked_at < before)
        handed = sa.and_(old, outgoing.c.handed_revision >= outgoing.c.revision)
        statement = sa.select(*_HANDED).where(handed).order_by(outgoing.c.id).limit(limit)
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return tuple(_handed_of(row) for row in rows)

    async def find_pending(self, key: str) -> Pending | None:
        """The message to be sent."""
        columns = (*outgoing.columns, _parent.c.state.label("parent_state"), _parent.c.ts.label("parent_ts"))
        joined = outgoing.outerjoin(_parent, _parent.c.key == outgoing.c.reply_to)
        statement = sa.select(*columns).select_from(joined).where(outgoing.c.key == key)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return _pending_of(rows[0]) if rows else None

    async def overtakes(self, key: str) -> bool:
        """Whether an earlier message of its lane was handed over and is not settled.

        Not for ever: one that never comes to an end does not hold up its channel.
        """
        same = sa.and_(
            _earlier.c.email == outgoing.c.email,
            sa.or_(outgoing.c.email != "", _earlier.c.channel_id == outgoing.c.channel_id),
        )
        statement = (
            sa.select(_earlier.c.id)
            .join(outgoing, sa.and_(same, _earlier.c.id < outgoing.c.id))
            .where(outgoing.c.key == key, _earlier.c.state == _WAITING, _earlier.c.hands > 0)
            .where(_earlier.c.hands > outgoing.c.hands - PATIENCE)
            .limit(1)
        )
        return await self._database.scan(lambda connection: connection.execute(statement).first()) is not None

    async def note_attempt(self, key: str, at: datetime, channel_id: str) -> None:
        """Record, durably, that an attempt begins."""
        await self._change(key, attempted_at=at, channel_id=channel_id)

    async def clear_attempt(self, key: str) -> None:
        """Record that the attempt certainly did not arrive."""
        await self._change(key, attempted_at=None)

    async def _change(self, key: str, **values: Any) -> None:
        statement = outgoing.update().where(outgoing.c.key == key).values(**values)
        await self._database.write(lambda connection: connection.execute(statement))

    async def last_sent_at(self, channel_id: str) -> datetime | None:
        """When something was last sent there, by the machine's clock."""
        statement = sa.select(sa.func.max(outgoing.c.sent_at)).where(outgoing.c.channel_id == channel_id)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar())

    async def settle(self, tx: Transaction, key: str, settled: Settled, at: datetime) -> None:
        """Record what became of it."""
        values: dict[str, Any] = {
            "state": settled.state.value,
            "note": settled.note,
            "settled_at": at,
            "attempted_at": None,
        }
        if settled.state is MessageState.SENT:
            values |= {
                "sent_revision": settled.revision,
                "channel_id": settled.channel_id,
                "ts": settled.ts,
                "permalink": settled.permalink,
                "sent_at": settled.sent_at,
            }
        statement = outgoing.update().where(outgoing.c.key == key).values(**values)
        await opened(tx).run(lambda connection: connection.execute(statement))

    async def forget_messages(self, before: datetime, texts_before: datetime) -> int:
        """Drop what was settled before then, and the texts of what was settled before the other."""
        settled = sa.not_(UNSETTLED)
        old = outgoing.delete().where(settled, outgoing.c.settled_at < before)
        empty = outgoing.update().where(settled, outgoing.c.settled_at < texts_before).values(payload="{}")

        def forget(connection: sa.Connection) -> int:
            connection.execute(empty)
            return connection.execute(old).rowcount

        return await self._database.write(forget)


def _to_hand() -> sa.ColumnElement[bool]:
    """What waits to be handed over; a reply waits until its first message is settled."""
    parent_waits = sa.exists().where(_parent.c.key == outgoing.c.reply_to, _parent.c.state == _WAITING)
    return sa.and_(UNSETTLED, outgoing.c.handed_revision < outgoing.c.revision, sa.not_(parent_waits))


def _content(message: Message) -> dict[str, Any]:
    said = {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)}
    return {"payload": orjson.dumps(said).decode(), "accounts": message.accounts}


def _handed_of(row: Any) -> Handed:
    # Once its place is known a message has a channel too; its lane stays, so that it is never sent twice at once.
    lane = f"to:{row.email}" if row.email else row.channel_id
    return Handed(key=row.key, revision=row.revision, hand=row.hands, lane=lane, place=row.id)


def _outgoing_of(row: sa.RowMapping) -> Outgoing:
    values = {column.name: row[column.name] for column in _TOLD}
    values["then"] = values.pop("then_job")
    return Outgoing(**{**values, "state": MessageState(values["state"])})


def _pending_of(row: sa.RowMapping) -> Pending:
    names = (name for name in Pending.__slots__ if name not in ("payload", "state", "parent_state", "then"))
    parent = row["parent_state"]
    return Pending(
        **{name: row[name] for name in names if name != "parent_ts"},
        payload=orjson.loads(row["payload"]),
        state=MessageState(row["state"]),
        parent_state=MessageState(parent) if parent else None,
        parent_ts=row["parent_ts"] or "",
        then=row["then_job"],
    )
