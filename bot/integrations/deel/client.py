"""Deel's API as JSON: the organisation's people by offset, its time off by cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.http.budget import Budget
from bot.http.client import Line, Params, Reply

BUDGET = Budget(calls=10, seconds=5)
"""Two a second: Deel allows five to all tokens of an organisation together, and never says how many are left."""
PEOPLE = 50
TIME_OFFS = 200
"""How many a page; Deel takes at most so many."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where it is, and an organisation's token."""

    base_url: str
    token: SecretStr


class DeelClient:
    """Calls one organisation's Deel. Raises SourceRefused, SourceUnavailable or SourceGarbled."""

    def __init__(self, line: Line, access: Access) -> None:
        self._token = access.token
        self._caller = line.caller(
            system="deel",
            base_url=access.base_url,
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
        reply, data = await self._answer("people", params)
        page = data.get("page")
        total = page.get("total_rows") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(total, int):
            raise self._caller.garbled("people", "does not say how many there are", reply)
        if page.get("offset") not in (None, offset):
            raise self._caller.garbled("people", "is another page than was asked for", reply)
        return data["data"], total

    async def time_offs(self, cursor: str, filters: Mapping[str, str]) -> tuple[list[Any], str]:
        """Time off from a cursor on, and the next cursor; "" at the end, whatever cursor is given there."""
        params = {"page_size": str(TIME_OFFS), **filters, **({"next": cursor} if cursor else {})}
        reply, data = await self._answer("time_offs", params)
        more, following = data.get("has_next_page"), data.get("next")
        if more is not False and not (more is True and isinstance(following, str) and following):
            raise self._caller.garbled("time_offs", "does not say whether and where it goes on", reply)
        return data["data"], str(following) if more else ""

    async def _answer(self, path: str, params: Params) -> tuple[Reply, Mapping[str, Any]]:
        reply = await self._caller.get(path, params)
        if not isinstance(reply.data, dict) or not isinstance(reply.data.get("data"), list):
            raise self._caller.garbled(path, "holds no list of records", reply)
        return reply, reply.data

    async def _sign(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}
