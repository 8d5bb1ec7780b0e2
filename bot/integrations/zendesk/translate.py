"""Zendesk's records as our nouns. Pure. A ticket's subject and description are never read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.domain import json_values
from bot.domain.json_values import Unlike
from bot.domain.reading import AccountReading, Event, EventReading
from bot.domain.records import Record
from bot.policy.sources import ZendeskTable

_OPEN = frozenset({"new", "open", "pending", "hold"})
_DONE = frozenset({"solved", "closed", "deleted"})


class Translator:
    """Reads records as policy says."""

    def __init__(self, table: ZendeskTable) -> None:
        self._table = table
        kinds = (("defect", table.defect), ("help", table.help))
        self._tags = {tag.casefold(): label for label, kind in kinds for tag in kind.tags}
        self._types: Mapping[str, str] = {name: label for label, kind in kinds for name in kind.types}

    def organization(self, record: Record, *, now: datetime) -> Iterator[AccountReading]:
        """An organization: what it is called, and by which id others know it."""
        own = record.may("external_id")
        values: dict[str, Any] = {}
        if "domain_names" in record.data:
            record.put(values, "domain", record.data["domain_names"], _first, "domain_names")
        yield AccountReading(
            key=record.key,
            name=record.must("name"),
            ids={self._table.external_id_of: own} if own and self._table.external_id_of else {},
            values=values,
            as_of=now,
        )

    def ticket(self, record: Record, *, now: datetime) -> Iterator[EventReading]:
        """A ticket: of which kind, since when, and whether it is over."""
        status = record.must("status", _status)
        changed: datetime | None = record.may("updated_at", json_values.instant)
        yield EventReading(
            kind=Event.TICKET,
            key=record.key,
            account_key=record.may("organization_id", _id) or "",
            label=self._label(record),
            opened_at=record.must("created_at", json_values.instant),
            done=status in _DONE,
            deleted=status == "deleted",
            as_of=min(changed or now, now),
        )

    def _label(self, record: Record) -> str:
        """By the first of its tags that tells, else by its type, else as policy says."""
        tags = record.may("tags", json_values.words) or ()
        told = (self._tags[tag.casefold()] for tag in tags if tag.casefold() in self._tags)
        found = next(told, None) or self._types.get(record.may("type") or "")
        return found or self._table.otherwise


def _first(value: Any) -> str | None:
    return (json_values.words(value) or (None,))[0]


def _status(value: Any) -> str | None:
    word = json_values.text(value)
    if word is not None and word not in _OPEN | _DONE:
        raise Unlike(f"must be one of: {', '.join(sorted(_OPEN | _DONE))}")
    return word


def _id(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unlike("is no id")
    return str(value).strip() or None
