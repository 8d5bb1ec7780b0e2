"""Requests to the TA team, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.person import Team
from bot.domain.request import Request, RequestState
from bot.ports.work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests: what is None or empty does not matter."""

    team: Team | None = None
    assignee: str | None = None
    asker: str | None = None
    account_id: str | None = None
    states: tuple[RequestState, ...] = ()
    since: datetime | None = None
    limit: int = 200


class Requests(Protocol):
    """Keeps requests."""

    async def add_request(self, tx: Transaction, request: Request, *, token: str) -> Request:
        """Keep a new one and give it its id; the same token again gives the one that is kept (a retry of Slack's)."""

    async def change_request(self, tx: Transaction, request: Request) -> Request:
        """Keep a change; raises StaleRow unless the kept version is the request's own. Gives the next version."""

    async def find_request(self, request_id: int) -> Request | None:
        """By its id."""

    async def list_requests(self, wanted: Wanted) -> tuple[Request, ...]:
        """Requests that fit, newest first."""

    async def count_open(self) -> Mapping[str, int]:
        """How many requests each assignee (by e-mail) has open or claimed."""

    async def last_served(self, account_id: str) -> str | None:
        """Who answered a request about that account last, by e-mail."""
