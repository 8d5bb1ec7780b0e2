"""Notices: each key once for ever, with what became of it; and the signals that people have turned off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.alert import Kept, Notice, NoticeState, Press
from bot.errors import StaleRow
from bot.ports.alerts import DELIVER
from bot.ports.clock import Clock
from bot.ports.jobs import DueWork
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.due import StoredWork
from bot.store.migrations import Family, Migration
from bot.store.types import TEXT, WHOLE, Codec, Coded, Flag, Instant, Words, storable, storable_values

_METADATA = sa.MetaData()
_HOUR = timedelta(hours=1)


class _Pressed(Coded):
    """A `Press` as a JSON array."""

    cache_ok = True
    codec = Codec(Words.codec.encode, lambda value: Press(*Words.codec.decode(value)))


_notices = sa.Table(
    "alert_notices",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("key", TEXT, nullable=False, unique=True),
    sa.Column("signal", TEXT, nullable=False),
    sa.Column("receiver", TEXT, nullable=False),
    sa.Column("headline", TEXT, nullable=False),
    sa.Column("account_id", TEXT, nullable=False),
    sa.Column("account_name", TEXT, nullable=False),
    sa.Column("lines", Words(), nullable=False),
    sa.Column("source", TEXT, nullable=False),
    sa.Column("as_of", Instant()),
    sa.Column("assumed", Flag(), nullable=False),
    sa.Column("urgent", Flag(), nullable=False),
    sa.Column("press", _Pressed()),
    sa.Column("reader", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("kept_at", Instant(), nullable=False),
    sa.Column("not_before", Instant()),  # snoozed until then
    sa.Column("bundle", TEXT, nullable=False),
    sa.Column("rounds", WHOLE, nullable=False),
    sa.Column("told_at", Instant()),
    sa.Column("acknowledged_at", Instant()),
    sa.Column("acknowledged_by", TEXT, nullable=False),
    sa.Index("alert_notices_by_reader", "reader", "state", "told_at"),
    sa.Index("alert_notices_by_bundle", "bundle"),
    sa.Index("alert_notices_by_account", "account_id"),
    sqlite_strict=True,
)
_off = sa.Table(
    "alert_signals_off",
    _METADATA,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("signal", TEXT, primary_key=True),
    sa.Column("off_at", Instant(), nullable=False),
    sqlite_strict=True,
)

ALERTS = Family("alerts", (Migration("alerts and who heard of them", _METADATA.create_all),))

_WAITS = _notices.c.state == NoticeState.WAITING.value
_GIVEN = tuple(Notice.__slots__)
_BECAME = tuple(name for name in Kept.__slots__ if name not in ("notice", "state"))


class StoredAlerts:
    """Keeps ports.Alerts."""

    def __init__(self, database: Database, jobs: StoredWork, clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock

    async def tell_later(self, tx: Transaction, notices: Iterable[Notice]) -> int:
        """Keep notices and ask for their delivery; a key that was ever kept changes nothing. How many are new."""
        now, given = self._clock.now(), tuple(notices)
        insert = self._database.insert(_notices).on_conflict_do_nothing(index_elements=[_notices.c.key])
        kept = insert.returning(_notices.c.reader, _notices.c.urgent)

        def keep(connection: sa.Connection) -> list[tuple[str, bool]]:
            rows = [_values(notice, now) for notice in given]
            return [(row[0], row[1]) for row in connection.execute(kept, rows)] if rows else []

        new = await opened(tx).run(keep)
        for reader, urgent in sorted(set(new)):
            await self.deliver_later(tx, reader, now if urgent else _full_hour_after(now))
        return len(new)

    async def deliver_later(self, tx: Transaction, reader: str, at: datetime) -> None:
        """Ask for what waits for a reader to be told at an instant."""
        at = at.astimezone(UTC)
        while not await self._jobs.plan_later(tx, _work(reader, at)):
            at = _full_hour_after(at)  # that instant's delivery has begun, and may have looked already

    async def list_waiting(self, reader: str, now: datetime) -> tuple[Kept, ...]:
        """What waits to be told to a reader and is not snoozed beyond `now`; oldest first."""
        ripe = sa.or_(_notices.c.not_before.is_(None), _notices.c.not_before <= now)
        return await self._list(
            sa.select(_notices).where(_WAITS, ripe, _of_reader(reader)).order_by(_notices.c.id)
        )

    async def list_readers(self) -> tuple[str, ...]:
        """Everybody for whom something waits."""
        statement = sa.select(_notices.c.reader).distinct().where(_WAITS).order_by(_notices.c.reader)
        return await self._database.scan(lambda connection: tuple(connection.execute(statement).scalars()))

    async def mark_told(self, tx: Transaction, ids: Sequence[int], *, bundle: str, at: datetime) -> None:
        """Remember which message told them; raises StaleRow where one of them does not wait any more."""
        told = {
            "state": NoticeState.TOLD.value,
            "bundle": storable(bundle),
            "told_at": at,
            "not_before": None,
            "rounds": _notices.c.rounds + 1,
            "acknowledged_at": None,
            "acknowledged_by": "",
        }
        if await self._change(tx, _notices.c.id.in_(ids), _WAITS, **told) != len(ids):
            raise StaleRow(f"what waited for {bundle} was told meanwhile")

    async def redirect(self, tx: Transaction, ids: Sequence[int], reader: str) -> None:
        """Have somebody else hear of notices, and those told (where their message did not arrive) wait again."""
        state = NoticeState.WAITING.value
        await self._change(tx, _notices.c.id.in_(ids), reader=_address(reader), state=state)

    async def silence(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Tell nobody of notices that wait: their receiver has turned the signal off."""
        await self._change(tx, _notices.c.id.in_(ids), _WAITS, state=NoticeState.OFF.value)

    async def count_bundles(self, reader: str, since: datetime) -> int:
        """How many messages have told that reader something since an instant."""
        bundles = sa.func.count(sa.distinct(_notices.c.bundle))
        statement = sa.select(bundles).where(
            _of_reader(reader), _notices.c.bundle != "", _notices.c.told_at >= since
        )
        return int(await self._database.scan(lambda connection: connection.execute(statement).scalar_one()))

    async def list_bundle(self, bundle: str) -> tuple[Kept, ...]:
        """What a message told, in its order; what was snoozed since as well, until it is told again."""
        held = _notices.c.bundle == storable(bundle)
        return await self._list(sa.select(_notices).where(held).order_by(_notices.c.id))

    async def find_notice(self, number: int) -> Kept | None:
        """A notice by its id."""
        found = await self._list(sa.select(_notices).where(_notices.c.id == number))
        return found[0] if found else None

    async def list_told(self, reader: str, *, limit: int = 100) -> tuple[Kept, ...]:
        """What a reader was told, newest first."""
        told = sa.and_(_of_reader(reader), _notices.c.state == NoticeState.TOLD.value)
        newest = (_notices.c.told_at.desc(), _notices.c.id.desc())
        return await self._list(sa.select(_notices).where(told).order_by(*newest).limit(limit))

    async def list_of_account(self, account_id: str, *, limit: int = 100) -> tuple[Kept, ...]:
        """What was ever to be told of an account, newest first."""
        of = _notices.c.account_id == storable(account_id)
        return await self._list(
            sa.select(_notices)
            .where(of)
            .order_by(_notices.c.kept_at.desc(), _notices.c.id.desc())
            .limit(limit)
        )

    async def acknowledge(self, tx: Transaction, ids: Sequence[int], email: str, at: datetime) -> None:
        """Remember who has taken note; whoever was first stays."""
        first = _notices.c.acknowledged_at.is_(None)
        who = _address(email)
        await self._change(tx, _notices.c.id.in_(ids), first, acknowledged_at=at, acknowledged_by=who)

    async def snooze(self, tx: Transaction, number: int, until: datetime) -> None:
        """Have a notice told again once that instant has come."""
        state = NoticeState.WAITING.value
        await self._change(tx, _notices.c.id == number, state=state, not_before=until)

    async def list_off(self, email: str) -> frozenset[str]:
        """The signals that a person has turned off."""
        statement = sa.select(_off.c.signal).where(_off.c.email == _address(email))
        return await self._database.scan(
            lambda connection: frozenset(connection.execute(statement).scalars())
        )

    async def turn(self, tx: Transaction, email: str, signal: str, *, on: bool, at: datetime) -> None:
        """Turn a signal off for a person, or on again."""
        mine = {"email": _address(email), "signal": storable(signal)}
        row = sa.and_(_off.c.email == mine["email"], _off.c.signal == mine["signal"])
        statement: sa.Executable = _off.delete().where(row)
        if not on:
            statement = self._database.insert(_off).values(**mine, off_at=at).on_conflict_do_nothing()
        await opened(tx).run(lambda connection: connection.execute(statement))

    async def _change(self, tx: Transaction, *where: sa.ColumnElement[bool], **values: Any) -> int:
        statement = _notices.update().where(*where).values(**values)
        return await opened(tx).run(lambda connection: connection.execute(statement).rowcount)

    async def _list(self, statement: sa.Select[Any]) -> tuple[Kept, ...]:
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(map(_kept_of, rows))


def _full_hour_after(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR


def _work(reader: str, at: datetime) -> DueWork:
    return DueWork(key=f"{DELIVER}:{reader}:{at:%Y%m%dT%H%M%S.%f}", job=DELIVER, due_at=at, subject=reader)


def _of_reader(reader: str) -> sa.ColumnElement[bool]:
    return _notices.c.reader == _address(reader)


def _address(receiver: str) -> str:
    return storable(receiver.strip().lower()) or ""


def _values(notice: Notice, now: datetime) -> dict[str, Any]:
    given = storable_values(notice, _GIVEN)
    given["lines"] = tuple(storable(line) or "" for line in notice.lines)
    given["receiver"] = _address(notice.receiver)
    became = {"bundle": "", "rounds": 0, "acknowledged_by": "", "state": NoticeState.WAITING.value}
    return given | became | {"reader": given["receiver"], "kept_at": now}


def _kept_of(row: Any) -> Kept:
    return Kept(
        notice=Notice(**{name: row[name] for name in _GIVEN}),
        state=NoticeState(row["state"]),
        **{name: row[name] for name in _BECAME},
    )
