"""How a reading of a feed moves on and ends: what it has seen, what is gone, and which accounts are merged because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa

from bot.domain.reading import Unreadable
from bot.ports.readings import TOLD_REFUSED, Sweep, SweepState
from bot.store import reading_tables as tables
from bot.store import records
from bot.store.rows import chunks

_PARAMS = 500  # both engines limit how many parameters a statement takes
COLUMNS = tuple(column.name for column in tables.sweeps.columns)
MOVES = ("state", "cursor", "pages", "records", "changed", "gone", "refused", "told", "calls", "seconds")
_ENDS = ("done_at", "whole_at")


def values_of(sweep: Sweep, names: Iterable[str]) -> dict[str, Any]:
    """What is kept of a sweep, by column."""
    values = {name: getattr(sweep, name) for name in names}
    if "told" in values:
        told = [(one.key, one.field, one.reason) for one in sweep.told[:TOLD_REFUSED]]
        values["told"] = orjson.dumps(told).decode()
    values["state"] = sweep.state.value
    return values


def sweep_of(row: sa.RowMapping) -> Sweep:
    """A sweep as it was kept."""
    values = dict(row)
    told = orjson.loads(values.pop("told"))
    state = SweepState(values.pop("state"))
    refused = tuple(Unreadable(key=key, field=name, reason=reason) for key, name, reason in told)
    return Sweep(**values, told=refused, state=state)


def move(connection: sa.Connection, sweep: Sweep, names: Iterable[str]) -> None:
    """Keep how far it is, by these columns."""
    same = sa.and_(tables.sweeps.c.system == sweep.system, tables.sweeps.c.feed == sweep.feed)
    connection.execute(tables.sweeps.update().where(same).values(values_of(sweep, names)))


def forget_pages(connection: sa.Connection, sweep: Sweep) -> None:
    """Forget what it has seen."""
    pages = tables.sweep_pages
    connection.execute(pages.delete().where(pages.c.system == sweep.system, pages.c.feed == sweep.feed))


def end(
    connection: sa.Connection, sweep: Sweep, gone_on: date | None, refuses: Callable[[int], bool]
) -> Sweep:
    """Keep that it ended, and what is gone because of it, unless that is refused."""
    ended = replace(sweep, state=SweepState.DONE, cursor="", done_at=sweep.started_at)
    if sweep.whole:
        ended = replace(ended, whole_at=sweep.started_at)
    if gone_on is not None:
        seen = _seen(connection, sweep)
        if refuses(len(seen)):
            ended = replace(ended, state=SweepState.REFUSED)
        elif sweep.before and count(connection, sweep.system, sweep.feed) != len(seen):  # seen is held
            nouns = records.NOUNS.values()
            ended = replace(
                ended, gone=sum(_mark_gone(connection, kept, sweep, seen, gone_on) for kept in nouns)
            )
    move(connection, ended, (*MOVES, *_ENDS))
    forget_pages(connection, sweep)
    return ended


def _seen(connection: sa.Connection, sweep: Sweep) -> set[str]:
    pages = tables.sweep_pages
    of_feed = sa.and_(pages.c.system == sweep.system, pages.c.feed == sweep.feed)
    seen: set[str] = set()
    for (keys,) in connection.execute(sa.select(pages.c.seen).where(of_feed)):
        seen.update(orjson.loads(keys))
    return seen


def count(connection: sa.Connection, system: str, feed: str) -> int:
    """How many records a feed gave that are not gone."""
    total = 0
    for kept in records.NOUNS.values():
        found = sa.select(sa.func.count()).select_from(kept.table).where(*_of_feed(kept, system, feed))
        total += connection.execute(found).scalar_one()
    return total


def _of_feed(kept: records.Noun, system: str, feed: str) -> Iterator[sa.ColumnElement[bool]]:
    yield kept.table.c.system == system
    yield kept.table.c.feed == feed
    if kept.table is tables.readings:
        yield tables.readings.c.gone_on.is_(None)


def _mark_gone(connection: sa.Connection, kept: records.Noun, sweep: Sweep, seen: set[str], day: date) -> int:
    """Accounts are kept and marked; everything else that is gone there is gone here."""
    table = kept.table
    columns = (table.c.key, table.c.kind) if table is tables.events else (table.c.key,)
    held = connection.execute(sa.select(*columns).where(*_of_feed(kept, sweep.system, sweep.feed)))
    gone = [tuple(row) for row in held if records.listed(kept, row) not in seen]
    for some in chunks(gone, _PARAMS):
        which = sa.and_(table.c.system == sweep.system, sa.tuple_(*columns).in_(some))
        if table is tables.readings:
            connection.execute(table.update().where(which).values(gone_on=day))
        else:
            connection.execute(table.delete().where(which))
    return len(gone)


def delete(connection: sa.Connection, kept: records.Noun, gone: Sequence[records.Row], system: str) -> int:
    """Drop what the system itself says is deleted; says how much."""
    deleted = 0
    table = kept.table
    for some in chunks(gone, _PARAMS):
        which = [table.c.system == system, table.c.key.in_([row[1] for row in some])]
        if table is tables.events:
            which.append(table.c.kind.in_({row[3] for row in some}))
        deleted += connection.execute(table.delete().where(*which)).rowcount
    return deleted


def touch_former(connection: sa.Connection, system: str, keys: Sequence[str]) -> None:
    """An event that moves to another account moves its counts there: both are merged anew."""
    events, readings = tables.events, tables.readings
    for some in chunks(keys, _PARAMS):
        held = sa.select(events.c.account_key).where(events.c.system == system, events.c.key.in_(some))
        of = sa.select(readings.c.account_id).where(readings.c.system == system, readings.c.key.in_(held))
        _touch_found(connection, of)


def touch(connection: sa.Connection, system: str, keys: Iterable[str]) -> None:
    """Have the accounts merged that go by these ids there."""
    readings = tables.readings
    for some in chunks(sorted(keys), _PARAMS):
        of = sa.select(readings.c.account_id).where(readings.c.system == system, readings.c.key.in_(some))
        _touch_found(connection, of)


def _touch_found(connection: sa.Connection, of: sa.Select[Any]) -> None:
    wanted = of.where(
        tables.readings.c.account_id.is_not(None), tables.readings.c.account_id != ""
    ).distinct()
    found = [row[0] for row in connection.execute(wanted)]
    held = sa.select(tables.touched.c.account_id).where(tables.touched.c.account_id.in_(found))
    new = set(found) - set(connection.execute(held).scalars())
    if new:
        rows = [{"account_id": account_id, "week": False} for account_id in sorted(new)]
        connection.execute(tables.touched.insert(), rows)


def join(connection: sa.Connection) -> None:
    """One hop: another system's record names it, or it names another system's record."""
    readings, links = tables.readings, tables.links
    linked = {(row.system, row.key): row.account_id for row in connection.execute(sa.select(links))}
    waiting = sa.select(readings.c.system, readings.c.key, readings.c.ids).where(
        readings.c.account_id.is_(None), readings.c.gone_on.is_(None)
    )
    found: list[dict[str, str]] = []
    for row in connection.execute(waiting).all():
        account_id = linked.get((row.system, row.key)) or _named(connection, row.ids, linked)
        if account_id:
            found.append({"of_system": row.system, "of_key": row.key, "of_account": account_id})
    if found:
        same = sa.and_(
            readings.c.system == sa.bindparam("of_system"), readings.c.key == sa.bindparam("of_key")
        )
        connection.execute(readings.update().where(same).values(account_id=sa.bindparam("of_account")), found)
        _touch_accounts(connection, {one["of_account"] for one in found})


def _touch_accounts(connection: sa.Connection, wanted: set[str]) -> None:
    for part in chunks(sorted(wanted), _PARAMS):
        _touch_found(
            connection, sa.select(tables.readings.c.account_id).where(tables.readings.c.account_id.in_(part))
        )


def _named(connection: sa.Connection, ids: str, linked: Mapping[tuple[str, str], str]) -> str | None:
    readings = tables.readings
    for system, key in orjson.loads(ids).items() if ids != "{}" else ():
        if account_id := linked.get((system, key)):
            return account_id
        same = sa.and_(readings.c.system == system, readings.c.key == key)
        if account_id := connection.execute(sa.select(readings.c.account_id).where(same)).scalar():
            return str(account_id)
    return None
