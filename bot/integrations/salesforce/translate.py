"""Salesforce's records in our nouns. Pure: what a query answered in, readings and what could not be read out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeAlias

from bot.domain import json_values
from bot.domain.account import FIELDS
from bot.domain.json_values import Read
from bot.domain.reading import AccountReading, Event, EventReading, Reading, Unreadable
from bot.domain.salesforce_ids import full_id
from bot.policy.sources import SalesforceTable

Told: TypeAlias = tuple[tuple[Reading, ...], tuple[Unreadable, ...]]
Path: TypeAlias = tuple[str, ...]

_READERS = {field.name: json_values.reader_of(field) for field in FIELDS}
_ABSENT: Final = object()
"""The record has no such field: nothing is said of it. None says that the field holds nothing."""


class Accounts:
    """Reads records of Account. A value that cannot be read is left out, so that the last good one stays."""

    name = "Account"
    own = ("Id", "Name", "IsDeleted", "SystemModstamp")

    def __init__(self, table: SalesforceTable, site: str) -> None:
        self._site = site.rstrip("/")
        self._columns = [
            (name, _path(field), _READERS[name]) for name, field in table.accounts.items() if field
        ]
        self._ids = [(system, _path(field)) for system, field in table.ids.items() if field]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The fields that policy names."""
        return tuple(
            ".".join(path) for path in (*(path for _, path, _ in self._columns), *dict(self._ids).values())
        )

    def read(self, records: Iterable[Any], now: datetime) -> Told:
        """What the records say now."""
        refused: list[Unreadable] = []
        found = (
            _told(record, refused, partial(self._account, refused=refused, now=now)) for record in records
        )
        return tuple(filter(None, found)), tuple(refused)

    def _account(
        self, record: Mapping[str, Any], key: str, refused: list[Unreadable], now: datetime
    ) -> AccountReading:
        values: dict[str, Any] = {"salesforce_url": f"{self._site}/{key}"}
        for name, path, read in self._columns:
            _take(values, name, (record, path, read), key, refused)
        ids: dict[str, str | None] = {}
        for system, path in self._ids:
            _take(ids, system, (record, path, json_values.text), key, refused)
        return AccountReading(
            key=key,
            name=json_values.text(record.get("Name")) or "",
            ids={system: known for system, known in ids.items() if known},
            values=values,
            as_of=now,
            gone_on=_gone_on(record, values),
        )


class Opportunities:
    """Reads records of Opportunity: what kind, when it closes, for how much; never its name or description."""

    name = "Opportunity"
    own = ("Id", "AccountId", "CloseDate", "CreatedDate", "IsClosed", "IsDeleted", "SystemModstamp")

    def __init__(self, table: SalesforceTable) -> None:
        self._type = _path(table.opportunity_type)
        self._amount = _path(table.opportunity_amount)
        self._labels = {
            kind.casefold(): label
            for label in ("new", "renewal", "expansion")
            for kind in getattr(table.opportunity_types, label)
        }

    @property
    def wanted(self) -> tuple[str, ...]:
        """The fields that policy names."""
        return tuple(".".join(path) for path in (self._type, self._amount) if path)

    def read(self, records: Iterable[Any], now: datetime) -> Told:
        """What the records say; `now` stands for the stamp that one lacks."""
        refused: list[Unreadable] = []
        found = (_told(record, refused, partial(self._event, refused=refused, now=now)) for record in records)
        return tuple(filter(None, found)), tuple(refused)

    def _event(
        self, record: Mapping[str, Any], key: str, refused: list[Unreadable], now: datetime
    ) -> EventReading:
        account = json_values.text(record.get("AccountId"))
        if not account:
            raise _Unread("AccountId", "names no account")
        amount: dict[str, int | None] = {}
        _take(amount, "amount", (record, self._amount, json_values.signed_money), key, refused)
        kind = _at(record, self._type)
        return EventReading(
            kind=Event.OPPORTUNITY,
            key=key,
            account_key=full_id(account),
            label=self._labels.get(kind.strip().casefold(), "") if isinstance(kind, str) else "",
            on=_need(record, "CloseDate", json_values.day),
            opened_at=_need(record, "CreatedDate", json_values.instant),
            amount=amount.get("amount"),
            done=bool(_need(record, "IsClosed", json_values.flag)),
            deleted=bool(_need(record, "IsDeleted", json_values.flag)),
            as_of=_need(record, "SystemModstamp", json_values.instant) or now,
        )


class _Unread(ValueError):
    """The record cannot be taken, because of this field."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


def _told(
    record: Any, refused: list[Unreadable], read: Callable[[Mapping[str, Any], str], Reading]
) -> Reading | None:
    """One record, or None where it is refused by itself."""
    key = record.get("Id") if isinstance(record, Mapping) else None
    if not isinstance(key, str) or not key.strip():
        refused.append(Unreadable(key="", field="Id", reason="is missing: that is no record"))
        return None
    key = full_id(key)
    try:
        return read(record, key)
    except _Unread as error:
        refused.append(Unreadable(key=key, field=error.field, reason=str(error)))
    except ValueError as error:
        refused.append(Unreadable(key=key, field="Name", reason=str(error)))
    return None


def _take(
    into: dict[str, Any],
    name: str,
    where: tuple[Mapping[str, Any], Path, Read],
    key: str,
    refused: list[Unreadable],
) -> None:
    """Put a value in, if the record has the field and it can be read."""
    record, path, read = where
    found = _at(record, path)
    if found is _ABSENT:
        return
    try:
        into[name] = read(found)
    except ValueError as error:
        refused.append(Unreadable(key=key, field=".".join(path), reason=str(error)))


def _need(record: Mapping[str, Any], field: str, read: Read) -> Any:
    """A field without which the record says nothing."""
    try:
        return read(record.get(field))
    except ValueError as error:
        raise _Unread(field, str(error)) from None


def _at(record: Any, path: Path) -> Any:
    if not path:
        return _ABSENT
    for name in path:
        if record is None:
            return None  # nobody is looked up, so nothing is held there
        record = record.get(name, _ABSENT) if isinstance(record, Mapping) else _ABSENT
    return record


def _path(field: str) -> Path:
    return tuple(field.split(".")) if field else ()


def _gone_on(record: Mapping[str, Any], values: Mapping[str, Any]) -> date | None:
    if _need(record, "IsDeleted", json_values.flag):
        stamp = _need(record, "SystemModstamp", json_values.instant)
        return stamp.date() if stamp else None
    churned: date | None = values.get("churned_on")
    return churned
