"""A vendor's system as sync reads it: feed by feed, page by page, resumable at the page that was reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.reading import Drift, Kept, Reading, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of records that a vendor gives.

    `incremental` says that it can give what changed since an instant. A feed that is not, or a full sweep, gives
    all there is: what it leaves out is gone; unless it is `windowed`, a window of time alone.
    """

    name: str
    incremental: bool = False
    windowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records, and the cursor from which the next page goes on; None ends the feed.

    Records that another process read come as what the store keeps of them.
    """

    readings: tuple[Reading | Kept, ...]
    cursor: str | None
    refused: tuple[Unreadable, ...] = ()
    total: int | None = None


class Vendor(Protocol):
    """Reads one system. Raises SourceRefused, SourceUnavailable or SourceGarbled; holds no state that a restart needs."""

    @property
    def system(self) -> str:
        """Its name, one of `bot.domain.reading.System`."""

    @property
    def feeds(self) -> Sequence[Feed]:
        """What it gives, in the order in which it is to be read."""

    @property
    def calls(self) -> int:
        """How many HTTP calls were made so far, retries too."""

    def pages(self, feed: str, *, cursor: str = "", since: datetime | None = None) -> AsyncIterator[Page]:
        """The feed's pages from a cursor on ("": from the beginning), whole or what changed since an instant."""

    async def check(self) -> tuple[Drift, ...]:
        """Reaches the system, tries the credentials, and tells each field of policy that it does not have."""

    async def close(self) -> None:
        """Let go of connections."""
