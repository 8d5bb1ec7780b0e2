"""Forward only: each step in a transaction of its own, with its own record.

A step is never changed once released; a later one adds to it. Two processes may start at once: the second
waits, sees the first one's record and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.errors import DatabaseTooNew
from bot.ports.clock import Clock
from bot.store import tables
from bot.store.database import Database
from bot.store.types import TEXT, WHOLE, Instant

_records = sa.Table(
    "migrations",
    sa.MetaData(),
    sa.Column("family", TEXT, primary_key=True),
    sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("applied_at", Instant(), nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, and what it does inside its transaction."""

    name: str
    apply: Callable[[sa.Connection], None]


@dataclass(frozen=True, slots=True)
class Family:
    """Tables that move on together."""

    name: str
    steps: Sequence[Migration]


def _first_book(connection: sa.Connection) -> None:
    tables.BOOK.create_all(connection)
    rows = [{"key": "book", "number": 0}, {"key": "names", "number": 0}]
    connection.execute(tables.versions.insert(), rows)


def _week_totals(connection: sa.Connection) -> None:
    # Empty: the next write of accounts or weeks fills them, and until then the history itself is read.
    tables.BOOK.create_all(connection, [tables.week_bases, tables.week_totals])


def _by_ae(connection: sa.Connection) -> None:
    by_ae = next(one for one in tables.accounts.indexes if one.name == "accounts_by_ae")
    by_ae.create(connection, checkfirst=True)


BOOK = Family(
    "book",
    (
        Migration("the book", _first_book),
        Migration("sums of the weekly history", _week_totals),
        Migration("an AE's accounts", _by_ae),
    ),
)
WORK = Family("work", (Migration("due dates and messages", tables.WORK.create_all),))
AUDIT = Family("audit", (Migration("the audit rows", tables.AUDIT.create_all),))


async def migrate(database: Database, family: Family, clock: Clock) -> tuple[str, ...]:
    """Apply what is missing and name it; raises DatabaseTooNew before touching a newer database."""
    applied = []
    held = 0
    for number, step in enumerate(family.steps, start=1):
        if number <= held:
            continue
        held = await database.write(lambda c, n=number, s=step: _apply(database, c, family, (n, s), clock))  # type: ignore[misc] # mypy cannot type a lambda's defaults
        if held < number:
            applied.append(step.name)
    return tuple(applied)


def add_missing_columns(connection: sa.Connection, table: sa.Table) -> tuple[str, ...]:
    """Add the columns that a table lacks, empty, and name them: for a step that follows `FIELDS`."""
    held = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    missing = [column for column in table.columns if column.name not in held]
    quote = connection.dialect.identifier_preparer.format_table(table)
    for column in missing:
        described = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {quote} ADD COLUMN {described}")
    return tuple(column.name for column in missing)


def _apply(
    database: Database, connection: sa.Connection, family: Family, step: tuple[int, Migration], clock: Clock
) -> int:
    """In one transaction: make sure it is still missing, do it, record it; gives how many there were before."""
    database.lock_migrations(connection)
    _records.create(connection, checkfirst=True)
    newest: int = (
        connection.execute(
            sa.select(sa.func.max(_records.c.number)).where(_records.c.family == family.name)
        ).scalar()
        or 0
    )
    known = len(family.steps)
    if newest > known:
        raise DatabaseTooNew(
            f"{database.shown} was written by a newer ta-bot (schema {newest}, this one knows {known}); "
            "upgrade ta-bot"
        )
    number, migration = step
    if newest >= number:
        return newest
    migration.apply(connection)
    record = {"family": family.name, "number": number, "name": migration.name, "applied_at": clock.now()}
    connection.execute(_records.insert(), record)
    return newest
