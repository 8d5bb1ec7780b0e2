"""The organisation's people and their absences, as the book knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.asks import Asker
from bot.domain.person import Person, Role, Team
from bot.ports.book import Written
from bot.ports.work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Time off: dates and status only, never the reason. `ends_on` is the last day away.

    `status` is `approved`, `requested`, `cancelled`, or `gone` where a later file left it out. `source` is the file
    or system that told of it, where that was asked.
    """

    email: str
    starts_on: date
    ends_on: date
    half_day_start: bool = False
    half_day_end: bool = False
    status: str = "approved"
    source: str = field(default="", compare=False)


class People(Protocol):
    """Reads and writes people."""

    async def find_person(self, email: str) -> Person | None:
        """By e-mail address, case ignored."""

    async def find_by_slack_id(self, user_id: str) -> Person | None:
        """By the Slack user id that the people file gave."""

    async def find_asker(self, asker: Asker) -> Person | None:
        """Whoever asks: by their Slack user id, else by the e-mail address that Slack tells of them."""

    async def list_people(self, *, team: Team | None = None, role: Role | None = None) -> tuple[Person, ...]:
        """People by team, role, both or all; by name."""

    async def list_operators(self) -> tuple[Person, ...]:
        """Who hears that something is wrong, five at most; managers, where the book has no operator."""

    async def list_absences(self, email: str) -> tuple[Absence, ...]:
        """The absences of a person, first day first."""

    async def save_people(self, tx: Transaction, people: Iterable[Person], *, source: str) -> Written:
        """Add and update people."""

    async def save_absences(
        self,
        tx: Transaction,
        absences: Iterable[Absence],
        *,
        source: str,
        whole_from: date | None = None,
        own: bool = False,
    ) -> Written:
        """Add and update absences, one row a person and first day.

        With `whole_from` they are all that a file has: what an earlier file told and this one leaves out, and is not
        over before that day, is kept as `gone`. Nothing is taken as gone where there is no absence at all. With
        `own` they are all that a system has, and it speaks for what it told itself alone.
        """


async def name_of(people: People, asker: Asker) -> str:
    """What whoever asks is called: as the book has it, since a window's payload tells the handle alone."""
    found = await people.find_person(asker.email) if asker.email else None
    return found.name if found else asker.name or asker.email or ""
