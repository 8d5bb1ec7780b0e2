"""Writes the book as the five CSV files that `ta-bot import` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from bot.domain.account import FIELDS
from bot.domain.person import Person
from bot.standin.book.accounts import Days, everything
from bot.standin.book.cast import everybody
from bot.standin.book.contacts import absences, contacts_of
from bot.standin.book.series import TRAITS, Row

_INSTANTS = ("usage_as_of", "health_as_of", "as_of")


def _account_columns() -> tuple[str, ...]:
    """The columns in the interface's order: each as-of stands behind the values it speaks for."""
    columns = ["account_id", "name", *(field.name for field in FIELDS)]
    columns.insert(columns.index("dau_4w_avg") + 1, "usage_as_of")
    columns.insert(columns.index("health_category") + 1, "health_as_of")
    return (*columns, "as_of")


COLUMNS: dict[str, tuple[str, ...]] = {
    "accounts": _account_columns(),
    "people": (
        *("email", "name", "role", "team", "level", "region", "manager_email", "timezone", "country"),
        "slack_user_id",
    ),
    "history": (
        *("account_id", "week_ending", "mau", "dau_4w_avg", "licensed_seats", "arr", "health_score"),
        *("health_category", *TRAITS),
    ),
    "contacts": ("account_id", "name", "email", "title", "roles"),
    "absences": ("email", "starts_on", "ends_on", "half_day_start", "half_day_end", "status"),
}
"""The header of each file."""


def people(today: date) -> list[Person]:  # noqa: ARG001 # the same cast on every day, asked for like the rest
    """The people of the fictional organisation."""
    return everybody()


def write_csvs(directory: Path, today: date, *, base: date | None = None, since: date = date.min) -> None:
    """Write accounts.csv, people.csv, history.csv, contacts.csv and absences.csv, the same for the same days.

    Every instant is a midnight UTC, of `today` or of a day before: none lies in the future. With a `base` before
    `today` the book is that of the base day, so many days on: the same plans and dates, newer values, more weeks.
    `since` leaves out the weeks that end then or before.
    """
    told = everything(Days(base or today, today, since))
    accounts = [one.row for one in told]
    weeks = (week for one in told for week in one.weeks)
    staff = ({name: getattr(person, name) for name in COLUMNS["people"]} for person in people(today))
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory, "accounts", accounts)
    _write(directory, "people", staff)
    _write(directory, "history", weeks)
    _write(directory, "contacts", (contact for row in accounts for contact in contacts_of(row)))
    _write(directory, "absences", absences(base or today, today))


def _write(directory: Path, kind: str, rows: Iterable[Row]) -> None:
    columns = COLUMNS[kind]
    with (directory / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(name, row.get(name)) for name in columns] for row in rows)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in _INSTANTS:
        return datetime.combine(value, time(), UTC).isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(f"{item[0]}:{item[1]}" if isinstance(item, tuple) else item for item in value)
    return str(value)
