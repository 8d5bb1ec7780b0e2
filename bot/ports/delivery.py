"""Sends one message of the journal: the edge's part of a promise that `bot.jobs` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.ports.messenger import Posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is to be sent. `payload` holds `text`, `blocks` and the plain twin `plain` as JSON has them."""

    key: str
    channel_id: str
    payload: Mapping[str, Any]
    thread_ts: str = ""
    ts: str = ""  # set: edit that message instead
    revision: int = 1
    accounts: tuple[str, ...] = ()


class Delivery(Protocol):
    """Speaks to Slack for the journal. Raises SourceRefused, SourceUnavailable and AudienceRefused."""

    async def place_of(self, email: str) -> str:
        """The direct message with that person; raises SourceRefused when nobody of ours has the address."""

    async def check(self, channel_id: str, *, first: bool) -> None:
        """Ask Slack anew who could read a message there; raises AudienceRefused, and SourceUnavailable where it
        does not tell. A public channel is joined with the `first` message; where we are not in it any more, somebody
        took us out.
        """

    async def send(self, parcel: Parcel) -> Posted:
        """Post or edit, once; raises SourceUnavailable with `unknown` outcome when the answer was lost."""

    async def find_sent(self, parcel: Parcel, *, since: datetime) -> Posted | None:
        """The message with this key in the channel's own history, if it arrived; raises when Slack does not tell."""

    async def permalink(self, posted: Posted) -> str:
        """A link to it; empty when Slack gives none."""
