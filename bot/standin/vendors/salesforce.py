"""Salesforce, played: the log-in of an app, queries in pages, descriptions of objects, and fields that are renamed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from aiohttp import web

from bot.standin.vendors import soql
from bot.standin.vendors.serving import JsonRecord, VendorBook, VendorStandin, json_answer

CLIENT_ID = "standin-salesforce-app"
CLIENT_SECRET = "standin-salesforce-secret"  # noqa: S105 # of a system that is only played
_ERRORS = {
    400: ("MALFORMED_QUERY", "unexpected token"),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("INSUFFICIENT_ACCESS", "You do not have access to this"),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    429: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
}
TYPES = ("New Business", "Renewal", "Expansion", "Existing Customer - Upgrade")


def field(name: str, *, looks_up: str = "", choices: Iterable[str] = ()) -> JsonRecord:
    """A field as a description gives it; one that looks up another object goes by a name of its own in queries."""
    relation = f"{name[:-1]}r" if name.endswith("__c") else name.removesuffix("Id")
    return {
        "name": name,
        "label": name.removesuffix("__c").replace("_", " "),
        "relationshipName": relation if looks_up else None,
        "referenceTo": [looks_up] if looks_up else [],
        "picklistValues": [{"value": choice, "active": True} for choice in choices],
    }


def described() -> dict[str, list[JsonRecord]]:
    """The objects and their fields, as policy.toml expects them."""
    common = ("Id", "Name", "IsDeleted", "CreatedDate", "SystemModstamp", "Description")
    users = ("Technical_Advisor__c", "Customer_Engineer__c", "Implementation_Engineer__c", "OwnerId")
    return {
        "Account": [
            *map(
                field,
                (
                    *common,
                    "ARR__c",
                    "Estimated_Developers__c",
                    "Licensed_Seats__c",
                    "Website",
                    "Vitally_Id__c",
                ),
            ),
            *(field(name, looks_up="User") for name in users),
        ],
        "Opportunity": [
            *map(field, (*common, "Amount", "CloseDate", "StageName", "IsClosed", "IsWon")),
            field("AccountId", looks_up="Account"),
            field("OwnerId", looks_up="User"),
            field("Type", choices=TYPES),
        ],
        "User": [*map(field, ("Id", "Name", "Email"))],
    }


class SalesforceStandin(VendorStandin):
    """Collections `Account` and `Opportunity`, as the objects are called; a record's look-ups stand within it."""

    system = "salesforce"

    def __init__(self, book: VendorBook, *, page_size: int = 2000) -> None:
        super().__init__(book, page_size=page_size)
        self.objects = described()
        self._tokens: set[str] = set()
        self._numbers = itertools.count(1)
        self._found: dict[str, list[JsonRecord]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""
        data = "/services/data/{version}"
        return (
            web.post("/services/oauth2/token", self.token),
            web.get(f"{data}/query", self.query),
            web.get(f"{data}/queryAll", self.query),
            web.get(f"{data}/query/{{locator}}", self.more),
            web.get(f"{data}/sobjects/{{name}}/describe", self.describe),
        )

    def allows(self, request: web.Request) -> bool:
        """Whether the token is one of those that hold."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return request.path == "/services/oauth2/token" or token in self._tokens

    def error(self, status: int) -> Any:
        """A list with one error."""
        code, message = _ERRORS.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred"))
        return [{"message": message, "errorCode": code}]

    def expire_tokens(self) -> None:
        """Let no token hold any more; new ones are given as before."""
        self._tokens.clear()

    def forget_queries(self) -> None:
        """Let no page of a query be asked for any more, as after two days."""
        self._found.clear()

    def rename(self, name: str, old: str, new: str) -> None:
        """Call a field otherwise, as an administrator does."""
        fields = self.objects[name]
        fields[:] = [field(new) if each["name"] == old else each for each in fields]
        for record in self.book.of(name):
            if old in record:
                record[new] = record.pop(old)

    async def token(self, request: web.Request) -> web.StreamResponse:
        """A token for the app's credentials; there is no end to it that it tells."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return json_answer({"error": "unsupported_grant_type"}, status=400)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return json_answer(
                {"error": "invalid_client", "error_description": "invalid client credentials"}, status=400
            )
        token = f"00D-standin-{next(self._numbers)}"
        self._tokens.add(token)
        return json_answer({"access_token": token, "token_type": "Bearer", "scope": "api"})

    async def query(self, request: web.Request) -> web.StreamResponse:
        """The first page of what a query finds; of deleted records only with queryAll."""
        try:
            query = soql.parse(request.query.get("q", ""))
        except soql.Malformed:
            return self.refusal(400)
        if query.name not in self.objects:
            return self._refused("INVALID_TYPE", f"sObject type '{query.name}' is not supported.")
        for path in query.named:
            if unknown := self._unknown(query.name, path):
                return self._refused("INVALID_FIELD", f"No such column '{unknown}' on entity '{query.name}'.")
        everything = request.path.endswith("queryAll")
        records = [one for one in self.book.of(query.name) if everything or not one.get("IsDeleted")]
        locator = f"01g{next(self._numbers):012d}"
        self._found[locator] = query.run(records)
        return self._page(request, locator, 0)

    async def more(self, request: web.Request) -> web.StreamResponse:
        """A later page."""
        locator, _, offset = request.match_info["locator"].partition("-")
        if locator not in self._found or not offset.isdecimal():
            return self._refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, locator, int(offset))

    async def describe(self, request: web.Request) -> web.StreamResponse:
        """What an object consists of."""
        name = request.match_info["name"]
        if name not in self.objects:
            return self.refusal(404)
        return json_answer({"name": name, "fields": self.objects[name]})

    def _page(self, request: web.Request, locator: str, offset: int) -> web.Response:
        found = self._found[locator]
        records, end = found[offset : offset + self.page_size], offset + self.page_size
        done = end >= len(found)
        answer: JsonRecord = {"totalSize": len(found), "done": done, "records": records}
        root = f"/services/data/{request.match_info['version']}/query"
        if not done:
            answer["nextRecordsUrl"] = f"{root}/{locator}-{end}"
        if self.strike(request.path, "repeated_cursor"):
            answer |= {"done": False, "nextRecordsUrl": f"{root}/{locator}-{offset or end}"}
        if done and self.strike(request.path, "dangling_cursor"):
            answer["nextRecordsUrl"] = f"{root}/{locator}-{offset}"
        return json_answer(
            answer, headers={"Sforce-Limit-Info": f"api-usage={sum(self.calls.values())}/100000"}
        )

    def _refused(self, code: str, message: str) -> web.Response:
        return json_answer([{"message": message, "errorCode": code}], status=400)

    def _unknown(self, name: str, path: str) -> str:
        """The part of a path that leads nowhere; "" where it leads to a field."""
        first, dot, rest = path.partition(".")
        fields: Iterator[JsonRecord] = iter(self.objects.get(name, ()))
        found = next((one for one in fields if one["relationshipName" if dot else "name"] == first), None)
        if found is None:
            return first
        return self._unknown(found["referenceTo"][0], rest) if dot else ""
