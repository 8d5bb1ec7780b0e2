"""Coverage plans, as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from bot.domain.leave import Plan, PlanState
from bot.ports.people import Absence
from bot.ports.work import Transaction

NOTICE = "ooo.notice"
"""The job that looks at absences that changed: whoever writes absences asks for it in the same transaction."""


class Plans(Protocol):
    """Keeps coverage plans. `save_plan` writes the whole plan; a stale copy is refused."""

    async def save_plan(self, tx: Transaction, plan: Plan, *, expected: int | None = None) -> Plan:
        """Keep a new plan (id 0) or change one; gives it with its id and its next version.

        With `expected` the write is refused (StaleRow) unless the kept version is that one: of two people who press
        at once one wins. Raises UserError where the person has another plan that begins on the same day.
        """

    async def version_of(self, plan_id: int) -> int:
        """The version that is kept: it grows with every write; 0 where there is no such plan."""

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
        """Plans in which that person was asked to cover something on those days, or accepted."""

    async def count_covered(self, first: date, last: date, *, but: int = 0) -> Mapping[str, int]:
        """How many accounts each person covers on some of those days, or was asked to, other than in that plan."""

    async def list_unnoticed(self, limit: int, after: str = "") -> tuple[str, ...]:
        """Those whose absences are not as they were when last looked at, by e-mail, from the one after `after` on.

        People whom the book does not know are left out.
        """

    async def has_noticed(self) -> bool:
        """Whether anybody's absences were ever looked at."""

    async def mark_noticed(self, tx: Transaction, email: str, seen: Iterable[Absence]) -> None:
        """Remember a person's absences as they were looked at; StaleRow where another process was first."""
