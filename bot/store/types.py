"""How our values are stored: the same text and numbers on both engines, so that SQL is written once.

Days and instants are ISO text that sorts as time does, money is whole cents, flags are 0 and 1. The hot
paths take `encode` and `decode` from these same types, so that a value is never stored in two ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa

# SQLite's STRICT tables take TEXT, INTEGER and REAL only; PostgreSQL's INTEGER is too small for cents, its
# REAL too coarse, and its text sorts by the server's language unless told otherwise.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DECIMAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


class Codec(NamedTuple):
    """To the stored form and back; neither ever sees None."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


class Coded(sa.types.TypeDecorator[Any]):
    """A value that is stored as text or as a whole number."""

    impl = sa.Text
    cache_ok = True
    stored: ClassVar[sa.types.TypeEngine[Any]] = TEXT
    codec: Codec

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """The engine's own type."""
        return dialect.type_descriptor(self.stored.dialect_impl(dialect))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """To the stored form."""
        del dialect
        return None if value is None else self.codec.encode(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Back from the stored form."""
        del dialect
        return None if value is None else self.codec.decode(value)


def _utc_text(value: datetime) -> str:
    if value.tzinfo is None:  # it would have to be guessed at
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _whole_cents(value: object) -> int:
    if not isinstance(value, int):  # a float is never exact
        raise TypeError(f"{value!r} is not whole cents")
    return value


def _words_text(value: tuple[str, ...]) -> str:
    return _listed(tuple(value))


@lru_cache(maxsize=4096)
def _listed(value: tuple[str, ...]) -> str:
    """Roles, and what is pending: most are the same."""
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _words(value: str) -> tuple[str, ...]:
    return tuple(json.loads(value))


def _dated_text(value: tuple[tuple[str, date], ...]) -> str:
    return json.dumps([(name, day.isoformat()) for name, day in value], ensure_ascii=False)


def _dated(value: str) -> tuple[tuple[str, date], ...]:
    return tuple((name, date.fromisoformat(day)) for name, day in json.loads(value))


DAY = Codec(date.isoformat, date.fromisoformat)
INSTANT = Codec(_utc_text, datetime.fromisoformat)
WORDS = Codec(_words_text, _words)


class Day(Coded):
    """A `date` as `2026-11-21`."""

    cache_ok = True
    codec = DAY


class Instant(Coded):
    """An aware `datetime` as `2026-11-21T08:00:00.000000+00:00`, always UTC and always as long."""

    cache_ok = True
    codec = INSTANT


class Flag(Coded):
    """A `bool` as 0 or 1."""

    cache_ok = True
    stored = WHOLE
    codec = Codec(int, bool)


class Cents(Coded):
    """Money in whole cents; a float is refused."""

    cache_ok = True
    stored = WHOLE
    codec = Codec(_whole_cents, int)


class OneOf(Coded):
    """A word of an enumeration, as its text; a plain text is taken for its word."""

    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words
        self.codec = Codec(str, words)


class Words(Coded):
    """A tuple of texts as a JSON array."""

    cache_ok = True
    codec = WORDS


class Dated(Coded):
    """A tuple of (text, date) as a JSON array of pairs."""

    cache_ok = True
    codec = Codec(_dated_text, _dated)


def encoder(column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    """What a raw statement must do to a value of this column; None where it is stored as it is."""
    return column.type.codec.encode if isinstance(column.type, Coded) else None


def decoder(column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    """What a raw row's value of this column must go through; None where it is stored as it is."""
    if isinstance(column.type, Coded) and column.type.codec.decode is not int:
        return column.type.codec.decode
    return None


def storable(text: str | None) -> str | None:
    """Text that both engines take: NUL and half characters (JSON from outside may hold them) are replaced."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def storable_values(noun: object, columns: Iterable[str]) -> dict[str, Any]:
    """What a noun says for these columns, by their names, its texts storable."""
    held = {name: getattr(noun, name) for name in columns}
    return {name: storable(value) if isinstance(value, str) else value for name, value in held.items()}


def address(email: str) -> str:
    """An e-mail address as it is kept and looked for: two spellings of it are one."""
    return storable(email.strip().lower()) or ""
