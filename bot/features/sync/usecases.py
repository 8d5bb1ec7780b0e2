"""Importing a file: all of it in one transaction, or nothing; the identical file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import BadRow, ImportRefused
from bot.features.sync.keepers import Keepers
from bot.ports.book import ImportRecord, Written
from bot.ports.clock import Clock
from bot.ports.jobs import DueWork
from bot.ports.plans import NOTICE
from bot.ports.source import ImportFile
from bot.ports.work import Transaction

Progress = Callable[[int, int], None]
"""Told (rows done, rows in all); may be called from another thread."""

_REPORT_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. `already` says that this very file was the last one taken: nothing was written."""

    kind: str
    file: str
    rows: int
    written: Written
    ignored: tuple[str, ...] = ()  # columns that we do not know
    already: bool = False
    dry_run: bool = False


class _DryRun(Exception):
    """Ends a transaction that was only tried."""


async def import_file(
    file: ImportFile, keepers: Keepers, *, progress: Progress | None = None, dry_run: bool = False
) -> ImportReport:
    """Take a file whole; raises ImportRefused with every bad row, the book left as it was."""
    last = await keepers.book.last_import(file.kind)
    if last is not None and last.digest == file.digest:
        return ImportReport(
            kind=file.kind,
            file=file.name,
            rows=last.rows,
            written=Written(unchanged=last.rows),
            already=True,
            dry_run=dry_run,
        )
    counted = _Counted(file, await keepers.book.list_account_ids(), progress)
    written = Written()
    try:
        async with keepers.work.transaction() as tx:
            written = await _save(file, keepers, tx, counted)
            _refuse_none(file, counted.rows)
            await keepers.book.save_import(tx, _record(file, counted.rows, keepers.clock))
            _stop_if(dry_run)
    except _DryRun:
        pass
    return ImportReport(
        kind=file.kind,
        file=file.name,
        rows=counted.rows,
        written=written,
        ignored=file.ignored,
        dry_run=dry_run,
    )


def _refuse_none(file: ImportFile, rows: int) -> None:
    """A file of accounts without any would mark the whole book as missing from it: somebody's export failed."""
    if file.kind == "accounts" and not rows:
        said = "has no account below its header; is it the whole export?"
        raise ImportRefused(file.name, [BadRow(2, "", "", said)])


def _stop_if(dry_run: bool) -> None:
    if dry_run:
        raise _DryRun


async def _save(file: ImportFile, keepers: Keepers, tx: Transaction, rows: Iterable[Any]) -> Written:
    book, people = keepers.book, keepers.people
    match file.kind:
        case "accounts":
            return await book.save_accounts(tx, rows, complete=True, seen_on=keepers.clock.today())
        case "history":
            return await book.save_weeks(tx, rows)
        case "contacts":
            return await book.save_contacts(tx, rows, source=file.name)
        case "people":
            return await people.save_people(tx, rows, source=file.name)
        case _:
            return await _save_absences(file, keepers, tx, rows)


async def _save_absences(file: ImportFile, keepers: Keepers, tx: Transaction, rows: Iterable[Any]) -> Written:
    """What the file leaves out is gone; the running bot looks at what changed as soon as it is kept."""
    now, today = keepers.clock.now(), keepers.clock.today()
    written = await keepers.people.save_absences(tx, rows, source=file.name, whole_from=today)
    work = DueWork(key=f"{NOTICE}:{now:%Y%m%dT%H%M%S.%f}:{file.digest[:12]}", job=NOTICE, due_at=now)
    await keepers.jobs.plan_later(tx, work)
    return written


def _record(file: ImportFile, rows: int, clock: Clock) -> ImportRecord:
    return ImportRecord(
        kind=file.kind, file=file.name, digest=file.digest, rows=rows, imported_at=clock.now()
    )


class _Counted:
    """A file's rows, counted and reported as the store takes them."""

    def __init__(self, file: ImportFile, known: frozenset[str], progress: Progress | None) -> None:
        self.rows = 0
        self._file = file
        self._known = known
        self._progress = progress or (lambda _done, _total: None)

    def __iter__(self) -> Iterator[Any]:
        for row in self._file.rows(self._known):
            self.rows += 1
            if self.rows % _REPORT_EVERY == 0:
                self._progress(self.rows, max(self._file.total, self.rows))
            yield row
        self._progress(self.rows, self.rows)
