"""Merges accounts that wait, some at a time: read set-wise, decided by pure rules, written in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import orjson
import sqlalchemy as sa

from bot.domain.account import FIELDS, Kind
from bot.domain.person import Contact
from bot.domain.reading import Event
from bot.ports.readings import Decide, Happened, Merged, MergedCount, Met, Spoken, Told
from bot.store import odds, provenance
from bot.store import reading_tables as tables
from bot.store.ahead import Ahead, Ready, version_of
from bot.store.database import Database, Tx
from bot.store.held import HeldRow
from bot.store.rows import ACCOUNT_COLUMNS, chunks, fields_tuple, week_tuple
from bot.store.tables import accounts, contacts, weeks
from bot.store.types import DAY, INSTANT, WORDS
from bot.store.week_totals import WeekTotals, any_weeks
from bot.store.writing import account_upsert, bump, next_version, week_upsert

_DATES = frozenset(field.name for field in FIELDS if field.kind is Kind.DATE)
_LISTS = frozenset(field.name for field in FIELDS if field.kind is Kind.LIST)
_DATED = frozenset(field.name for field in FIELDS if field.kind is Kind.DATED)
_CODED = _DATES | _LISTS | _DATED
_CALLED = ("aliases", "domain")
_EVENTS = {event.value: event for event in Event}  # an enumeration's own look-up is a slow call
_PARAMS = 500
Span: TypeAlias = tuple[str, str]
"""The first and the last of some accounts that wait."""
SOURCE = "sync"
"""Where contacts come from that no file told."""
KINDS: Mapping[str, Event] = {
    "tickets": Event.TICKET,
    "opportunities": Event.OPPORTUNITY,
    "tasks": Event.TASK,
    "meetings": Event.MEETING,
    "notes": Event.NOTE,
    "conversations": Event.CONVERSATION,
}
"""What a feed that was read to its end says all of, by its name: no such event of an account is then a count of none."""


class Merger:
    """Keeps ports.Readings.merge. Every statement is compiled once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead = Ahead(database, self._prepare)
        prepare = database.prepare
        self._write = database.once(account_upsert)
        self._write_weeks = database.once(week_upsert)
        self._totals = WeekTotals(database)
        self._spoken = prepare(_spoken())
        self._happened = prepare(_happened())
        self._met = prepare(_met())
        self._held = prepare(_held())
        named: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in contacts.columns}
        self._meet = prepare(contacts.insert().values(named)).sql
        self._acquainted = prepare(_acquainted())
        self._agree = prepare(tables.disagreements.delete().where(_waits(tables.disagreements.c.account_id)))
        self._drop = prepare(tables.touched.delete().where(_in_span()))

    async def merge(
        self, tx: Tx, decide: Decide, limit: int, now: datetime, today: date
    ) -> MergedCount | None:
        """Merge some; None where none waits, and then the sums of the history are those of today."""
        ready = await self._ahead.take(tx, decide, limit)
        if ready is not None:
            try:
                return await tx.run(lambda connection: self._write_some(connection, tx, ready, now))
            except BaseException:
                await self._ahead.stop()
                raise
        if await tx.run(any_weeks):
            await self._totals.follow_accounts(tx, today)
        return None

    def _prepare(self, connection: sa.Connection, decide: Decide, limit: int, after: str) -> Ready | None:
        version = version_of(connection)  # first: whatever is written from here on is seen
        order = tables.touched.c.account_id
        statement = sa.select(order, tables.touched.c.week).where(order > after).order_by(order).limit(limit)
        waiting = {row[0]: row[1] for row in connection.execute(statement)}
        if not waiting:
            return None
        span = (min(waiting), max(waiting))
        held = {row[0]: HeldRow(row) for row in self._read(connection, self._held, span)}
        merged = list(decide(self._told(connection, waiting, held, span), _known(connection)))
        stored, compact = [], provenance.Compact()
        for one in merged:
            row = one.row
            stored.append((compact.encode(row.stamps, row.stamp), fields_tuple(row.values)))
        return Ready(waiting=waiting, held=held, merged=merged, stored=stored, version=version)

    def _write_some(self, connection: sa.Connection, tx: Tx, ready: Ready, now: datetime) -> MergedCount:
        span, held, merged = ready.span, ready.held, ready.merged
        version = next_version(connection, tx)
        self._ahead.wrote(version)
        self._save(connection, ready, version)
        self._totals.follow_some(connection, *span)
        added = [one for one in merged if one.row.id not in held]
        moved = [one for one in merged if one.moved]
        self._save_beside(connection, merged, span, now)
        self._run(connection, self._drop, span)
        if added or _is_renamed(connection, version, span):
            bump(connection, "names")
        changed = _changed(connection, version, span) - len(added)
        churned = sum(1 for one in merged if _is_newly_churned(one, held.get(one.row.id)))
        return MergedCount(
            accounts=len(merged), added=len(added), changed=changed, churned=churned, moved=len(moved)
        )

    def _run(self, connection: sa.Connection, prepared: Any, span: Span) -> sa.CursorResult[Any]:
        """A statement over the accounts that wait between two ids."""
        values = dict(zip(("first", "last"), span, strict=True))
        return connection.exec_driver_sql(prepared.sql, tuple(values[name] for name in prepared.names))

    def _read(self, connection: sa.Connection, prepared: Any, span: Span) -> Sequence[Any]:
        # Straight from the driver: plain tuples, of which there are a hundred thousand.
        rows: Sequence[Any] = self._run(connection, prepared, span).cursor.fetchall()
        return rows

    def _told(
        self,
        connection: sa.Connection,
        waiting: Mapping[str, bool],
        held: Mapping[str, HeldRow],
        span: Span,
    ) -> Iterator[Told]:
        """Each account that a system speaks of, and that the book has or a system makes."""
        spoken, happened, met = (
            _by_account(self._read(connection, prepared, span), make)
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

    def _save(self, connection: sa.Connection, ready: Ready, version: int) -> None:
        rows = [
            (one.row.id, one.row.name, None, stamps, version, version, *values)
            for one, (stamps, values) in zip(ready.merged, ready.stored, strict=True)
        ]
        self._database.write_rows(connection, self._write, rows)

    def _save_beside(
        self,
        connection: sa.Connection,
        merged: Sequence[Merged],
        span: Span,
        now: datetime,
    ) -> None:
        self._save_weeks(connection, merged)
        self._save_contacts(connection, [one for one in merged if one.contacts is not None], span)
        self._save_odds(connection, merged, span)
        moves = [(one.row.id, one.moved) for one in merged if one.moved]
        if moves:
            rows = [
                {"account_id": id_, "moved_at": now, "before": before, "now": after}
                for id_, (before, after) in moves
            ]
            statement = self._database.insert(tables.category_moves)
            keys = list(tables.category_moves.primary_key.columns)
            connection.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)

    def _save_weeks(self, connection: sa.Connection, merged: Sequence[Merged]) -> None:
        """One row a week: that of an earlier day of the same week moves on to this one."""
        found = [one.week for one in merged if one.week is not None]
        if not found:
            return
        day = found[0].week_ending
        monday = day - timedelta(days=day.weekday())
        ids = [week.account_id for week in found]
        with self._totals.writing(connection, ids, (DAY.encode(monday), DAY.encode(day))):
            for some in chunks(ids, _PARAMS):
                earlier = sa.and_(weeks.c.week_ending >= monday, weeks.c.week_ending < day)
                connection.execute(weeks.delete().where(weeks.c.account_id.in_(some), earlier))
            self._database.write_rows(connection, self._write_weeks, [week_tuple(week) for week in found])

    def _save_contacts(self, connection: sa.Connection, merged: Sequence[Merged], span: Span) -> None:
        """Replace those of accounts where they are other than before."""
        held = _by_account(self._read(connection, self._acquainted, span), tuple)
        rows = {one.row.id: _rows_of(one.row.id, one.contacts or ()) for one in merged}
        other = {id_: now for id_, now in rows.items() if now != held.get(id_, [])}
        for some in chunks((id_ for id_ in other if id_ in held), _PARAMS):
            connection.execute(contacts.delete().where(contacts.c.account_id.in_(some)))
        if new := [(*row, SOURCE) for some in other.values() for row in some]:
            connection.exec_driver_sql(self._meet, new)

    def _save_odds(self, connection: sa.Connection, merged: Sequence[Merged], span: Span) -> None:
        table = tables.disagreements
        self._run(connection, self._agree, span)
        rows = [
            {"account_id": one.row.id, "told": odds.text_of(one.disagreements)}
            for one in merged
            if one.disagreements
        ]
        if rows:
            connection.execute(table.insert(), rows)


