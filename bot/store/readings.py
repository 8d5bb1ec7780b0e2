"""What the systems said, kept page by page with how far each reading came; and what can be told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from bot.domain.joining import Disagreement
from bot.domain.reading import (
    AccountReading,
    ContactReading,
    EventReading,
    PersonReading,
    Reading,
    Unreadable,
)
from bot.errors import SyncUnderWay
from bot.ports.people import Absence
from bot.ports.readings import (
    TOLD_REFUSED,
    Claimed,
    Decide,
    MergedCount,
    SourceState,
    Sweep,
    SweepState,
    SyncRecord,
    Unmatched,
)
from bot.ports.work import Transaction
from bot.store import reading_tables as tables
from bot.store import records
from bot.store.alone import alone
from bot.store.database import Database, opened
from bot.store.merging import Merger
from bot.store.odds import disagreements_of
from bot.store.rows import chunks
from bot.store.tables import accounts
from bot.store.types import storable

Claims = Callable[[Any], Claimed]
_MAY_BE_DELETED = frozenset((EventReading, ContactReading))
_PARAMS = 500  # both engines limit how many parameters a statement takes
_SWEEP = tuple(column.name for column in tables.sweeps.columns)
_MOVES = ("state", "cursor", "pages", "records", "changed", "gone", "refused", "told", "calls", "seconds")
_ENDS = ("done_at", "whole_at")


class StoredReadings:
    """Keeps ports.Readings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upserts = {
            noun: records.upsert_of(database, kept.table) for noun, kept in records.NOUNS.items()
        }
        self._aged = records.aged_of(database)
        self._merger = Merger(database)
        found = sa.select(tables.disagreements.c.told)
        self._odds = database.prepare(
            found.where(tables.disagreements.c.account_id == sa.bindparam("account_id"))
        )

    def alone(self) -> AbstractAsyncContextManager[None]:
        """One sync at a time, over all processes; raises SyncUnderWay at once where another runs."""
        return alone(self._database, "sync", SyncUnderWay())

    async def list_sweeps(self) -> tuple[Sweep, ...]:
        """The newest reading of each feed."""
        statement = sa.select(tables.sweeps).order_by(tables.sweeps.c.system, tables.sweeps.c.feed)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(map(_sweep_of, rows))

    async def begin_sweep(self, tx: Transaction, sweep: Sweep) -> None:
        """Keep a reading that begins; what an unfinished one of the same feed had seen is forgotten."""
        values = _values_of(sweep, _SWEEP)
        statement = self._database.insert(tables.sweeps).values(values)
        upsert = statement.on_conflict_do_update(
            index_elements=list(tables.sweeps.primary_key.columns),
            set_={name: statement.excluded[name] for name in _SWEEP if name not in ("system", "feed")},
        )

        def begin(connection: sa.Connection) -> None:
            connection.execute(upsert)
            _forget_pages(connection, sweep)

        await opened(tx).run(begin)

    async def save_page(
        self, tx: Transaction, sweep: Sweep, readings: Sequence[Reading], claims: Claims
    ) -> int:
        """Keep some readings and how far the sweep is by then; says how many were new or other than before."""
        return await opened(tx).run(lambda connection: self._save(connection, sweep, readings, claims))

    def _save(
        self, connection: sa.Connection, sweep: Sweep, readings: Sequence[Reading], claims: Claims
    ) -> int:
        # Of records that come twice the later one alone: one statement must not write a row twice.
        found = {records.key_of(one): one for one in readings}
        by_noun: dict[type, list[Any]] = {}
        for one in found.values():
            by_noun.setdefault(type(one), []).append(one)
        if not sweep.whole:
            _touch_former(connection, sweep.system, by_noun.get(EventReading, ()))
        changed = sum(
            self._save_some(connection, sweep, noun, some, claims) for noun, some in by_noun.items()
        )
        if sweep.whole and found:
            seen = orjson.dumps(list(found)).decode()
            page = {"system": sweep.system, "feed": sweep.feed, "page": sweep.pages, "seen": seen}
            connection.execute(tables.sweep_pages.insert(), page)
        elif found:
            _touch(connection, sweep.system, readings)
        _move(connection, replace(sweep, changed=sweep.changed + changed), _MOVES)
        return changed

    def _save_some(
        self, connection: sa.Connection, sweep: Sweep, noun: type, some: Sequence[Any], claims: Claims
    ) -> int:
        kept, system, feed = records.NOUNS[noun], sweep.system, sweep.feed
        if noun is AccountReading:
            claimed = [claims(one) for one in some]
            self._save_links(connection, claimed)
            rows = [
                records.account_row(one, system, feed, claim.account_id)
                for one, claim in zip(some, claimed, strict=True)
            ]
            changed = self._upsert(connection, noun, rows)
            connection.exec_driver_sql(self._aged, list(map(records.aged_row, rows)))
            return changed
        if noun not in _MAY_BE_DELETED:
            return self._upsert(connection, noun, [kept.row(one, system, feed) for one in some])
        deleted = [one for one in some if one.deleted]
        rows = [kept.row(one, system, feed) for one in some if not one.deleted]
        return self._upsert(connection, noun, rows) + _delete(connection, kept, deleted, system)

    def _upsert(self, connection: sa.Connection, noun: type, rows: list[records.Row]) -> int:
        return connection.exec_driver_sql(self._upserts[noun], rows).rowcount if rows else 0

    def _save_links(self, connection: sa.Connection, claimed: Iterable[Claimed]) -> None:
        rows = [
            {"system": system, "key": key, "account_id": one.account_id}
            for one in claimed
            for system, key in one.links
        ]
        if rows:
            statement = self._database.insert(tables.links)
            same = {"account_id": statement.excluded.account_id}
            keys = list(tables.links.primary_key.columns)
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=same), rows)

    async def count_before(self, system: str, feed: str) -> int:
        """How many records that feed had given, without those that are gone."""

        def count(connection: sa.Connection) -> int:
            total = 0
            for kept in records.NOUNS.values():
                found = sa.select(sa.func.count()).select_from(kept.table).where(*_of(kept, system, feed))
                total += connection.execute(found).scalar_one()
            return total

        return await self._database.scan(count)

    async def end_sweep(
        self, tx: Transaction, sweep: Sweep, *, gone_on: date | None, refuses: Callable[[int], bool]
    ) -> Sweep:
        """Keep that a sweep came to its end, and give it as it is kept."""
        return await opened(tx).run(lambda connection: _end(connection, sweep, gone_on, refuses))

    async def touch_all(self, tx: Transaction, *, week: bool) -> None:
        """Have every account merged that any system speaks of, with `week` its week's row written too."""
        statement = self._database.insert(tables.asked).values(week=week)
        once = statement.on_conflict_do_nothing(index_elements=[tables.asked.c.week])
        await opened(tx).run(lambda connection: connection.execute(once))

    async def gather(self, tx: Transaction) -> None:
        """Join over other systems' ids what did not say which account it is of, and list what waits to be merged."""

        def gather(connection: sa.Connection) -> None:
            _join(connection)
            asked = set(connection.execute(sa.select(tables.asked.c.week)).scalars())
            if asked:
                connection.execute(self._touching(week=True in asked))
                connection.execute(tables.asked.delete())

        await opened(tx).run(gather)

    def _touching(self, *, week: bool) -> sa.Executable:
        of = tables.readings.c.account_id
        found = sa.select(of, sa.literal(int(week))).where(of.is_not(None), of != "").distinct()
        statement = self._database.insert(tables.touched).from_select(["account_id", "week"], found)
        return statement.on_conflict_do_update(
            index_elements=[tables.touched.c.account_id],
            set_={"week": statement.excluded.week},
            where=statement.excluded.week > tables.touched.c.week,
        )

    async def count_touched(self) -> int:
        """How many accounts wait to be merged."""
        statement = sa.select(sa.func.count()).select_from(tables.touched)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar_one())

    async def merge(
        self, tx: Transaction, decide: Decide, *, limit: int, now: datetime
    ) -> MergedCount | None:
        """Merge some of the accounts that wait; None where none does."""
        return await self._merger.merge(opened(tx), decide, limit, now)

    async def list_people(self, system: str) -> tuple[PersonReading, ...]:
        """The people whom a system knows."""
        columns = [column for column in tables.people.columns if column.name not in ("system", "feed")]
        statement = sa.select(*columns).where(tables.people.c.system == system).order_by(tables.people.c.key)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(PersonReading(**row) for row in rows)

    async def list_absences(self, system: str) -> tuple[tuple[str, Absence], ...]:
        """What a system tells of absences, by its key of the person; the e-mail is that system's."""
        people, absences = tables.people, tables.absences
        names = ("starts_on", "ends_on", "half_day_start", "half_day_end", "status")
        same = sa.and_(people.c.system == absences.c.system, people.c.key == absences.c.person_key)
        statement = (
            sa.select(absences.c.person_key, people.c.email, *(absences.c[name] for name in names))
            .join(people, same)
            .where(absences.c.system == system)
            .order_by(people.c.email, absences.c.starts_on, absences.c.key)
        )
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(
            (row["person_key"], Absence(email=row["email"], **{name: row[name] for name in names}))
            for row in rows
        )

    async def find_disagreements(self, account_id: str) -> tuple[Disagreement, ...]:
        """What systems say differently of an account."""
        rows = await self._database.point(self._odds, (storable(account_id),))
        return disagreements_of(rows[0][0]) if rows else ()

    async def list_disagreements(self, limit: int) -> tuple[tuple[str, str, Sequence[Disagreement]], ...]:
        """The same of many accounts: id, name and what differs, by name."""
        table = tables.disagreements
        statement = (
            sa.select(accounts.c.id, accounts.c.name, table.c.told)
            .join(table, table.c.account_id == accounts.c.id)
            .order_by(accounts.c.name, accounts.c.id)
            .limit(limit)
        )
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return tuple((row[0], row[1], disagreements_of(row[2])) for row in rows)

    async def count_disagreeing(self) -> int:
        """How many accounts there are of which systems say different things."""
        statement = sa.select(sa.func.count()).select_from(tables.disagreements)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar_one())

    async def count_disagreements(self) -> Mapping[str, int]:
        """The same by the value that they differ in."""

        def count(connection: sa.Connection) -> dict[str, int]:
            found: dict[str, int] = {}
            for (told,) in connection.execute(sa.select(tables.disagreements.c.told)):
                for name, *_ in orjson.loads(told):
                    found[name] = found.get(name, 0) + 1
            return found

        return await self._database.scan(count)

    async def list_unmatched(self, limit: int) -> tuple[Unmatched, ...]:
        """Records of accounts that belong to none of the book's."""
        table = tables.readings
        columns = (table.c.system, table.c.key, table.c.name, table.c.account_id)
        statement = sa.select(*columns).where(_UNMATCHED).order_by(table.c.system, table.c.name, table.c.key)
        rows = await self._database.scan(lambda connection: connection.execute(statement.limit(limit)).all())
        return tuple(Unmatched(row[0], row[1], row[2], _why(row[3])) for row in rows)

    async def count_unmatched(self) -> Mapping[str, int]:
        """How many such records each system has."""
        table = tables.readings
        statement = sa.select(table.c.system, sa.func.count()).where(_UNMATCHED).group_by(table.c.system)
        return await self._database.scan(
            lambda connection: {row[0]: row[1] for row in connection.execute(statement)}
        )

    async def list_states(self) -> tuple[SourceState, ...]:
        """What the book has of each system."""
        table = tables.readings
        statement = (
            sa.select(table.c.system, sa.func.count(), sa.func.count(accounts.c.id))
            .outerjoin(accounts, accounts.c.id == table.c.account_id)
            .where(table.c.gone_on.is_(None))
            .group_by(table.c.system)
            .order_by(table.c.system)
        )
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return tuple(SourceState(*row) for row in rows)

    async def save_sync(self, tx: Transaction, record: SyncRecord) -> None:
        """Remember a sync that ended."""
        values = {
            "started_at": record.started_at,
            "ended_at": record.ended_at,
            "report": orjson.dumps(record.report).decode(),
        }
        await opened(tx).run(lambda connection: connection.execute(tables.syncs.insert(), values))

    async def last_sync(self) -> SyncRecord | None:
        """The newest sync that ended."""
        statement = sa.select(tables.syncs).order_by(tables.syncs.c.id.desc()).limit(1)
        row = await self._database.scan(lambda connection: connection.execute(statement).mappings().first())
        if row is None:
            return None
        report = orjson.loads(row["report"])
        return SyncRecord(started_at=row["started_at"], ended_at=row["ended_at"], report=report)


