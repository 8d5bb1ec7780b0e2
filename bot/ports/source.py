"""A system or file that the book is filled from."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, Generic, Protocol, TypeVar

Row = TypeVar("Row", covariant=True)


class Source(Protocol, Generic[Row]):
    """Gives rows in the book's own nouns; raises ImportRefused or SourceError."""

    @property
    def name(self) -> str:
        """What the rows' stamps call it, e.g. `accounts.csv`."""

    def rows(self) -> Iterator[Row]:
        """Every row, read lazily."""


class ImportFile(Protocol):
    """A file that an operator gives us, read by an integration."""

    @property
    def kind(self) -> str:
        """`accounts`, `people`, `history`, `contacts` or `absences`."""

    @property
    def name(self) -> str:
        """The file's name, as its values' stamps say it."""

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""

    @property
    def total(self) -> int:
        """About how many rows it has, for a progress bar."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that we do not know, once its rows were read."""

    def rows(self, known_accounts: Container[str]) -> Iterator[Any]:
        """Every row in our nouns, read lazily; at the end ImportRefused if any was bad."""
