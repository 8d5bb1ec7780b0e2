"""A Look's answer without holding all of it parsed: a hundred thousand rows are 25 MB of text, and a hundred as objects."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from json import JSONDecodeError, JSONDecoder
from typing import Any, TypeAlias, overload

import orjson

Row: TypeAlias = Mapping[str, Any]

_one = JSONDecoder().raw_decode
_space = re.compile(r"[ \t\n\r]*").match


class Rows(Sequence[Any]):
    """The elements of a list in JSON, each of them parsed whenever it is looked at.

    `are_rows` says that all of them are objects, `failed` that one of them is what Looker tells of a query that failed.
    """

    def __init__(self, text: str) -> None:
        """Look through it once; raises JSONDecodeError where it is not JSON to its end."""
        self._text = text
        self._starts, self._ends = array("Q"), array("Q")
        self.are_rows, self.failed = True, False
        at = _after(text, 1)
        while text[at : at + 1] != "]":
            if self._starts:
                at = _after(text, _expected(text, at, ","))
            one, end = _one(text, at)
            self.are_rows &= isinstance(one, dict)
            self.failed |= isinstance(one, dict) and "looker_error" in one
            self._starts.append(at)
            self._ends.append(end)
            at = _after(text, end)
        if _after(text, at + 1) != len(text):
            raise JSONDecodeError("something follows the list", text, at + 1)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """One, or some of them."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return orjson.loads(self._text[self._starts[place] : self._ends[place]])


def parsed(body: bytes | bytearray) -> Any:
    """An answer: a list as Rows, anything else as it is. Raises ValueError where it is not JSON."""
    text = body.decode().strip(" \t\n\r")
    return Rows(text) if text.startswith("[") else orjson.loads(text)


def rows_of(data: Any) -> Sequence[Row] | None:
    """The rows of an answer, flat (`json`) or with a cell for each value (`json_bi`); None where it is neither."""
    if isinstance(data, Rows):
        return data if data.are_rows else None
    cells = data.get("rows") if isinstance(data, Mapping) else None
    if not isinstance(cells, list):
        return None
    return [{name: _value(cell) for name, cell in row.items()} for row in cells if isinstance(row, Mapping)]


def has_failed(data: Any) -> bool:
    """Whether it says, with HTTP 200, that the query failed."""
    return data.failed if isinstance(data, Rows) else isinstance(data, Mapping) and "looker_error" in data


def _value(cell: Any) -> Any:
    return cell.get("value") if isinstance(cell, Mapping) else cell


def _after(text: str, at: int) -> int:
    found = _space(text, at)
    return found.end() if found else at


def _expected(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise JSONDecodeError(f"expected {sign}", text, at)
    return at + 1
