"""Raw rows of the hot paths to accounts and weeks, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from bot.domain.account import FIELDS, Account, DrawnWeek, Week
from bot.domain.boundary import SegmentRow
from bot.domain.provenance import Known, Unknown
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

SEGMENT_COLUMNS = tuple(accounts.c[name] for name in SegmentRow._fields if name not in ("counted", "earned"))
"""What `segment_row_of` reads, in its order; `provenance` may follow."""

WEEK_COLUMNS = tuple(weeks.columns)
"""What `week_of` reads, in its order."""

DRAWN_COLUMNS = tuple(weeks.c[name] for name in DrawnWeek._fields)
"""What `drawn_week_of` reads, in its order."""


def _setter(noun: type, name: str) -> Callable[[Any, Any], None]:
    """Fills one slot of a frozen noun that is being made.

    A frozen dataclass's own constructor takes four times as long (measured): an answer reads an account of
    55 values and 20 weeks.
    """
    put: Callable[[Any, Any], None] = noun.__dict__[name].__set__
    return put


_FIELD_NAMES = tuple(field.name for field in FIELDS)
_FIELD_CODED = tuple(
    (place, encode)
    for place, name in enumerate(_FIELD_NAMES)
    if (encode := encoder(accounts.c[name])) is not None
)
_WEEK_NAMES = tuple(column.name for column in WEEK_COLUMNS)
_WEEK_CODED = tuple(
    (place, decode) for place, column in enumerate(WEEK_COLUMNS) if (decode := decoder(column)) is not None
)
_WEEK_ENCODED = tuple(
    (place, encode) for place, column in enumerate(WEEK_COLUMNS) if (encode := encoder(column)) is not None
)
_WEEK_SETTERS = tuple(_setter(Week, name) for name in _WEEK_NAMES)
_FIELDS = tuple((_setter(Account, name), decoder(accounts.c[name])) for name in _FIELD_NAMES)
_RENEWAL = SegmentRow._fields.index("renewal_date")
_DEVELOPERS, _ARR = _FIELD_NAMES.index("developers"), _FIELD_NAMES.index("arr")
_set_id = _setter(Account, "id")
_set_name = _setter(Account, "name")
_set_missing = _setter(Account, "missing_since")
_set_value = _setter(Known, "value")
_set_stamp = _setter(Known, "stamp")
_new = object.__new__
_NOTHING = Unknown()
_week_values = attrgetter(*_WEEK_NAMES)


def account_of(row: Any) -> Account:
    """An account from a raw row of ACCOUNT_COLUMNS."""
    account = _new(Account)
    _set_id(account, row[0])
    _set_name(account, row[1])
    _set_missing(account, None if row[2] is None else DAY.decode(row[2]))
    stamps = provenance.decode(row[3])
    for place, (put, decode) in enumerate(_FIELDS):
        value = row[place + 4]
        if value is None:
            put(account, _NOTHING)
            continue
        known = _new(Known)
        _set_value(known, value if decode is None else decode(value))
        _set_stamp(known, stamps[place])
        put(account, known)
    return account


def segment_row_of(row: Any) -> SegmentRow:
    """What segments need of an account, from a raw row of SEGMENT_COLUMNS and perhaps its provenance."""
    values = list(row)
    if values[_RENEWAL] is not None:
        values[_RENEWAL] = DAY.decode(values[_RENEWAL])
    if len(values) == len(SEGMENT_COLUMNS):
        return SegmentRow._make((*values, None, None))
    stamps = provenance.decode(values.pop())
    return SegmentRow._make((*values, stamps[_DEVELOPERS], stamps[_ARR]))


def week_of(row: Any) -> Week:
    """A week from a raw row of WEEK_COLUMNS."""
    week = _new(Week)
    for put, value in zip(_WEEK_SETTERS, _coded(row, _WEEK_CODED), strict=True):
        put(week, value)
    return week


def drawn_week_of(row: Any) -> DrawnWeek:
    """A drawn week from a raw row of DRAWN_COLUMNS."""
    ending, source, mau, seats, score = row
    return DrawnWeek(DAY.decode(ending), source, mau, seats, score)


def account_tuple(row: AccountRow, stamps: provenance.Stamps, version: int) -> tuple[Any, ...]:
    """What is written of an account: id, name, missing_since, provenance, revision, named_in, the fields."""
    told = stamps.encode(row.stamp, row.stamps)
    return (row.id, row.name, None, told, version, version, *fields_tuple(row.values))


def fields_tuple(values: Mapping[str, Any]) -> list[Any]:
    """An account's values as they are stored, in the order of the fields."""
    return _coded(map(values.get, _FIELD_NAMES), _FIELD_CODED)


def week_tuple(week: Week) -> tuple[Any, ...]:
    """What is written of a week, in the order of its columns."""
    return tuple(_coded(_week_values(week), _WEEK_ENCODED))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut what is read lazily into lists."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _coded(values: Iterable[Any], coded: Iterable[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    encoded = list(values)
    for place, encode in coded:
        if encoded[place] is not None:
            encoded[place] = encode(encoded[place])
    return encoded
