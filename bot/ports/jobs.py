"""Work that is done later, exactly once: rows with a due date that a person can list, move and cancel.

A row is written in the same transaction as whatever asks for it. The running bot looks for rows that are due,
hands each to the durable engine once, and the engine finishes it over crashes, restarts and several replicas.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.asks import Due
from bot.domain.schedule import Recurrence
from bot.ports.work import Transaction

if TYPE_CHECKING:
    from bot.ports import Ports


class WorkState(StrEnum):
    """Where a piece of work stands."""

    PLANNED = "planned"  # waits for its due date
    STARTED = "started"  # handed to the engine
    DONE = "done"
    FAILED = "failed"  # its retries came to an end; somebody was told
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWork:
    """One piece of work. `key` says when it is the same work: `digest:3:2026-W47`.

    `subject` is the id of what it is about, never a customer's words: the function reads the row behind it anew.
    `attempt` counts from 1; a failed attempt is planned again, later. `note` says what came of it.
    """

    key: str
    job: str  # the name of an entry in a feature's JOBS
    due_at: datetime
    subject: str = ""
    state: WorkState = WorkState.PLANNED
    attempt: int = 1
    note: str = ""
    changed_at: datetime | None = None


class JobFailed(Exception):
    """Raised by a job that cannot succeed however often it is tried; the text is for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An entry in a feature's JOBS. `run` is idempotent: after a crash it runs again with the same `Due`.

    It returns a few words about what it did. Without `recurs` it runs when a row asks for it; with it, the engine
    keeps one row planned, and slots that were missed while no bot ran are made up for by one run. With `tends` it only
    mends what should not be broken: it has no rows, and runs when a bot starts and each hour of the machine's clock.
    """

    name: str
    run: Callable[[Due, Ports], Awaitable[str]]
    recurs: Recurrence | None = None
    tends: bool = False
    retries: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=20),
    )
    failed: Callable[[Due, Ports, str], Awaitable[None]] | None = None
    """What to do when the retries came to an end, beside telling the operators: told to its owner, say."""


class Jobs(Protocol):
    """Plans, moves, cancels and lists work."""

    async def plan_later(self, tx: Transaction, work: DueWork) -> bool:
        """Keep a row. The same key again moves one that is still planned, plans a cancelled one anew, and leaves
        what was started, done or failed alone: False then.
        """

    async def move_later(self, tx: Transaction, key: str, due_at: datetime) -> bool:
        """Move work that is still planned; False when there is none by that key."""

    async def cancel_later(self, tx: Transaction, key: str, note: str = "") -> bool:
        """Cancel work that is still planned; False when there is none by that key."""

    async def find_work(self, key: str) -> DueWork | None:
        """The work by that key, whatever its state."""

    async def list_work(
        self, *, prefix: str = "", states: tuple[WorkState, ...] = (WorkState.PLANNED,), limit: int = 100
    ) -> tuple[DueWork, ...]:
        """Work whose key begins so, in those states: what is planned soonest first, the rest newest first."""
