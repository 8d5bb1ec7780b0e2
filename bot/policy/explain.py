"""From what is wrong in a policy to one sentence with the file, the line and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.policy.lines import Path, lines_of
from bot.policy.schema import keys_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from bot.policy.duties import Problem

_MUST_BE = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list in square brackets",
    "date_type": "must be a date like 2024-02-01",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
}
_SILENT = ("missing", "model_type", "dict_type", "list_type")


@dataclass(frozen=True)
class File:
    """A policy file as its errors name it, and what stands in it."""

    shown: str
    text: str

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The lines of its keys: looked for when something is wrong, since that takes longer than reading it."""
        return lines_of(self.text)

    def line_of(self, paths: Iterable[Path]) -> int:
        """The line of the first of the keys that the file gives, else of the nearest table around the first."""
        paths = tuple(paths)
        for path in paths:
            if path in self.lines:
                return self.lines[path]
        around = [path[:end] for path in paths for end in range(len(path) - 1, 0, -1)]
        return next((self.lines[path] for path in around if path in self.lines), 1)


def first(file: File, wrong: Iterable[Problem]) -> str:
    """The sentence for the problem that stands first in the file."""
    line, sentence = min((file.line_of(paths), sentence) for paths, sentence in wrong)
    return f"{file.shown} line {line}: {sentence}"


def problems(error: ValidationError) -> Iterator[Problem]:
    """What the shape of the file does not allow."""
    for item in error.errors(include_url=False):
        path: Path = tuple(part for part in item["loc"] if part != "[key]")
        yield (path,), f"{_dotted(path)} {_sentence(item)}"


def _sentence(item: ErrorDetails) -> str:
    if item["type"] == "extra_forbidden":
        return f"is not a key of this table; known here: {', '.join(keys_at(item['loc'][:-1]))}"
    if item["type"] == "value_error":
        said = item["msg"].removeprefix("Value error, ")
    else:
        said = _MUST_BE.get(item["type"], item["msg"]).format_map(item.get("ctx", {}))
    return said if item["type"] in _SILENT else f"{said} (it is {_shown(item['input'])})"


def _shown(value: object) -> str:
    text = (
        f"“{value}”"
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    return text if len(text) <= 60 else f"{text[:59]}…"


def _dotted(path: Path) -> str:
    """Write a path as people say it; positions count from 1."""
    words = ""
    for part in path:
        words += f" {part + 1}" if isinstance(part, int) else f".{part}" if words else part
    return words
