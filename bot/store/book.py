"""The book of business: accounts, weekly history, contacts and the files they came from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.account import Account, CategoryChange, DrawnWeek, Week
from bot.domain.boundary import SegmentRow
from bot.domain.matching import Found, Match
from bot.domain.person import Contact
from bot.ports.book import AccountRow, ImportRecord, Written
from bot.ports.clock import Clock
from bot.ports.work import Transaction
from bot.store import changes, writing
from bot.store.database import Database, Prepared, opened
from bot.store.measures import started
from bot.store.names import Names
from bot.store.rows import (
    ACCOUNT_COLUMNS,
    DRAWN_COLUMNS,
    SEGMENT_COLUMNS,
    WEEK_COLUMNS,
    account_of,
    chunks,
    drawn_week_of,
    segment_row_of,
    week_of,
)
from bot.store.tables import accounts, contacts, imports, versions, weeks
from bot.store.types import storable

T = TypeVar("T")
_SIFTED = 1_000
"""Accounts that are sifted at a time."""
_NOT_CHURNED = sa.or_(accounts.c.churned_on.is_(None), accounts.c.churned_on > sa.bindparam("today"))


class _LookUps:
    """The statements that are asked by key."""

    def __init__(self, database: Database) -> None:
        prepare = database.prepare
        self.version = prepare(sa.select(versions.c.number).where(versions.c.key == sa.bindparam("key")))
        self.account = prepare(sa.select(*ACCOUNT_COLUMNS).where(accounts.c.id == sa.bindparam("id")))
        of_account = weeks.c.account_id == sa.bindparam("id")
        since = sa.and_(of_account, weeks.c.week_ending >= sa.bindparam("since"))
        self.weeks = prepare(sa.select(*WEEK_COLUMNS).where(since).order_by(weeks.c.week_ending))
        self.drawn = prepare(sa.select(*DRAWN_COLUMNS).where(since).order_by(weeks.c.week_ending))
        on_day = weeks.c.week_ending == sa.bindparam("ending")
        self.week = prepare(sa.select(*WEEK_COLUMNS).where(of_account, on_day))


class StoredBook:
    """Keeps ports.Book."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._names = Names(database)
        self._look_ups = database.once(_LookUps)

    async def version(self) -> int:
        """A number that grows with every write."""
        return int((await self._database.point(self._look_ups.version, ("book",)))[0][0])

    async def find_by_name(self, text: str) -> Found:
        """The account a typed name means, or the candidates, or the nearest names."""
        return (await self._names.index()).find(text)

    async def search_names(self, text: str, limit: int = 10) -> tuple[Match, ...]:
        """For a typeahead: the likeliest accounts, best first."""
        return (await self._names.index()).search(text, limit)

    async def find_named_in(self, text: str) -> tuple[Match, ...]:
        """The accounts that a message names, in the order in which it names them; nothing is guessed."""
        return (await self._names.index()).named_in(text)

    async def find_account(self, account_id: str) -> Account | None:
        """The account with that id."""
        rows = await self._database.point(self._look_ups.account, (storable(account_id),))
        return account_of(rows[0]) if rows else None

    async def list_accounts(
        self, *, ta_email: str | None = None, team: str | None = None
    ) -> tuple[Account, ...]:
        """Accounts that are not churned, by TA e-mail, by recorded team, both or all; by name."""
        return await self._named(*self._chosen(ACCOUNT_COLUMNS, ta_email=ta_email, team=team))

    async def sift(self, choose: Callable[[Account], T | None]) -> AsyncIterator[tuple[T, ...]]:
        """What `choose` makes of every account that is not churned, some at a time, by id."""
        wanted = sa.select(*ACCOUNT_COLUMNS).where(_NOT_CHURNED).order_by(accounts.c.id).limit(_SIFTED)
        after = ""

        def read(connection: sa.Connection) -> tuple[str, tuple[T, ...]]:
            some = wanted.where(accounts.c.id > after)
            # Straight from the driver's cursor: a row object for each account would cost more than to look at it.
            cursor: Any = connection.execute(some, {"today": self._clock.today()}).cursor
            read = [account_of(row) for row in cursor.fetchall()]
            chosen = tuple([one for account in read if (one := choose(account)) is not None])
            return read[-1].id if read else "", chosen

        while True:
            after, found = await self._database.sweep(read)
            if not after:
                return
            yield found

    async def list_planned(self, *, customers_since: tuple[date, date]) -> tuple[Account, ...]:
        """Accounts that are not churned, with an active save plan or customers since one of those days; by name."""
        since = accounts.c.customer_since  # no BETWEEN: PostgreSQL takes none with a collation
        new = sa.and_(since >= sa.bindparam("first"), since <= sa.bindparam("last"))
        planned = sa.or_(accounts.c.lighthouse == sa.bindparam("lighthouse"), new)
        prepared = self._database.prepare(sa.select(*ACCOUNT_COLUMNS).where(_NOT_CHURNED, planned))
        first, last = (day.isoformat() for day in customers_since)
        values = {"today": self._clock.today().isoformat(), "lighthouse": "active"}
        values |= {"first": first, "last": last}
        return await self._named(prepared, tuple(values[name] for name in prepared.names))

    async def list_due(
        self,
        counts_from: str,
        by: Mapping[str, date],
        *,
        ta_email: str | None = None,
        limit: int,
        offset: int = 0,
    ) -> tuple[int, tuple[str, ...]]:
        """Customers of which the day named `counts_from`, else their start, is no later than `by` says of their team."""
        today = self._clock.today()
        counted = sa.func.coalesce(accounts.c[counts_from], started)
        close = accounts.c.expected_close_on
        teams = [sa.and_(accounts.c.team == team, counted <= day) for team, day in by.items()]
        where = [_NOT_CHURNED, accounts.c.missing_since.is_(None), sa.or_(close.is_(None), close <= today)]
        where.append(sa.or_(sa.false(), *teams))
        if ta_email is not None:
            where.append(accounts.c.ta_email == storable(ta_email.lower()))
        total = sa.select(sa.func.count()).select_from(accounts).where(*where)
        some = sa.select(accounts.c.id).where(*where).order_by(counted, accounts.c.id)

        def read(connection: sa.Connection) -> tuple[int, tuple[str, ...]]:
            ids = connection.execute(some.limit(limit).offset(offset), {"today": today}).scalars()
            return int(connection.execute(total, {"today": today}).scalar_one()), tuple(ids)

        return await self._database.scan(read)

    async def _named(self, prepared: Prepared, params: Sequence[str | None]) -> tuple[Account, ...]:
        def read(connection: sa.Connection) -> tuple[Account, ...]:
            found = [account_of(row) for row in connection.exec_driver_sql(prepared.sql, tuple(params))]
            return tuple(sorted(found, key=lambda account: (account.name.casefold(), account.id)))

        return await self._database.scan(read)

    async def count_by_ta(self) -> Mapping[str, Mapping[str, int]]:
        """How many accounts that are not churned each TA has, by the segment recorded."""
        columns = (accounts.c.ta_email, accounts.c.segment)
        statement = sa.select(*columns, sa.func.count()).where(_NOT_CHURNED, accounts.c.ta_email.is_not(None))
        statement = statement.group_by(*columns)
        today = {"today": self._clock.today()}

        def read(connection: sa.Connection) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for email, segment, count in connection.execute(statement, today):
                found.setdefault(email, {})[segment or ""] = count
            return found

        return await self._database.scan(read)

    async def list_segment_rows(
        self,
        *,
        ta_email: str | None = None,
        team: str | None = None,
        ae_email: str | None = None,
        stamped: bool = False,
    ) -> tuple[SegmentRow, ...]:
        """The same accounts, or an AE's, with what lists need of each, in no order; `stamped` adds where from."""
        columns = (*SEGMENT_COLUMNS, accounts.c.provenance) if stamped else SEGMENT_COLUMNS
        prepared, params = self._chosen(columns, ta_email=ta_email, team=team, ae_email=ae_email)

        def read(connection: sa.Connection) -> tuple[SegmentRow, ...]:
            rows = connection.exec_driver_sql(prepared.sql, params)
            return tuple([segment_row_of(row) for row in rows])

        return await self._database.scan(read)

    def _chosen(
        self, columns: Sequence[sa.Column[Any]], **wanted: str | None
    ) -> tuple[Prepared, tuple[str | None, ...]]:
        """The statement for these columns of the accounts with those values that are not churned, and its values."""
        statement = sa.select(*columns).where(_NOT_CHURNED)
        values: dict[str, str | None] = {"today": self._clock.today().isoformat()}
        for name, value in wanted.items():
            if value is not None:
                statement = statement.where(accounts.c[name] == sa.bindparam(name))
                values[name] = storable(value.lower())  # e-mails, and the keys of teams
        prepared = self._database.prepare(statement)
        return prepared, tuple(values[name] for name in prepared.names)

    async def list_weeks(self, account_id: str, *, since: date) -> tuple[Week, ...]:
        """The account's weeks that end on or after `since`, oldest first."""
        rows = await self._database.point(self._look_ups.weeks, (storable(account_id), since.isoformat()))
        return tuple([week_of(row) for row in rows])

    async def list_drawn_weeks(self, account_id: str, *, since: date) -> tuple[DrawnWeek, ...]:
        """The same weeks, with what a chart needs of them."""
        rows = await self._database.point(self._look_ups.drawn, (storable(account_id), since.isoformat()))
        return tuple([drawn_week_of(row) for row in rows])

    async def find_week(self, account_id: str, week_ending: date) -> Week | None:
        """The account's week that ended on that day."""
        rows = await self._database.point(
            self._look_ups.week, (storable(account_id), week_ending.isoformat())
        )
        return week_of(rows[0]) if rows else None

    async def list_latest_weeks(self, account_ids: Sequence[str], *, ending_by: date) -> Mapping[str, Week]:
        """For each account its newest week that ended on or before that day."""
        wanted = [text for id_ in account_ids if (text := storable(id_)) is not None]

        def read(connection: sa.Connection) -> dict[str, Week]:
            found: dict[str, Week] = {}
            for some in chunks(wanted, 500):  # both engines limit how many parameters a statement takes
                rows = connection.execute(_latest(some, ending_by)).mappings()
                found.update((row["account_id"], Week(**row)) for row in rows)
            return found

        return await self._database.scan(read)

    async def list_category_changes(
        self, *, since: date, ta_email: str | None = None, team: str | None = None, limit: int = 100
    ) -> tuple[CategoryChange, ...]:
        """Health category changes in the weekly history and up to today's category, newest first."""
        chosen = changes.Chosen(since=since, ta_email=ta_email and ta_email.lower(), team=team, limit=limit)
        return await self._database.scan(lambda connection: changes.read(connection, chosen))

    async def list_contacts(self, account_id: str) -> tuple[Contact, ...]:
        """The account's contacts, by name."""
        columns = [column for column in contacts.columns if column.name not in ("position", "source")]
        statement = sa.select(*columns).where(contacts.c.account_id == storable(account_id))
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(sorted((Contact(**row) for row in rows), key=lambda each: each.name.casefold()))

    async def list_account_ids(self) -> frozenset[str]:
        """The id of every account, churned and missing ones too."""
        statement = sa.select(accounts.c.id)
        return await self._database.scan(
            lambda connection: frozenset(connection.execute(statement).scalars())
        )

    async def count_accounts(self) -> int:
        """How many accounts the book holds."""
        statement = sa.select(sa.func.count()).select_from(accounts)
        return await self._database.scan(lambda connection: connection.execute(statement).scalar_one())

    async def last_import(self, kind: str) -> ImportRecord | None:
        """The newest file of that kind that was taken."""
        columns = [column for column in imports.columns if column.name != "id"]
        statement = sa.select(*columns).where(imports.c.kind == kind).order_by(imports.c.id.desc()).limit(1)
        row = await self._database.scan(lambda connection: connection.execute(statement).mappings().first())
        return ImportRecord(**row) if row else None

    async def save_accounts(
        self, tx: Transaction, rows: Iterable[AccountRow], *, complete: bool, seen_on: date
    ) -> Written:
        """Write accounts; with `complete` those left out are marked missing since `seen_on`, never dropped."""
        saving = writing.AccountWriter(self._database, opened(tx), self._clock.today())
        return await saving.save(rows, missing_on=seen_on if complete else None)

    async def save_weeks(self, tx: Transaction, weeks: Iterable[Week]) -> Written:
        """Write weekly history, one row an account a week; the same week again replaces it."""
        return await writing.WeekWriter(self._database, opened(tx), self._clock.today()).save(weeks)

    async def save_contacts(self, tx: Transaction, contacts: Iterable[Contact], *, source: str) -> Written:
        """Replace the contacts of every account that occurs."""
        work = opened(tx)
        return await work.run(lambda connection: writing.save_contacts(connection, work, contacts, source))

    async def save_import(self, tx: Transaction, record: ImportRecord) -> None:
        """Remember a file that was taken."""
        values = {name: getattr(record, name) for name in ("kind", "file", "digest", "rows", "imported_at")}
        await opened(tx).run(lambda connection: connection.execute(imports.insert(), values))


def _latest(account_ids: Sequence[str], ending_by: date) -> sa.Select[tuple[object, ...]]:
    newest = (
        sa.select(weeks.c.account_id, sa.func.max(weeks.c.week_ending).label("week_ending"))
        .where(weeks.c.account_id.in_(account_ids), weeks.c.week_ending <= ending_by)
        .group_by(weeks.c.account_id)
        .subquery()
    )
    same = sa.and_(weeks.c.account_id == newest.c.account_id, weeks.c.week_ending == newest.c.week_ending)
    return sa.select(*WEEK_COLUMNS).join(newest, same)
