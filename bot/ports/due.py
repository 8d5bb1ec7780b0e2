"""What comes due as time passes: whoever does work at set times says when, and does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class DueSource(Protocol):
    """Work that is done at set times. Where the clock is turned it is asked instead of waiting by itself."""

    async def next_due(self, after: datetime) -> datetime | None:
        """The first instant later than `after` at which there is something to do; None when nothing is planned."""

    async def run_due(self, at: datetime) -> Sequence[str]:
        """Do what is due at that instant, to the end; says in a few words each what was done."""
