"""One value of a vendor's JSON to one value of the book; Unlike says in words what would be right.

None and blank text say that the system holds nothing. No sentence repeats a value: it may be what people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from bot.domain import kinds
from bot.domain.account import Cents, Field
from bot.domain.kinds import DAY, EMAIL, FLAGS, LONGEST, LONGEST_EMAIL, REMEMBERED, URL, Read

MOST = 10**15
"""Larger than anything that is counted or paid; what is larger was mistyped."""
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,30})?", re.ASCII)


class Unlike(ValueError):
    """The value is not of its kind; says what it is not."""


def text(value: Any) -> str | None:
    """Text on one line; a number stands for itself."""
    if type(value) is str:
        line = value.strip()
    elif value is None:
        return None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        line = str(value)
    else:
        raise Unlike("is not text")
    if not line.isprintable():
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())
    if len(line) > LONGEST:
        raise Unlike(f"is {len(line)} characters long; at most {LONGEST}")
    return line or None


def email(value: Any) -> str | None:
    """An address in small letters."""
    return _email(value) if type(value) is str else _email(text(value) or "")


@lru_cache(maxsize=REMEMBERED)
def _email(value: str) -> str | None:
    address = text(value)
    if address is None:
        return None
    if len(address) > LONGEST_EMAIL or not EMAIL.fullmatch(address):
        raise Unlike("is not an e-mail address")
    return address.lower()


def url(value: Any) -> str | None:
    """A web address."""
    found = text(value)
    if found is not None and not URL.fullmatch(found):
        raise Unlike("is not a web address; it must start with https:// or http://")
    return found


def number(value: Any) -> float | None:
    """A number, 0 or more; as text too, for warehouses give decimals so."""
    found = _number(value)
    if found is not None and not 0 <= found <= MOST:
        raise Unlike("is not a number, 0 or more")
    return None if found is None else float(found)


def count(value: Any) -> int | None:
    """A whole number, 0 or more; `12.0` is one too."""
    if (type(value) is int or (type(value) is float and value.is_integer())) and 0 <= value <= MOST:
        return int(value)
    found = _number(value)
    if found is None:
        return None
    if not 0 <= found <= MOST or found != int(found):
        raise Unlike("is not a whole number, 0 or more")
    return int(found)


def score(value: Any) -> float | None:
    """A health score."""
    found = number(value)
    if found is not None and found > 10:
        raise Unlike("is not a score from 0 to 10")
    return found


def signed_money(value: Any) -> Cents | None:
    """Dollars as whole cents, a half cent upwards; an amendment's may be below 0."""
    found = _number(value)
    if found is None:
        return None
    if not -MOST <= found <= MOST:
        raise Unlike("is not an amount in US dollars")
    cents = found * 100
    if cents == (whole := int(cents)):
        return whole
    # Through its shortest text, so that 0.1 is ten cents and not what a float makes of it.
    return int((Decimal(str(found)) * 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def money(value: Any) -> Cents | None:
    """Dollars, 0 or more, as whole cents."""
    cents = signed_money(value)
    if cents is not None and cents < 0:
        raise Unlike("is not an amount in US dollars, 0 or more")
    return cents


def flag(value: Any) -> bool | None:
    """Yes or no: true or false; yes, no, 1 and 0 too."""
    if value is None or isinstance(value, bool):
        return value
    word = text(value)
    if word is not None and word.lower() not in FLAGS:
        raise Unlike("is neither yes nor no")
    return None if word is None else FLAGS[word.lower()]


def day(value: Any) -> date | None:
    """A day; of an instant the day that it names itself."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unlike("is not a date")
    return _day(value)


@lru_cache(maxsize=REMEMBERED)
def _day(value: str) -> date:
    value = value.strip()
    if len(value) > 10 and value[10] not in "T ":
        raise Unlike("is not a date")
    try:
        return date.fromisoformat(value[:10] if DAY.match(value) else "")
    except ValueError:
        raise Unlike("is not a date") from None


def instant(value: Any) -> datetime | None:
    """An instant in UTC; a day stands for its beginning."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unlike("is not an instant")
    return _instant(value)


@lru_cache(maxsize=REMEMBERED)
def _instant(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unlike("is not an instant") from None


def words(value: Any) -> tuple[str, ...] | None:
    """A list of texts, or `a; b` in one; the empty ones are left out."""
    parts = value.split(";") if isinstance(value, str) else value
    if parts is None:
        return None
    if not isinstance(parts, Sequence):
        raise Unlike("is not a list")
    return tuple(word for part in parts if (word := text(part))) or None


def dated(value: Any) -> tuple[tuple[str, date], ...] | None:
    """An object of name and day, or `name:2026-01-31; …` in text."""
    if isinstance(value, str):
        pairs = [part.rpartition(":")[::2] for part in value.split(";") if part.strip()]
    elif value is None:
        return None
    elif isinstance(value, Mapping):
        pairs = list(value.items())
    else:
        raise Unlike("is not a list of names and days")
    read = ((text(name), day(on)) for name, on in pairs)
    return tuple((name, on) for name, on in read if name and on) or None


def one_of(choices: tuple[str, ...]) -> Read:
    """One of some words, in small letters."""
    known = frozenset(choices)

    def choice(value: Any) -> str | None:
        if type(value) is str and value in known:
            return value
        word = text(value)
        if word is not None and word.lower() not in choices:
            raise Unlike(f"must be one of: {', '.join(choices)}")
        return word and word.lower()

    return choice


def _number(value: Any) -> int | float | Decimal | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if _NUMBER.fullmatch(value):
            return Decimal(value)
    elif not isinstance(value, bool):
        if isinstance(value, int):
            return value
        if isinstance(value, float) and isfinite(value):
            return value
    raise Unlike("is not a number")


_READERS = kinds.readers(
    text=text,
    email=email,
    url=url,
    list=words,
    dated=dated,
    count=count,
    number=number,
    score=score,
    money=money,
    flag=flag,
    date=day,
)


def reader_of(field: Field) -> Read:
    """How a field's values are read."""
    return kinds.reader_of(field, _READERS, one_of)
