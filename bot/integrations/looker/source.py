"""Looker as sync reads it: the Look is run whole, and handed on by its accounts' keys.

The answer has no pages. To go on after a stop the Look is run again, and what comes up to the key that was reached is
left out.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from bot.domain.nearest import nearest
from bot.domain.reading import Drift, System
from bot.errors import SourceGarbled
from bot.http.client import Line
from bot.integrations.looker.client import Access, LookerClient
from bot.integrations.looker.rows import Row, rows_of
from bot.integrations.looker.translate import Look
from bot.policy.sources import LookerTable
from bot.ports.clock import Clock
from bot.ports.vendors import Feed, Page

PAGE = 1000
"""How many accounts are handed on at once."""


class LookerSource:
    """Keeps ports.vendors.Vendor. Its line should have looker.client.PATIENCE: a warehouse takes its time."""

    system = System.LOOKER.value
    feeds: Sequence[Feed] = (Feed(name="usage"),)

    def __init__(self, line: Line, table: LookerTable, clock: Clock, access: Access) -> None:
        self._client = LookerClient(line, access)
        self._table = table
        self._clock = clock

    @property
    def calls(self) -> int:
        """How many HTTP calls were made so far, retries too."""
        return self._client.calls

    async def pages(
        self,
        feed: str,  # noqa: ARG002 # there is one
        *,
        cursor: str = "",
        since: datetime | None = None,  # noqa: ARG002 # it is always whole
    ) -> AsyncIterator[Page]:
        """Every account's usage. A Look that was cut off is refused: what it leaves out would count as gone."""
        data = await self._client.run_look(self._table.limit)
        # Every account's row takes its time, in which people are answered.
        look = await asyncio.to_thread(self._look, data)
        refused = look.refused if not cursor else ()
        first = bisect_right(look.keyed, cursor, key=itemgetter(0)) if cursor else 0
        for start in range(first, max(len(look.keyed), first + 1), PAGE):
            chunk = look.keyed[start : start + PAGE]
            readings, more_refused = await asyncio.to_thread(look.read, chunk)
            place = chunk[-1][0] if start + PAGE < len(look.keyed) else None
            yield Page(
                readings=readings, cursor=place, refused=(*refused, *more_refused), total=len(look.keyed)
            )
            refused = ()

    def _look(self, data: Any) -> Look:
        return Look(self._table, self._rows(data), self._clock.now())

    def _rows(self, data: Any) -> Sequence[Row]:
        rows = rows_of(data)
        if rows is None:
            raise SourceGarbled(f"Looker’s answer to Look {self._client.look_id} is no list of rows")
        if len(rows) >= self._table.limit:
            raise SourceGarbled(
                f"Looker cut Look {self._client.look_id} off at {self._table.limit} rows: "
                "raise limit in [sources.looker] of policy.toml"
            )
        key = self._table.key
        if rows and not any(key in row for row in rows):
            near = ", ".join(nearest(key, rows[0])) or "nothing like it"
            raise SourceGarbled(
                f"Look {self._client.look_id} has no column {key} (it has {near}): "
                "correct key in [sources.looker] of policy.toml"
            )
        return rows

    async def check(self) -> tuple[Drift, ...]:
        """Each column of policy that the Look does not have. Runs no query: those are counted and paid for."""
        query = (await self._client.look()).get("query")
        known = _columns(query) if isinstance(query, dict) else []
        if not known:
            return ()  # a Look that was merged from others has no query of its own
        table = self._table
        wanted = (table.key, table.name, table.as_of, table.version, *table.columns.values())
        unread = [column for column in known if column not in wanted]
        return tuple(
            Drift(system=self.system, place="Look column", wanted=column, nearest=nearest(column, unread))
            for column in dict.fromkeys(wanted)
            if column and column not in known
        )

    async def close(self) -> None:
        """Nothing is held: the session is the caller's."""


def _columns(query: dict[str, Any]) -> list[str]:
    """A query's fields, and the calculations that its author added (`dynamic_fields`, JSON in a text)."""
    fields = [str(field) for field in query.get("fields") or ()]
    try:
        own = orjson.loads(query.get("dynamic_fields") or "[]")
    except (orjson.JSONDecodeError, TypeError):
        own = []
    named = (
        one.get(kind)
        for one in own
        if isinstance(one, dict)
        for kind in ("table_calculation", "measure", "dimension")
    )
    return [*fields, *(name for name in named if isinstance(name, str))]
