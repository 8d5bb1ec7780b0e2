"""What the engine needs of the rows of work and of messages: claiming, attempts, outcomes. Features never see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.ports.jobs import DueWork, Jobs
from bot.ports.outgoing import MessageState, OutgoingMessages
from bot.ports.work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Work that was handed to the engine; `claim` counts how often that happened to the same key."""

    work: DueWork
    claim: int


class WorkLedger(Jobs, Protocol):
    """Jobs, as the engine sees them."""

    async def next_due(self, after: datetime) -> datetime | None:
        """The soonest due date of planned work that is later than `after`."""

    async def is_due(self, now: datetime) -> bool:
        """Whether planned work is due."""

    async def claim_due(self, tx: Transaction, now: datetime, limit: int) -> tuple[Claimed, ...]:
        """Mark planned work that is due as started, soonest first; nobody else gets the same."""

    async def find_claimed(self, key: str, claim: int) -> DueWork | None:
        """Work that this claim started and that has not ended; None when it has, or was claimed anew."""

    async def end_work(self, tx: Transaction, key: str, done: DueWork) -> None:
        """Record what came of it: state, attempt, due date and note as `done` says."""

    async def list_started(self, before: datetime, limit: int) -> tuple[Claimed, ...]:
        """Work that was handed over before then and has not ended."""

    async def is_settled(self, now: datetime, *, messages: bool) -> bool:
        """Whether nothing is due, under way or, with `messages`, to be said: all in one look, since one asks for the other."""

    async def forget_work(self, before: datetime) -> int:
        """Drop what ended before then; says how many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A message that is handed to the engine: messages of one `lane` are sent in the order of `place`.

    `hand` counts how often the same message was handed over.
    """

    key: str
    revision: int
    hand: int
    lane: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A message as the engine finds it when it sends it.

    `attempted_at` is set while an attempt's outcome is unknown. `parent_state` is that of the message it replies to,
    None where there is none.
    """

    key: str
    channel_id: str
    email: str
    payload: Mapping[str, Any]
    accounts: tuple[str, ...]
    state: MessageState
    revision: int
    sent_revision: int
    ts: str
    attempted_at: datetime | None
    reply_to: str
    parent_state: MessageState | None
    parent_ts: str
    then: str
    subject: str

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do for its newest revision."""
        if self.state is MessageState.SENT:
            return self.sent_revision >= self.revision
        return self.state.is_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a revision."""

    state: MessageState
    revision: int
    channel_id: str = ""
    ts: str = ""
    permalink: str = ""
    note: str = ""
    sent_at: datetime | None = (
        None  # by the machine's clock: Slack counts one message a second on its own, never on a turned one
    )


class MessageLedger(OutgoingMessages, Protocol):
    """Messages, as the engine sees them."""

    async def is_waiting(self) -> bool:
        """Whether a message waits to be handed over."""

    async def hand_over(self, tx: Transaction, limit: int) -> tuple[Handed, ...]:
        """Mark waiting revisions as handed, oldest first; a reply only once its first message is settled."""

    async def take_back(self, key: str) -> None:
        """Let a message that is not settled be handed over anew."""

    async def list_handed(self, before: datetime, limit: int) -> tuple[Handed, ...]:
        """Messages that were asked for before then, handed over, and are not settled."""

    async def find_pending(self, key: str) -> Pending | None:
        """The message to be sent."""

    async def overtakes(self, key: str) -> bool:
        """Whether an earlier message of its lane was handed over and is not settled; not for ever, where that one
        never comes to an end.
        """

    async def note_attempt(self, key: str, at: datetime, channel_id: str) -> None:
        """Record, durably, that an attempt begins: from now on its outcome is unknown."""

    async def clear_attempt(self, key: str) -> None:
        """Record that the attempt certainly did not arrive."""

    async def last_sent_at(self, channel_id: str) -> datetime | None:
        """When something was last sent there."""

    async def settle(self, tx: Transaction, key: str, settled: Settled, at: datetime) -> None:
        """Record what became of it."""

    async def forget_messages(self, before: datetime, texts_before: datetime) -> int:
        """Drop what was settled before then, and the texts of what was settled before the other; says how many rows."""