_UNMATCHED = sa.and_(
    tables.readings.c.gone_on.is_(None),
    sa.or_(
        tables.readings.c.account_id.is_(None),
        sa.and_(
            tables.readings.c.account_id != "",
            ~sa.exists().where(accounts.c.id == tables.readings.c.account_id),
        ),
    ),
)


def _why(account_id: str | None) -> str:
    return "it names no account" if account_id is None else f"the book has no account {account_id}"


def _values_of(sweep: Sweep, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(sweep, name) for name in names}
    if "told" in values:
        told = [(one.key, one.field, one.reason) for one in sweep.told[:TOLD_REFUSED]]
        values["told"] = orjson.dumps(told).decode()
    values["state"] = sweep.state.value
    return values


def _sweep_of(row: sa.RowMapping) -> Sweep:
    values = dict(row)
    told = orjson.loads(values.pop("told"))
    state = SweepState(values.pop("state"))
    refused = tuple(Unreadable(key=key, field=name, reason=reason) for key, name, reason in told)
    return Sweep(**values, told=refused, state=state)


def _move(connection: sa.Connection, sweep: Sweep, names: Iterable[str]) -> None:
    same = sa.and_(tables.sweeps.c.system == sweep.system, tables.sweeps.c.feed == sweep.feed)
    connection.execute(tables.sweeps.update().where(same).values(_values_of(sweep, names)))


