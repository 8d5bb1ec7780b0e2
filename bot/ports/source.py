"""A system or file that the book is filled from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

Row = TypeVar("Row", covariant=True)


class Source(Protocol, Generic[Row]):
    """Gives rows in the book's own nouns; raises ImportRefused or SourceError."""

    @property
    def name(self) -> str:
        """What the rows' stamps call it, e.g. `accounts.csv`."""

    def rows(self) -> Iterator[Row]:
        """Every row, read lazily."""
