"""People and their absences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.asks import Asker
from bot.domain.person import Person, Role, Team
from bot.ports.book import Written
from bot.ports.people import Absence
from bot.ports.work import Transaction
from bot.store.database import Database, Tx, opened
from bot.store.rows import chunks
from bot.store.tables import absences, imports, people
from bot.store.types import storable
from bot.store.writing import next_version

_PERSON = tuple(column for column in people.columns if column.name != "source")
_ABSENCE = tuple(column for column in absences.columns if column.name != "source")
GONE = "gone"
OPERATORS = 5
"""Operators that hear of one thing."""


class StoredPeople:
    """Keeps ports.People."""

    def __init__(self, database: Database) -> None:
        self._database = database
        select = sa.select(*_PERSON)
        self._by_email = database.prepare(select.where(people.c.email == sa.bindparam("key")))
        self._by_slack_id = database.prepare(
            select.where(people.c.slack_user_id == sa.bindparam("key")).order_by(people.c.email)
        )

    async def find_person(self, email: str) -> Person | None:
        """By e-mail address, case ignored."""
        rows = await self._database.point(self._by_email, (storable(email.strip().lower()),))
        return _person_of(rows[0]) if rows else None

    async def find_by_slack_id(self, user_id: str) -> Person | None:
        """By the Slack user id that the people file gave."""
        rows = await self._database.point(self._by_slack_id, (storable(user_id),))
        return _person_of(rows[0]) if rows else None

    async def find_asker(self, asker: Asker) -> Person | None:
        """Whoever asks: by their Slack user id, else by the e-mail address that Slack tells of them."""
        found = await self.find_by_slack_id(asker.user_id)
        return found or (await self.find_person(asker.email) if asker.email else None)

    async def list_people(self, *, team: Team | None = None, role: Role | None = None) -> tuple[Person, ...]:
        """People by team, role, both or all; by name."""
        statement = sa.select(*_PERSON)
        if team is not None:
            statement = statement.where(people.c.team == team.value)
        if role is not None:
            statement = statement.where(people.c.role == role.value)
        rows = await self._database.scan(lambda connection: connection.execute(statement).all())
        return tuple(sorted(map(_person_of, rows), key=lambda person: (person.name.casefold(), person.email)))

    async def list_operators(self) -> tuple[Person, ...]:
        """Who hears that something is wrong, five at most; managers, where the book has no operator."""
        found = await self.list_people(role=Role.OPERATOR)
        return (found or await self.list_people(role=Role.MANAGER))[:OPERATORS]

    async def list_absences(self, email: str) -> tuple[Absence, ...]:
        """The absences of a person, first day first."""
        statement = sa.select(*absences.columns).where(absences.c.email == storable(email.strip().lower()))
        statement = statement.order_by(absences.c.starts_on)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Absence(**row) for row in rows)

    async def save_people(self, tx: Transaction, people: Iterable[Person], *, source: str) -> Written:
        """Add and update people."""
        rows = {person.email.lower(): {**_values(person), "source": source} for person in people}
        return await _save(self._database, opened(tx), _PEOPLE, rows.values())

    async def save_absences(
        self,
        tx: Transaction,
        absences: Iterable[Absence],
        *,
        source: str,
        whole_from: date | None = None,
        own: bool = False,
    ) -> Written:
        """Add and update absences, one row a person and first day; what is left out of all there is, is gone."""
        rows = {
            (absence.email.lower(), absence.starts_on): {
                **{column.name: getattr(absence, column.name) for column in _ABSENCE},
                "email": absence.email.lower(),
                "source": source,
            }
            for absence in absences
        }
        written = await _save(self._database, opened(tx), _ABSENCES, rows.values())
        if whole_from is None or not rows:
            return written
        told_by = _ABSENCES.c.source == source if own else _of_files()
        missing = await opened(tx).run(
            lambda connection: _mark_gone(connection, rows.keys(), whole_from, told_by)
        )
        return replace(written, missing=missing)


_PEOPLE = people
_ABSENCES = absences


def _person_of(row: Any) -> Person:
    values = dict(zip((column.name for column in _PERSON), row, strict=True))
    values["role"] = Role(values["role"])
    values["team"] = values["team"] and Team(values["team"])
    return Person(**values)


def _values(person: Person) -> dict[str, Any]:
    values = {column.name: getattr(person, column.name) for column in _PERSON}
    values["role"] = person.role.value
    values["team"] = person.team and person.team.value
    values["email"] = person.email.lower()
    return values


def _of_files() -> sa.ColumnElement[bool]:
    """What files told: a file knows nothing of what a leave system told."""
    return absences.c.source.in_(sa.select(imports.c.file).where(imports.c.kind == "absences"))


def _mark_gone(
    connection: sa.Connection,
    told: Collection[tuple[str, date]],
    since: date,
    told_by: sa.ColumnElement[bool],
) -> int:
    """What was told before and is not now."""
    to_come = sa.and_(absences.c.ends_on >= since, absences.c.status != GONE, told_by)
    held = connection.execute(sa.select(absences.c.email, absences.c.starts_on).where(to_come)).all()
    gone = [(email, first) for email, first in held if (email, first) not in told]
    for email, first in gone:
        same = sa.and_(absences.c.email == email, absences.c.starts_on == first)
        connection.execute(absences.update().where(same).values(status=GONE))
    return len(gone)


async def _save(database: Database, tx: Tx, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> Written:
    """Upsert by the table's key; what says the same but for its source is left alone."""
    statement = database.insert(table)
    values = [column.name for column in table.columns if not column.primary_key]
    upsert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in values},
        where=sa.or_(
            *(table.c[name].is_distinct_from(statement.excluded[name]) for name in values if name != "source")
        ),
    )
    upsert = upsert.execution_options(preserve_rowcount=True)
    count = sa.select(sa.func.count()).select_from(table)

    def write(connection: sa.Connection) -> Written:
        next_version(connection, tx)
        before = connection.execute(count).scalar_one()
        total = touched = 0
        for chunk in chunks(rows, 1000):
            total += len(chunk)
            touched += sum(connection.execute(upsert, row).rowcount for row in chunk)
        added = connection.execute(count).scalar_one() - before
        return Written(added=added, changed=touched - added, unchanged=total - touched)

    return await tx.run(write)
