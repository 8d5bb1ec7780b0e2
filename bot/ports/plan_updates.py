"""Status updates of save plans and get-well plans, as they are kept with their history, and who was asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from bot.domain.plan_update import PlanAsk, PlanUpdate
from bot.ports.work import Transaction


class PlanUpdates(Protocol):
    """Keeps updates and asks; none is ever deleted."""

    async def add_update(self, tx: Transaction, update: PlanUpdate, *, token: str) -> PlanUpdate:
        """Keep it and give it its id; the same token again gives what is kept (a retry of Slack's)."""

    async def list_updates(
        self, *, account_id: str | None = None, week: date | None = None, limit: int = 1_000
    ) -> tuple[PlanUpdate, ...]:
        """Updates of an account, of the week that begins on that Monday, or both; newest first."""

    async def last_updates(self, account_ids: Sequence[str]) -> Mapping[str, PlanUpdate]:
        """The newest update of each of these accounts that has one."""

    async def save_asks(self, tx: Transaction, asks: Iterable[PlanAsk]) -> int:
        """Keep who was asked; an account that was asked about in that week changes nothing. How many are new."""

    async def list_asks(
        self, week: date, *, email: str | None = None, team: str | None = None
    ) -> tuple[PlanAsk, ...]:
        """Who was asked in the week that begins on that Monday, by account name; of a person, a team, or all."""