def _forget_pages(connection: sa.Connection, sweep: Sweep) -> None:
    pages = tables.sweep_pages
    connection.execute(pages.delete().where(pages.c.system == sweep.system, pages.c.feed == sweep.feed))


def _end(
    connection: sa.Connection, sweep: Sweep, gone_on: date | None, refuses: Callable[[int], bool]
) -> Sweep:
    ended = replace(sweep, state=SweepState.DONE, cursor="", done_at=sweep.started_at)
    if sweep.whole:
        ended = replace(ended, whole_at=sweep.started_at)
    if gone_on is not None:
        seen = _seen(connection, sweep)
        if refuses(len(seen)):
            ended = replace(ended, state=SweepState.REFUSED)
        else:
            nouns = records.NOUNS.values()
            ended = replace(
                ended, gone=sum(_mark_gone(connection, kept, sweep, seen, gone_on) for kept in nouns)
            )
    _move(connection, ended, (*_MOVES, *_ENDS))
    _forget_pages(connection, sweep)
    return ended


def _seen(connection: sa.Connection, sweep: Sweep) -> set[str]:
    pages = tables.sweep_pages
    of_feed = sa.and_(pages.c.system == sweep.system, pages.c.feed == sweep.feed)
    seen: set[str] = set()
    for (keys,) in connection.execute(sa.select(pages.c.seen).where(of_feed)):
        seen.update(orjson.loads(keys))
    return seen


