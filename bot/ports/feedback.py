"""Product feedback, as it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.feedback import Feedback
from bot.ports.work import Transaction


class FeedbackRecords(Protocol):
    """Keeps product feedback; none is ever deleted, and what was withdrawn is not shown."""

    async def add_feedback(self, tx: Transaction, feedback: Feedback, *, token: str) -> Feedback:
        """Keep it and give it its id; the same token again gives what is kept (a retry of Slack's)."""

    async def list_feedback(
        self, *, account_id: str | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> tuple[Feedback, ...]:
        """What was written down of an account, or of all; newest first."""

    async def find_feedback(self, feedback_id: int) -> Feedback | None:
        """The entry with that id; None for one that was withdrawn too."""

    async def change_feedback(self, tx: Transaction, feedback: Feedback) -> bool:
        """Keep other words, area, weight and session of an entry; False where it was withdrawn meanwhile."""

    async def withdraw_feedback(self, tx: Transaction, feedback_id: int, at: datetime) -> bool:
        """Show an entry nowhere any more; False where that was so already."""
