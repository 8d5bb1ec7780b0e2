"""How the book is written: one statement a row, executed in bulk, counting what truly changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bot.domain.account import FIELDS, Week
from bot.domain.person import Contact
from bot.domain.reading import CALLED
from bot.ports.book import AccountRow, Written
from bot.store.database import Database, Prepared, Tx
from bot.store.held import HeldRow
from bot.store.provenance import Stamps
from bot.store.reading_tables import readings
from bot.store.rows import ACCOUNT_COLUMNS, account_tuple, chunks, week_tuple
from bot.store.tables import accounts, contacts, versions, weeks
from bot.store.week_totals import WeekTotals, any_weeks

CHUNK = 2_000  # rows a hop: long enough to be quick, short enough to be cancelled
FEW_DAYS = 4  # weeks of so few days at once are of many accounts: their sums are made anew at the end

_OF = readings.c.account_id
_SYSTEMS = frozenset(CALLED.values())
_CALLED = ("name", "aliases", "domain")
_VALUES = ("name", *(field.name for field in FIELDS))


def next_version(connection: sa.Connection, tx: Tx) -> int:
    """The book's version that this transaction makes; taken first, so that writers go one by one."""
    if tx.version is None:
        tx.version = bump(connection, "book")
    return tx.version


def bump(connection: sa.Connection, key: str) -> int:
    """The next version under that key."""
    statement = (
        versions.update()
        .where(versions.c.key == key)
        .values(number=versions.c.number + 1)
        .returning(versions.c.number)
    )
    return int(connection.execute(statement).scalar_one())


class AccountWriter:
    """One write of accounts in a transaction."""

    def __init__(self, database: Database, tx: Tx, today: date) -> None:
        self._tx = tx
        self._today = today
        self._totals = WeekTotals(database)
        self._sql = database.once(account_upsert)
        self._spoken_of = database.once(_spoken_of)
        self._is_synced = False
        self._stamps = Stamps()
        self._seen: set[str] = set()
        self._overruled: Counter[str] = Counter()
        self._total = 0

    async def save(self, rows: Iterable[AccountRow], *, missing_on: date | None) -> Written:
        """Write them all; with a day, mark those left out."""
        version, before = await self._tx.run(self._begin)
        iterator = iter(rows)
        while await self._tx.run(lambda connection: self._write(connection, iterator, version)):
            pass
        written = await self._tx.run(lambda connection: self._end(connection, version, before))
        if await self._tx.run(any_weeks):
            await self._totals.follow_accounts(self._tx, self._today)
        return (
            written if missing_on is None else replace(written, missing=await self._mark_missing(missing_on))
        )

    def _begin(self, connection: sa.Connection) -> tuple[int, tuple[int, int, int]]:
        self._is_synced = (
            connection.execute(sa.select(_OF).where(_OF.is_not(None)).limit(1)).first() is not None
        )
        version = next_version(connection, self._tx)
        return version, _counts(connection, version)

    def _write(self, connection: sa.Connection, rows: Iterable[AccountRow], version: int) -> int:
        some: Iterable[AccountRow] = islice(rows, CHUNK)
        if self._is_synced:
            some = (self._beside_systems(connection, row) for row in some)
        chunk = [account_tuple(row, self._stamps, version) for row in some]
        if chunk:
            self._seen.update(row[0] for row in chunk)
            self._total += len(chunk)
            connection.exec_driver_sql(self._sql, chunk)
        return len(chunk)

    def _beside_systems(self, connection: sa.Connection, row: AccountRow) -> AccountRow:
        """What a system told stays as it is, the name too: a file speaks where no system does, as after a sync."""
        found = connection.exec_driver_sql(self._spoken_of.sql, (row.id,)).first()
        if found is None:
            return row
        held = HeldRow(found)
        values, stamps = dict(row.values), dict(row.stamps)
        for name, value, stamp in held.rest({}):
            if stamp.source in _SYSTEMS:
                self._overruled[name] += values.get(name) not in (None, value)
                values[name], stamps[name] = value, stamp
        self._overruled["name"] += row.name != held.name
        return replace(row, name=held.name, values=values, stamps=stamps)

    def _end(self, connection: sa.Connection, version: int, before: tuple[int, int, int]) -> Written:
        after = _counts(connection, version)
        held, touched, named = (now - then for now, then in zip(after, before, strict=True))
        if named:
            bump(connection, "names")
        overruled = {name: count for name, count in self._overruled.most_common() if count}
        unchanged = self._total - touched
        return Written(added=held, changed=touched - held, unchanged=unchanged, overruled=overruled)

    async def _mark_missing(self, day: date) -> int:
        """Mark the accounts that were left out, and count all that are: kept, never dropped."""
        left_out, newly = await self._tx.run(self._left_out)
        for some in chunks(newly, 500):  # both engines limit how many parameters a statement takes
            marked = accounts.update().where(accounts.c.id.in_(some)).values(missing_since=day)
            await self._tx.run(partial(sa.Connection.execute, statement=marked))
        return left_out

    def _left_out(self, connection: sa.Connection) -> tuple[int, list[str]]:
        """How many accounts were left out, and those of them that are not marked yet."""
        # What was seen is held by now, so equal counts say that nothing was left out.
        count = connection.execute(sa.select(sa.func.count()).select_from(accounts)).scalar_one()
        if count == len(self._seen):
            return 0, []
        by_files = sa.select(accounts.c.id, accounts.c.missing_since.is_(None))
        if self._is_synced:  # what a system has is not missing because a file lacks it
            by_files = by_files.where(~sa.exists().where(accounts.c.id == _OF))
        held = connection.execute(by_files)
        left_out = [(id_, unmarked) for id_, unmarked in held if id_ not in self._seen]
        return len(left_out), [id_ for id_, unmarked in left_out if unmarked]


