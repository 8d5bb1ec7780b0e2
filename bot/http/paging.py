"""Sees to it that a vendor's pages come to an end."""

from __future__ import annotations

from bot.errors import SourceGarbled


class Trail:
    """The cursors that were followed so far; none is followed twice.

    Pages in a circle are neither read for ever nor taken for the whole: what was not reached is not gone.
    """

    def __init__(self, system: str, start: str = "") -> None:
        self._system = system
        self._seen = {start} if start else set[str]()

    def follow(self, cursor: str) -> str:
        """The cursor, if it leads somewhere new; raises SourceGarbled where it was followed before."""
        if cursor in self._seen:
            raise SourceGarbled(
                f"{self._system.capitalize()} gave the same cursor twice: its pages go in circles"
            )
        self._seen.add(cursor)
        return cursor
