"""Zendesk, played: organizations by cursor, and the incremental export whose last page names a cursor all the same."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.standin.vendors.serving import JsonRecord, VendorBook, VendorStandin, json_answer

EMAIL = "bot@example.com"
API_TOKEN = "zendesk-standin"  # noqa: S105 # opens nothing but the stand-in


class ZendeskStandin(VendorStandin):
    """A book with the collections `organizations` and `tickets`."""

    system = "zendesk"

    def __init__(self, book: VendorBook, *, page_size: int = 1000, token: str = API_TOKEN) -> None:
        super().__init__(book, page_size=page_size)
        self._kept: tuple[list[JsonRecord], list[int], list[JsonRecord]] = ([], [], [])
        self._token = "Basic " + base64.b64encode(f"{EMAIL}/token:{token}".encode()).decode()

    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""
        return (
            web.get("/api/v2/organizations.json", self._organizations),
            web.get("/api/v2/incremental/tickets/cursor.json", self._tickets),
        )

    def allows(self, request: web.Request) -> bool:
        """The address with `/token` behind it, and the token as the password."""
        return request.headers.get("Authorization") == self._token

    def error(self, status: int) -> Any:
        """A word and a sentence."""
        words = {
            401: ("Couldn't authenticate you", ""),
            403: ("Forbidden", "You do not have access to this page. Please contact the account owner."),
            404: ("RecordNotFound", "Not found"),
        }
        error, description = words.get(status, ("InvalidValue", "Something went wrong"))
        return {"error": error, "description": description} if description else {"error": error}

    async def _organizations(self, request: web.Request) -> web.StreamResponse:
        query, records = request.query, self.book.of("organizations")
        try:
            start = _offset(query.get("page[after]", ""))
            end = start + min(int(query.get("page[size]", "100")), 100, self.page_size)
        except ValueError:
            return self.refusal(400)
        more = end < len(records)
        cursor = _cursor(end)
        if self.strike(request.path, "repeated_cursor"):
            more, cursor = True, query.get("page[after]") or _cursor(0)
        body = {
            "organizations": records[start:end],
            "meta": {"has_more": more, "after_cursor": cursor, "before_cursor": None},
            "links": {"next": f"{request.url.origin()}{request.path}?page[after]={cursor}", "prev": None},
        }
        return json_answer(body, headers=_LEFT)

    async def _tickets(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        try:
            since, start = _place(query.get("cursor", ""), query.get("start_time", ""))
            size = min(int(query.get("per_page", "1000")), 1000, self.page_size)
        except ValueError:
            return self.refusal(400)
        changed, whole = self._oldest_first()
        first = bisect_left(changed, since)
        records = whole[first + start : first + start + size]
        end = start + size
        ended = first + end >= len(whole)
        cursor = _cursor(f"{since}:{start + len(records)}")
        if self.strike(request.path, "repeated_cursor"):
            ended, cursor = False, query.get("cursor") or _cursor(f"{since}:0")
        body = {
            "tickets": records,
            "after_url": f"{request.url.origin()}{request.path}?cursor={cursor}",
            "before_url": None,
            "after_cursor": cursor,
            "before_cursor": None,
            "end_of_stream": ended,
        }
        return json_answer(body, headers=_LEFT)

    def _oldest_first(self) -> tuple[list[int], list[JsonRecord]]:
        """The tickets by when they changed, and those instants; kept while the book stays as it is."""
        newest = self.book.sorted("tickets", "updated_at")
        if self._kept[0] is not newest:
            whole = newest[::-1]
            self._kept = (newest, [_seconds(each) for each in whole], whole)
        return self._kept[1], self._kept[2]


_LEFT = {"x-rate-limit": "700", "x-rate-limit-remaining": "699", "ratelimit-reset": "60"}


def _seconds(ticket: JsonRecord) -> int:
    return int(datetime.fromisoformat(str(ticket["updated_at"])).timestamp())


def _cursor(place: int | str) -> str:
    return base64.b64encode(f"at:{place}".encode()).decode()


def _read(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode().removeprefix("at:")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(cursor) from error


def _offset(cursor: str) -> int:
    return int(_read(cursor)) if cursor else 0


def _place(cursor: str, start_time: str) -> tuple[int, int]:
    if not cursor:
        return int(start_time), 0
    since, _, offset = _read(cursor).partition(":")
    return int(since), int(offset)
