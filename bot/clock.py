"""The clock on the wall: the one place that reads the system's time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """Keeps `bot.ports.clock.Clock` with the machine's time."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self._zone

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 # this is the clock that everybody else asks

    def today(self) -> date:
        """The present day in the organisation's time zone."""
        return self.now().astimezone(self._zone).date()


class FixedClock:
    """A clock that stands still: for one answer as of an instant, and for tests."""

    def __init__(self, at: datetime, zone: ZoneInfo) -> None:
        self._at = at.astimezone(UTC)
        self._zone = zone

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self._zone

    def now(self) -> datetime:
        """Always the same instant."""
        return self._at

    def today(self) -> date:
        """The day of that instant in the organisation's time zone."""
        return self._at.astimezone(self._zone).date()
