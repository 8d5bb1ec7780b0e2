"""People's own Slack statuses, with their consent: a user token of each, sealed at rest and never logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackStatus:
    """What a profile shows. `expires_at` None: until somebody clears it."""

    text: str
    emoji: str
    expires_at: datetime | None = None


class Statuses(Protocol):
    """Reads and writes statuses. Raises SourceRefused (code `no_consent` without a token) and SourceUnavailable."""

    async def has_consent(self, email: str) -> bool:
        """Whether the person let the bot set their status."""

    def consent_url(self, user_id: str) -> str:
        """Where the person gives consent; empty where OAuth is not configured."""

    async def read_status(self, email: str) -> SlackStatus:
        """What the profile shows now."""

    async def write_status(self, email: str, status: SlackStatus) -> None:
        """Show this from now on."""

    async def set_snooze(self, email: str, until: datetime) -> None:
        """Do not disturb until then; nothing happens where the workspace does not allow it."""

    async def end_snooze(self, email: str) -> None:
        """Disturb again."""

    async def forget(self, email: str) -> None:
        """Take the consent back."""
