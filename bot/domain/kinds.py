"""What a value of each kind looks like, wherever it comes from: a file's cell or a system's JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bot.domain.account import Field, Kind

Read: TypeAlias = Callable[[Any], Any]

LONGEST = 500
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s<>,;|]+@[^@\s<>,;|]+")
URL = re.compile(r"https?://[^\s<>|]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "true", "1"), True),
    **dict.fromkeys(("no", "false", "0"), False),
}
REMEMBERED = 8192
"""Values of a column repeat (owners, days, stamps): reading one again costs a fifth, or less."""


def readers(**by_kind: Read) -> Mapping[Kind, Read]:
    """Readers by the names of their kinds; all but that of a choice, which depends on the field."""
    found = {Kind[name.upper()]: read for name, read in by_kind.items()}
    if lacking := set(Kind) - {Kind.CHOICE} - found.keys():
        raise ValueError(f"nothing reads {lacking}")
    return found


def reader_of(field: Field, by_kind: Mapping[Kind, Read], one_of: Callable[[tuple[str, ...]], Read]) -> Read:
    """How a field's values are read."""
    return one_of(field.choices) if field.kind is Kind.CHOICE else by_kind[field.kind]
