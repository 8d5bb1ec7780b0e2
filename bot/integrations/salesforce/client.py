"""Salesforce's REST API as JSON: client credentials, queries page by page, and what an object's fields are.

The log-in is for an External Client App of My Domain (`grant_type=client_credentials`); a token has no end that we
are told, so it is made anew when one is refused.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.errors import SourceRefused
from bot.http.budget import Budget
from bot.http.client import Line
from bot.http.paging import Trail
from bot.http.signing import Token

BUDGET = Budget(calls=50, seconds=10)
"""Ours: Salesforce counts calls a day (100,000 and more), not a second; others of the organisation live on them too."""
SECRET = "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET"  # noqa: S105 # the names of settings
_EXPIRED = "INVALID_QUERY_LOCATOR"
_NAMED = re.compile(r"(?:No such column|Didn't understand relationship) '([^']{1,80})'")


@dataclass(frozen=True, slots=True)
class Access:
    """Where it is, and who we are there."""

    base_url: str
    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of a query: its records, how many there are in all, and where the next ones are; "" at the end."""

    records: list[Any]
    total: int | None
    following: str


class SalesforceClient:
    """Calls one organisation's Salesforce. Raises SourceRefused, SourceUnavailable or SourceGarbled."""

    def __init__(self, line: Line, access: Access, api_version: str) -> None:
        self._access = access
        self._root = f"/services/data/v{api_version}"
        token = Token("salesforce", self._log_in)
        self._caller = line.caller(
            system="salesforce",
            base_url=access.base_url,
            budget=BUDGET,
            sign=token.sign,
            renew=token.renew,
            secret=SECRET,
        )

    @property
    def calls(self) -> int:
        """How many HTTP calls were made."""
        return self._caller.calls

    async def query(self, soql: str, *, deleted: bool = False) -> AsyncIterator[Answer]:
        """The pages of a query, deleted records too if asked. Ends early where Salesforce forgets where it was."""
        target, params = f"{self._root}/{'queryAll' if deleted else 'query'}", {"q": soql}
        trail = Trail("salesforce")
        while target:
            answer = await self._answer(target, params)
            if answer is None:
                return
            target, params = trail.follow(answer.following) if answer.following else "", {}
            yield answer

    async def fields(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """An object's fields by their API names, those alone that we may see."""
        target = f"{self._root}/sobjects/{name}/describe"
        reply = await self._caller.get(target)
        fields = reply.data.get("fields") if isinstance(reply.data, dict) else None
        if not isinstance(fields, list):
            raise self._caller.garbled(target, "holds no fields", reply)
        return {str(field["name"]): field for field in fields if isinstance(field, dict) and "name" in field}

    async def _answer(self, target: str, params: Mapping[str, str]) -> Answer | None:
        """A page; None where the place in the query is forgotten (after two days, or when it was read already)."""
        try:
            reply = await self._caller.get(target, params or None)
        except SourceRefused as error:
            if error.code == _EXPIRED and not params:
                return None
            raise _explained(error) from None
        data = reply.data if isinstance(reply.data, dict) else {}
        records, done, following = data.get("records"), data.get("done"), data.get("nextRecordsUrl")
        if not isinstance(records, list):
            raise self._caller.garbled(target, "holds no records", reply)
        # `done` alone says whether it goes on, whatever link stands beside it.
        if done is not True and not (done is False and isinstance(following, str) and following):
            raise self._caller.garbled(target, "does not say whether and where it goes on", reply)
        total = data.get("totalSize")
        return Answer(records, total if isinstance(total, int) else None, "" if done else str(following))

    async def _log_in(self) -> Any:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret.get_secret_value(),
        }
        try:
            return (await self._caller.post("/services/oauth2/token", form=form, signed=False)).data
        except SourceRefused as error:
            raise _like(
                error, f"Salesforce refuses the log-in ({error.code or 'no reason given'}): check {SECRET}"
            ) from None


def _explained(error: SourceRefused) -> SourceRefused:
    """Name the field that Salesforce does not know; it fails the whole query for one."""
    named = _NAMED.search(error.said)
    if error.code != "INVALID_FIELD" or not named:
        return error
    sentence = f"Salesforce has no field {named[1]}, or hides it from us: correct [sources.salesforce] of policy.toml"
    return _like(error, sentence)


def _like(error: SourceRefused, sentence: str) -> SourceRefused:
    other = SourceRefused(sentence, error.code)
    other.request_id, other.said = error.request_id, error.said
    return other
