"""One file knows which engine it is; what fails is said in one clear line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.errors import DatabaseUnavailable, StoreError
from bot.store import audit_path, open_store
from bot.store.database import PostgresDatabase


async def test_a_folder_that_is_not_there(tmp_path: Path, clock) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'nowhere' / 'ta-bot.db'}", clock)
    with pytest.raises(DatabaseUnavailable, match="unable to open database file; see TA_BOT_DATABASE_URL"):
        await store.start()
    await store.close()


async def test_a_file_that_is_no_database(tmp_path: Path, clock) -> None:
    path = tmp_path / "ta-bot.db"
    path.write_text("account_id,name\n" * 500)
    store = open_store(f"sqlite:///{path}", clock)
    with pytest.raises(DatabaseUnavailable, match="file is not a database"):
        await store.start()
    await store.close()


async def test_a_server_that_is_not_there_and_no_password_in_the_message(clock) -> None:
    store = open_store("postgresql://ann:geheim@127.0.0.1:1/book", clock)
    with pytest.raises(DatabaseUnavailable, match="see TA_BOT_DATABASE_URL") as caught:
        await store.start()
    assert "geheim" not in str(caught.value)
    await store.close()


async def test_an_option_that_the_driver_does_not_know(clock) -> None:
    store = open_store("postgresql://ann:geheim@127.0.0.1:1/book?colour=red", clock)
    with pytest.raises(DatabaseUnavailable, match=r"colour.*see TA_BOT_DATABASE_URL") as caught:
        await store.start()
    assert "geheim" not in str(caught.value)
    await store.close()


def test_an_address_that_cannot_be_read(clock) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be read; see TA_BOT_DATABASE_URL"):
        open_store("postgresql://ann:geheim@host:many/book", clock)


async def test_it_answers(store) -> None:
    await store.database.ping()


async def test_sqlite_is_set_as_the_facts_ask(sqlite_store) -> None:
    def settings(connection) -> list[object]:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await sqlite_store.database.write(settings) == ["wal", 1, 2, 30_000]


async def test_sqlites_readers_cannot_write(sqlite_store) -> None:
    with pytest.raises(DatabaseUnavailable, match="readonly"):
        await sqlite_store.database.scan(
            lambda connection: connection.exec_driver_sql("DELETE FROM accounts")
        )


async def test_a_backup_is_a_whole_copy_and_overwrites_nothing(sqlite_store, tmp_path: Path, clock) -> None:
    target = tmp_path / "copy.db"
    assert await sqlite_store.backup(target) == (target, audit_path(target))
    copy = open_store(f"sqlite:///{target}", clock)
    assert await copy.start() == ()
    await copy.close()
    with pytest.raises(StoreError, match="exists already"):
        await sqlite_store.backup(target)
    with sqlite3.connect(target) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


@pytest.mark.postgres
async def test_postgresql_is_backed_up_with_its_own_tool(postgres_url: str, clock, tmp_path: Path) -> None:
    store = open_store(postgres_url, clock)
    assert isinstance(store.database, PostgresDatabase)
    with pytest.raises(StoreError, match="pg_dump"):
        await store.backup(tmp_path / "copy.dump")
    await store.close()
