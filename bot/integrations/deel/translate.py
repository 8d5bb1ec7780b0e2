"""Deel's people and time off in our nouns. Pure, and blind to why somebody is away.

Of a time off nothing is read but who, from when to when, halves of days, and where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import json_values
from bot.domain.json_values import Unlike
from bot.domain.reading import AbsenceReading, PersonReading
from bot.domain.records import Hopeless, Record, Taken, take

_STATUSES = {
    "APPROVED": "approved",
    "USED": "approved",  # approved, and begun
    "REQUESTED": "requested",
    "REJECTED": "cancelled",
    "CANCELED": "cancelled",
    "CANCELLED": "cancelled",
}


def people(records: Iterable[Any]) -> Taken:
    """Our own people; without a work e-mail nobody can be told who it is."""
    return take(records, _person)


def absences(records: Iterable[Any], *, ends_from: date) -> Taken:
    """Time off that ends on a day or later."""
    return take(records, partial(_absence, ends_from=ends_from))


def _person(record: Record) -> Iterator[PersonReading]:
    email = _work_email(record)
    yield PersonReading(
        key=record.key,
        email=email,
        name=record.may("full_name") or email,
        country=record.may("country", _country),
        timezone=record.may("timezone", _zone),
        manager_email=record.read(
            "direct_manager", record.within("direct_manager").get("work_email"), json_values.email
        ),
    )


def _work_email(record: Record) -> str:
    for each in record.items("emails"):
        if each.get("type") == "work" and each.get("value"):
            try:
                return json_values.email(each["value"]) or ""
            except Unlike as error:
                raise Hopeless("emails", str(error)) from None
    raise Hopeless("emails", "holds no work e-mail")


def _country(value: Any) -> str | None:
    found = json_values.text(value)
    if found and not (len(found) == 2 and found.isascii() and found.isalpha()):
        raise Unlike("is no code of a country such as DE")
    return found and found.upper()


def _zone(value: Any) -> str | None:
    found = json_values.text(value)
    return found and _known_zone(found)


@lru_cache(maxsize=1024)
def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        # An offset such as UTC+2 says nothing of summer time.
        raise Unlike("is no time zone such as Europe/Berlin") from None


def _absence(record: Record, ends_from: date) -> Iterator[AbsenceReading]:
    starts_on = record.must("start_date", json_values.day)
    ends_on = record.must("end_date", json_values.day)
    if ends_on < starts_on:
        raise Hopeless("end_date", "lies before start_date")
    if ends_on < ends_from:
        return
    half_start, half_end = _halves(record, starts_on, ends_on)
    yield AbsenceReading(
        key=record.key,
        person_key=_away(record),
        starts_on=starts_on,
        ends_on=ends_on,
        half_day_start=half_start,
        half_day_end=half_end,
        status=record.must("status", _status),
    )


def _away(record: Record) -> str:
    """Who is away; who asked for it may be somebody else."""
    person = record.within("recipient_profile").get("hris_profile_id")
    if not isinstance(person, str) or not person.strip():
        raise Hopeless("recipient_profile", "does not say who is away")
    return person.strip()


def _status(value: Any) -> str | None:
    if value is None:
        return None
    known = _STATUSES.get(value.strip().upper()) if isinstance(value, str) else None
    if known is None:
        raise Unlike(f"must be one of: {', '.join(_STATUSES)}")
    return known


def _halves(record: Record, starts_on: date, ends_on: date) -> tuple[bool, bool]:
    """Whether the first and the last day are half; by the flags, else by what each day counts.

    Of a single day that counts half, Deel does not say which half: they are taken to be away from noon.
    """
    start, end = record.data.get("half_start_date") is True, record.data.get("half_end_date") is True
    if not (start or end):
        halves = _half_days(record)
        start, end = starts_on in halves, ends_on in halves
    return (True, False) if starts_on == ends_on and start and end else (start, end)


def _half_days(record: Record) -> frozenset[date]:
    if "DAY" not in str(record.data.get("entitlement_unit") or "DAY"):
        return frozenset()  # in hours, 0.5 is half an hour
    halves = (each.get("date") for each in record.items("time_off_dailies") if each.get("amount") == 0.5)
    days = (record.read("time_off_dailies", each, json_values.day) for each in halves)
    return frozenset(day for day in days if day)
