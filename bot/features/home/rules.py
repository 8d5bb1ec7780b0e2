"""What whose App Home holds, and which accounts of a book come first on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.boundary import SegmentRow
from bot.domain.health import Category
from bot.domain.person import Person, Role, Team

WORST = 6
PAGE = 20
"""Accounts of one page of a whole list."""
RENEWALS = 5
CHANGES = 4
_LEADS = (Role.MANAGER, Role.LEADER)
_TELLS = (Role.OPERATOR, *_LEADS)


class Part(StrEnum):
    """A part of somebody's App Home, in the order in which the parts stand."""

    BOOK = "book"  # my accounts or my pool
    SOLD = "sold"  # the accounts that I am the AE of
    PLANS = "plans"  # whose update is due
    TEAM = "team"  # the KPIs of whom I lead
    APPROVALS = "approvals"
    ALERTS = "alerts"  # what I was told and have not acknowledged
    LATE = "late"  # requests past their time
    SOURCES = "sources"
    DIGESTS = "digests"
    WORK = "work"  # what failed
    REQUESTS = "requests"
    LEAVE = "leave"
    DRIFT = "drift"
    SETTINGS = "settings"


SLOW = frozenset({Part.TEAM, Part.DRIFT})
"""They read a whole book: seconds at a hundred thousand accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody's place in the organisation, as the book knows it: one person may have several."""

    person: Person | None
    leads: bool = False  # somebody's manager
    sells: bool = False  # an account's AE
    no_operator: bool = False  # the book has none: managers hear what operators would

    @property
    def serves(self) -> bool:
        """Whether a book or a pool is theirs."""
        return self.person is not None and (self.person.role is Role.TA or self.person.serves_pool)

    @property
    def is_lead(self) -> bool:
        """Whether they answer for a team."""
        return self.person is not None and (self.leads or self.person.role in _LEADS)

    @property
    def is_operator(self) -> bool:
        """Whether what the bot itself lacks is theirs to mend."""
        if self.person is None:
            return False
        return self.person.role is Role.OPERATOR or (self.no_operator and self.person.role in _TELLS)

    @property
    def team(self) -> Team | None:
        """The team they answer for; None: all of them."""
        return self.person.team if self.person else None


def parts_of(standing: Standing) -> tuple[Part, ...]:
    """The parts of a person's App Home, by everything that they are."""
    if standing.person is None:
        return (Part.REQUESTS,)
    wanted = {Part.ALERTS, Part.REQUESTS, Part.LEAVE, Part.SETTINGS}
    if standing.serves:
        wanted.add(Part.BOOK)
    if standing.sells or standing.person.role is Role.AE:
        wanted.add(Part.SOLD)
    if standing.serves or standing.is_lead:
        wanted.add(Part.PLANS)
    if standing.is_lead:
        wanted |= {Part.TEAM, Part.APPROVALS, Part.LATE, Part.DRIFT}
    if standing.is_operator:
        wanted |= {Part.SOURCES, Part.DIGESTS, Part.WORK}
    return tuple(part for part in Part if part in wanted)


def standing_of(person: Person | None, people: Sequence[Person], *, sells: bool) -> Standing:
    """What somebody is, by the book of people and by the accounts that name them."""
    return Standing(
        person=person,
        leads=person is not None and any(one.manager_email == person.email for one in people),
        sells=sells,
        no_operator=not any(one.role is Role.OPERATOR for one in people),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A book in one line; ARR in cents. `mean_health` is over the accounts whose score is known."""

    count: int
    arr: int
    arr_unknown: int
    mean_health: float | None
    categories: Mapping[Category | None, int]


def totals_of(rows: Sequence[SegmentRow], categories: Iterable[Category | None]) -> Totals:
    """Count, ARR, mean health and categories."""
    known = [row.arr for row in rows if row.arr is not None]
    scores = [row.health_score for row in rows if row.health_score is not None]
    return Totals(
        count=len(rows),
        arr=sum(known),
        arr_unknown=len(rows) - len(known),
        mean_health=sum(scores) / len(scores) if scores else None,
        categories=Counter(categories),
    )


def renewing(rows: Iterable[SegmentRow], today: date, days: int) -> list[SegmentRow]:
    """Those that renew within so many days, the next one first."""
    last = today + timedelta(days=days)
    found = [(row.renewal_date, row.name, row) for row in rows if row.renewal_date is not None]
    return [row for on, _, row in sorted(found, key=lambda one: one[:2]) if today <= on <= last]
