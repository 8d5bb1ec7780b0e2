"""One cell of text to one value; a ValueError says in words what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import kinds
from bot.domain.account import Field
from bot.domain.kinds import DAY, EMAIL, FLAGS, LONGEST, LONGEST_EMAIL, REMEMBERED, URL

Parse = Callable[[str], Any]

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHOLE = re.compile(r"(\d{1,15})(?:\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,30})?", re.ASCII)
_MONEY = re.compile(r"\$? ?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{0,2})0*)?", re.ASCII)


def text(cell: str) -> str:
    """Trimmed text; control characters are refused, for they would break what people read."""
    cell = cell.strip()
    if not cell.isprintable() and (found := _CONTROL.search(cell)):
        raise ValueError(f"holds a control character (code {ord(found.group()):#04x}); remove it")
    return cell


def name(cell: str) -> str | None:
    """Text of a reasonable length; None where only blanks stand."""
    cell = text(cell)
    if len(cell) > LONGEST:
        raise ValueError(f"is {len(cell)} characters long; at most {LONGEST}")
    return cell or None


@lru_cache(maxsize=REMEMBERED)
def email(cell: str) -> str:
    """An address in small letters."""
    cell = cell.strip()
    if not EMAIL.fullmatch(cell) or len(cell) > LONGEST_EMAIL:
        raise ValueError("is not an e-mail address")
    return text(cell).lower()


def url(cell: str) -> str:
    """A web address."""
    cell = cell.strip()
    if not URL.fullmatch(cell):
        raise ValueError("is not a web address; it must start with https:// or http://")
    return text(cell)


@lru_cache(maxsize=REMEMBERED)
def words(cell: str) -> tuple[str, ...] | None:
    """`a; b`, the empty ones left out."""
    return tuple(word for part in cell.split(";") if (word := text(part))) or None


@lru_cache(maxsize=REMEMBERED)
def dated(cell: str) -> tuple[tuple[str, date], ...] | None:
    """`name:2026-01-31; …`."""
    return tuple(_dated_part(part) for part in cell.split(";") if part.strip()) or None


def _dated_part(part: str) -> tuple[str, date]:
    what, colon, on = part.rpartition(":")
    if not colon or not what.strip():
        raise ValueError("must be name:YYYY-MM-DD, several separated by ;")
    return text(what), day(on)


@lru_cache(maxsize=REMEMBERED)
def count(cell: str) -> int:
    """A whole number, 0 or more; `12.0` is one too, for spreadsheets write it so."""
    found = _WHOLE.fullmatch(cell.strip())
    if not found:
        raise ValueError("is not a whole number, 0 or more")
    return int(found.group(1))


@lru_cache(maxsize=REMEMBERED)
def number(cell: str) -> float:
    """A decimal number, 0 or more."""
    cell = cell.strip()
    if not _DECIMAL.fullmatch(cell):
        raise ValueError("is not a number, 0 or more (with a decimal point, without separators)")
    return float(cell)


@lru_cache(maxsize=REMEMBERED)
def score(cell: str) -> float:
    """A health score."""
    value = number(cell)
    if value > 10:
        raise ValueError("is not a score from 0 to 10")
    return value


def money(cell: str) -> int:
    """US dollars, `$1,234.50` or `1234.5`, as whole cents; no float is ever involved."""
    if len(cell) <= 15 and cell.isascii() and cell.isdecimal():
        return int(cell) * 100  # as most files have it; amounts repeat too seldom to be remembered
    found = _MONEY.fullmatch(cell.strip())
    if not found:
        raise ValueError("is not an amount in US dollars such as 1234, 1234.50 or $1,234.50")
    dollars, cents = found.groups(default="")
    return int(dollars.replace(",", "")) * 100 + int(cents.ljust(2, "0"))


@lru_cache(maxsize=REMEMBERED)
def flag(cell: str) -> bool:
    """yes, no, true, false, 1 or 0."""
    value = FLAGS.get(cell.strip().lower())
    if value is None:
        raise ValueError("must be yes, no, true, false, 1 or 0")
    return value


@lru_cache(maxsize=REMEMBERED)
def day(cell: str) -> date:
    """A day that exists."""
    cell = cell.strip()
    if not DAY.fullmatch(cell):
        raise ValueError("is not a date; write YYYY-MM-DD")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("there is no such day; write YYYY-MM-DD") from None


@lru_cache(maxsize=REMEMBERED)
def zone(cell: str) -> str:
    """The name of a time zone."""
    cell = cell.strip()
    try:
        return ZoneInfo(cell).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("is no time zone; use a name like Europe/Berlin or America/New_York") from None


def one_of(choices: tuple[str, ...]) -> Parse:
    """One of some words, in small letters."""

    @lru_cache(maxsize=64)
    def choice(cell: str) -> str:
        word = cell.strip().lower()
        if word not in choices:
            raise ValueError(f"must be one of: {', '.join(choices)}")
        return word

    return choice


def as_of(now: datetime, today: date) -> Parse:
    """The instant a value was true: a day stands for its beginning in UTC; the future is refused."""

    @lru_cache(maxsize=REMEMBERED)
    def instant(cell: str) -> datetime:
        cell = cell.strip()
        if DAY.fullmatch(cell):
            begun = day(cell)
            if begun > today:
                raise ValueError("lies in the future")
            # A day may have begun here and not yet in UTC.
            return min(datetime(begun.year, begun.month, begun.day, tzinfo=UTC), now)
        at = _instant(cell)
        if at > now:
            raise ValueError("lies in the future")
        return at

    return instant


def _instant(cell: str) -> datetime:
    reason = "is not a date or an instant; write YYYY-MM-DD or 2026-01-31T08:00:00Z"
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(reason) from None
    if at.tzinfo is None:
        raise ValueError("has no time zone; write it like 2026-01-31T08:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(reason) from None


_PARSERS = kinds.readers(
    text=name,
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


def parser_of(field: Field) -> Parse:
    """How a field's cells are read."""
    return kinds.reader_of(field, _PARSERS, one_of)
