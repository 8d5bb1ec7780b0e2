"""Alerts, as they are kept: each once for ever, waiting to be told, told, and what their readers did with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.alert import Kept, Notice
from bot.ports.work import Transaction

DELIVER = "alerts.deliver"
"""The job that tells a reader what waits for them; its subject is the reader."""


class Alerts(Protocol):
    """Keeps notices, and which signals their receivers have turned off."""

    async def tell_later(self, tx: Transaction, notices: Iterable[Notice]) -> int:
        """Keep notices and ask for their delivery; a key that was ever kept changes nothing. How many are new.

        They are told with the reader's next bundle: at the next full hour, an urgent one at once; a channel's at its
        time of the day. The delivery sees to working hours, cover and the cap.
        """

    async def deliver_later(self, tx: Transaction, reader: str, at: datetime) -> None:
        """Ask for what waits for a reader to be told at an instant."""

    async def list_waiting(self, reader: str, now: datetime) -> tuple[Kept, ...]:
        """What waits to be told to a reader and is not snoozed beyond `now`; oldest first."""

    async def list_readers(self) -> tuple[str, ...]:
        """Everybody for whom something waits."""

    async def mark_told(self, tx: Transaction, ids: Sequence[int], *, bundle: str, at: datetime) -> None:
        """Remember which message told them; raises StaleRow where one of them does not wait any more."""

    async def redirect(self, tx: Transaction, ids: Sequence[int], reader: str) -> None:
        """Have somebody else hear of notices, and those told (where their message did not arrive) wait again."""

    async def silence(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Tell nobody of notices that wait: their receiver has turned the signal off."""

    async def count_bundles(self, reader: str, since: datetime) -> int:
        """How many messages have told that reader something since an instant."""

    async def list_bundle(self, bundle: str) -> tuple[Kept, ...]:
        """What a message told, in its order; what was snoozed since as well, until it is told again."""

    async def find_notice(self, number: int) -> Kept | None:
        """A notice by its id."""

    async def list_told(self, reader: str, *, limit: int = 100) -> tuple[Kept, ...]:
        """What a reader was told, newest first."""

    async def list_of_account(self, account_id: str, *, limit: int = 100) -> tuple[Kept, ...]:
        """What was ever to be told of an account, newest first."""

    async def acknowledge(self, tx: Transaction, ids: Sequence[int], email: str, at: datetime) -> None:
        """Remember who has taken note; whoever was first stays."""

    async def snooze(self, tx: Transaction, number: int, until: datetime) -> None:
        """Have a notice told again once that instant has come."""

    async def list_off(self, email: str) -> frozenset[str]:
        """The signals that a person has turned off."""

    async def turn(self, tx: Transaction, email: str, signal: str, *, on: bool, at: datetime) -> None:
        """Turn a signal off for a person, or on again."""
