"""Bank holidays of countries, from the `holidays` library: the one place that knows it.

It is imported when the first country is asked about: that takes 0.15 s, and each country's first year up to
0.13 s more (measured), so whoever asks on the event loop asks in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_one_at_a_time = Lock()  # a year that one thread still reckons would look empty to another


class BankHolidays:
    """Keeps ports.Calendar."""

    def holiday(self, country: str, day: date) -> str | None:
        """The name of the bank holiday on that day; None where there is none or the country is not known."""
        with _one_at_a_time:
            held = _held(country.upper())
            return None if held is None else held.get(day)

    def knows(self, country: str) -> bool:
        """Whether that country's holidays are known."""
        return country.upper() in _names()

    def countries(self) -> Mapping[str, str]:
        """What can be chosen, by code, with its name: the countries first, then their parts that have their own."""
        return _names()


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    import holidays
    from holidays.registry import COUNTRIES

    names = {entry[1]: _WORDS.sub(" ", entry[0]) for entry in COUNTRIES.values()}
    parts = {
        f"{code}-{part}".upper(): f"{names[code]}, {part}"
        for code, parts in holidays.list_supported_countries(include_aliases=False).items()
        if code in names
        for part in parts
    }
    return {**dict(sorted(names.items(), key=lambda named: named[1])), **parts}


@lru_cache(maxsize=512)
def _held(country: str) -> Any:
    """The library's own mapping of a country, which reckons each year when a day of it is first asked for."""
    import holidays

    if country not in _names():
        return None
    code, _, typed = country.partition("-")
    known = holidays.list_supported_countries()[code]
    part = next((one for one in known if one.upper() == typed), None)
    return holidays.country_holidays(code, subdiv=part)
