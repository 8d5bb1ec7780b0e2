"""Reads accounts that wait to be merged, set-wise, and has pure rules decide what becomes of them; writes nothing.

What it makes is plain values, so that another process may make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa

from bot.domain.account import FIELDS, Kind
from bot.domain.person import Contact
from bot.domain.reading import Event
from bot.ports.readings import Decide, Happened, Merged, Met, Spoken, Told
from bot.store import odds, provenance
from bot.store import reading_tables as tables
from bot.store.database import Database, Prepared, open_database
from bot.store.held import HeldRow
from bot.store.rows import ACCOUNT_COLUMNS, fields_tuple, week_tuple
from bot.store.tables import accounts, contacts, versions
from bot.store.types import DAY, INSTANT, WORDS

_DATES = frozenset(field.name for field in FIELDS if field.kind is Kind.DATE)
_LISTS = frozenset(field.name for field in FIELDS if field.kind is Kind.LIST)
_DATED = frozenset(field.name for field in FIELDS if field.kind is Kind.DATED)
_CODED = _DATES | _LISTS | _DATED
_EVENTS = {event.value: event for event in Event}  # an enumeration's own look-up is a slow call

Span: TypeAlias = tuple[str, str]
"""The first and the last of some accounts that wait."""
KINDS: Mapping[str, Event] = {
    "tickets": Event.TICKET,
    "opportunities": Event.OPPORTUNITY,
    "tasks": Event.TASK,
    "meetings": Event.MEETING,
    "notes": Event.NOTE,
    "conversations": Event.CONVERSATION,
}
"""What a feed that was read to its end says all of, by its name: no such event of an account is then a count of none."""


class Ready(NamedTuple):
    """Accounts that wait, decided. `version` is the book's from before they were read, `span` their first and last id.

    `rows` holds of each account its id, name, stamps and values as they are kept, `met` its contacts where they are
    other than the book's, `left` whose of them are to be dropped first.
    """

    version: int
    span: Span
    waiting: int
    rows: Sequence[tuple[str, str, str, Sequence[Any]]]
    added: int
    churned: int
    moved: Sequence[tuple[str, str, str]]
    weeks: Sequence[tuple[Any, ...]]
    met: Sequence[tuple[Any, ...]]
    left: Sequence[str]
    odds: Sequence[tuple[str, str]]


class Preparer:
    """Every statement is compiled once."""

    def __init__(self, database: Database) -> None:
        self._spoken, self._happened, self._met, self._held, self._acquainted = (
            database.prepare(make()) for make in (_spoken, _happened, _met, _held, _acquainted)
        )

    def prepare(self, connection: sa.Connection, decide: Decide, limit: int, after: str) -> Ready | None:
        """Some of those whose ids come after one; None where none waits."""
        version = version_of(connection)  # first: whatever is written from here on is seen
        order = tables.touched.c.account_id
        statement = sa.select(order, tables.touched.c.week).where(order > after).order_by(order).limit(limit)
        waiting = {row[0]: row[1] for row in connection.execute(statement)}
        if not waiting:
            return None
        span = (min(waiting), max(waiting))
        held = {row[0]: HeldRow(row) for row in _read(connection, self._held, span)}
        merged = list(decide(self._told(connection, waiting, held, span), _known(connection)))
        stamps = provenance.Compact()
        met, left = self._contacts(connection, merged, span)
        return Ready(
            version=version,
            span=span,
            waiting=len(waiting),
            rows=[
                (row.id, row.name, stamps.encode(row.stamps, row.stamp), fields_tuple(row.values))
                for row in (one.row for one in merged)
            ],
            added=sum(1 for one in merged if one.row.id not in held),
            churned=sum(1 for one in merged if _is_newly_churned(one, held.get(one.row.id))),
            moved=[(one.row.id, *one.moved) for one in merged if one.moved],
            weeks=[week_tuple(one.week) for one in merged if one.week is not None],
            met=met,
            left=left,
            odds=[(one.row.id, odds.text_of(one.disagreements)) for one in merged if one.disagreements],
        )

    def _told(
        self,
        connection: sa.Connection,
        waiting: Mapping[str, bool],
        held: Mapping[str, HeldRow],
        span: Span,
    ) -> Iterator[Told]:
        """Each account that a system speaks of, and that the book has or a system makes."""
        spoken, happened, met = (
            _by_account(_read(connection, prepared, span), make)
            for prepared, make in (
                (self._spoken, _spoken_of),
                (self._happened, _happened_of),
                (self._met, _met_of),
            )
        )
        for account_id, week in waiting.items():
            if said := spoken.get(account_id):
                yield Told(
                    account_id,
                    held.get(account_id),
                    said,
                    happened.get(account_id, ()),
                    met.get(account_id, ()),
                    week,
                )

    def _contacts(
        self, connection: sa.Connection, merged: Iterable[Merged], span: Span
    ) -> tuple[list[tuple[Any, ...]], list[str]]:
        """The contacts to write, of accounts where they are other than before, and whose are to be dropped first."""
        held = _by_account(_read(connection, self._acquainted, span), tuple)
        rows = {one.row.id: _rows_of(one.row.id, one.contacts) for one in merged if one.contacts is not None}
        other = {id_: now for id_, now in rows.items() if now != held.get(id_, [])}
        return [row for some in other.values() for row in some], [id_ for id_ in other if id_ in held]


class Apart:
    """Prepares in a process of its own, which writes nothing and holds no transaction open."""

    def __init__(self, url: str) -> None:
        self._database = open_database(url)
        self._preparer: Preparer | None = None

    async def prepare(self, decide: Decide, limit: int, after: str) -> Ready | None:
        """Keeps ports.readings.Elsewhere."""
        if self._preparer is None:
            await self._database.connect()
            self._preparer = Preparer(self._database)
        prepare = self._preparer.prepare
        return await self._database.sweep(lambda connection: prepare(connection, decide, limit, after))


def version_of(connection: sa.Connection) -> int:
    """The book's version as it is now."""
    statement = sa.select(versions.c.number).where(versions.c.key == "book")
    return int(connection.execute(statement).scalar_one())


