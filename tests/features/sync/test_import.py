"""Importing a file: all of it or nothing; the identical file again changes nothing."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.account import FIELDS, Account, Kind
from bot.domain.provenance import Known, value_of
from bot.errors import ImportRefused
from bot.features.sync.usecases import ImportReport, import_file
from bot.integrations.csv_files.source import CsvFile
from bot.ports.book import Written
from bot.store import Store

ACCOUNTS = "account_id,name,arr\nA1,Fir,100\nA2,Oak,200\n"


async def take(store: Store, folder: Path, content: str, kind: str = "accounts", **how: Any) -> ImportReport:
    path = folder / f"{kind}.csv"
    path.write_text(content)
    return await import_file(CsvFile(kind, path, store.clock), store, **how)


async def test_an_import_reports_what_it_did(store: Store, tmp_path: Path) -> None:
    report = await take(store, tmp_path, "account_id,name,mood\nA1,Fir,good\n")
    assert report == ImportReport(
        kind="accounts", file="accounts.csv", rows=1, written=Written(added=1), ignored=("mood",)
    )
    last = await store.book.last_import("accounts")
    assert last is not None
    assert (last.rows, last.file, last.imported_at) == (1, "accounts.csv", store.clock.now())


async def test_the_identical_file_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    await take(store, tmp_path, ACCOUNTS)
    before = (await store.book.version(), await store.book.list_accounts())
    report = await take(store, tmp_path, ACCOUNTS)
    assert (report.already, report.written) == (True, Written(unchanged=2))
    assert (await store.book.version(), await store.book.list_accounts()) == before


async def test_a_file_of_accounts_without_any_is_refused(store: Store, tmp_path: Path) -> None:
    """Taken at its word it would mark every account as missing."""
    await take(store, tmp_path, ACCOUNTS)
    with pytest.raises(ImportRefused) as caught:
        await take(store, tmp_path, "account_id,name,arr\n\n")
    assert "is it the whole export?" in caught.value.bad[0].reason
    assert [one.missing_since for one in await store.book.list_accounts()] == [None, None]


async def test_an_older_file_after_a_newer_one_is_taken(store: Store, tmp_path: Path) -> None:
    await take(store, tmp_path, ACCOUNTS)
    await take(store, tmp_path, ACCOUNTS.replace("100", "300"))
    report = await take(store, tmp_path, ACCOUNTS)
    assert (report.already, report.written) == (False, Written(changed=1, unchanged=1))


async def test_one_bad_row_among_thousands_and_nothing_is_taken(store: Store, tmp_path: Path) -> None:
    await take(store, tmp_path, ACCOUNTS)
    before = (await store.book.version(), await store.book.list_accounts())
    rows = "".join(f"A{number},New {number},{number}\n" for number in range(5_000))
    with pytest.raises(ImportRefused) as caught:
        await take(store, tmp_path, f"account_id,name,arr\n{rows}B1,Bad,x\n")
    assert caught.value.bad[0].line == 5_002
    assert (await store.book.version(), await store.book.list_accounts()) == before
    last = await store.book.last_import("accounts")
    assert last is not None
    assert last.rows == 2


async def test_a_dry_run_says_what_would_be_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    report = await take(store, tmp_path, ACCOUNTS, dry_run=True)
    assert (report.dry_run, report.written) == (True, Written(added=2))
    assert await store.book.count_accounts() == 0
    assert await store.book.last_import("accounts") is None


async def test_progress_grows_to_the_whole(sqlite_store: Store, tmp_path: Path) -> None:
    rows = "".join(f"A{number},N{number}\n" for number in range(1_234))
    told: list[tuple[int, int]] = []
    await take(sqlite_store, tmp_path, f"account_id,name\n{rows}", progress=lambda *done: told.append(done))
    assert told == [(500, 1_234), (1_000, 1_234), (1_234, 1_234)]


async def test_the_five_files_together(store: Store, tmp_path: Path) -> None:
    await take(store, tmp_path, ACCOUNTS)
    people = await take(store, tmp_path, "email,name,role\nann@x.example,Ann,ta\n", "people")
    history = await take(store, tmp_path, "account_id,week_ending,mau\nA1,2026-11-20,5\n", "history")
    contacts = await take(store, tmp_path, "account_id,name\nA1,Cy\nA1,Di\n", "contacts")
    absences = "email,starts_on,ends_on\nann@x.example,2026-12-01,2026-12-02\n"
    absent = await take(store, tmp_path, absences, "absences")
    assert [report.written.added for report in (people, history, contacts, absent)] == [1, 1, 2, 1]
    assert [week.mau for week in await store.book.list_weeks("A1", since=date(2026, 11, 1))] == [5]
    assert [contact.name for contact in await store.book.list_contacts("A1")] == ["Cy", "Di"]
    assert (await store.people.list_absences("ann@x.example"))[0].ends_on == date(2026, 12, 2)


async def test_history_of_an_account_that_nobody_knows_is_refused(store: Store, tmp_path: Path) -> None:
    await take(store, tmp_path, ACCOUNTS)
    with pytest.raises(ImportRefused) as caught:
        await take(store, tmp_path, "account_id,week_ending\nA1,2026-11-20\nZ1,2026-11-20\n", "history")
    assert [(bad.line, bad.column, bad.value) for bad in caught.value.bad] == [(3, "account_id", "Z1")]


_TEXT = (
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
_WORD = _TEXT.map(lambda text: text.replace(";", "").replace(":", "").strip()).filter(bool)
_DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: _TEXT,
    Kind.EMAIL: st.from_regex(r"[a-z0-9]{1,9}@[a-z]{1,9}\.example", fullmatch=True),
    Kind.URL: st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9]{0,9}", fullmatch=True),
    Kind.LIST: st.lists(_WORD, min_size=1, max_size=3).map(tuple),
    Kind.DATED: st.lists(st.tuples(_WORD, _DAYS), min_size=1, max_size=3).map(tuple),
    Kind.COUNT: st.integers(0, 10**14),
    Kind.NUMBER: st.integers(0, 10**9).map(lambda number: number / 1000),
    Kind.SCORE: st.integers(0, 100).map(lambda number: number / 10),
    Kind.MONEY: st.integers(0, 10**14),
    Kind.FLAG: st.booleans(),
    Kind.DATE: _DAYS,
}
_ROWS = st.fixed_dictionaries(
    {},
    optional={
        field.name: st.sampled_from(field.choices) if field.choices else _VALUES[field.kind]
        for field in FIELDS
    },
)


def written(value: Any, kind: Kind) -> str:
    """A value as an export would write it."""
    match kind:
        case Kind.LIST:
            return "; ".join(value)
        case Kind.DATED:
            return ";".join(f"{name}:{day}" for name, day in value)
        case Kind.MONEY:
            return f"${value // 100:,}.{value % 100:02}" if value < 10**14 else f"{value // 100}"
        case Kind.FLAG:
            return "yes" if value else "no"
        case _:
            return str(value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=_ROWS, name=_TEXT)
async def test_what_is_exported_and_imported_is_the_same_account(
    sqlite_store: Store, tmp_path: Path, values: dict[str, Any], name: str
) -> None:
    kinds = {field.name: field.kind for field in FIELDS}
    path = tmp_path / "accounts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["account_id", "name", *values])
        writer.writerow(["A1", name, *(written(value, kinds[key]) for key, value in values.items())])
    await import_file(CsvFile("accounts", path, sqlite_store.clock), sqlite_store)
    found = await sqlite_store.book.find_account("A1")
    assert isinstance(found, Account)
    assert found.name == name
    assert {
        key: value_of(getattr(found, key)) for key in kinds if isinstance(getattr(found, key), Known)
    } == values
