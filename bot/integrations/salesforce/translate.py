"""Salesforce's records in our nouns. Pure: what a query answered in, readings and what could not be read out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeAlias

from bot.domain import json_values
from bot.domain.account import FIELDS
from bot.domain.reading import AccountReading, Event, EventReading
from bot.domain.records import Record, Taken, take
from bot.domain.salesforce_ids import full_id
from bot.policy.sources import SalesforceTable

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
        paths = (*(path for _, path, _ in self._columns), *(path for _, path in self._ids))
        return tuple(".".join(path) for path in paths)

    def read(self, records: Iterable[Any], now: datetime) -> Taken:
        """What the records say now."""
        return take(records, partial(self._account, now=now), "Id")

    def _account(self, record: Record, now: datetime) -> Iterator[AccountReading]:
        key = full_id(record.key)
        values: dict[str, Any] = {"salesforce_url": f"{self._site}/{key}"}
        for name, path, read in self._columns:
            raw = _at(record.data, path)
            if raw is not _ABSENT:
                record.put(values, name, raw, read, ".".join(path))
        ids = {system: _at(record.data, path) for system, path in self._ids}
        yield AccountReading(
            key=key,
            name=record.may("Name") or "",
            ids={
                system: str(known) for system, known in ids.items() if isinstance(known, str | int) and known
            },
            values=values,
            as_of=now,
            gone_on=_deleted_on(record, now) or values.get("churned_on"),
        )


class Opportunities:
    """Reads records of Opportunity: what kind, when it closes, for how much; never its name or description."""

    name = "Opportunity"
    own = ("Id", "AccountId", "CloseDate", "CreatedDate", "IsClosed", "IsDeleted", "SystemModstamp")

    def __init__(self, table: SalesforceTable) -> None:
        self._type = _path(table.opportunity_type)
        self._amount = _path(table.opportunity_amount)
        self._labels = {kind.casefold(): label for label, kinds in table.opportunity_types for kind in kinds}

    @property
    def wanted(self) -> tuple[str, ...]:
        """The fields that policy names."""
        return tuple(".".join(path) for path in (self._type, self._amount) if path)

    def read(self, records: Iterable[Any], now: datetime) -> Taken:
        """What the records say; `now` stands for a stamp that one lacks."""
        return take(records, partial(self._event, now=now), "Id")

    def _event(self, record: Record, now: datetime) -> Iterator[EventReading]:
        kind = _at(record.data, self._type)
        amount = _at(record.data, self._amount)
        yield EventReading(
            kind=Event.OPPORTUNITY,
            key=full_id(record.key),
            account_key=full_id(record.must("AccountId")),
            label=self._labels.get(kind.strip().casefold(), "") if isinstance(kind, str) else "",
            on=record.must("CloseDate", json_values.day),
            opened_at=record.may("CreatedDate", json_values.instant),
            amount=None
            if amount is _ABSENT
            else record.read(".".join(self._amount), amount, json_values.signed_money),
            done=record.must("IsClosed", json_values.flag),
            deleted=bool(record.may("IsDeleted", json_values.flag)),
            as_of=record.may("SystemModstamp", json_values.instant) or now,
        )


def _at(record: Mapping[str, Any], path: Path) -> Any:
    if not path:
        return _ABSENT
    found = record.get(path[0], _ABSENT)
    for name in path[1:]:
        if found is None:
            return None  # nobody is looked up, so nothing is held there
        found = found.get(name, _ABSENT) if isinstance(found, dict) else _ABSENT
    return found


def _path(field: str) -> Path:
    return tuple(field.split(".")) if field else ()


def _deleted_on(record: Record, now: datetime) -> date | None:
    if not record.may("IsDeleted", json_values.flag):
        return None
    stamp: datetime = record.may("SystemModstamp", json_values.instant) or now
    return stamp.date()