def last_of(connection: sa.Connection, after: str, limit: int) -> str | None:
    """The id up to which so many wait after another one; None where fewer do."""
    waits = tables.touched.c.account_id
    statement = sa.select(waits).where(waits > after).order_by(waits).offset(limit - 1).limit(1)
    return connection.execute(statement).scalar()


def run(connection: sa.Connection, prepared: Prepared, span: Span) -> sa.CursorResult[Any]:
    """A statement over the accounts that wait between two ids."""
    values = dict(zip(("first", "last"), span, strict=True))
    return connection.exec_driver_sql(prepared.sql, tuple(values[name] for name in prepared.names))


def in_span() -> sa.ColumnElement[bool]:
    """Of those that wait."""
    waits = tables.touched.c.account_id
    return sa.and_(waits >= sa.bindparam("first"), waits <= sa.bindparam("last"))


def _read(connection: sa.Connection, prepared: Prepared, span: Span) -> Sequence[Any]:
    # Straight from the driver: plain tuples, of which there are a hundred thousand.
    rows: Sequence[Any] = run(connection, prepared, span).cursor.fetchall()
    return rows


def _is_newly_churned(one: Merged, held: HeldRow | None) -> bool:
    return held is not None and one.row.values.get("churned_on") is not None and held.churned_on is None


def _spoken() -> sa.Select[Any]:
    table, touched = tables.readings, tables.touched
    columns = ("system", "key", "name", "body", "as_of", "dated", "gone_on")
    return (
        sa.select(table.c.account_id, *(table.c[name] for name in columns))
        .select_from(touched.join(table, table.c.account_id == touched.c.account_id))
        .where(in_span())
        .order_by(table.c.account_id, table.c.system, table.c.key)
    )


