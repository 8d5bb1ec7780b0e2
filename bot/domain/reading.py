"""What one system says: of an account, of somebody, and of what happened with an account. Merged into the book by policy.

Named tuples, for a sync makes a million of them: a frozen dataclass takes three times as long to be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from bot.domain.account import Cents


class System(StrEnum):
    """A system that the book is filled from."""

    VITALLY = "vitally"
    SALESFORCE = "salesforce"
    LOOKER = "looker"
    DEEL = "deel"
    ZENDESK = "zendesk"

    @property
    def called(self) -> str:
        """As people call it."""
        return self.value.capitalize()


CALLED: Mapping[str, str] = {system.value: system.called for system in System}
"""What each system is called: so stamps name it. Every other source is a file, which speaks where no system does."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class AccountReading(NamedTuple):
    """What a system says of an account.

    `key` is the account's id in that system; `ids` are the ids by which it knows the account in others, by system.
    `values` go by the names of `bot.domain.account.FIELDS`, in their kinds; None says that the system has the
    field and holds nothing. `as_of` is when the values were true, `dated` where a value has an instant of its own.
    `gone_on` says that the system itself calls the account churned or deleted.
    """

    key: str
    as_of: datetime
    name: str = ""
    ids: Mapping[str, str] = _NOTHING
    values: Mapping[str, Any] = _NOTHING
    dated: Mapping[str, datetime] = _NOTHING
    gone_on: date | None = None


class Event(StrEnum):
    """A thing that a system keeps by the account, from which values of the account are counted."""

    TICKET = "ticket"  # label `defect`, `help` or ""
    OPPORTUNITY = "opportunity"  # label `new`, `renewal`, `expansion` or ""; `on` is the close date
    TASK = "task"  # `on` is its due date
    MEETING = (
        "meeting"  # label `sync`, `business_review`, `roadmap_review`, `kickoff` or ""; `whom` the contact
    )
    NOTE = "note"  # label `save_plan`, `success_plan` or ""; never its text
    CONVERSATION = "conversation"  # label `slack`, `mail` or ""; `on` is its last message


class EventReading(NamedTuple):
    """One such thing. `account_key` is the account's id in the same system. Never holds what people wrote.

    `title` is kept of tasks alone, since a plan names what is pending. `done` is closed, solved, held or archived.
    """

    kind: Event
    key: str
    account_key: str
    as_of: datetime
    label: str = ""
    title: str = ""
    whom: str = ""
    on: date | None = None
    opened_at: datetime | None = None
    amount: Cents | None = None
    done: bool = False
    deleted: bool = False


class ContactReading(NamedTuple):
    """Someone on the customer's side, by the account's id in that system."""

    key: str
    account_key: str
    name: str
    email: str | None = None
    title: str | None = None
    roles: tuple[str, ...] = ()
    deleted: bool = False


class PersonReading(NamedTuple):
    """One of our own people as a system knows them; joined by work e-mail."""

    key: str
    email: str
    name: str
    country: str | None = None
    timezone: str | None = None
    manager_email: str | None = None


class AbsenceReading(NamedTuple):
    """Time off: dates and status only, never the reason nor its type. `person_key` is a PersonReading's key."""

    key: str
    person_key: str
    starts_on: date
    ends_on: date
    half_day_start: bool = False
    half_day_end: bool = False
    status: str = "approved"  # approved, requested or cancelled


Reading: TypeAlias = AccountReading | EventReading | ContactReading | PersonReading | AbsenceReading
Kept: TypeAlias = tuple[Any, ...]
"""One of them as the store keeps it: a plain tuple, which only the store looks into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that could not be taken: its id there, the field, and why. Never the value of a free text."""

    key: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A field that policy names and the system no longer has, or has otherwise; `nearest` is what was found instead."""

    system: str
    place: str  # e.g. `trait`, `Look field`, `Salesforce field`
    wanted: str
    nearest: tuple[str, ...] = ()