def _is_newly_churned(one: Merged, held: HeldRow | None) -> bool:
    return held is not None and one.row.values.get("churned_on") is not None and held.churned_on is None


def _in_span() -> sa.ColumnElement[bool]:
    waits = tables.touched.c.account_id
    return sa.and_(waits >= sa.bindparam("first"), waits <= sa.bindparam("last"))


def _spoken() -> sa.Select[Any]:
    table, touched = tables.readings, tables.touched
    columns = ("system", "key", "name", "body", "as_of", "dated", "gone_on")
    return (
        sa.select(table.c.account_id, *(table.c[name] for name in columns))
        .select_from(touched.join(table, table.c.account_id == touched.c.account_id))
        .where(_in_span())
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
        .where(_in_span())
    )


def _held() -> sa.Select[Any]:
    return (
        sa.select(*ACCOUNT_COLUMNS)
        .select_from(tables.touched.join(accounts, accounts.c.id == tables.touched.c.account_id))
        .where(_in_span())
    )


def _acquainted() -> sa.Select[Any]:
    """The contacts that the book has, in the order of `_rows_of`."""
    names = ("account_id", "position", "name", "email", "title", "roles")
    columns = [contacts.c[name] for name in names]
    return (
        sa.select(*columns)
        .select_from(tables.touched.join(contacts, contacts.c.account_id == tables.touched.c.account_id))
        .where(_in_span())
        .order_by(contacts.c.account_id, contacts.c.position)
    )


def _waits(account_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return account_id.in_(sa.select(tables.touched.c.account_id).where(_in_span()))


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


def _changed(connection: sa.Connection, version: int, span: tuple[str, str]) -> int:
    here = sa.and_(accounts.c.id >= span[0], accounts.c.id <= span[1], accounts.c.revision == version)
    return connection.execute(sa.select(sa.func.count()).select_from(accounts).where(here)).scalar_one()


def _is_renamed(connection: sa.Connection, version: int, span: tuple[str, str]) -> bool:
    here = sa.and_(accounts.c.id >= span[0], accounts.c.id <= span[1], accounts.c.named_in == version)
    return connection.execute(sa.select(accounts.c.id).where(here).limit(1)).first() is not None


def _rows_of(account_id: str, some: Sequence[Contact]) -> list[tuple[Any, ...]]:
    """An account's contacts as they are kept, but for where they come from."""
    return [
        (account_id, place, one.name, one.email, one.title, WORDS.encode(one.roles))
        for place, one in enumerate(some)
    ]
