"""Requests to the TA team. None is ever deleted; what is asked of many of them has a column of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from bot.domain.person import Team
from bot.domain.request import Decision, Happening, Request, RequestState, Urgency
from bot.errors import StaleRow
from bot.ports.requests import Wanted
from bot.ports.work import Transaction
from bot.store.database import Database, opened
from bot.store.migrations import Family, Migration
from bot.store.tokens import add_once, one_a_token
from bot.store.types import (
    INSTANT,
    TEXT,
    WHOLE,
    Codec,
    Coded,
    Day,
    Flag,
    Instant,
    OneOf,
    address,
    storable,
    storable_values,
)

_METADATA = sa.MetaData()
_LOAD = (RequestState.OPEN.value, RequestState.CLAIMED.value)
_TUPLES = ("steps", "missing")


def _decision_text(value: Decision) -> str:
    return _text({name: getattr(value, name) for name in Decision.__slots__})


def _decision(value: str) -> Decision:
    held = json.loads(value)
    held |= {name: tuple(held[name]) for name in _TUPLES}
    return Decision(**{**held, "team": held["team"] and Team(held["team"])})


def _happened_text(value: tuple[Happening, ...]) -> str:
    return _text([(INSTANT.encode(one.at), one.what, one.who, one.note) for one in value])


def _happened(value: str) -> tuple[Happening, ...]:
    return tuple(
        Happening(at=INSTANT.decode(at), what=what, who=who, note=note)
        for at, what, who, note in json.loads(value)
    )


def _text(value: Any) -> str:
    return storable(json.dumps(value, ensure_ascii=False)) or ""


class _Decided(Coded):
    """A `Decision` as a JSON object."""

    cache_ok = True
    codec = Codec(_decision_text, _decision)


class _Happened(Coded):
    """A tuple of `Happening` as a JSON array of arrays."""

    cache_ok = True
    codec = Codec(_happened_text, _happened)


_requests = sa.Table(
    "requests",
    _METADATA,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("version", WHOLE, nullable=False),
    sa.Column("token", TEXT, nullable=False),
    sa.Column("team", TEXT),  # the decision's, to be looked for
    sa.Column("account_id", TEXT, nullable=False),
    sa.Column("account_name", TEXT, nullable=False),
    sa.Column("text", TEXT, nullable=False),
    sa.Column("urgency", OneOf(Urgency), nullable=False),
    sa.Column("due_on", Day()),
    sa.Column("asker_user_id", TEXT, nullable=False),
    sa.Column("asker_email", TEXT, nullable=False),
    sa.Column("asker_name", TEXT, nullable=False),
    sa.Column("link", TEXT, nullable=False),
    sa.Column("decision", _Decided(), nullable=False),
    sa.Column("channel_id", TEXT, nullable=False),
    sa.Column("state", OneOf(RequestState), nullable=False),
    sa.Column("assignee", TEXT, nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("first_response_at", Instant()),
    sa.Column("answered_at", Instant()),
    sa.Column("over_at", Instant()),
    sa.Column("helped", Flag()),
    sa.Column("happened", _Happened(), nullable=False),
    one_a_token("one_request_a_token"),
    sa.Index("requests_by_state", "state", "assignee"),
    sa.Index("requests_by_account", "account_id", "answered_at"),
    sa.Index("requests_by_time", "created_at"),
    sqlite_strict=True,
)

REQUESTS = Family("requests", (Migration("requests to the team", _METADATA.create_all),))

_TOLD = tuple(column for column in _requests.columns if column.name not in ("token", "team"))


class StoredRequests:
    """Keeps ports.Requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_request(self, tx: Transaction, request: Request, *, token: str) -> Request:
        """Keep a new one and give it its id; the same token again gives the one that is kept (a retry of Slack's)."""
        values = {**_values(request), "version": 1, "token": storable(token)}
        row = await opened(tx).run(lambda connection: add_once(self._database, connection, values, _TOLD))
        return Request(**row)

    async def change_request(self, tx: Transaction, request: Request) -> Request:
        """Keep a change; raises StaleRow unless the kept version is the request's own. Gives the next version."""
        same = sa.and_(_requests.c.id == request.id, _requests.c.version == request.version)
        values = {**_values(request), "version": request.version + 1}
        change = _requests.update().where(same).values(values).returning(*_TOLD)
        row = await opened(tx).run(lambda connection: connection.execute(change).mappings().first())
        if row is None:
            raise StaleRow(f"request {request.id} was changed meanwhile")
        return Request(**row)

    async def find_request(self, request_id: int) -> Request | None:
        """By its id."""
        found = await self._list(sa.select(*_TOLD).where(_requests.c.id == request_id))
        return found[0] if found else None

    async def list_requests(self, wanted: Wanted) -> tuple[Request, ...]:
        """Requests that fit, newest first."""
        statement = sa.select(*_TOLD).where(*_fitting(wanted)).order_by(_requests.c.id.desc())
        return await self._list(statement.limit(wanted.limit))

    async def count_open(self) -> Mapping[str, int]:
        """How many requests each assignee (by e-mail) has open or claimed."""
        statement = (
            sa.select(_requests.c.assignee, sa.func.count())
            .where(_requests.c.state.in_(_LOAD), _requests.c.assignee != "")
            .group_by(_requests.c.assignee)
        )
        return await self._database.scan(
            lambda connection: {row[0]: row[1] for row in connection.execute(statement)}
        )

    async def last_served(self, account_id: str) -> str | None:
        """Who answered a request about that account last, by e-mail."""
        statement = (
            sa.select(_requests.c.assignee)
            .where(_requests.c.account_id == storable(account_id), _requests.c.assignee != "")
            .where(_requests.c.answered_at.is_not(None))
            .order_by(_requests.c.answered_at.desc(), _requests.c.id.desc())
            .limit(1)
        )
        return await self._database.scan(lambda connection: connection.execute(statement).scalar())

    async def _list(self, statement: sa.Select[Any]) -> tuple[Request, ...]:
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return tuple(Request(**row) for row in rows)


def _fitting(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.team:
        yield _requests.c.team == wanted.team.value
    if wanted.assignee:
        yield _requests.c.assignee == address(wanted.assignee)
    if wanted.asker:
        yield _requests.c.asker_email == address(wanted.asker)
    if wanted.account_id:
        yield _requests.c.account_id == storable(wanted.account_id)
    if wanted.states:
        yield _requests.c.state.in_([state.value for state in wanted.states])
    if wanted.since:
        yield _requests.c.created_at >= wanted.since


def _values(request: Request) -> dict[str, Any]:
    columns = (column.name for column in _TOLD if column.name not in ("id", "version"))
    values = storable_values(request, columns)
    team = request.decision.team
    addresses = {name: address(values[name]) for name in ("assignee", "asker_email")}
    return {**values, **addresses, "team": team and team.value}
