"""Each morning of the demo: the book as the systems would have it by then, written and imported.

Values would otherwise be as old as the demo was turned. A morning begins a second before 05:00 UTC, so that
whatever is due at five reads the new day. Only mornings on which something is read are begun: the day of each
instant at which work falls due, and the day that the clock is turned to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.standin.book import write_csvs

BEGINS = time(4, 59, 59, tzinfo=UTC)


@dataclass(slots=True)
class Mornings:
    """Keeps the book in a folder up to the demo's clock. `base` is the day on which the demo began.

    `take` has the folder's files imported.
    """

    directory: Path
    base: date
    take: Callable[[Path], Awaitable[None]]
    day: date = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the book of the base day."""
        self.day = self.base

    def due(self, at: datetime) -> datetime | None:
        """The beginning of the morning whose book that instant reads; None when it is there already."""
        day = (at.astimezone(UTC) - timedelta(hours=BEGINS.hour + 1) + timedelta(seconds=1)).date()
        return datetime.combine(day, BEGINS) if day > self.day else None

    async def begin(self, at: datetime) -> None:
        """Write and import the book of that morning."""
        before, self.day = self.day, at.date()  # a morning that failed is not tried again every second
        await asyncio.to_thread(write_csvs, self.directory, self.day, base=self.base, since=before)
        await self.take(self.directory)