def _happened() -> sa.Select[Any]:
    events = tables.events
    columns = (
        *("system", "kind", "key", "label", "title", "whom"),
        *("on_day", "opened_on", "amount", "done"),
    )
    return _of_accounts(events, columns)


def _met() -> sa.Select[Any]:
    return _of_accounts(tables.contacts, ("system", "key", "name", "email", "title", "roles"))


def _of_accounts(table: sa.Table, columns: Sequence[str]) -> sa.Select[Any]:
    touched, readings = tables.touched, tables.readings
    same = sa.and_(table.c.system == readings.c.system, table.c.account_key == readings.c.key)
    return (
        sa.select(readings.c.account_id, *(table.c[name] for name in columns))
        .select_from(touched.join(readings, readings.c.account_id == touched.c.account_id).join(table, same))
        .where(in_span())
    )


def _held() -> sa.Select[Any]:
    return (
        sa.select(*ACCOUNT_COLUMNS)
        .select_from(tables.touched.join(accounts, accounts.c.id == tables.touched.c.account_id))
        .where(in_span())
    )


def _acquainted() -> sa.Select[Any]:
    """The contacts that the book has, in the order of `_rows_of`."""
    names = ("account_id", "position", "name", "email", "title", "roles")
    columns = [contacts.c[name] for name in names]
    return (
        sa.select(*columns)
        .select_from(tables.touched.join(contacts, contacts.c.account_id == tables.touched.c.account_id))
        .where(in_span())
        .order_by(contacts.c.account_id, contacts.c.position)
    )


def _by_account(rows: Iterable[Sequence[Any]], make: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(make(row))
    return found


def _spoken_of(row: Sequence[Any]) -> Spoken:
    _, system, key, name, body, as_of, dated, gone_on = row
    values = orjson.loads(body)
    for coded in [name for name in values if name in _CODED]:
        if values[coded] is not None:
            values[coded] = _decoded(coded, values[coded])
    own = {} if dated == "{}" else {one: INSTANT.decode(at) for one, at in orjson.loads(dated).items()}
    gone = None if gone_on is None else DAY.decode(gone_on)
    return Spoken(system, key, name, values, _instant(as_of), own, gone)


def _decoded(name: str, value: Any) -> Any:
    if name in _DATES:
        return DAY.decode(value)
    return tuple(value) if name in _LISTS else tuple((one, DAY.decode(day)) for one, day in value)


_instants: dict[str, datetime] = {}


def _instant(text: str) -> datetime:
    found = _instants.get(text)
    if found is None:
        if len(_instants) > 10_000:
            _instants.clear()
        found = _instants[text] = INSTANT.decode(text)
    return found


def _happened_of(row: Sequence[Any]) -> Happened:
    _, system, kind, key, label, title, whom, on, opened, amount, done = row
    return Happened(
        system,
        _EVENTS[kind],
        key,
        label,
        title,
        whom,
        None if on is None else DAY.decode(on),
        None if opened is None else DAY.decode(opened),
        amount,
        bool(done),
    )


def _met_of(row: Sequence[Any]) -> Met:
    _, system, key, name, email, title, roles = row
    return Met(system, key, name, email, title, WORDS.decode(roles))


def _known(connection: sa.Connection) -> dict[tuple[str, Event], datetime]:
    """As of when every event of a kind is known: since its feed was last read to its end."""
    found = {}
    for row in connection.execute(sa.select(tables.sweeps)).mappings():
        kind = KINDS.get(row["feed"])
        if kind is not None and row["done_at"] is not None:
            found[row["system"], kind] = row["done_at"]
    return found


def _rows_of(account_id: str, some: Sequence[Contact]) -> list[tuple[Any, ...]]:
    """An account's contacts as they are kept, but for where they come from."""
    return [
        (account_id, place, one.name, one.email, one.title, WORDS.encode(one.roles))
        for place, one in enumerate(some)
    ]