def _of(kept: records.Noun, system: str, feed: str) -> Iterator[sa.ColumnElement[bool]]:
    yield kept.table.c.system == system
    yield kept.table.c.feed == feed
    if kept.table is tables.readings:
        yield tables.readings.c.gone_on.is_(None)


def _mark_gone(connection: sa.Connection, kept: records.Noun, sweep: Sweep, seen: set[str], day: date) -> int:
    """Accounts are kept and marked; everything else that is gone there is gone here."""
    table = kept.table
    columns = (table.c.key, table.c.kind) if table is tables.events else (table.c.key,)
    held = connection.execute(sa.select(*columns).where(*_of(kept, sweep.system, sweep.feed)))
    gone = [tuple(row) for row in held if records.listed(kept, row) not in seen]
    for some in chunks(gone, _PARAMS):
        which = sa.and_(table.c.system == sweep.system, sa.tuple_(*columns).in_(some))
        if table is tables.readings:
            connection.execute(table.update().where(which).values(gone_on=day))
        else:
            connection.execute(table.delete().where(which))
    return len(gone)


def _delete(connection: sa.Connection, kept: records.Noun, gone: Sequence[Any], system: str) -> int:
    deleted = 0
    table = kept.table
    for some in chunks(gone, _PARAMS):
        which = [table.c.system == system, table.c.key.in_([one.key for one in some])]
        if table is tables.events:
            which.append(table.c.kind.in_({one.kind.value for one in some}))
        deleted += connection.execute(table.delete().where(*which)).rowcount
    return deleted


