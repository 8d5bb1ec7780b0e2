"""Rows that somebody asks for by submitting a form: once each, however often Slack delivers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database

_HAS_TOKEN = sa.text("token <> ''")


def one_a_token(name: str) -> sa.Index:
    """The index of a table's `token`, which is empty where nothing can be delivered twice."""
    return sa.Index(name, "token", unique=True, sqlite_where=_HAS_TOKEN, postgresql_where=_HAS_TOKEN)


def add_once(
    database: Database, connection: sa.Connection, values: Mapping[str, Any], told: Sequence[sa.Column[Any]]
) -> sa.RowMapping:
    """Add a row, or find the one that its token has brought; gives the columns `told` of it."""
    table = told[0].table
    assert isinstance(table, sa.Table)  # noqa: S101 - a column of a table of ours
    new = database.insert(table).values(values)
    new = new.on_conflict_do_nothing(index_elements=[table.c.token], index_where=_HAS_TOKEN)
    row = connection.execute(new.returning(*told)).mappings().first()
    if row is None:
        kept = sa.select(*told).where(table.c.token == values["token"])
        row = connection.execute(kept).mappings().one()
    return row
