"""A request to the TA team: where it goes and why, its life, and by when it is to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.person import Team


class Urgency(StrEnum):
    """How soon somebody is needed; only urgent requests reach people outside their working hours."""

    NORMAL = "normal"
    URGENT = "urgent"


class RequestState(StrEnum):
    """A request's life."""

    OPEN = "open"  # nobody has taken it
    CLAIMED = "claimed"
    ANSWERED = "answered"  # the asker is asked whether it helped
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # by its asker

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return self in (RequestState.CLOSED, RequestState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something in a request's life: `what` is a word (`claimed`, `handed_over`, `passed_over` …), `note` is typed."""

    at: datetime
    what: str
    who: str = ""  # an e-mail address, or empty: the bot
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a request goes, and the steps that led there, in words a person can check.

    `assignee` is mentioned first: `for_whom` is set when they cover for somebody. Outside their working hours they are
    only named (`mention_assignee`). `mention_group` says whether the user group is mentioned as well. `triage` is set
    where no team could be told, with what is `missing`.
    """

    team: Team | None
    channel: str
    user_group: str
    assignee: str = ""  # an e-mail address; empty: nobody can be named
    for_whom: str = ""
    mention_assignee: bool = True
    mention_group: bool = True
    steps: tuple[str, ...] = ()
    triage: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it is kept. `version` grows with every change: of two who press at once one wins."""

    id: int
    version: int
    account_id: str  # empty: the account is not known
    account_name: str  # as the book has it, or as it was typed
    text: str
    urgency: Urgency
    due_on: date | None
    asker_user_id: str
    asker_email: str
    asker_name: str
    link: str  # to the message it was asked from; empty where there is none
    decision: Decision
    channel_id: str
    state: RequestState
    assignee: str  # an e-mail address; empty: nobody
    created_at: datetime
    first_response_at: datetime | None = None
    answered_at: datetime | None = None
    over_at: datetime | None = None
    helped: bool | None = None
    happened: tuple[Happening, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a team or a person works: Monday to Friday without the country's bank holidays, in a zone's wall clock."""

    zone: str
    country: str
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if self.starts >= self.ends:  # whoever looked for working time would look for ever
            raise ValueError(f"hours from {self.starts} to {self.ends} do not begin before they end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """By when a request is responded to and resolved, in working time; `outer` is clock time that holds as well."""

    first_response: timedelta
    resolution: timedelta
    outer: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRules:
    """Everything `policy.toml` says of requests. `targets` by team and urgency; `reminders` are the shares of the
    first response's time after which the assignee, then the group, then the manager is reminded.
    """

    targets: Mapping[tuple[Team, Urgency], Targets]
    hours: Mapping[Team, Hours]
    triage_channel: str
    load_limit: int  # open requests of one person of a pool, up to which they are chosen for continuity
    group_too: bool  # whether the user group is mentioned beside a named person
    reminders: tuple[float, float, float]
    works_from: time
    works_to: time
