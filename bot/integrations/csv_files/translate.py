"""The five files: their columns, and how a row's values become one of our nouns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.domain.account import FIELDS, Group, Week
from bot.domain.person import Contact, Person, Role, Team
from bot.domain.provenance import Stamp
from bot.integrations.csv_files import values
from bot.integrations.csv_files.values import Parse
from bot.ports.book import AccountRow
from bot.ports.people import Absence

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file cannot say of itself: its name, and when it is read."""

    name: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """One of the five files. `key` names the columns that may not occur twice together."""

    name: str
    columns: Mapping[str, Parse]
    required: tuple[str, ...]
    build: Callable[[Values], Any]
    key: tuple[str, ...] = ()
    of_accounts: bool = False  # its account_id must be in the book
    check: Callable[[Values], tuple[str, str] | None] = field(default=lambda _: None)


_BY_NAME = {each.name: values.parser_of(each) for each in FIELDS}
_NAMES_OF = {group: tuple(each.name for each in FIELDS if each.group is group) for group in Group}
_TRAITS = (
    "ta_sentiment",
    "versions_behind",
    "precise_code_nav",
    "defect_tickets_90d",
    "help_tickets_90d",
    "active_champion",
    "access_to_buyer",
    "last_activity_on",
)
_WEEKLY = ("mau", "dau_4w_avg", "licensed_seats", "arr", "health_score", "health_category", *_TRAITS)


def _accounts(told: Told) -> FileKind:
    instant = values.as_of(told.now, told.today)
    return FileKind(
        name="accounts",
        columns={
            "account_id": values.name,
            "name": values.name,
            **_BY_NAME,
            "usage_as_of": instant,
            "health_as_of": instant,
            "as_of": instant,
        },
        required=("account_id", "name"),
        build=_AccountBuilder(told).build,
        key=("account_id",),
    )


class _AccountBuilder:
    """Gives rows their stamps; rows of the same instants share them, which keeps a big import small."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._known: dict[tuple[datetime | None, ...], tuple[Stamp, Mapping[str, Stamp]]] = {}

    def build(self, row: Values) -> AccountRow:
        stamp, stamps = self._stamps(row.get("as_of"), row.get("usage_as_of"), row.get("health_as_of"))
        return AccountRow(id=row["account_id"], name=row["name"], values=row, stamp=stamp, stamps=stamps)

    def _stamps(self, *instants: datetime | None) -> tuple[Stamp, Mapping[str, Stamp]]:
        known = self._known.get(instants)
        if known is None:
            known = self._known[instants] = self._make(*instants)
        return known

    def _make(
        self, whole: datetime | None, usage: datetime | None, health: datetime | None
    ) -> tuple[Stamp, Mapping[str, Stamp]]:
        source = self._told.name
        stamp = Stamp(source, whole) if whole else Stamp(source, self._told.now, assumed=True)
        stamps: dict[str, Stamp] = {}
        for group, instant in ((Group.USAGE, usage), (Group.HEALTH, health)):
            if instant is not None:
                own = Stamp(source, instant)
                stamps.update((name, own) for name in _NAMES_OF[group])
        return stamp, MappingProxyType(stamps)


def _people(told: Told) -> FileKind:
    del told
    plain = ("level", "region", "country", "slack_user_id")
    return FileKind(
        name="people",
        columns={
            "email": values.email,
            "name": values.name,
            "role": values.one_of(tuple(Role)),
            "team": values.one_of(tuple(Team)),
            "manager_email": values.email,
            "timezone": values.zone,
            **dict.fromkeys(plain, values.name),
        },
        required=("email", "name", "role"),
        build=_person,
        key=("email",),
    )


def _person(row: Values) -> Person:
    team = row.get("team")
    return Person(**{**row, "role": Role(row["role"]), "team": team and Team(team)})


def _history(told: Told) -> FileKind:
    def week(row: Values) -> Week:
        return Week(source=told.name, **row)

    columns: dict[str, Parse] = {"account_id": values.name, "week_ending": values.day}
    return FileKind(
        name="history",
        columns={**columns, **{name: _BY_NAME[name] for name in _WEEKLY}},
        required=("account_id", "week_ending"),
        build=week,
        key=("account_id", "week_ending"),
        of_accounts=True,
    )


def _contacts(told: Told) -> FileKind:
    del told
    return FileKind(
        name="contacts",
        columns={
            "account_id": values.name,
            "name": values.name,
            "email": values.email,
            "title": values.name,
            "roles": values.words,
        },
        required=("account_id", "name"),
        build=lambda row: Contact(**row),
        of_accounts=True,
    )


def _absences(told: Told) -> FileKind:
    del told
    return FileKind(
        name="absences",
        columns={
            "email": values.email,
            "starts_on": values.day,
            "ends_on": values.day,
            "half_day_start": values.flag,
            "half_day_end": values.flag,
            "status": values.one_of(("approved", "requested", "cancelled")),
        },
        required=("email", "starts_on", "ends_on"),
        build=lambda row: Absence(**row),
        key=("email", "starts_on"),
        check=_ends_after_start,
    )


def _ends_after_start(row: Values) -> tuple[str, str] | None:
    if row["ends_on"] < row["starts_on"]:
        return "ends_on", "lies before starts_on"
    return None


KINDS: Mapping[str, Callable[[Told], FileKind]] = MappingProxyType(
    {
        "accounts": _accounts,
        "people": _people,
        "history": _history,
        "contacts": _contacts,
        "absences": _absences,
    }
)
"""The five files by name."""
