"""People's own tokens, sealed: the store never sees one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedUserToken:
    """What a person let the bot do; `sealed` is ciphertext that only bot.slack can open."""

    user_id: str
    email: str
    sealed: str
    saved_at: datetime


class UserTokens(Protocol):
    """Keeps at most one token a person."""

    async def save_token(self, token: SealedUserToken) -> None:
        """Keep it, in the place of an earlier one of the same person or of the same address."""

    async def find_token(self, *, email: str = "", user_id: str = "") -> SealedUserToken | None:
        """The person's token, by their address or by their Slack user id."""

    async def delete_token(self, user_id: str) -> bool:
        """Forget it; False when there was none."""
