"""Vitally, played: lists newest first with an opaque cursor, each account's own lists, traits, and its limits' headers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.standin.vendors.serving import JsonRecord, VendorBook, VendorStandin, json_answer

API_KEY = "sk_live_standin"
LISTS = ("accounts", "users", "tasks", "notes", "meetings", "conversations", "admins", "noteCategories")
OWNER = "_account"
"""The key by which the book knows whose conversation it is: Vitally's list does not say."""


class VitallyStandin(VendorStandin):
    """A book with the collections `LISTS`, `customFields:accounts` and `customFields:users`."""

    system = "vitally"
    base_path = "/resources"

    def __init__(self, book: VendorBook, *, page_size: int = 100, api_key: str = API_KEY) -> None:
        super().__init__(book, page_size=page_size)
        self._owned: dict[str, tuple[list[JsonRecord], dict[Any, list[JsonRecord]]]] = {}
        self._token = "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()

    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""
        return (
            web.get("/resources/customFields", self._custom_fields),
            web.get("/resources/accounts/{id}/{list}", self._of_account),
            web.get("/resources/{list}/{id}", self._one),
            web.get("/resources/{list}", self._list),
        )

    def allows(self, request: web.Request) -> bool:
        """The key as the name, an empty password, and the colon between them."""
        return request.headers.get("Authorization") == self._token

    def error(self, status: int) -> Any:
        """Words, or an object for what does not validate."""
        if status == 400:
            wrong = {"instancePath": "/limit", "keyword": "type", "message": "must be integer"}
            return {"error": {"message": "validation failed", "errors": [wrong]}}
        words = {401: "Authorization header not present.", 404: "Not found.", 429: "Too many requests."}
        return {"error": words.get(status, "Something went wrong.")}

    async def _list(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["list"]
        if name not in LISTS:
            raise web.HTTPNotFound
        records = self._sorted(name, request.query.get("sortBy", "updatedAt"))
        if name == "accounts":
            records = _with_status(records, request.query.get("status", "active"))
        return self._page(request, records)

    async def _of_account(self, request: web.Request) -> web.StreamResponse:
        account, name = request.match_info["id"], request.match_info["list"]
        if name not in LISTS:
            raise web.HTTPNotFound
        records = self._sorted(name, request.query.get("sortBy", "updatedAt"))
        return self._page(request, self._by_owner(name, records).get(account, []))

    async def _one(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["id"]
        for each in self.book.of(request.match_info["list"]):
            if key in (each.get("id"), each.get("externalId")):
                return json_answer(_shown(each))
        raise web.HTTPNotFound

    async def _custom_fields(self, request: web.Request) -> web.StreamResponse:
        return json_answer(self.book.of(f"customFields:{request.query.get('model', 'accounts')}"))

    def _by_owner(self, name: str, records: list[JsonRecord]) -> dict[Any, list[JsonRecord]]:
        """Each account's own; kept while the book stays as it is."""
        kept, owned = self._owned.get(name, ([], {}))
        if kept is not records:
            owned = {}
            for record in records:
                for owner in _owners(record):
                    owned.setdefault(owner, []).append(record)
            self._owned[name] = (records, owned)
        return owned

    def _sorted(self, name: str, by: str) -> list[JsonRecord]:
        return self.book.sorted(name, by if by in ("updatedAt", "createdAt") else "updatedAt")

    def _page(self, request: web.Request, records: list[JsonRecord]) -> web.StreamResponse:
        try:
            size = min(int(request.query.get("limit", "100")), 100, self.page_size)
            start = _offset(request.query.get("from", ""))
        except ValueError:
            return self.refusal(400)
        end = start + size
        at_end = end >= len(records)
        following = None if at_end else _cursor(end)
        if at_end and self.strike(request.path, "dangling_cursor"):
            following = _cursor(end)
        if self.strike(request.path, "repeated_cursor"):
            at_end, following = False, request.query.get("from") or _cursor(0)
        body = {"results": [_shown(each) for each in records[start:end]], "next": following, "atEnd": at_end}
        left = {
            "RateLimit-Limit": "1000, 1000;window=60",
            "RateLimit-Remaining": "999",
            "RateLimit-Reset": "60",
        }
        return json_answer(body, headers=left)


def _with_status(records: list[JsonRecord], status: str) -> list[JsonRecord]:
    if status == "activeOrChurned":
        return records
    return [each for each in records if bool(each.get("churnedAt")) is (status == "churned")]


def _owners(record: JsonRecord) -> set[Any]:
    inner = record.get("accounts") or []
    return {
        record.get(OWNER),
        record.get("accountId"),
        *record.get("accountIds", ()),
        *(each.get("id") for each in inner),
    }


def _shown(record: JsonRecord) -> JsonRecord:
    return {name: value for name, value in record.items() if name != OWNER} if OWNER in record else record


def _cursor(offset: int) -> str:
    return base64.b64encode(f"after:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("after:"))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(cursor) from error
