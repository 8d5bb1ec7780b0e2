"""Forward only, each step with its own record; safe where two start at once; a newer database is left alone."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlite_utils

from bot.errors import DatabaseTooNew
from bot.store import migrations, open_store, tables
from bot.store.database import open_database
from bot.store.feedback import FEEDBACK
from bot.store.migrations import Family, Migration, migrate

OPENING = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import open_store

class Clock:
    now = staticmethod(lambda: datetime(2026, 11, 21, tzinfo=UTC))

async def main():
    store = open_store(sys.argv[1], Clock())
    print(len(await store.start()))
    await store.close()

asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_starting_twice_migrates_once(empty_url: str, clock) -> None:
    for first in (True, False):
        store = open_store(empty_url, clock)
        assert bool(await store.start()) is first
        assert await store.book.version() == 0
        await store.close()


async def test_processes_that_start_at_once_migrate_once(empty_url: str, tmp_path: Path, clock) -> None:
    alone = open_store(f"sqlite:///{tmp_path / 'alone.db'}", clock)
    every = len(await alone.start())
    await alone.close()
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPENING, empty_url, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    steps = []
    for child in children:
        said, _ = await child.communicate()
        assert child.returncode == 0
        steps.append(int(said))
    assert sum(steps) == every


async def test_a_newer_database_is_refused_and_left_alone(empty_url: str, clock) -> None:
    database = open_database(empty_url)
    await database.connect()
    newer = Family(
        "book", (*migrations.BOOK.steps, *(Migration(f"later {n}", lambda _: None) for n in range(3)))
    )
    await migrate(database, newer, clock)
    with pytest.raises(
        DatabaseTooNew, match=r"newer ta-bot \(schema \d+, this one knows \d+\); upgrade ta-bot"
    ):
        await migrate(database, migrations.BOOK, clock)
    await database.close()


async def test_a_step_that_fails_leaves_no_trace(empty_url: str, clock) -> None:
    def fail(connection: sa.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise ZeroDivisionError

    database = open_database(empty_url)
    await database.connect()
    with pytest.raises(ZeroDivisionError):
        await migrate(database, Family("broken", (Migration("half", fail),)), clock)
    names = await database.scan(lambda connection: sa.inspect(connection).get_table_names())
    assert "half" not in names
    await database.close()


async def test_a_migrated_database_has_every_column_that_the_code_knows(database_url: str, clock) -> None:
    store = open_store(database_url, clock)
    await store.start()
    for database, metadata in ((store.database, tables.BOOK), (store.audit_database, tables.AUDIT)):
        for table in metadata.tables.values():
            columns = await database.scan(lambda c, t=table: sa.inspect(c).get_columns(t.name))
            assert {column["name"] for column in columns} == set(table.columns.keys()), table.name
    await store.close()


async def test_a_missing_column_is_added_empty(database_url: str, clock) -> None:
    store = open_store(database_url, clock)
    await store.start()

    def lose_and_find(connection: sa.Connection) -> tuple[str, ...]:
        connection.exec_driver_sql("ALTER TABLE accounts DROP COLUMN renewal_date")
        return migrations.add_missing_columns(connection, tables.accounts)

    assert await store.database.write(lose_and_find) == ("renewal_date",)
    await store.close()


async def test_feedback_of_a_database_of_before_can_be_withdrawn(database_url: str, clock) -> None:
    store = open_store(database_url, clock)
    await store.start()

    def put_back(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE feedback DROP COLUMN withdrawn_at")
        connection.exec_driver_sql("DELETE FROM migrations WHERE family = 'feedback' AND number = 2")

    await store.database.write(put_back)
    await migrate(store.database, FEEDBACK, clock)
    assert await store.feedback.list_feedback() == ()
    await store.close()


async def test_sqlites_tables_are_strict(tmp_path: Path, clock) -> None:
    """Ours: the engine's, made when it is launched, are its own."""
    opened = open_store(f"sqlite:///{tmp_path / 'new.db'}", clock)
    await opened.start()
    await opened.close()
    book = sqlite_utils.Database(tmp_path / "new.db")
    assert [table.name for table in book.tables if not table.strict and table.name != "sqlite_sequence"] == []
    book.close()