def _spoken_of(database: Database) -> Prepared:
    """Reads what is held of an account that a system speaks of."""
    spoken = sa.exists().where(accounts.c.id == _OF)
    return database.prepare(sa.select(*ACCOUNT_COLUMNS).where(accounts.c.id == sa.bindparam("id"), spoken))


def _counts(connection: sa.Connection, version: int) -> tuple[int, int, int]:
    """How many accounts there are, and how many of them this version changed and renamed."""
    touched = sa.func.count(sa.case((accounts.c.revision == version, 1)))
    named = sa.func.count(sa.case((accounts.c.named_in == version, 1)))
    row = connection.execute(sa.select(sa.func.count(), touched, named).select_from(accounts)).one()
    return (row[0], row[1], row[2])


def account_upsert(database: Database) -> str:
    """Insert or update; a row that says the same is left alone, and keeps its revision if only stamps moved."""
    statement = database.insert(accounts).values({c.name: sa.bindparam(c.name) for c in accounts.columns})
    new = statement.excluded
    moved = _differ(accounts, new, _VALUES)
    renamed = _differ(accounts, new, _CALLED)
    values: dict[str, Any] = {c.name: new[c.name] for c in accounts.columns if c.name != "id"}
    values["revision"] = sa.case((moved, new.revision), else_=accounts.c.revision)
    values["named_in"] = sa.case((renamed, new.named_in), else_=accounts.c.named_in)
    upsert = statement.on_conflict_do_update(
        index_elements=[accounts.c.id],
        set_=values,
        where=sa.or_(moved, _differ(accounts, new, ("provenance", "missing_since"))),
    )
    return database.prepare(upsert).sql


def _differ(table: sa.Table, new: Any, names: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[name].is_distinct_from(new[name]) for name in names))


