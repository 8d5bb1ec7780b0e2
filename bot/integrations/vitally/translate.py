"""Vitally's records as our nouns. Pure. Subjects, bodies and descriptions are never read but for their kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.domain import json_values
from bot.domain.account import FIELDS
from bot.domain.json_values import Unlike, reader_of
from bot.domain.kinds import LONGEST, Read
from bot.domain.reading import AccountReading, ContactReading, Event, EventReading
from bot.domain.records import Record
from bot.integrations.vitally.labels import Labels
from bot.policy.sources import VitallyTable

_FIELDS = {field.name: field for field in FIELDS}
_MONTHS = 12
_MESSAGES = ("lastInboundMessageTimestamp", "lastOutboundMessageTimestamp")


def _yearly(value: Any) -> int | None:
    cents = json_values.money(value)
    return None if cents is None else cents * _MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the records do not say of themselves: our own people by id, the traits that are set up, and the time."""

    admins: Mapping[str, Any]
    traits: frozenset[str] = frozenset()
    now: datetime


class Translator:
    """Reads records as policy says."""

    def __init__(self, table: VitallyTable) -> None:
        self._table = table
        self._labels = Labels(table)
        own = (*table.fields.items(), ("churned_on", "churnedAt"))
        self._own = [(value, name, self._reader(value)) for value, name in own]
        self._of_traits = [(value, trait, self._reader(value)) for value, trait in table.traits.items()]
        self._tells_activity = "last_activity_on" in table.fields | table.traits
        self._roles = [(value, [_plain(one) for one in labels]) for value, labels in table.key_roles.items()]
        self._segments = {_plain(name): name for name in table.segments}

    def account(self, record: Record, told: Told) -> Iterator[AccountReading]:
        """An account with what policy takes of its fields, traits and roles."""
        values: dict[str, Any] = {}
        self._owners(record, told, values)
        self._own_fields(record, values)
        self._traits(record, told, values)
        yield AccountReading(
            key=record.key,
            name=record.must("name"),
            ids=self._ids(record),
            values=values,
            as_of=told.now,
            gone_on=values.get("churned_on"),
        )

    def contact(self, record: Record, account_key: str = "") -> Iterator[ContactReading]:
        """Somebody of an account, once for each account that they belong to."""
        traits = record.within("traits")
        accounts = [account_key] if account_key else _keys(record.items("accounts"))
        for each in accounts or [""]:
            yield ContactReading(
                key=f"{record.key}:{each}" if each else record.key,
                account_key=each,
                name=record.may("name") or record.must("email"),
                email=record.may("email", json_values.email),
                title=self._trait(record, traits, self._table.contact_title, json_values.text),
                roles=self._trait(record, traits, self._table.contact_roles, json_values.words) or (),
                deleted=record.may("deactivatedAt", json_values.instant) is not None,
            )

    def task(self, record: Record, account_key: str = "", *, now: datetime) -> Iterator[EventReading]:
        """A task: what is to be done, by when, and whether it is."""
        archived = record.may("archivedAt", json_values.instant) is not None
        yield EventReading(
            kind=Event.TASK,
            key=record.key,
            account_key=account_key or _account_of(record),
            title=record.must("name"),
            on=record.may("dueDate", json_values.day),
            opened_at=record.may("createdAt", json_values.instant),
            done=archived or record.may("completedAt", json_values.instant) is not None,
            deleted=archived,
            as_of=_changed(record, now),
        )

    def meeting(self, record: Record, account_key: str = "", *, now: datetime) -> Iterator[EventReading]:
        """A meeting, once for each account that it is with."""
        starts = record.must("startDateTime", json_values.instant)
        listed = record.data.get("accountIds")
        ids = [str(each) for each in listed if each] if isinstance(listed, list) else []
        accounts = [account_key] if account_key else ids or [_account_of(record)]
        for each in accounts:
            yield EventReading(
                kind=Event.MEETING,
                key=f"{record.key}:{each}" if each else record.key,
                account_key=each,
                label=self._labels.of_meeting(record.data.get("title") or record.data.get("subject")),
                whom=_whom(record),
                on=starts.date(),
                done=starts <= now,
                deleted=record.may("archivedAt", json_values.instant) is not None,
                as_of=_changed(record, now),
            )

    def note(self, record: Record, account_key: str = "", *, now: datetime) -> Iterator[EventReading]:
        """A note of a kind that matters: of a plan, or of a meeting; never its text."""
        of_meeting, label = self._labels.of_note(
            record.within("category").get("name"), record.data.get("subject")
        )
        on = record.may("noteDate", json_values.day) or record.must("createdAt", json_values.day)
        yield EventReading(
            kind=Event.MEETING if of_meeting else Event.NOTE,
            key=f"note:{record.key}",
            account_key=account_key or _account_of(record),
            label=label,
            on=on,
            opened_at=record.may("createdAt", json_values.instant),
            done=on <= now.date(),
            deleted=record.may("archivedAt", json_values.instant) is not None,
            as_of=_changed(record, now),
        )

    def conversation(self, record: Record, account_key: str = "", *, now: datetime) -> Iterator[EventReading]:
        """A conversation: where, and when something was last said; lists do not say what."""
        last = record.may("lastMessageTimestamp", json_values.instant)
        changed = last or record.must("updatedAt", json_values.instant)
        yield EventReading(
            kind=Event.CONVERSATION,
            key=record.key,
            account_key=account_key or _account_of(record),
            label=self._labels.of_conversation(record.data.get("source")),
            on=changed.date(),
            opened_at=record.may("createdAt", json_values.instant),
            done=record.data.get("status") == "closed",
            as_of=_changed(record, now),
        )

    def _own_fields(self, record: Record, values: dict[str, Any]) -> None:
        record.put_all(values, self._own, record.data)  # a part of an account may be given without the rest
        if not self._tells_activity:
            _put_last_message(record, values)
        if self._segments and "segments" in record.data:
            named = {_plain(each.get("name")) for each in record.items("segments")}
            values["segment"] = next((ours for name, ours in self._segments.items() if name in named), None)
        if self._table.account_url:
            values["vitally_url"] = self._table.account_url.replace("{id}", record.key)

    def _traits(self, record: Record, told: Told, values: dict[str, Any]) -> None:
        """A trait that an account lacks is empty if it is set up, and not to be told of if it is not."""
        traits = record.within("traits")
        record.put_all(values, self._of_traits, traits)
        for value, trait, _ in self._of_traits:
            if trait not in traits and trait in told.traits:
                values[value] = None

    def _trait(self, record: Record, traits: Mapping[str, Any], trait: str, read: Read) -> Any:
        return record.read(trait, traits.get(trait), read) if trait else None

    def _owners(self, record: Record, told: Told, values: dict[str, Any]) -> None:
        if "keyRoles" in record.data:
            filled = _filled(record.items("keyRoles"))
            for value, labels in self._roles:
                holder = next((filled[label] for label in labels if label in filled), None)
                record.put(values, value, holder, json_values.email, f"keyRoles.{labels[0]}")
        pairs = (("csmId", self._table.csm), ("accountExecutiveId", self._table.account_executive))
        for name, field in pairs:
            if field and not values.get(field) and name in record.data:
                values.pop(field, None)  # an owner whom we cannot name is no reason to forget the last one
                record.put(values, field, record.data[name], lambda raw: _admin(raw, told.admins), name)

    def _ids(self, record: Record) -> Mapping[str, str]:
        traits = record.within("traits")
        ids = {
            str(system): record.read(trait, traits.get(trait), json_values.text)
            for system, trait in self._table.ids.items()
        }
        if self._table.external_id_of:
            ids.setdefault(self._table.external_id_of, record.may("externalId"))
        return {system: found for system, found in ids.items() if found}

    def _reader(self, value: str) -> Read:
        read: Read = _yearly if self._table.fields.get(value) == "mrr" else reader_of(_FIELDS[value])
        meanings = {_plain(said): meant for said, meant in self._table.meanings.get(value, {}).items()}
        if not meanings:
            return read
        return lambda raw: read(meanings.get(_plain(raw), raw))


