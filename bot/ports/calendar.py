"""Bank holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol


class Calendar(Protocol):
    """Knows the bank holidays of countries. The first question may take a moment: ask in a thread."""

    def holiday(self, country: str, day: date) -> str | None:
        """The name of the bank holiday on that day in a country (ISO 3166 alpha-2, perhaps with a subdivision:
        `DE`, `US-CA`); None where there is none or the country is not known.
        """

    def knows(self, country: str) -> bool:
        """Whether that country's holidays are known."""

    def countries(self) -> Mapping[str, str]:
        """What can be chosen, by code, with its name: the countries first, then their parts that have their own."""
