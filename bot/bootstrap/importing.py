"""`ta-bot import`: a file into the book, with a progress bar."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.bootstrap.house import open_house
from bot.features.sync.usecases import ImportReport
from bot.features.sync.usecases import import_file as take
from bot.integrations.csv_files.source import CsvFile


async def import_file(kind: str, path: Path, *, dry_run: bool, console: Console) -> tuple[str, ...]:
    """Take the file whole or not at all; says in sentences what was done."""
    async with open_house() as house:
        file = CsvFile(kind, path, house.clock)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(path.name, total=file.total)
            report = await take(
                file,
                house.store,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                dry_run=dry_run,
            )
    return sentences(report)


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
        said.append(f"{written.missing:,} accounts are not in the file: kept, and marked as missing from it")
    return tuple(said)
