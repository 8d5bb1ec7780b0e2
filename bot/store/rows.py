"""Raw rows of the hot paths to accounts and weeks, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from bot.domain.account import FIELDS, Account, Week
from bot.domain.provenance import Known
from bot.ports.book import AccountRow
from bot.store import provenance
from bot.store.tables import accounts, weeks
from bot.store.types import DAY, decoder, encoder

T = TypeVar("T")

ACCOUNT_COLUMNS = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.missing_since,
    accounts.c.provenance,
    *(accounts.c[field.name] for field in FIELDS),
)
"""What `account_of` reads, in its order."""

WEEK_COLUMNS = tuple(weeks.columns)
"""What `week_of` reads, in its order."""

_FIELD_NAMES = tuple(field.name for field in FIELDS)
_FIELD_DECODERS = tuple(decoder(accounts.c[name]) for name in _FIELD_NAMES)
_FIELD_ENCODERS = tuple((name, encoder(accounts.c[name])) for name in _FIELD_NAMES)
_WEEK_NAMES = tuple(column.name for column in WEEK_COLUMNS)
_WEEK_CODED = tuple(
    (place, decode) for place, column in enumerate(WEEK_COLUMNS) if (decode := decoder(column)) is not None
)
_WEEK_ENCODERS = tuple((column.name, encoder(column)) for column in WEEK_COLUMNS)


def account_of(row: Any) -> Account:
    """An account from a raw row of ACCOUNT_COLUMNS."""
    facts = {}
    stamps = provenance.decode(row[3])
    for name, decode, stamp, value in zip(_FIELD_NAMES, _FIELD_DECODERS, stamps, row[4:], strict=True):
        if value is not None:
            facts[name] = Known(value if decode is None else decode(value), stamp)
    missing = row[2]
    return Account(id=row[0], name=row[1], missing_since=missing and DAY.decode(missing), **facts)


def week_of(row: Any) -> Week:
    """A week from a raw row of WEEK_COLUMNS."""
    values = list(row)
    for place, decode in _WEEK_CODED:
        if values[place] is not None:
            values[place] = decode(values[place])
    return Week(**dict(zip(_WEEK_NAMES, values, strict=True)))


def account_tuple(row: AccountRow, stamps: provenance.Stamps, version: int) -> tuple[Any, ...]:
    """What is written of an account: id, name, missing_since, provenance, revision, named_in, the fields."""
    values = row.values
    return (
        row.id,
        row.name,
        None,
        stamps.encode(row.stamp, row.stamps),
        version,
        version,
        *_encoded(values.get, _FIELD_ENCODERS),
    )


def week_tuple(week: Week) -> tuple[Any, ...]:
    """What is written of a week, in the order of its columns."""
    return tuple(_encoded(lambda name: getattr(week, name), _WEEK_ENCODERS))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut what is read lazily into lists."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _encoded(
    get: Callable[[str], Any], encoders: Iterable[tuple[str, Callable[[Any], Any] | None]]
) -> Iterator[Any]:
    for name, encode in encoders:
        value = get(name)
        yield value if encode is None or value is None else encode(value)
