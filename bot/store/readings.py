"""What the systems said, kept page by page with how far each reading came; and what can be told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

import orjson
import sqlalchemy as sa

from bot.domain.joining import Disagreement
from bot.domain.reading import Event, Kept, PersonReading, Reading
from bot.errors import SyncUnderWay
from bot.ports.people import Absence
from bot.ports.readings import (
    Claims,
    Decide,
    Elsewhere,
    MergedCount,
    SourceState,
    Sweep,
    SyncRecord,
    Unmatched,
)
from bot.ports.work import Transaction
from bot.store import reading_tables as tables
from bot.store import records, sweeping
from bot.store.alone import alone
from bot.store.database import Database, opened
from bot.store.merging import Merger
from bot.store.odds import disagreements_of
from bot.store.tables import accounts
from bot.store.types import Day, storable


class StoredReadings:
    """Keeps ports.Readings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        found = sa.select(tables.disagreements.c.told)
        self._odds = database.prepare(
            found.where(tables.disagreements.c.account_id == sa.bindparam("account_id"))
        )

    @cached_property
    def _upserts(self) -> Mapping[str, str]:
        """Built when a sync begins, as the merger is: whoever only asks does not wait for it."""
        return {noun.letter: records.upsert_of(self._database, noun.table) for noun in records.NOUNS.values()}

    @cached_property
    def _aged(self) -> str:
        return records.aged_of(self._database)

    @cached_property
    def _merger(self) -> Merger:
        return Merger(self._database)

    def alone(self) -> AbstractAsyncContextManager[None]:
        """One sync at a time, over all processes; raises SyncUnderWay at once where another runs."""
        return alone(self._database, "sync", SyncUnderWay())

    async def list_sweeps(self) -> tuple[Sweep, ...]:
        """The newest reading of each feed."""
        statement = sa.select(tables.sweeps).order_by(tables.sweeps.c.system, tables.sweeps.c.feed)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(map(sweeping.sweep_of, rows))

    async def begin_sweep(self, tx: Transaction, sweep: Sweep) -> None:
        """Keep a reading that begins; what an unfinished one of the same feed had seen is forgotten."""
        values = sweeping.values_of(sweep, sweeping.COLUMNS)
        statement = self._database.insert(tables.sweeps).values(values)
        upsert = statement.on_conflict_do_update(
            index_elements=list(tables.sweeps.primary_key.columns),
            set_={
                name: statement.excluded[name] for name in sweeping.COLUMNS if name not in ("system", "feed")
            },
        )

        def begin(connection: sa.Connection) -> None:
            connection.execute(upsert)
            sweeping.forget_pages(connection, sweep)

        await opened(tx).run(begin)

    async def save_page(
        self, tx: Transaction, sweep: Sweep, readings: Sequence[Reading | Kept], claims: Claims
    ) -> int:
        """Keep some readings and how far the sweep is by then; says how many were new or other than before."""

        def save(connection: sa.Connection) -> int:
            return self._save(connection, sweep, records.entries(readings, sweep.system, sweep.feed, claims))

        return await opened(tx).run(save)

    def _save(self, connection: sa.Connection, sweep: Sweep, entries: Sequence[records.Entry]) -> int:
        # Of records that come twice the later one alone: one statement must not write a row twice.
        found = {entry[0]: entry for entry in entries}
        rows, deleted, links, seen = _sorted(found.values())
        if not sweep.whole:
            events = (*rows.get(records.EVENTS, ()), *deleted.get(records.EVENTS, ()))
            sweeping.touch_former(connection, sweep.system, [row[1] for row in events])
        self._save_links(connection, links)
        changed = sum(self._save_some(connection, letter, some) for letter, some in rows.items())
        changed += sum(
            sweeping.delete(connection, records.BY_LETTER[letter], some, sweep.system)
            for letter, some in deleted.items()
        )
        if sweep.whole and seen:
            page = {"system": sweep.system, "feed": sweep.feed, "page": sweep.pages}
            connection.execute(tables.sweep_pages.insert(), {**page, "seen": orjson.dumps(seen).decode()})
        elif entries:
            of = {letter: noun.of for letter, noun in records.BY_LETTER.items()}
            touched = {row[of[letter]] for _, letter, row, _, _ in entries}
            sweeping.touch(connection, sweep.system, touched)
        sweeping.move(connection, replace(sweep, changed=sweep.changed + changed), sweeping.MOVES)
        return changed

    def _save_some(self, connection: sa.Connection, letter: str, rows: list[records.Row]) -> int:
        changed = self._database.write_rows(connection, self._upserts[letter], rows)
        if letter == records.ACCOUNTS and changed < len(rows):  # what changed has its instant with it
            connection.exec_driver_sql(self._aged, list(map(records.aged_row, rows)))
        return changed

    def _save_links(self, connection: sa.Connection, links: Sequence[records.Row]) -> None:
        if links:
            names = ("system", "key", "account_id")
            statement = self._database.insert(tables.links)
            same = {"account_id": statement.excluded.account_id}
            keys = list(tables.links.primary_key.columns)
            rows = [dict(zip(names, one, strict=True)) for one in links]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=same), rows)

    async def count_before(self, system: str, feed: str) -> int:
        """How many records that feed had given, without those that are gone."""
        return await self._database.scan(lambda connection: sweeping.count(connection, system, feed))

    async def end_sweep(
        self, tx: Transaction, sweep: Sweep, *, gone_on: date | None, refuses: Callable[[int], bool]
    ) -> Sweep:
        """Keep that a sweep came to its end, and give it as it is kept."""
        return await opened(tx).run(lambda connection: sweeping.end(connection, sweep, gone_on, refuses))

    async def touch_all(self, tx: Transaction, *, week: bool) -> None:
        """Have every account merged that any system speaks of, with `week` its week's row written too."""
        statement = self._database.insert(tables.asked).values(week=week)
        once = statement.on_conflict_do_nothing(index_elements=[tables.asked.c.week])
        await opened(tx).run(lambda connection: connection.execute(once))

    async def gather(self, tx: Transaction) -> None:
        """Join over other systems' ids what did not say which account it is of, and list what waits to be merged."""

        def gather(connection: sa.Connection) -> None:
            sweeping.join(connection)
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
        self,
        tx: Transaction,
        decide: Decide,
        *,
        limit: int,
        now: datetime,
        today: date,
        elsewhere: Elsewhere | None = None,
    ) -> MergedCount | None:
        """Merge some of the accounts that wait; None where none does."""
        return await self._merger.merge(opened(tx), decide, limit, now, today, elsewhere)

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

    async def list_written(self, *, since: date, account_id: str | None = None) -> Mapping[str, date]:
        """The accounts, or that one, with which a conversation outside of Slack went on since a day: its newest day."""
        events, readings = tables.events, tables.readings
        same = sa.and_(events.c.system == readings.c.system, events.c.account_key == readings.c.key)
        newest = sa.func.max(events.c.on_day, type_=Day())
        statement = (
            sa.select(readings.c.account_id, newest)
            .join(events, same)
            .where(events.c.kind == Event.CONVERSATION.value, events.c.label != "slack")
            .where(events.c.on_day >= since, readings.c.account_id != "")
            .group_by(readings.c.account_id)
        )
        if account_id is not None:
            statement = statement.where(readings.c.account_id == storable(account_id))
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return {row[0]: row[1] for row in rows}

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


_Rows = dict[str, list[records.Row]]


def _sorted(entries: Iterable[records.Entry]) -> tuple[_Rows, _Rows, list[records.Row], list[str]]:
    """Rows to write and rows to drop by their noun, the links, and how what is not dropped is listed."""
    rows, deleted = _Rows(), _Rows()
    links: list[records.Row] = []
    seen: list[str] = []
    for listed, letter, row, is_deleted, own in entries:
        if is_deleted:
            deleted.setdefault(letter, []).append(row)
            continue
        rows.setdefault(letter, []).append(row)
        seen.append(listed)
        links.extend(own)
    return rows, deleted, links, seen


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
