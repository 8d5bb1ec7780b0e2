"""Deel, played: the people of an organisation by offset, their time off by cursor, each with a scope of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.json_values import instant
from bot.standin.vendors.serving import JsonRecord, VendorBook, VendorStandin, json_answer

TOKEN = "standin-deel-token"  # noqa: S105 # of a system that is only played
SCOPES = ("people:read", "time-off:read")


class DeelStandin(VendorStandin):
    """Collections `people` and `time_offs`, as the API gives them. `scopes` are those that the token has."""

    system = "deel"
    base_path = "/rest/v2"

    def __init__(self, book: VendorBook, *, page_size: int = 200) -> None:
        super().__init__(book, page_size=page_size)
        self.scopes = set(SCOPES)

    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""
        return (
            web.get(f"{self.base_path}/people", self.people),
            web.get(f"{self.base_path}/time_offs", self.time_offs),
        )

    def allows(self, request: web.Request) -> bool:
        """Whether it is the organisation's token."""
        return request.headers.get("Authorization") == f"Bearer {TOKEN}"

    def error(self, status: int) -> Any:
        """What was asked, and a list of errors; of too many calls and of its own failures another shape."""
        if status == 429:
            return {"error": "Rate limit exceeded", "status": 429, "message": "Too many requests."}
        if status >= 500:
            return {"error": {"code": status, "message": "Something went wrong", "details": None}}
        asked = {
            "method": "GET",
            "url": self.base_path,
            "status": status,
            "api_req_id": "standin-1",
            "code": status,
        }
        return {"request": asked, "errors": [{"message": "Invalid request", "path": ""}]}

    async def people(self, request: web.Request) -> web.StreamResponse:
        """A page by offset."""
        if "people:read" not in self.scopes:
            return self.refusal(403)
        statuses = request.query.getall("person_statuses", [])
        found = [
            one for one in self.book.of("people") if not statuses or one.get("person_status") in statuses
        ]
        offset, limit = _number(request, "offset", 0), min(_number(request, "limit", 50), self.page_size)
        page = {"offset": offset, "total_rows": len(found), "items_per_page": limit}
        return json_answer({"data": found[offset : offset + limit], "page": page})

    async def time_offs(self, request: web.Request) -> web.StreamResponse:
        """A page by cursor."""
        if "time-off:read" not in self.scopes:
            return self.refusal(403)
        since, asked = request.query.get("updated_start_date"), request.query.get("next", "")
        found = self.book.of("time_offs")
        if since:
            found = [one for one in found if _changed(one, since)]
        start = int(asked.removeprefix("tok_")) if asked.removeprefix("tok_").isdecimal() else 0
        size = min(_number(request, "page_size", 50), self.page_size)
        end = start + size
        answer: JsonRecord = {"data": found[start:end], "page_size": size, "has_next_page": end < len(found)}
        if end < len(found) or self.strike(request.path, "dangling_cursor"):
            answer["next"] = f"tok_{end}"
        if self.strike(request.path, "repeated_cursor"):
            answer |= {"has_next_page": True, "next": asked or f"tok_{end}"}
        return json_answer(answer)


def _number(request: web.Request, name: str, otherwise: int) -> int:
    asked = request.query.get(name, "")
    return int(asked) if asked.isdecimal() else otherwise


def _changed(record: JsonRecord, since: str) -> bool:
    stamp: datetime | None = instant(record.get("updated_at"))
    bound = instant(since)
    return stamp is None or bound is None or stamp >= bound
