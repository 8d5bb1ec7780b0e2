"""Which channel gets which teams' digest, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from bot.domain.person import Team
from bot.ports.work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel's digest. `teams` empty: the whole organisation. `country` decides about bank holidays.

    `paused` says why nothing is posted for now (an outsider can read the channel, say); empty while it is active.
    A subscription that ended is kept, so that what it posted can still be told.
    """

    id: int
    channel_id: str
    teams: tuple[Team, ...]
    weekday: int  # Monday is 0
    at: time
    zone: str
    country: str
    owner_email: str  # hears of failures
    owner_user_id: str = ""
    created_at: datetime
    paused: str = ""
    ended_at: datetime | None = None


class Digests(Protocol):
    """Keeps subscriptions."""

    async def save_subscription(self, tx: Transaction, subscription: Subscription) -> Subscription:
        """Keep a new one (id 0) or change one; gives it with its id."""

    async def find_subscription(self, subscription_id: int) -> Subscription | None:
        """By its id, ended ones too."""

    async def find_channel_subscription(self, channel_id: str) -> Subscription | None:
        """The one of a channel that has not ended."""

    async def list_subscriptions(self) -> tuple[Subscription, ...]:
        """All that have not ended, oldest first."""
