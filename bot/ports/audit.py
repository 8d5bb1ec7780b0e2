"""Who was told what, where, and what was withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One answer or post. `request_id` is Slack's own for the request: a second delivery of it is refused."""

    at: datetime
    request_id: str
    reference: str
    user_id: str
    email: str | None
    team_id: str
    channel_id: str
    ask: str  # `/account-health`, an action id, a callback id
    accounts: tuple[str, ...]  # ids of the accounts the answer spoke of
    delivered: str  # `ephemeral`, `direct`, `channel`, `refused`, `failed`
    withheld: str = ""  # why something was not said there


class Audit(Protocol):
    """Keeps audit rows."""

    async def record(self, row: AuditRow) -> bool:
        """Keep the row durably; False when this request id was kept before, so it must not be answered again."""

    async def list_rows(self, *, limit: int = 100) -> tuple[AuditRow, ...]:
        """The newest rows first."""
