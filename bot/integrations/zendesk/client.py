"""Zendesk's API: organizations by cursor, tickets by the incremental export; JSON comes out as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.http.budget import Budget
from bot.http.client import Caller, Line, Reply
from bot.http.paging import Trail
from bot.http.signing import basic

BUDGET = Budget(180, 60)
"""The smallest plan allows 200 calls a minute; the rest is left to others."""
EXPORT_BUDGET = Budget(9, 60, at_once=3)
"""The incremental export allows ten a minute whatever the plan. What changed in an hour is read without a wait."""
SETTINGS = "ZENDESK_EMAIL and ZENDESK_API_TOKEN (of an admin)"
ORGANIZATIONS = "api/v2/organizations.json"
TICKETS = "api/v2/incremental/tickets/cursor.json"
EXPORT_SIZE = "1000"
PAGE_SIZE = "100"


@dataclass(frozen=True, slots=True)
class Records:
    """A page; `cursor` None is the last."""

    records: list[Any]
    cursor: str | None


class ZendeskClient:
    """Calls Zendesk with the API token of an admin: the incremental export is for admins alone."""

    def __init__(self, line: Line, *, base_url: str, email: str, api_token: str) -> None:
        sign = basic(f"{email}/token", api_token)

        def caller(budget: Budget) -> Caller:
            return line.caller(system="zendesk", base_url=base_url, budget=budget, sign=sign, secret=SETTINGS)

        self._caller = caller(BUDGET)
        self._exporter = caller(EXPORT_BUDGET)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return self._caller.calls + self._exporter.calls

    async def organizations(self, cursor: str = "") -> AsyncIterator[Records]:
        """Every organization."""
        trail = Trail("zendesk", cursor)
        at: str | None = cursor
        while at is not None:
            asked = {"page[size]": PAGE_SIZE, **({"page[after]": at} if at else {})}
            reply = await self._caller.get(ORGANIZATIONS, asked)
            records = _listed(self._caller, reply, ORGANIZATIONS, "organizations")
            meta = reply.data.get("meta")
            following = (
                meta.get("after_cursor")
                if isinstance(meta, Mapping) and meta.get("has_more") is True
                else None
            )
            at = trail.follow(str(following)) if following else None
            yield Records(records, at)

    async def tickets(self, cursor: str = "", *, since: datetime) -> AsyncIterator[Records]:
        """Tickets that changed since an instant, oldest change first; a ticket that changes meanwhile comes again.

        The last page names a cursor all the same, so the end is where Zendesk says that the stream ends.
        """
        trail = Trail("zendesk", cursor)
        asked = {"cursor": cursor} if cursor else {"start_time": str(int(since.timestamp()))}
        while asked:
            reply = await self._exporter.get(TICKETS, {**asked, "per_page": EXPORT_SIZE})
            records = _listed(self._exporter, reply, TICKETS, "tickets")
            following = reply.data.get("after_cursor")
            ended = reply.data.get("end_of_stream")
            if not isinstance(ended, bool) or not (ended or following):
                raise self._exporter.garbled(TICKETS, "does not say whether it ends", reply)
            asked = {} if ended else {"cursor": trail.follow(str(following))}
            yield Records(records, asked.get("cursor"))


def _listed(caller: Caller, reply: Reply, path: str, name: str) -> list[Any]:
    data = reply.data
    if not isinstance(data, Mapping) or not isinstance(data.get(name), list):
        raise caller.garbled(path, f"holds no {name}", reply)
    return list(data[name])
