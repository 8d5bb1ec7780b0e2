"""Writing accounts with their provenance, and the whole import, beside raw sqlite3."""

from __future__ import annotations

import asyncio
import csv
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import importing
from benchmarks.book import CLOCK, account_rows, opened_store, write_csv
from benchmarks.names import invented
from benchmarks.report import Line, Size
from bot.domain.account import FIELDS
from bot.ports.book import AccountRow

_COLUMNS = ("id", "name", *(field.name for field in FIELDS), "source", "as_of")


def run(size: Size, work: Path) -> list[Line]:
    """Goal 9."""
    names = invented(size.accounts)
    rounds = max(size.rounds - 2, 1)
    return [*_written(names, rounds, work), *_imported(names, rounds, work)]


def _written(names: Sequence[str], rounds: int, work: Path) -> list[Line]:
    times: dict[str, list[float]] = {"first": [], "raw first": [], "again": [], "raw again": []}
    loads = {"first": account_rows(names), "again": account_rows(names, shift=1)}
    plain = {key: [_tuple_of(row) for row in rows] for key, rows in loads.items()}
    for number in range(rounds):
        ours, raw = work / f"ours-{number}.db", work / f"raw-{number}.db"
        for key, rows in loads.items():
            times[key].append(asyncio.run(_save(ours, rows)))
            times[f"raw {key}"].append(_save_raw(raw, plain[key]))
        _remove(ours, raw)
    count = f"{len(names):,} accounts"
    return [
        _line(f"writing {count} with provenance, first load", times, "first", 3),
        _line(f"writing {count} with provenance, all changed", times, "again", 3),
    ]


def _imported(names: Sequence[str], rounds: int, work: Path) -> list[Line]:
    file = work / "accounts.csv"
    write_csv(file, names)
    times: dict[str, list[float]] = {"import": [], "raw import": [], "same": []}
    for number in range(rounds):
        ours, raw = work / f"imported-{number}.db", work / f"raw-imported-{number}.db"
        times["import"].append(asyncio.run(importing.seconds(ours, file)))
        times["raw import"].append(_import_raw(raw, file))
        times["same"].append(asyncio.run(importing.seconds(ours, file)))
        _remove(ours, raw)
    line = _line(f"import of {len(names):,} accounts from CSV", times, "import", 4)
    again = Line(what="the same file again (nothing changes)", ours=f"{median(times['same']):.2f} s")
    return [line, again]


def _line(what: str, times: dict[str, list[float]], key: str, goal: float) -> Line:
    ours, raw = median(times[key]), median(times[f"raw {key}"])
    beside = "csv.DictReader + raw" if key == "import" else "raw executemany"
    return Line(
        what=what, ours=f"{ours:.2f} s", beside=f"{beside} {raw:.2f} s", ratio=ours / raw, goal=goal, number=9
    )


async def _save(file: Path, rows: list[AccountRow]) -> float:
    async with opened_store(file) as store:
        began = time.perf_counter()
        async with store.work.transaction() as tx:
            await store.book.save_accounts(tx, rows, complete=True, seen_on=CLOCK.today())
        return time.perf_counter() - began


def _tuple_of(row: AccountRow) -> tuple[Any, ...]:
    cells = (row.values.get(field.name) for field in FIELDS)
    return (row.id, row.name, *map(_plain, cells), row.stamp.source, row.stamp.as_of.isoformat())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _save_raw(file: Path, rows: Iterable[Sequence[Any]], columns: Sequence[str] = _COLUMNS) -> float:
    connection = sqlite3.connect(file)
    connection.execute("pragma journal_mode = wal")
    connection.execute(f"create table if not exists accounts (id text primary key, {', '.join(columns[1:])})")
    began = time.perf_counter()
    with connection:
        connection.executemany(_upsert(columns), rows)
    taken = time.perf_counter() - began
    connection.close()
    return taken


def _upsert(columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    moved = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    return (
        f"insert into accounts ({', '.join(columns)}) values ({marks}) on conflict (id) do update set {moved}"
    )


def _import_raw(database: Path, file: Path) -> float:
    began = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        columns = ("id", *(reader.fieldnames or ())[1:])
        _save_raw(database, (tuple(row.values()) for row in reader), columns)
    return time.perf_counter() - began


def _remove(*files: Path) -> None:
    for file in files:
        for each in file.parent.glob(f"{file.stem}.*"):
            each.unlink()
