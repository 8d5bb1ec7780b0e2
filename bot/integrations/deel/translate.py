"""Deel's people and time off in our nouns. Pure, and blind to why somebody is away.

Of a time off nothing is read but who, from when to when, halves of days, and where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import json_values
from bot.domain.json_values import Unlike
from bot.domain.reading import AbsenceReading, PersonReading, Reading, Unreadable

Told: TypeAlias = tuple[tuple[Reading, ...], tuple[Unreadable, ...]]
Record: TypeAlias = Mapping[str, Any]

_STATUSES = {
    "APPROVED": "approved",
    "USED": "approved",  # approved, and begun
    "REQUESTED": "requested",
    "REJECTED": "cancelled",
    "CANCELED": "cancelled",
    "CANCELLED": "cancelled",
}


class _Unread(ValueError):
    """The record cannot be taken, because of this field."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


def people(records: Iterable[Any]) -> Told:
    """Our own people; without a work e-mail nobody can be told who it is."""
    return _each(records, _person)


def absences(records: Iterable[Any], *, ends_from: date) -> Told:
    """Time off that ends on a day or later."""
    readings, refused = _each(records, _absence)
    return tuple(
        one for one in readings if isinstance(one, AbsenceReading) and one.ends_on >= ends_from
    ), refused


def _each(records: Iterable[Any], read: Callable[[Record, str], Reading]) -> Told:
    readings: list[Reading] = []
    refused: list[Unreadable] = []
    for record in records:
        key = ""
        try:
            key = _key(record)
            readings.append(read(record, key))
        except _Unread as error:
            refused.append(Unreadable(key=key, field=error.field, reason=str(error)))
    return tuple(readings), tuple(refused)


def _key(record: Any) -> str:
    found = record.get("id") if isinstance(record, Mapping) else None
    if not isinstance(found, str | int) or isinstance(found, bool) or not str(found).strip():
        raise _Unread("id", "is missing: that is no record")
    return str(found).strip()


def _person(record: Record, key: str) -> PersonReading:
    email = _work_email(record)
    if not email:
        raise _Unread("emails", "holds no work e-mail")
    manager = record.get("direct_manager")
    return PersonReading(
        key=key,
        email=email,
        name=_need(record, "full_name", json_values.text) or email,
        country=_country(record.get("country")),
        timezone=_zone(record.get("timezone")),
        manager_email=_manager_email(manager) if isinstance(manager, Mapping) else None,
    )


def _work_email(record: Record) -> str | None:
    emails = record.get("emails")
    for each in emails if isinstance(emails, list) else ():
        if isinstance(each, Mapping) and each.get("type") == "work":
            found: str | None = _need(each, "value", json_values.email, "emails")
            return found
    return None


def _manager_email(manager: Record) -> str | None:
    """Their work e-mail where Deel gives it; whatever else stands there is no reason to refuse the person."""
    try:
        return json_values.email(manager.get("work_email"))
    except Unlike:
        return None


def _country(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) and len(value) == 2 and value.isalpha() else None


def _zone(value: Any) -> str | None:
    return _known_zone(value) if isinstance(value, str) else None


@lru_cache(maxsize=1024)
def _known_zone(name: str) -> str | None:
    """A name that we know too; an offset such as `UTC+2` says nothing of summer time, so it is not taken."""
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def _absence(record: Record, key: str) -> AbsenceReading:
    profile = record.get("recipient_profile")
    person = profile.get("hris_profile_id") if isinstance(profile, Mapping) else None
    if not isinstance(person, str) or not person:
        raise _Unread("recipient_profile", "does not say who is away")
    starts_on, ends_on = _days(record)
    half_start, half_end = _halves(record, starts_on, ends_on)
    return AbsenceReading(
        key=key,
        person_key=person,
        starts_on=starts_on,
        ends_on=ends_on,
        half_day_start=half_start,
        half_day_end=half_end,
        status=_status(record.get("status")),
    )


def _days(record: Record) -> tuple[date, date]:
    starts_on, ends_on = (
        _need(record, "start_date", json_values.day),
        _need(record, "end_date", json_values.day),
    )
    if starts_on is None:
        raise _Unread("start_date", "is missing")
    if ends_on is None:
        raise _Unread("end_date", "is missing")
    if ends_on < starts_on:
        raise _Unread("end_date", "lies before start_date")
    return starts_on, ends_on


def _status(value: Any) -> str:
    known = _STATUSES.get(value.strip().upper()) if isinstance(value, str) else None
    if known is None:
        raise _Unread("status", f"must be one of: {', '.join(_STATUSES)}")
    return known


def _halves(record: Record, starts_on: date, ends_on: date) -> tuple[bool, bool]:
    """Whether the first and the last day are half; by the flags, else by what each day counts.

    Of a single day that counts half, Deel does not say which half: they are taken to be away from noon.
    """
    start, end = record.get("half_start_date") is True, record.get("half_end_date") is True
    if not (start or end):
        halves = _half_days(record)
        start, end = starts_on in halves, ends_on in halves
    if starts_on == ends_on and start and end:
        return True, False
    return start, end


def _half_days(record: Record) -> frozenset[date]:
    dailies: Any = record.get("time_off_dailies")
    in_days = "DAY" in str(record.get("entitlement_unit") or "DAY")  # in hours, 0.5 is half an hour
    if not in_days or not isinstance(dailies, Sequence):
        return frozenset()
    found = (each for each in dailies if isinstance(each, Mapping) and each.get("amount") == 0.5)
    days = (_need(each, "date", json_values.day, "time_off_dailies") for each in found)
    return frozenset(day for day in days if day)


def _need(record: Record, field: str, read: json_values.Read, named: str = "") -> Any:
    try:
        return read(record.get(field))
    except Unlike as error:
        raise _Unread(named or field, str(error)) from None
