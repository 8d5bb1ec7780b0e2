"""The clock on the wall: the one place that reads the system's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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


class TurnableClock:
    """The machine's time until it is turned; then it runs on from the instant it was turned to.

    Whoever turns it sees to it that it goes forward only.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._wall = SystemClock(zone)
        self._ahead = timedelta()
        self._standing: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self._wall.zone

    @property
    def ahead(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._ahead if self._standing is None else self._standing - self._wall.now()

    def now(self) -> datetime:
        """The present instant in UTC, as turned."""
        return self._standing or self._wall.now() + self._ahead

    def today(self) -> date:
        """The day of that instant in the organisation's time zone."""
        return self.now().astimezone(self.zone).date()

    def stand_at(self, at: datetime) -> None:
        """Go to an instant and stand there."""
        self._standing = at.astimezone(UTC)

    def run_on(self, ahead: timedelta | None = None) -> None:
        """Run again from where it stands, or exactly so far ahead of the machine's clock."""
        self._ahead = self.ahead if ahead is None else ahead
        self._standing = None
