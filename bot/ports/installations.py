"""Installs of the app, sealed: the store never sees a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.ports.turns import Turns
from bot.ports.user_tokens import UserTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedInstall:
    """One workspace's install; `sealed` is ciphertext that only bot.slack can open."""

    team_id: str
    sealed: str
    saved_at: datetime


class Installations(Protocol):
    """Keeps at most one install a workspace."""

    async def save_install(self, install: SealedInstall) -> None:
        """Keep it, in the place of an earlier one of the same workspace."""

    async def find_install(self, team_id: str) -> SealedInstall | None:
        """The workspace's install."""

    async def delete_install(self, team_id: str) -> None:
        """Forget it; nothing happens when there is none."""


class KeptTokens(Protocol):
    """Where tokens are kept, and who may renew one: the store, as far as bot.slack knows it."""

    @property
    def installations(self) -> Installations:
        """The bot's."""

    @property
    def user_tokens(self) -> UserTokens:
        """People's own."""

    @property
    def turns(self) -> Turns:
        """A refresh token works once: of all replicas one renews at a time."""
