"""Footnotes: where each number comes from and how old it is, without a word more than needed."""

from __future__ import annotations

from datetime import timedelta

from bot.blocks import text

UNKNOWN = "_unknown_"
STALE = " (stale)"


def origin(source: str, old: timedelta, *, assumed: bool, stale: bool = False) -> str:
    """A source and its age in words: `vitally, 3 h ago`; whether the age is assumed, whether it is stale."""
    said = f"{text.one_line(source, 40)}, {text.age(old)}"
    if assumed:
        said += " (counted from the import)"
    return said + STALE if stale else said


class Footnotes:
    """One mark for each origin, in order of appearance, and the names of what is unknown."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._unknown: dict[str, None] = {}

    def mark(self, origin: str) -> str:
        """The mark to set behind a value; a stale value says so where it stands."""
        mark = self._marks.get(origin)
        if mark is None:
            mark = text.superscript(len(self._marks) + 1)
            if origin.endswith(STALE):
                mark += " :warning: stale"
            self._marks[origin] = mark
        return mark

    def missing(self, label: str) -> str:
        """Say unknown here, and name it at the foot."""
        self._unknown[label] = None
        return UNKNOWN

    @property
    def sources(self) -> str:
        """Every mark with its origin."""
        return " · ".join(f"{mark.split(' ')[0]} {text.escape(said)}" for said, mark in self._marks.items())

    @property
    def unknown(self) -> str:
        """Everything that was called unknown."""
        return ", ".join(self._unknown)
