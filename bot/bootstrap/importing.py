"""`ta-bot import`: a file into the book, or the five files of a folder, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.bootstrap.house import House, open_house
from bot.errors import OperatorError
from bot.features.sync.keepers import Keepers
from bot.features.sync.usecases import ImportReport
from bot.features.sync.usecases import import_file as take
from bot.integrations.csv_files.source import CsvFile

Say: TypeAlias = Callable[[str], None]
IN_ORDER = ("people", "accounts", "history", "contacts", "absences")


async def import_file(kind: str, path: Path, *, dry_run: bool, say: Say, console: Console) -> None:
    """Take the file whole or not at all; says in sentences what was done."""
    async with open_house() as house:
        await _take(house, CsvFile(kind, path, house.clock), dry_run, say, console)


async def import_folder(folder: Path, *, say: Say, console: Console) -> None:
    """Take every file of a folder that has a kind's name, those first that others refer to; stops at a bad one."""
    found = _files_of(folder)
    async with open_house() as house:
        for kind, path in found:
            await _take(house, CsvFile(kind, path, house.clock), False, say, console)


async def take_folder(folder: Path, keepers: Keepers) -> None:
    """The same in a bot that runs, at the instant of its clock; nothing is said of it."""
    for kind, path in _files_of(folder):
        await take(CsvFile(kind, path, keepers.clock), keepers)


def _files_of(folder: Path) -> list[tuple[str, Path]]:
    found = [(kind, folder / f"{kind}.csv") for kind in IN_ORDER if (folder / f"{kind}.csv").is_file()]
    if not found:
        raise OperatorError(f"{folder}: holds none of {', '.join(f'{kind}.csv' for kind in IN_ORDER)}")
    return found


async def _take(house: House, file: CsvFile, dry_run: bool, say: Say, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(file.name, total=file.total)
        report = await take(
            file,
            house.store,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            dry_run=dry_run,
        )
    for sentence in sentences(report):
        say(sentence)


def sentences(report: ImportReport) -> tuple[str, ...]:
    """What an import did, in words."""
    said = []
    if report.ignored:
        said.append(f"columns that are not known and were left out: {', '.join(report.ignored)}")
    if report.already:
        said.append(f"{report.file}: this very file was the last one imported; nothing changed")
        return tuple(said)
    written = report.written
    verb = "would be" if report.dry_run else "were"
    said.append(
        f"{report.file}: {report.rows:,} rows read; {written.added:,} {verb} added, "
        f"{written.changed:,} changed, {written.unchanged:,} left as they were"
    )
    if written.missing:
        said.append(
            f"{written.missing:,} {report.kind} are not in the file: kept, and marked as missing from it"
        )
    if written.overruled:
        columns = (
            f"{name} of {count:,} {'account' if count == 1 else 'accounts'}"
            for name, count in written.overruled.items()
        )
        said.append(f"what a system told stays where the file says otherwise: {', '.join(columns)}")
    return tuple(said)
