"""Deel's API as JSON: the organisation's people by offset, its time off by cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from bot.errors import SourceGarbled
from bot.http.budget import Budget
from bot.http.client import Line, Params

BUDGET = Budget(calls=10, seconds=5)
"""Two a second: Deel allows five to all tokens of an organisation together, and never says how many are left."""
PEOPLE = 50
TIME_OFFS = 200
"""How many a page; Deel takes at most so many."""


class DeelClient:
    """Calls one organisation's Deel. Raises SourceRefused, SourceUnavailable or SourceGarbled."""

    def __init__(self, line: Line, base_url: str, token: SecretStr) -> None:
        self._token = token
        self._caller = line.caller(
            system="deel",
            base_url=base_url,
            budget=BUDGET,
            sign=self._sign,
            secret="DEEL_API_TOKEN (scopes people:read and time-off:read)",  # noqa: S106 # the name of a setting
        )

    @property
    def calls(self) -> int:
        """How many HTTP calls were made."""
        return self._caller.calls

    async def people(self, offset: int, statuses: Sequence[str]) -> tuple[list[Any], int]:
        """People from an offset on, and how many there are in all."""
        params = [
            ("limit", str(PEOPLE)),
            ("offset", str(offset)),
            *(("person_statuses", one) for one in statuses),
        ]
        data = await self._answer("people", params)
        page = data.get("page")
        total = page.get("total_rows") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(total, int):
            raise SourceGarbled("Deel’s answer to people does not say how many there are")
        if page.get("offset") not in (None, offset):
            raise SourceGarbled("Deel answers with another page of people than was asked for")
        return _records(data, "people"), total

    async def time_offs(self, cursor: str, filters: Mapping[str, str]) -> tuple[list[Any], str]:
        """Time off from a cursor on, and the next cursor; "" at the end, whatever cursor is given there."""
        params = {"page_size": str(TIME_OFFS), **filters, **({"next": cursor} if cursor else {})}
        data = await self._answer("time_offs", params)
        records, more, following = _records(data, "time_offs"), data.get("has_next_page"), data.get("next")
        if not isinstance(more, bool):
            raise SourceGarbled("Deel’s answer to time_offs does not say whether more follows")
        if not more:
            return records, ""
        if not isinstance(following, str) or not following:
            raise SourceGarbled("Deel says that more time off follows, and not where")
        return records, following

    async def _answer(self, path: str, params: Params) -> Mapping[str, Any]:
        data = (await self._caller.get(path, params)).data
        if not isinstance(data, dict):
            raise SourceGarbled(f"Deel’s answer to {path} is no object")
        return data

    async def _sign(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}


def _records(data: Mapping[str, Any], path: str) -> list[Any]:
    records = data.get("data")
    if not isinstance(records, list):
        raise SourceGarbled(f"Deel’s answer to {path} holds no list of records")
    return records
