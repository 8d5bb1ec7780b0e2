"""How each kind of reading is kept: its table, its row, and the statement that leaves alone what says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from bot.domain.reading import (
    AbsenceReading,
    AccountReading,
    ContactReading,
    Event,
    EventReading,
    PersonReading,
    Reading,
)
from bot.ports.readings import Claims
from bot.store import reading_tables as tables
from bot.store.database import Database
from bot.store.types import DAY, INSTANT, TEXT, WORDS, storable

Row = tuple[Any, ...]
Entry = tuple[str, str, Row, bool, tuple[Row, ...]]
"""A reading as it is kept, made by `entries`: how it is listed, its noun's letter, its row, whether it is deleted, its links.

Plain values, so that another process may make them.
"""
_NO_IDS = "{}"
_KINDS: Mapping[Event, str] = {
    kind: kind.value for kind in Event
}  # an enumeration's own `value` is a slow call

instant = lru_cache(maxsize=4096)(INSTANT.encode)
"""Most readings of a page were true at the same instant."""


class Noun(NamedTuple):
    """One kind of reading. `letter` tells its keys from others' where a feed's are listed.

    `of` is the place in its row of the account's id in that system, or of its own where it is of no account.
    """

    letter: str
    table: sa.Table
    row: Callable[[Any, str, str], Row]
    of: int = 1


def account_row(one: AccountReading, system: str, feed: str, account_id: str | None) -> Row:
    """What is kept of an account's reading."""
    return (
        system,
        one.key,
        feed,
        account_id,
        storable(one.name),
        _json(one.ids) if one.ids else _NO_IDS,
        _json(one.values),
        instant(one.as_of),
        _json(one.dated) if one.dated else _NO_IDS,
        one.gone_on and DAY.encode(one.gone_on),
    )


def _event(one: EventReading, system: str, feed: str) -> Row:
    return (
        system,
        one.key,
        feed,
        _KINDS[one.kind],
        one.account_key,
        one.label,
        storable(one.title),
        storable(one.whom),
        one.on and DAY.encode(one.on),
        one.opened_at and DAY.encode(one.opened_at.date()),
        one.amount,
        int(one.done),
    )


def _contact(one: ContactReading, system: str, feed: str) -> Row:
    return (
        system,
        one.key,
        feed,
        one.account_key,
        storable(one.name),
        storable(one.email),
        storable(one.title),
        storable(WORDS.encode(one.roles)),
    )


def _person(one: PersonReading, system: str, feed: str) -> Row:
    return (
        system,
        one.key,
        feed,
        storable(one.email.strip().lower()),
        storable(one.name),
        storable(one.country),
        storable(one.timezone),
        storable(one.manager_email and one.manager_email.strip().lower()),
    )


def _absence(one: AbsenceReading, system: str, feed: str) -> Row:
    return (
        system,
        one.key,
        feed,
        one.person_key,
        DAY.encode(one.starts_on),
        DAY.encode(one.ends_on),
        int(one.half_day_start),
        int(one.half_day_end),
        one.status,
    )


NOUNS: Mapping[type, Noun] = {
    AccountReading: Noun(
        "a", tables.readings, lambda one, system, feed: account_row(one, system, feed, None)
    ),
    EventReading: Noun("e", tables.events, _event, of=4),
    ContactReading: Noun("c", tables.contacts, _contact, of=3),
    PersonReading: Noun("p", tables.people, _person),
    AbsenceReading: Noun("t", tables.absences, _absence),
}


BY_LETTER: Mapping[str, Noun] = {noun.letter: noun for noun in NOUNS.values()}
ACCOUNTS, EVENTS = NOUNS[AccountReading].letter, NOUNS[EventReading].letter


def entries(readings: Iterable[Reading | Entry], system: str, feed: str, claims: Claims) -> list[Entry]:
    """Readings as they are kept; those that are so already stay. Pure, so that it may be done wherever there is time."""
    found: list[Entry] = []
    for one in readings:
        if type(one) is tuple:
            found.append(one)  # type: ignore[arg-type] # a plain tuple is none of the named ones
        elif type(one) is AccountReading:
            claim = claims(one)
            row = account_row(one, system, feed, claim.account_id)
            links = tuple([(of, key, claim.account_id) for of, key in claim.links]) if claim.links else ()
            found.append((ACCOUNTS + one.key, ACCOUNTS, row, False, links))
        elif type(one) is EventReading:
            row = _event(one, system, feed)
            found.append((f"{EVENTS}{row[3]}/{one.key}", EVENTS, row, one.deleted, ()))
        else:
            noun = NOUNS[type(one)]
            row = noun.row(one, system, feed)
            found.append((noun.letter + row[1], noun.letter, row, getattr(one, "deleted", False), ()))
    return found


def listed(noun: Noun, row: Sequence[Any]) -> str:
    """The same of a row of (key, kind) or (key,)."""
    return f"{EVENTS}{row[1]}/{row[0]}" if noun.table is tables.events else f"{noun.letter}{row[0]}"


def upsert_of(database: Database, table: sa.Table) -> str:
    """Insert or update; a row that says the same is left alone."""
    statement = database.insert(table).values({c.name: sa.bindparam(c.name) for c in table.columns})
    new = statement.excluded
    names = [c.name for c in table.columns if not c.primary_key]
    values: dict[str, Any] = {name: new[name] for name in names}
    compared = names
    if table is tables.readings:  # that it was true later too is written by itself: it is no change
        # What was joined over another system's ids stays joined for as long as its own ids say the same.
        same_ids = sa.case((table.c.ids == new.ids, table.c.account_id))
        values["account_id"] = sa.func.coalesce(new.account_id, same_ids)
        compared = [name for name in names if name not in ("account_id", "as_of", "dated")]
    changed = [table.c[name].is_distinct_from(new[name]) for name in compared]
    if table is tables.readings:
        moved = table.c.account_id.is_distinct_from(new.account_id)
        changed.append(sa.and_(new.account_id.is_not(None), moved))
    keys = list(table.primary_key.columns)
    upsert = statement.on_conflict_do_update(index_elements=keys, set_=values, where=sa.or_(*changed))
    return database.prepare(upsert).sql


def aged_of(database: Database) -> str:
    """Write when an account's reading was true, where that moved: (as_of, dated, system, key, as_of, dated)."""
    table = tables.readings
    same = sa.and_(table.c.system == sa.bindparam("of"), table.c.key == sa.bindparam("by"))
    moved = sa.or_(
        table.c.as_of != sa.bindparam("was", type_=TEXT), table.c.dated != sa.bindparam("were", type_=TEXT)
    )
    values = {"as_of": sa.bindparam("at", type_=TEXT), "dated": sa.bindparam("each", type_=TEXT)}
    return database.prepare(table.update().where(same, moved).values(values)).sql


def aged_row(row: Row) -> Row:
    """What that statement takes, of a row of `account_row`."""
    as_of, dated = row[7], row[8]
    return (as_of, dated, row[0], row[1], as_of, dated)


def _json(value: Mapping[str, Any]) -> str:
    text = orjson.dumps(value if type(value) is dict else dict(value)).decode()
    return text.replace("\\u0000", "?") if "\\u0000" in text else text
