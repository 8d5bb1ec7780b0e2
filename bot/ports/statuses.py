"""People's own Slack statuses, with their consent: a user token of each, sealed at rest and never logged."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.status import SlackStatus, StatusRecord
from bot.ports.work import Transaction

__all__ = ["NOBODY", "NO_CONSENT", "SlackStatus", "StatusRecords", "Statuses"]

NO_CONSENT = "no_consent"
"""The code of the refusal where the person has not let the bot set their status, or no longer does."""
NOBODY = "nobody"
"""The code of the refusal where nobody in Slack has the address."""


class Statuses(Protocol):
    """Reads and writes statuses. Raises SourceRefused (code `no_consent` without a token) and SourceUnavailable."""

    async def has_consent(self, email: str) -> bool:
        """Whether the person let the bot set their status."""

    def consent_url(self, user_id: str) -> str:
        """Where the person gives consent; empty where OAuth is not configured."""

    async def read_status(self, email: str) -> SlackStatus:
        """What the profile shows now; needs no consent. Raises SourceRefused (`nobody`) where there is none."""

    async def write_status(self, email: str, status: SlackStatus) -> SlackStatus:
        """Show this from now on; gives what Slack made of it. Writing the same twice is harmless."""

    async def set_snooze(self, email: str, until: datetime) -> None:
        """Do not disturb until then; nothing happens where the workspace does not allow it."""

    async def end_snooze(self, email: str) -> None:
        """Disturb again."""

    async def forget(self, email: str) -> None:
        """Take the consent back."""


class StatusRecords(Protocol):
    """Keeps what we did to statuses: one record a person, only while there is something to undo or to leave alone."""

    async def save_record(self, tx: Transaction, record: StatusRecord) -> None:
        """Keep it, in the place of an earlier one of the same person."""

    async def find_record(self, email: str) -> StatusRecord | None:
        """The person's record."""

    async def list_records(self) -> tuple[StatusRecord, ...]:
        """All of them, by e-mail address."""

    async def delete_record(self, tx: Transaction, email: str) -> None:
        """Forget it; nothing happens when there is none."""
