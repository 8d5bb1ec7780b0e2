"""Coverage plans, as they are kept."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from bot.domain.leave import Plan, PlanState
from bot.ports.work import Transaction


class Plans(Protocol):
    """Keeps coverage plans. `save_plan` writes the whole plan; a stale copy is refused."""

    async def save_plan(self, tx: Transaction, plan: Plan, *, expected: int | None = None) -> Plan:
        """Keep a new plan (id 0) or change one; gives it with its id and its next version.

        With `expected` the write is refused (StaleRow) unless the kept version is that one: of two people who press
        at once one wins.
        """

    async def version_of(self, plan_id: int) -> int:
        """The version that is kept: it grows with every write."""

    async def find_plan(self, plan_id: int) -> Plan | None:
        """By its id, ended and cancelled ones too."""

    async def list_plans(
        self,
        *,
        email: str | None = None,
        states: tuple[PlanState, ...] = (),
        touching: tuple[date, date] | None = None,
    ) -> tuple[Plan, ...]:
        """Plans of a person (or all), in those states (or any), whose absence touches those days; first day first."""

    async def list_covered_by(self, email: str, first: date, last: date) -> tuple[Plan, ...]:
        """Plans in which that person covers something on those days."""
