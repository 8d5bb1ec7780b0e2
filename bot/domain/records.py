"""A vendor's records, read one by one: a bad field is left out and told by its name, a bad record likewise; the rest goes on.

What is told never holds a value: it may be what people wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from bot.domain.json_values import Unlike, text
from bot.domain.kinds import Read
from bot.domain.reading import Reading, Unreadable

_NOTHING: Mapping[str, Any] = MappingProxyType({})


Column: TypeAlias = tuple[str, str, Read]
"""A value of the book, the field it comes from, and how that is read."""


class Hopeless(Exception):
    """The whole record cannot be taken, for want of this field."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field} {reason}")


class Record:
    """One record, and what of it could not be read so far."""

    __slots__ = ("data", "key", "refused")

    def __init__(self, data: Mapping[str, Any], key: str) -> None:
        self.data = data
        self.key = key
        self.refused: list[Unreadable] = []

    def must(self, name: str, read: Read = text) -> Any:
        """A field without which the record is nothing."""
        try:
            value = read(self.data.get(name))
        except Unlike as error:
            raise Hopeless(name, str(error)) from None
        if value is None:
            raise Hopeless(name, "is empty")
        return value

    def may(self, name: str, read: Read = text) -> Any:
        """A field that may be empty; None where it is, or where it cannot be read."""
        raw = self.data.get(name)
        if raw is None:
            return None
        try:
            return read(raw)
        except Unlike as error:
            self.refuse(name, str(error))
            return None

    def read(self, name: str, raw: Any, read: Read) -> Any:
        """A value from somewhere in the record, told by `name` where it cannot be read."""
        try:
            return read(raw)
        except Unlike as error:
            self.refuse(name, str(error))
            return None

    def put(self, values: dict[str, Any], value: str, raw: Any, read: Read, name: str) -> None:
        """Read into `values`; what cannot be read is left out there, so that the last value stays as it is."""
        if raw is None:  # most of what may be empty is
            values[value] = None
            return
        try:
            values[value] = read(raw)
        except Unlike as error:
            self.refuse(name, str(error))

    def put_all(self, values: dict[str, Any], columns: Iterable[Column], data: Mapping[str, Any]) -> None:
        """The same of the columns that `data`, the record or an object within it, has at all."""
        for value, name, read in columns:
            if name in data:
                raw = data[name]
                if raw is None:
                    values[value] = None
                    continue
                try:
                    values[value] = read(raw)
                except Unlike as error:
                    self.refuse(name, str(error))

    def within(self, name: str) -> Mapping[str, Any]:
        """An object within the record; empty where there is none."""
        inner = self.data.get(name)
        return inner if isinstance(inner, dict) else _NOTHING

    def items(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The objects of a list within the record."""
        inner = self.data.get(name)
        return tuple([each for each in inner if isinstance(each, dict)]) if isinstance(inner, list) else ()

    def refuse(self, field: str, reason: str) -> None:
        """Tell that a field could not be read."""
        self.refused.append(Unreadable(key=self.key, field=field, reason=reason))


Translate: TypeAlias = Callable[[Record], Iterable[Reading]]
Taken: TypeAlias = tuple[tuple[Reading, ...], tuple[Unreadable, ...]]


def take(records: Iterable[Any], translate: Translate, *keys: str) -> Taken:
    """Every record's readings, and what was refused; a record's key is the first of the fields `keys` that it has."""
    readings: list[Reading] = []
    refused: list[Unreadable] = []
    names = keys or ("id",)
    for data in records:
        if not isinstance(data, dict):
            refused.append(Unreadable(key="", field="", reason="is no object"))
            continue
        record = Record(data, _key(data, names))
        try:
            readings.extend(_named(record, translate))
        except Hopeless as error:
            record.refuse(error.field, error.reason)
        if record.refused:
            refused.extend(record.refused)
    return tuple(readings), tuple(refused)


def _named(record: Record, translate: Translate) -> Iterable[Reading]:
    if not record.key:
        raise Hopeless("id", "is empty")
    return list(translate(record))  # whole before any of it is taken


def _key(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = data.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and (key := str(value).strip()):
            return key[:200]
    return ""
