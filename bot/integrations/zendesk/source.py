"""Zendesk as sync reads it: keeps ports.Vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.domain.reading import Drift
from bot.domain.records import take
from bot.http.client import Line
from bot.integrations.zendesk.client import ZendeskClient
from bot.integrations.zendesk.translate import Translator
from bot.policy.sources import ZendeskTable
from bot.ports.clock import Clock
from bot.ports.vendors import Feed, Page

_SETTLED = timedelta(seconds=90)
"""The export leaves out the last minute, and refuses to begin within it."""


class ZendeskSource:
    """Reads Zendesk: its organizations whole, its tickets by what changed; tickets are never gone, they are deleted."""

    system = "zendesk"
    feeds = (Feed(name="organizations"), Feed(name="tickets", incremental=True, windowed=True))

    def __init__(
        self, line: Line, table: ZendeskTable, clock: Clock, *, base_url: str, email: str, api_token: str
    ) -> None:
        self._client = ZendeskClient(line, base_url=base_url, email=email, api_token=api_token)
        self._table = table
        self._clock = clock
        self._translator = Translator(table)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return self._client.calls

    async def pages(
        self, feed: str, *, cursor: str = "", since: datetime | None = None
    ) -> AsyncIterator[Page]:
        """The feed's pages from a cursor on."""
        now = self._clock.now()
        if feed == "organizations":
            async for page in self._client.organizations(cursor):
                readings, refused = take(
                    page.records, lambda one: self._translator.organization(one, now=now)
                )
                yield Page(readings=readings, refused=refused, cursor=page.cursor)
            return
        async for page in self._client.tickets(cursor, since=self._begin(now, since)):
            readings, refused = take(page.records, lambda one: self._translator.ticket(one, now=now))
            yield Page(readings=readings, refused=refused, cursor=page.cursor)

    def _begin(self, now: datetime, since: datetime | None) -> datetime:
        whole = now - timedelta(days=self._table.look_back_days)
        return min(since - self._table.overlap, now - _SETTLED) if since else whole

    async def check(self) -> tuple[Drift, ...]:
        """Tries the token on both lists; tells where no organization carries the id that accounts are joined by."""
        begin = self._clock.now() - 2 * _SETTLED
        async for _ in self._client.tickets(since=begin):
            break
        async for page in self._client.organizations():
            held = [each for each in page.records if isinstance(each, dict)]
            if held and self._table.external_id_of and not any(each.get("external_id") for each in held):
                return (Drift(system="zendesk", place="field of organizations", wanted="external_id"),)
            break
        return ()

    async def close(self) -> None:
        """Nothing is held: the session is everybody's."""