class WeekWriter:
    """One write of weekly history in a transaction, and with it of its sums."""

    def __init__(self, database: Database, tx: Tx, today: date) -> None:
        self._tx = tx
        self._today = today
        self._sql = database.once(week_upsert)
        self._totals = WeekTotals(database)
        self._recounted: set[str] = set()  # days of which many accounts may have a new week
        self._first = False  # there was no history yet: all of it is summed at the end
        self._total = self._touched = 0

    async def save(self, rows: Iterable[Week]) -> Written:
        """Write them all; the same week again replaces it."""
        before = await self._tx.run(self._begin)
        self._first = not before
        await self._totals.follow_accounts(self._tx, self._today)
        iterator = iter(rows)
        while await self._tx.run(lambda connection: self._write(connection, iterator)):
            pass
        if self._first:
            await self._totals.fill(self._tx)
        for day in sorted(self._recounted):
            await self._tx.run(partial(self._totals.recount, day))
        added = await self._tx.run(_count_weeks) - before
        return Written(added=added, changed=self._touched - added, unchanged=self._total - self._touched)

    def _begin(self, connection: sa.Connection) -> int:
        next_version(connection, self._tx)
        return _count_weeks(connection)

    def _write(self, connection: sa.Connection, rows: Iterable[Week]) -> int:
        chunk = [week_tuple(week) for week in islice(rows, CHUNK)]
        if not chunk:
            return 0
        ids, days = {row[0] for row in chunk}, {row[1] for row in chunk}
        recounted = len(days) <= FEW_DAYS and not self._first
        around = nullcontext() if recounted or self._first else self._totals.writing(connection, ids, days)
        with around:
            touched = connection.exec_driver_sql(self._sql, chunk).rowcount
        if recounted and touched:
            self._recounted |= days
        self._total += len(chunk)
        self._touched += touched
        return len(chunk)


def _count_weeks(connection: sa.Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(weeks)).scalar_one()


def week_upsert(database: Database) -> str:
    """Insert or update a week; one that says the same but for its source is left alone."""
    statement = database.insert(weeks).values({c.name: sa.bindparam(c.name) for c in weeks.columns})
    values = [c.name for c in weeks.columns if not c.primary_key]
    upsert = statement.on_conflict_do_update(
        index_elements=[weeks.c.account_id, weeks.c.week_ending],
        set_={name: statement.excluded[name] for name in values},
        where=_differ(weeks, statement.excluded, [name for name in values if name != "source"]),
    )
    return database.prepare(upsert).sql


def save_contacts(connection: sa.Connection, tx: Tx, rows: Iterable[Contact], source: str) -> Written:
    """Replace the contacts of every account that occurs."""
    next_version(connection, tx)
    by_account: dict[str, list[Contact]] = {}
    for contact in rows:
        by_account.setdefault(contact.account_id, []).append(contact)
    added = changed = unchanged = 0
    for account_id, wanted in by_account.items():
        held = _contacts_of(connection, account_id)
        kept = sum(1 for contact in wanted if contact in held)
        unchanged += kept
        changed += min(len(wanted), len(held)) - min(kept, len(held))
        added += max(0, len(wanted) - len(held))
        if wanted != held:
            _replace_contacts(connection, account_id, wanted, source)
    return Written(added=added, changed=max(changed, 0), unchanged=unchanged)


def _contacts_of(connection: sa.Connection, account_id: str) -> list[Contact]:
    columns = [column for column in contacts.columns if column.name not in ("position", "source")]
    statement = sa.select(*columns).where(contacts.c.account_id == account_id).order_by(contacts.c.position)
    return [Contact(**row) for row in connection.execute(statement).mappings()]


def _replace_contacts(
    connection: sa.Connection, account_id: str, wanted: Sequence[Contact], source: str
) -> None:
    connection.execute(contacts.delete().where(contacts.c.account_id == account_id))
    names = ("account_id", "name", "email", "title", "roles")
    connection.execute(
        contacts.insert(),
        [
            {**{name: getattr(contact, name) for name in names}, "position": place, "source": source}
            for place, contact in enumerate(wanted)
        ],
    )