def _touch_former(connection: sa.Connection, system: str, some: Sequence[EventReading]) -> None:
    """An event that moves to another account moves its counts there: both are merged anew."""
    events, readings = tables.events, tables.readings
    for part in chunks(some, _PARAMS):
        keys = [one.key for one in part]
        held = sa.select(events.c.account_key).where(events.c.system == system, events.c.key.in_(keys))
        of = sa.select(readings.c.account_id).where(readings.c.system == system, readings.c.key.in_(held))
        _touch_found(connection, of)


def _touch(connection: sa.Connection, system: str, some: Sequence[Reading]) -> None:
    readings = tables.readings
    keys = {getattr(one, "account_key", one.key) for one in some}
    for part in chunks(sorted(keys), _PARAMS):
        of = sa.select(readings.c.account_id).where(readings.c.system == system, readings.c.key.in_(part))
        _touch_found(connection, of)


def _touch_found(connection: sa.Connection, of: sa.Select[Any]) -> None:
    wanted = of.where(
        tables.readings.c.account_id.is_not(None), tables.readings.c.account_id != ""
    ).distinct()
    found = [row[0] for row in connection.execute(wanted)]
    held = sa.select(tables.touched.c.account_id).where(tables.touched.c.account_id.in_(found))
    new = set(found) - set(connection.execute(held).scalars())
    if new:
        rows = [{"account_id": account_id, "week": False} for account_id in sorted(new)]
        connection.execute(tables.touched.insert(), rows)


def _join(connection: sa.Connection) -> None:
    """One hop: another system's record names it, or it names another system's record."""
    readings, links = tables.readings, tables.links
    linked = {(row.system, row.key): row.account_id for row in connection.execute(sa.select(links))}
    waiting = sa.select(readings.c.system, readings.c.key, readings.c.ids).where(
        readings.c.account_id.is_(None), readings.c.gone_on.is_(None)
    )
    found: list[dict[str, str]] = []
    for row in connection.execute(waiting).all():
        account_id = linked.get((row.system, row.key)) or _named(connection, row.ids, linked)
        if account_id:
            found.append({"of_system": row.system, "of_key": row.key, "of_account": account_id})
    if found:
        same = sa.and_(
            readings.c.system == sa.bindparam("of_system"), readings.c.key == sa.bindparam("of_key")
        )
        connection.execute(readings.update().where(same).values(account_id=sa.bindparam("of_account")), found)
        _touch_accounts(connection, {one["of_account"] for one in found})


def _touch_accounts(connection: sa.Connection, wanted: set[str]) -> None:
    for part in chunks(sorted(wanted), _PARAMS):
        _touch_found(
            connection, sa.select(tables.readings.c.account_id).where(tables.readings.c.account_id.in_(part))
        )


def _named(connection: sa.Connection, ids: str, linked: Mapping[tuple[str, str], str]) -> str | None:
    readings = tables.readings
    for system, key in orjson.loads(ids).items() if ids != "{}" else ():
        if account_id := linked.get((system, key)):
            return account_id
        same = sa.and_(readings.c.system == system, readings.c.key == key)
        if account_id := connection.execute(sa.select(readings.c.account_id).where(same)).scalar():
            return str(account_id)
    return None
