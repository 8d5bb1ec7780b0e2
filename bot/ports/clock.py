"""What time it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Aware instants and the organisation's calendar day."""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone (TA_BOT_TIMEZONE)."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def today(self) -> date:
        """The present day in the organisation's time zone."""
