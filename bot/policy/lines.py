"""On which line of a TOML text each key stands: `tomllib` forgets, and an operator needs to know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where a key stands: names of tables and keys, and positions in arrays of tables counted from 0."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=\n]"
    r"|[^\[\]{}=\n\"'#]+",
    re.DOTALL,
)


@dataclass(slots=True)
class _Statement:
    """A table's head or a `key = value`; `key` is what stands before the first `=`, or the whole head."""

    line: int
    key: str
    is_head: bool


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of every table and key of a text that `tomllib` accepts, counted from 1."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for statement in _statements(text):
        if statement.is_head:
            here = _table(statement.key, counts)
            path = here
        else:
            path = (*here, *_names(statement.key))
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], statement.line)
    return found


def _statements(text: str) -> Iterator[_Statement]:
    line, depth, current = 1, 0, None
    for piece in _TOKEN.findall(text):
        if piece == "\n" and depth == 0:
            if current:
                yield current
            current = None
        elif current is None and piece.strip() and not piece.startswith("#"):
            current = _Statement(line, piece, is_head=piece == "[")
            depth = 1 if piece == "[" else 0
        elif current is not None and piece.strip():
            depth += (piece in ("[", "{")) - (piece in ("]", "}"))
            _grow(current, piece)
        line += piece.count("\n")
    if current:
        yield current


def _grow(statement: _Statement, piece: str) -> None:
    """Take another piece into the key, unless the key has ended."""
    if not statement.is_head and piece == "=":
        statement.key += "="
    elif not statement.key.endswith("=") and not piece.startswith("#"):
        statement.key += piece


def _table(head: str, counts: dict[Path, int]) -> Path:
    """Resolve `[a.b]` or `[[a.b]]`: below an array of tables stands its newest table."""
    is_array = head.startswith("[[")
    names = _names(head.strip("[] ") if not head.endswith("]]]") else head)
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_array and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _names(key: str) -> tuple[str, ...]:
    """Read a dotted key as TOML reads it, quotes and all."""
    table = tomllib.loads(f"{key.rstrip('= ')} = 0")
    names = []
    while isinstance(table, dict):
        name, table = next(iter(table.items()))
        names.append(name)
    return tuple(names)
