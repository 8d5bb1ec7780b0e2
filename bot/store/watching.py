"""What alerts remember of accounts, read beside the accounts in one sweep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

import orjson
import sqlalchemy as sa

from bot.domain.watching import Found, Look, Memory, Pass, WatchRules
from bot.ports.watching import Decide, Looked
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.measures import NO, seats_used_by
from bot.store.migrations import Family, Migration
from bot.store.tables import accounts, versions
from bot.store.types import DAY, DECIMAL, TEXT, Coded, Day, decoder, storable

_METADATA = sa.MetaData()
_DONE = "~pass"  # no account's id begins so
_AT_ONCE = 2_000
_NOTHING: Memory = {}

_memories = sa.Table(
    "alert_memories",
    _METADATA,
    sa.Column("key", TEXT, primary_key=True),  # an account's id
    sa.Column("memory", TEXT, nullable=False),
    sa.Column("standing", TEXT, nullable=False),  # what of its values mattered when it was looked at
    sa.Column("wakes_on", Day()),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

WATCHING = Family("watching", (Migration("what alerts remember of accounts", _METADATA.create_all),))

_LOOKED = tuple(accounts.c[name] for name in Look._fields)
_FIGURES = ("id", "licensed_seats", "tam", "mau", "mau_28d", "health_score", "health_category")
_DATES = len(_LOOKED) - sum(decoder(column) is DAY.decode for column in _LOOKED)
"""Where the dates begin: they come last, so that a row's are read in one go."""


@lru_cache(maxsize=16_384)  # the dates of a whole book are of a few years
def _day(text: str | None) -> date | None:
    return None if text is None else DAY.decode(text)


class StoredWatching:
    """Keeps ports.Watching."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(
        self, decide: Decide, rules: WatchRules, today: date, *, after: str = "", limit: int | None = None
    ) -> Looked:
        """Look at every account of which something that matters is not as it was remembered, or whose day has come.

        With `limit` at so many at the most, by id, from the one behind `after` on.
        """
        wanted = _to_look_at(rules, today)
        if limit is not None:
            wanted = wanted.where(accounts.c.id > after).order_by(accounts.c.id).limit(limit)
        version = await self.version()  # before the accounts: what is written meanwhile is looked at again

        def read(connection: sa.Connection) -> Looked:
            # Straight from the driver's cursor: a row object for each account would cost four times that.
            cursor: Any = connection.execute(wanted).cursor
            found: list[Found] = []
            while rows := cursor.fetchmany(_AT_ONCE):
                found += [_looked_at(row, decide) for row in rows]
            return Looked(version, tuple(found))

        return await self._database.sweep(read)

    async def version(self) -> int:
        """The book's version."""
        statement = sa.select(versions.c.number).where(versions.c.key == "book")
        return int(await self._database.scan(lambda connection: connection.execute(statement).scalar_one()))

    async def recall(self, key: str) -> Memory:
        """What is remembered under an account's id, or another key; empty where nothing is."""
        statement = sa.select(_memories.c.memory).where(_memories.c.key == storable(key))
        held = await self._database.scan(lambda connection: connection.execute(statement).scalar())
        return _NOTHING if held is None else dict(orjson.loads(held))

    async def remember(self, tx: Transaction, found: Iterable[Found]) -> None:
        """Remember what was found of accounts, in the place of what was."""
        given = tuple(found)

        def write(connection: sa.Connection) -> None:
            rows = [_row(one.account_id, one.seen.memory, one.standing, one.seen.wakes_on) for one in given]
            if rows:
                connection.execute(self._kept(), rows)

        await opened(tx).run(write)

    async def note(self, tx: Transaction, key: str, memory: Memory) -> None:
        """Remember something under a key that is no account's id."""
        row = _row(key, memory)
        await opened(tx).run(lambda connection: connection.execute(self._kept(), [row]))

    def _kept(self) -> sa.Insert:
        insert = self._database.insert(_memories)
        again = {name: insert.excluded[name] for name in ("memory", "standing", "wakes_on")}
        return insert.on_conflict_do_update(index_elements=[_memories.c.key], set_=again)

    async def find_pass(self) -> Pass | None:
        """The last look that was finished; None before the first."""
        held = await self.recall(_DONE)
        if not held:
            return None
        began_at = datetime.fromisoformat(held["began_at"])
        return Pass(int(held["version"]), date.fromisoformat(held["day"]), began_at)

    async def finish(self, tx: Transaction, done: Pass) -> None:
        """Remember that a look was finished."""
        held = {
            "version": str(done.version),
            "day": done.day.isoformat(),
            "began_at": done.began_at.isoformat(),
        }
        await self.note(tx, _DONE, held)


def _looked_at(row: Any, decide: Decide) -> Found:
    *values, held, standing = row
    look = Look._make((*values[:_DATES], *map(_day, values[_DATES:])))
    return Found(look.id, decide(look, _NOTHING if held is None else orjson.loads(held)), standing)


def _row(key: str, memory: Memory, standing: str = "", wakes_on: date | None = None) -> dict[str, Any]:
    held = orjson.dumps(dict(memory)).decode()
    return {"key": storable(key), "memory": held, "standing": storable(standing), "wakes_on": wakes_on}


def _to_look_at(rules: WatchRules, today: date) -> sa.Select[Any]:
    standing = _standing(rules)
    is_new = sa.or_(
        _memories.c.key.is_(None), _memories.c.standing != standing, _memories.c.wakes_on <= today
    )
    joined = accounts.outerjoin(_memories, _memories.c.key == accounts.c.id)
    return sa.select(*_LOOKED, _memories.c.memory, standing).select_from(joined).where(is_new)


def _standing(rules: WatchRules) -> sa.ColumnElement[str]:
    """What matters of an account, in one text: everything but its figures, and between which marks those lie.

    It begins with what policy says: where that changes, every account is looked at again.
    """
    flags = (accounts.c.mau.is_(None), accounts.c.licensed_seats > 0, accounts.c.tam > 0)
    parts: list[sa.ColumnElement[Any]] = [sa.case((flag, 1), else_=0) for flag in flags]
    parts += [_seats_mark(rules), _category(rules)]
    parts += [column for column in _LOOKED if column.name not in _FIGURES]
    said: sa.ColumnElement[str] = sa.literal(f"{crc32(repr(rules).encode()):08x}", TEXT)
    for part in parts:
        said = said.concat("|").concat(_text(part))
    return sa.type_coerce(said, TEXT)


def _text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(sa.type_coerce(value, _stored(value)), TEXT), "")


def _stored(value: sa.ColumnElement[Any]) -> Any:
    """A column's own form in the database, so that nothing is decoded."""
    kind = value.type
    return kind.stored if isinstance(kind, Coded) else kind


def _seats_mark(rules: WatchRules) -> sa.ColumnElement[int]:
    seats = sa.case((sa.func.coalesce(accounts.c.seats_unlimited, NO) == NO, accounts.c.licensed_seats))
    used = sa.cast(seats_used_by, DECIMAL) / sa.cast(sa.case((seats > 0, seats)), DECIMAL)
    return sa.case(*((used >= mark, place) for place, mark in reversed(list(enumerate(rules.marks, 1)))))


def _category(rules: WatchRules) -> sa.ColumnElement[str]:
    red_below, green_above = rules.bounds
    score = accounts.c.health_score
    by_score = sa.case(
        (score < red_below, "red"), (score > green_above, "green"), (score.is_not(None), "yellow")
    )
    return sa.func.coalesce(accounts.c.health_category, by_score)
