"""Which of the organisation's connectors people say they have switched on; no system tells the bot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.ports.work import Transaction


class Connectors(Protocol):
    """Keeps what each person said of each connector (a key of policy's)."""

    async def list_on(self, email: str) -> Mapping[str, datetime]:
        """The connectors that a person has on by their own word, each with when they said so."""

    async def save(self, tx: Transaction, email: str, key: str, said_at: datetime | None) -> None:
        """Keep that it is on since they said so; None: it is not."""
