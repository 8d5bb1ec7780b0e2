"""Says things in Slack where others can see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.asks import Ask
from bot.blocks.answers import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that arrived."""

    channel_id: str
    ts: str


class Messenger(Protocol):
    """Posts, after checking again who would see it."""

    async def post(self, channel_id: str, message: Message, *, asked: Ask) -> Posted:
        """Post for everybody in the channel; raises AudienceRefused where an outsider could read it."""

    async def direct(self, user_id: str, message: Message, *, asked: Ask) -> Posted:
        """Post to a person's direct message with the bot; raises AudienceRefused for an outsider."""

    async def send_file(
        self, user_id: str, name: str, content: bytes, *, comment: str, accounts: tuple[str, ...], asked: Ask
    ) -> None:
        """Send a file into a person's direct message with the bot; raises AudienceRefused for an outsider."""
