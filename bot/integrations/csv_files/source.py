"""A CSV file as a source: its rows in our nouns, or every bad row with line, column, value and reason."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.errors import BadRow, ImportRefused, OperatorError
from bot.integrations.csv_files.translate import KINDS, FileKind, Told
from bot.ports.clock import Clock

LISTED = 50  # bad rows that are listed; the rest are counted
_SHOWN = 80  # characters of a bad value that are shown


class CsvFile:
    """Keeps ports.source.ImportFile. Opening it reads the bytes once, for their digest."""

    def __init__(self, kind: str, path: Path, clock: Clock) -> None:
        if kind not in KINDS:
            raise OperatorError(f"“{kind}” is no kind of file; choose one of: {', '.join(KINDS)}")
        self.kind = kind
        self.path = path
        self.name = path.name
        self.ignored: tuple[str, ...] = ()  # columns that we do not know, once the header was read
        self._told = Told(name=path.name, now=clock.now(), today=clock.today())
        self.digest, self.total, self._state = self._look()

    def rows(self, known_accounts: Container[str] = ()) -> Iterator[Any]:
        """Every row, read lazily; at the end ImportRefused if any was bad."""
        kind = KINDS[self.kind](self._told)
        bad = _Bad(self.name)
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                yield from _Reading(kind, bad, known_accounts).rows(self._records(file, kind, bad))
        except UnicodeDecodeError:
            raise ImportRefused(self.name, [self._wrong_encoding()]) from None
        except OSError as error:
            raise OperatorError(f"{self.path}: cannot be read ({error.strerror})") from error
        bad.refuse()
        if self._look()[2] != self._state:
            raise OperatorError(f"{self.path}: changed while it was read; nothing was imported")

    def _look(self) -> tuple[str, int, tuple[int, int]]:
        """The digest of the bytes, about how many rows they are, and the file's state."""
        digest, lines = hashlib.sha256(), 0
        try:
            with self.path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
                    lines += block.count(b"\n")
            stat = self.path.stat()
        except OSError as error:
            raise OperatorError(f"{self.path}: cannot be read ({error.strerror})") from error
        return digest.hexdigest(), max(lines - 1, 1), (stat.st_size, stat.st_mtime_ns)

    def _records(self, file: Any, kind: FileKind, bad: _Bad) -> Iterator[tuple[int, list[str]]]:
        """The header checked, then (first line, cells) of each record that holds anything."""
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            header = next(reader, None)
            self.ignored = _check_header(header, kind, bad)
            yield 1, header or []
            while True:
                line = reader.line_num + 1
                cells = next(reader, None)
                if cells is None:
                    return
                if any(map(str.strip, cells)):
                    yield line, cells
        except csv.Error as error:
            bad.add(line, "", "", f"is not CSV: {error}; check the quotes from this line on")
            bad.refuse()

    def _wrong_encoding(self) -> BadRow:
        data = self.path.read_bytes()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return BadRow(1, "", "", "the file is UTF-16; save it as CSV UTF-8")
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return BadRow(
                line, "", "", f"the file is not UTF-8 (byte {data[error.start]:#04x}); save it as CSV UTF-8"
            )
        return BadRow(1, "", "", "the file is not UTF-8; save it as CSV UTF-8")


class _Bad:
    """Collects what is wrong: the first ones in full, then only their number."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: list[BadRow] = []
        self._more = 0

    def add(self, line: int, column: str, value: str, reason: str) -> None:
        if len(self._rows) >= LISTED:
            self._more += 1
            return
        shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        self._rows.append(BadRow(line, column, shown, reason))

    def refuse(self) -> None:
        """Raise if anything was wrong."""
        if self._rows:
            raise ImportRefused(self._file, self._rows, self._more)


class _Reading:
    """One pass over a file's records."""

    def __init__(self, kind: FileKind, bad: _Bad, known_accounts: Container[str]) -> None:
        self._kind = kind
        self._bad = bad
        self._known = known_accounts
        self._lines: dict[Any, Any] = {}  # by key; a dict in it where the key has more parts, to save memory

    def rows(self, records: Iterator[tuple[int, list[str]]]) -> Iterator[Any]:
        """Our nouns, for as long as nothing was wrong; the rest is only checked."""
        _, header = next(records)
        names = [name.strip().lower() for name in header]
        columns = [
            (place, name, self._kind.columns[name])
            for place, name in enumerate(names)
            if name in self._kind.columns
        ]
        for line, cells in records:
            if len(cells) != len(header):
                self._bad.add(line, "", "", f"has {len(cells)} cells, the header has {len(header)}")
                continue
            values = self._values(line, cells, columns)
            if values is not None and self._fits(line, values):
                yield self._kind.build(values)

    def _values(self, line: int, cells: Sequence[str], columns: Sequence[Any]) -> dict[str, Any] | None:
        """The row's values; None if any was bad."""
        try:
            return {
                name: value
                for place, name, parse in columns
                if (cell := cells[place]) and (value := parse(cell)) is not None
            }
        except ValueError:
            self._note_bad(line, cells, columns)
            return None

    def _note_bad(self, line: int, cells: Sequence[str], columns: Sequence[Any]) -> None:
        """Every bad cell of a row of which one was found bad."""
        for place, name, parse in columns:
            try:
                if cells[place]:
                    parse(cells[place])
            except ValueError as error:
                self._bad.add(line, name, cells[place], str(error))

    def _fits(self, line: int, values: dict[str, Any]) -> bool:
        """Whether the row is whole, of an account we know, and the first of its kind."""
        for name in self._kind.required:
            if name not in values:
                self._bad.add(line, name, "", "is required and empty")
                return False
        if self._kind.of_accounts and values["account_id"] not in self._known:
            reason = "is no account of the book; import the accounts first"
            self._bad.add(line, "account_id", values["account_id"], reason)
            return False
        if problem := self._kind.check(values):
            column, reason = problem
            self._bad.add(line, column, str(values[column]), reason)
            return False
        return self._is_first(line, values)

    def _is_first(self, line: int, values: dict[str, Any]) -> bool:
        if not self._kind.key:
            return True
        outer, *inner = [values[name] for name in self._kind.key]
        first: int
        if inner:
            first = self._lines.setdefault(outer, {}).setdefault(tuple(inner), line)
        else:
            first = self._lines.setdefault(outer, line)
        if first != line:
            what = " and ".join(self._kind.key)
            shown = " ".join(str(values[name]) for name in self._kind.key)
            self._bad.add(line, what, shown, f"occurs twice: on line {first} and on line {line}")
        return first == line


def _check_header(header: Sequence[str] | None, kind: FileKind, bad: _Bad) -> tuple[str, ...]:
    """The names of the columns that we do not know; refuses a header that cannot be read."""
    names = [name.strip().lower() for name in header or ()]
    if not any(names):
        bad.add(1, "", "", f"the file is empty; its first line must name the columns: {_some(kind)}")
    if len(names) == 1 and ";" in names[0]:
        bad.add(1, "", names[0], "the columns must be separated by commas")
    bad.refuse()
    for name in kind.required:
        if name not in names:
            bad.add(1, name, "", "this column is required and missing")
    for name in sorted({name for name in names if name in kind.columns and names.count(name) > 1}):
        bad.add(1, name, "", "this column occurs twice")
    bad.refuse()
    return tuple(name for name in names if name and name not in kind.columns)


def _some(kind: FileKind) -> str:
    return ", ".join((*kind.required, "…"))
