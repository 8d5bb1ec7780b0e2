"""Messages that must arrive exactly once: written down before they are sent, with what became of them.

An intent is kept in the same transaction as whatever asks for it. It is sent in its channel's order, one a second,
after asking Slack who could read it. After a crash an intent without a `ts` is looked for in the channel's history
by its metadata before anything is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.blocks.answers import Message
from bot.ports.work import Transaction


class MessageState(StrEnum):
    """What became of an intent."""

    WAITING = "waiting"
    SENT = "sent"
    WITHHELD = "withheld"  # an outsider could have read it, or the place would not tell
    FAILED = "failed"  # Slack refused it, or the retries came to an end
    UNCERTAIN = "uncertain"  # it may have arrived and Slack will not say: it is not sent again

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self is not MessageState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A message to send: into a channel (`channel_id`) or to a person (`email`), by whom it is told never shown.

    `key` says when it is the same message: `digest:3:2026-W47:enterprise`. `reply_to` is the key of the message in
    whose thread it belongs; it waits for that one and shares its fate. When it is settled (each time), the job
    named `then` is asked for with `subject` and key `then:<key>:<revision>`.
    """

    key: str
    message: Message
    channel_id: str = ""
    email: str = ""
    reply_to: str = ""
    then: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An intent and what became of it. `revision` counts the edits that were asked for, from 1."""

    key: str
    channel_id: str
    email: str
    reply_to: str
    state: MessageState
    revision: int
    sent_revision: int
    then: str
    subject: str
    ts: str = ""
    permalink: str = ""
    note: str = ""  # why it was withheld or failed
    asked_at: datetime
    settled_at: datetime | None = None


class OutgoingMessages(Protocol):
    """Keeps intents."""

    async def post_later(self, tx: Transaction, intent: Intent) -> bool:
        """Keep an intent; the same key again changes nothing: False then."""

    async def edit_later(self, tx: Transaction, key: str, message: Message) -> bool:
        """Put another message in the place of one: edited where it was sent, replaced where it waits.

        False when there is none, or it was withheld or has failed.
        """

    async def find_outgoing(self, key: str) -> Outgoing | None:
        """The message by that key."""

    async def list_outgoing(self, *, prefix: str, limit: int = 100) -> tuple[Outgoing, ...]:
        """The messages whose key begins so, newest first."""
