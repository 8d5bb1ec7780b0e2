"""A Look's rows in our nouns. Pure: rows in, readings and what could not be read out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias
from urllib.parse import quote

from bot.domain import json_values
from bot.domain.account import FIELDS
from bot.domain.json_values import Unlike
from bot.domain.reading import AccountReading, Unreadable
from bot.domain.records import Hopeless, Record, Taken
from bot.domain.salesforce_ids import full_id
from bot.integrations.looker.rows import Row
from bot.policy.sources import LookerTable

Keyed: TypeAlias = tuple[str, int]
"""An account's key, and the place of its row."""
Release: TypeAlias = tuple[int, ...]

_READERS = {field.name: json_values.reader_of(field) for field in FIELDS}
_VERSION = re.compile(r"v?(\d{1,6}(?:\.\d{1,6})*)", re.ASCII)


class Look:
    """Reads the rows of the Look. `rows` are all there are: how far behind a version is, the others tell."""

    def __init__(self, table: LookerTable, rows: Sequence[Row], now: datetime) -> None:
        self._table = table
        self._rows = rows
        self._now = now
        self._columns = [(name, column, _READERS[name]) for name, column in table.columns.items() if column]
        self._releases: tuple[Release, ...] = ()
        self._distances: dict[str, int] = {}  # of the versions, which are few
        if table.version and not table.columns.get("versions_behind"):
            self._releases = self._known_releases(rows)
            self._columns.append(("versions_behind", table.version, self._behind))
        self.keyed, self.refused = self._in_order(rows)

    def _in_order(self, rows: Sequence[Row]) -> tuple[list[Keyed], tuple[Unreadable, ...]]:
        """The rows by their keys, one a key; those that cannot be told apart are refused."""
        refused: list[Unreadable] = []
        keyed: list[Keyed] = []
        for place, row in enumerate(rows):
            try:
                keyed.append((self._key(row), place))
            except Unlike as error:
                refused.append(Unreadable(key="", field=self._table.key, reason=str(error)))
        keyed.sort(key=itemgetter(0))
        single: list[Keyed] = []
        for key, group in groupby(keyed, key=itemgetter(0)):
            first, *others = group
            if others:
                reason = f"stands in {1 + len(others)} rows: which one holds is not known"
                refused.append(Unreadable(key=key, field=self._table.key, reason=reason))
            else:
                single.append(first)
        return single, tuple(refused)

    def _key(self, row: Row) -> str:
        key = json_values.text(row.get(self._table.key))
        if not key:
            raise Unlike("is missing: the row belongs to no account")
        return full_id(key) if self._table.key_of == "salesforce" else key

    def read(self, keyed: Iterable[Keyed]) -> Taken:
        """What some of the rows say. A value that cannot be read is left out, so that the last good one stays."""
        readings: list[AccountReading] = []
        refused: list[Unreadable] = []
        for key, place in keyed:
            record = Record(self._rows[place], key)
            try:
                readings.append(self._reading(record))
            except Hopeless as error:
                record.refuse(error.field, error.reason)
            refused.extend(record.refused)
        return tuple(readings), tuple(refused)

    def _reading(self, record: Record) -> AccountReading:
        table, key = self._table, record.key
        values: dict[str, Any] = {}
        record.put_all(values, self._columns, record.data)
        if table.account_url:
            values["looker_url"] = table.account_url.replace("{key}", quote(key, safe=""))
        return AccountReading(
            key=key,
            name=record.may(table.name) or "",
            ids={} if table.key_of == "looker" else {table.key_of: key},
            values=values,
            as_of=self._as_of(record),
        )

    def _as_of(self, record: Record) -> datetime:
        """When the values were true; one that cannot be told makes the row worth nothing."""
        column = self._table.as_of
        if record.data.get(column) in (None, ""):
            return self._now
        at: datetime = record.must(column, json_values.instant)
        # A day may have begun where the warehouse is and not yet in UTC.
        return min(at, self._now)

    def _behind(self, version: Any) -> int | None:
        """How many releases are newer, of those that any account runs or that policy names."""
        told = json_values.text(version)
        if told is None:
            return None
        if told not in self._distances:
            release = self._release(told)
            self._distances[told] = sum(one > release for one in self._releases)
        return self._distances[told]

    def _known_releases(self, rows: Sequence[Row]) -> tuple[Release, ...]:
        versions = {str(row.get(self._table.version) or "") for row in rows}
        found: set[Release] = set()
        for version in (*versions, *self._table.releases):
            with suppress(Unlike):
                found.add(self._release(version))
        return tuple(found)

    def _release(self, version: str) -> Release:
        """The release that a version is of; trailing zeros do not tell two apart."""
        found = _VERSION.match(version)
        if not found:
            raise Unlike("is not a version such as 2026.3.1")
        numbers = [int(part) for part in found[1].split(".")[: self._table.release_parts]]
        return tuple(numbers + [0] * (self._table.release_parts - len(numbers)))
