"""Looker, played: the log-in of an API user, one Look, and its rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.standin.vendors.serving import VendorBook, VendorStandin, json_answer

CLIENT_ID = "standin-looker-user"
CLIENT_SECRET = "standin-looker-secret"  # noqa: S105 # of a system that is only played
LOOK_ID = "12"
COLUMNS = (
    "accounts.salesforce_account_id",
    "accounts.name",
    "usage.mau",
    "usage.dau_avg_28d",
    "usage.licensed_seats",
    "usage.product_version",
    "usage.snapshot_date",
)
_DOCS = "https://cloud.google.com/looker/docs/"


class LookerStandin(VendorStandin):
    """Collection `rows`: the Look's rows as they come, `view.field` → value. `columns` are what the Look has."""

    system = "looker"

    def __init__(self, book: VendorBook, *, page_size: int = 5000) -> None:
        super().__init__(book, page_size=page_size)
        self.columns = list(COLUMNS)
        self._tokens: set[str] = set()
        self._numbers = itertools.count(1)

    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""
        look = f"/api/4.0/looks/{LOOK_ID}"
        return (
            web.post("/api/4.0/login", self.login),
            web.get(look, self.look),
            web.get(f"{look}/run/json", self.run),
        )

    def allows(self, request: web.Request) -> bool:
        """Whether the token is one of those that hold."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").removeprefix("token ")
        return request.path == "/api/4.0/login" or token in self._tokens

    def error(self, status: int) -> Any:
        """A message and where it is explained."""
        message = {404: "Not found", 429: "Too many requests"}.get(status, "An error occurred.")
        return {"message": message, "documentation_url": _DOCS}

    def expire_tokens(self) -> None:
        """Let no token hold any more; new ones are given as before."""
        self._tokens.clear()

    def rename(self, old: str, new: str) -> None:
        """Call a column otherwise, as an analyst does."""
        self.columns[:] = [new if column == old else column for column in self.columns]
        for row in self.book.of("rows"):
            if old in row:
                row[new] = row.pop(old)

    async def login(self, request: web.Request) -> web.StreamResponse:
        """A token for an hour; credentials are taken from a form alone."""
        form = await request.post()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return self.refusal(404)  # as Looker does: it does not say that the credentials are wrong
        token = f"looker-standin-{next(self._numbers)}"
        self._tokens.add(token)
        return json_answer(
            {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": None}
        )

    async def look(self, _: web.Request) -> web.StreamResponse:
        """The Look and its query."""
        query = {"model": "usage", "view": "accounts", "fields": self.columns, "limit": "500"}
        return json_answer({"id": LOOK_ID, "title": "Usage of every account", "query": query})

    async def run(self, request: web.Request) -> web.StreamResponse:
        """The rows, as many as are asked for: there are no pages."""
        asked = request.query.get("limit", "500")
        limit = int(asked) if asked.isdecimal() else 500
        return json_answer(self.book.of("rows")[:limit])
