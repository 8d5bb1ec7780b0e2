"""Where imports and syncs read and write: `Ports` is one of each, and so is a bare store with a policy."""

from __future__ import annotations

from typing import Protocol

from bot.policy import Policy
from bot.ports.book import Book
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.outgoing import OutgoingMessages
from bot.ports.people import People
from bot.ports.readings import Readings
from bot.ports.work import Work


class Keepers(Protocol):
    """Where an import writes: the store by itself is one."""

    @property
    def book(self) -> Book:
        """Accounts, history, contacts."""

    @property
    def people(self) -> People:
        """People and absences."""

    @property
    def jobs(self) -> Jobs:
        """What new absences ask for."""

    @property
    def work(self) -> Work:
        """One transaction over all."""

    @property
    def clock(self) -> Clock:
        """When."""


class SyncKeepers(Keepers, Protocol):
    """Where a sync reads and writes."""

    @property
    def readings(self) -> Readings:
        """What the systems said."""

    @property
    def outgoing(self) -> OutgoingMessages:
        """What operators are told."""

    @property
    def policy(self) -> Policy:
        """Who owns what."""