def _admin(raw: Any, admins: Mapping[str, Any]) -> str | None:
    if raw is None:
        return None
    if raw not in admins:
        raise Unlike("is nobody of Vitally’s admins")
    return json_values.email(admins[raw])


def _plain(words: Any) -> str:
    return _folded(words) if isinstance(words, str) else ""


@lru_cache(maxsize=4096)
def _folded(words: str) -> str:
    """Labels, segments and choices: few, and on every account."""
    return words.strip().casefold()


def _filled(roles: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Who fills which key role, by its label."""
    filled = {}
    for role in roles:
        named, holder = role.get("keyRole"), role.get("vitallyUser")
        if isinstance(named, dict) and isinstance(holder, dict):
            filled[_plain(named.get("label"))] = holder.get("email")
    return filled


def _keys(records: tuple[Mapping[str, Any], ...]) -> list[str]:
    return list(dict.fromkeys(str(each["id"]) for each in records if each.get("id")))


def _account_of(record: Record) -> str:
    """Whose it is; "" where Vitally does not say."""
    own = record.data.get("accountId") or record.within("account").get("id")
    return own if isinstance(own, str) else ""


def _changed(record: Record, now: datetime) -> datetime:
    found: datetime | None = record.may("updatedAt", json_values.instant)
    return min(found or now, now)


def _put_last_message(record: Record, values: dict[str, Any]) -> None:
    names = [name for name in _MESSAGES if name in record.data]
    told = len(record.refused)
    found = [at for name in names if (at := record.may(name, json_values.instant))]
    if names and len(record.refused) == told:
        values["last_activity_on"] = max(found).date() if found else None


def _whom(record: Record) -> str:
    """Whoever of the account takes part: by name, else by address."""
    for each in record.items("participants"):
        if each.get("userId"):
            name, address = each.get("name"), each.get("email")
            return str(name or address or "")[:LONGEST]
    return ""
