"""Vitally's REST API: its paths, its paging and its key; JSON comes out as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from bot.http.budget import Budget
from bot.http.client import Caller, Line
from bot.http.paging import Trail
from bot.http.signing import basic

BUDGET = Budget(900, 60)
"""Vitally allows 1,000 calls a minute; the rest is left to others who use the same key."""
PAGE_SIZE = "100"
SETTING = "VITALLY_API_KEY"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Results:
    """A page of a list; `cursor` None is the last."""

    records: list[Any]
    cursor: str | None


class VitallyClient:
    """Calls Vitally with an API key."""

    def __init__(self, line: Line, *, base_url: str, api_key: str) -> None:
        self.caller: Caller = line.caller(
            system="vitally",
            base_url=base_url,
            budget=BUDGET,
            sign=basic(api_key, ""),  # the key is the name
            secret=SETTING,
        )

    async def pages(
        self,
        path: str,
        params: Mapping[str, str] = _NOTHING,
        *,
        cursor: str = "",
        sort_by: str = "createdAt",
        ahead: bool = False,
    ) -> AsyncIterator[Results]:
        """A list's pages, newest first by `sort_by`; by `createdAt` a list is whole though its records change.

        `ahead`: the next page is asked for while this one is looked at, since all of them will be.
        """
        trail = Trail("vitally", cursor)
        asked = {"limit": PAGE_SIZE, "sortBy": sort_by, **params}
        coming: asyncio.Task[Results] | None = None
        try:
            at: str | None = cursor
            while at is not None:
                page = await (coming or self._page(path, _from(asked, at)))
                at = trail.follow(page.cursor) if page.cursor else None
                coming = asyncio.create_task(self._page(path, _from(asked, at))) if ahead and at else None
                yield Results(page.records, at)
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.wait([coming])
                coming.cancelled() or coming.exception()  # seen: nobody looks at that page any more

    async def _page(self, path: str, params: Mapping[str, str]) -> Results:
        reply = await self.caller.get(path, params)
        data = reply.data
        if not isinstance(data, Mapping) or not isinstance(data.get("results"), list):
            raise self.caller.garbled(path, "is no page of results", reply)
        following = data.get("next")
        more = bool(data["results"]) and data.get("atEnd") is not True and isinstance(following, str)
        return Results(data["results"], following if more and following else None)

    async def every(self, path: str) -> list[Any]:
        """A short list, whole."""
        return [record async for page in self.pages(path) for record in page.records]

    async def custom_fields(self, model: str) -> tuple[str, ...]:
        """The traits that are set up for `accounts` or `users`, by their keys."""
        reply = await self.caller.get("customFields", {"model": model})
        if not isinstance(reply.data, list):
            raise self.caller.garbled("customFields", "is no list of traits", reply)
        paths = (each.get("path") for each in reply.data if isinstance(each, Mapping))
        return tuple(path for path in paths if isinstance(path, str))


def _from(asked: Mapping[str, str], cursor: str) -> Mapping[str, str]:
    return {**asked, "from": cursor} if cursor else asked


def of_account(account_key: str, feed: str) -> str:
    """The path of one account's own list."""
    return f"accounts/{quote(account_key, safe='')}/{feed}"
