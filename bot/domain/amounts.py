"""Amounts as people type them (`1.5k`, `2,500`, `$99,999.50`, `0.1m`), read without rounding a cent."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.domain.account import Cents

MOST_DEVELOPERS = 1_000_000_000
"""More than the world has; what is larger was mistyped."""
MOST_ARR: Cents = 100 * 10**12
_AMOUNT = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16})(?P<part>\.[0-9]{1,12})? ?(?P<unit>[kmb])?",
    re.IGNORECASE,
)
_PART_ALONE = re.compile(r"\.[0-9]")
_UNITS = {"": Decimal(1), "k": Decimal(1_000), "m": Decimal(1_000_000), "b": Decimal(1_000_000_000)}


def read_count(typed: str) -> int | None:
    """A whole number of developers; None where it cannot be read as one."""
    return _whole(_amount(typed), MOST_DEVELOPERS)


def read_dollars(typed: str) -> Cents | None:
    """US dollars as whole cents; None where it cannot be read, or where a cent would have to be cut."""
    amount = _amount(typed.strip().removeprefix("$"))
    return _whole(None if amount is None else amount * 100, MOST_ARR)


def dollars(cents: Cents) -> str:
    """US dollars to the cent: at a boundary each one counts."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{part:02d}" if part else f"{sign}${whole:,}"


def _amount(typed: str) -> Decimal | None:
    typed = typed.strip()
    found = _AMOUNT.fullmatch(f"0{typed}" if _PART_ALONE.match(typed) else typed)
    if found is None:
        return None
    number = Decimal(found["whole"].replace(",", "") + (found["part"] or ""))
    return number * _UNITS[(found["unit"] or "").lower()]


def _whole(amount: Decimal | None, most: int) -> int | None:
    if amount is None or amount > most or amount != amount.to_integral_value():
        return None
    return int(amount)
