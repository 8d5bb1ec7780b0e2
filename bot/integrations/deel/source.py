"""Deel as sync reads it: people, then who is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.reading import Drift, System
from bot.errors import SourceGarbled
from bot.http.client import Line
from bot.http.paging import Trail
from bot.integrations.deel import translate
from bot.integrations.deel.client import Access, DeelClient
from bot.policy.sources import DeelTable
from bot.ports.clock import Clock
from bot.ports.vendors import Feed, Page


class DeelSource:
    """Keeps ports.vendors.Vendor. Deel's own token has no renewal: a 401 says that it was revoked."""

    system = System.DEEL.value
    feeds: Sequence[Feed] = (Feed(name="people"), Feed(name="time_offs", incremental=True))

    def __init__(self, line: Line, table: DeelTable, clock: Clock, access: Access) -> None:
        self._client = DeelClient(line, access)
        self._table = table
        self._clock = clock

    @property
    def calls(self) -> int:
        """How many HTTP calls were made so far, retries too."""
        return self._client.calls

    def pages(self, feed: str, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[Page]:
        """People, or the time off that ends no longer ago than policy says."""
        return self._people(cursor) if feed == "people" else self._time_offs(cursor, since)

    async def _people(self, cursor: str) -> AsyncIterator[Page]:
        offset, first = int(cursor) if cursor.isdecimal() else 0, None
        more = True
        while more:
            records, total = await self._client.people(offset, self._table.person_statuses)
            if records and records[0] == first:
                raise SourceGarbled("Deel gives the same page of people twice; it was given up")
            first = records[0] if records else None
            offset += len(records)
            more = bool(records) and offset < total
            readings, refused = translate.people(records)
            yield Page(readings=readings, cursor=str(offset) if more else None, refused=refused, total=total)

    async def _time_offs(self, cursor: str, since: datetime | None) -> AsyncIterator[Page]:
        ends_from = self._clock.today() - timedelta(days=self._table.days_back)
        filters = {"updated_start_date": _instant(since - self._table.overlap)} if since else {}
        trail, more = Trail("deel", cursor), True
        while more:
            records, following = await self._client.time_offs(cursor, filters)
            more = bool(following)
            cursor = trail.follow(following) if more else ""
            readings, refused = translate.absences(records, ends_from=ends_from)
            yield Page(readings=readings, cursor=cursor or None, refused=refused)

    async def check(self) -> tuple[Drift, ...]:
        """Reaches both lists, each of which needs a scope of its own; no field of theirs is configured."""
        await self._client.people(0, self._table.person_statuses)
        await self._client.time_offs("", {})
        return ()

    async def close(self) -> None:
        """Nothing is held: the session is the caller's."""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
