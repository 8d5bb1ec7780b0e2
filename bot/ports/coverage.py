"""Who is away, and who looks after whose accounts meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from bot.ports.people import Absence


class Coverage(Protocol):
    """Reads absences and cover."""

    async def list_away(self, first: date, last: date) -> tuple[Absence, ...]:
        """The approved absences that touch those days, first day first; plans that no absence tells of count too."""

    async def covers_on(self, day: date) -> Mapping[tuple[str, str], str]:
        """Who covers on a day: (e-mail of who is away, account id or "" for all) → e-mail of the cover.

        The e-mail is empty where the team's channel covers. Those who were asked and have not accepted do not cover.
        """
