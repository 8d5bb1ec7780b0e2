"""Product feedback, as it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.feedback import Feedback
from bot.ports.work import Transaction


class FeedbackRecords(Protocol):
    """Keeps product feedback; none is ever deleted."""

    async def add_feedback(self, tx: Transaction, feedback: Feedback, *, token: str) -> Feedback:
        """Keep it and give it its id; the same token again gives what is kept (a retry of Slack's)."""

    async def list_feedback(
        self, *, account_id: str | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> tuple[Feedback, ...]:
        """What was written down of an account, or of all; newest first."""
