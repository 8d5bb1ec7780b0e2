"""Time off and the coverage plan for it (handbook: OOO protocol), as frozen values.

An absence says when somebody is away; its plan says who looks after what meanwhile. Why somebody is away is never
known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.health import Category
from bot.domain.person import Team
from bot.domain.schedule import instant_of

NOON = time(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """When somebody is away: whole days in their own zone, the first and the last perhaps half.

    `half_start`: they work on the morning of the first day; `half_end`: they are back at noon of the last.
    """

    email: str
    first: date
    last: date
    zone: str
    half_start: bool = False
    half_end: bool = False

    @property
    def starts_at(self) -> datetime:
        """The instant from which they are away."""
        return instant_of(self.first, NOON if self.half_start else time(), ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        """The instant from which they are back."""
        if self.half_end:
            return instant_of(self.last, NOON, ZoneInfo(self.zone))
        return instant_of(self.last + timedelta(days=1), time(), ZoneInfo(self.zone))

    def overlaps(self, other: Away) -> bool:
        """Whether both are away at some instant: zones and half days count."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def share_of(self, day: date) -> float:
        """How much of a day they are away: 0, half, or all of it."""
        if not self.first <= day <= self.last:
            return 0.0
        halves = (self.half_start and day == self.first) + (self.half_end and day == self.last)
        return 1 - halves / 2


class Need(StrEnum):
    """Why an account needs cover: the handbook's three, and what a good colleague adds."""

    RENEWS = "renews"  # handbook: renews during the OOO period (± policy days), with its pending action items
    LIGHTHOUSE = "lighthouse"  # handbook: unhealthy, with an active Lighthouse save plan
    TICKETS = "tickets"  # handbook: active on a customer Slack channel, with open support tickets
    SYNC = "sync"  # ours: a customer sync is booked in the absence
    GET_WELL = "get_well"  # ours: a get-well plan falls due in the absence
    KICKOFF = "kickoff"  # ours: a kick-off lies in the absence
    REQUEST = "request"  # ours: an open request is theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, in words (`renews on 3 Dec 2026, 2 pending action items`), and the day it is about, if one."""

    need: Need
    words: str
    on: date | None = None


class CoverState(StrEnum):
    """Where an item's cover stands."""

    SUGGESTED = "suggested"  # nobody was asked yet
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"  # and nobody else was found or asked since
    CHANNEL = "channel"  # the team's channel looks after it: nobody needs to accept
    NONE = "none"  # nobody can


class SyncChoice(StrEnum):
    """What becomes of a customer sync in the absence (step 4)."""

    OPEN = "open"
    MOVED = "moved"
    TAKEN = "taken"  # by the cover
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One account of a plan that needs cover. `todo` says what to do; `until` is the last day that it matters.

    `cover_email` is empty where the team's channel covers. `declined` are those who said no. `why_cover` says in
    words why this cover was suggested, `warning` what to mind (`12 accounts with these, policy says 10`).
    """

    account_id: str
    account_name: str
    reasons: tuple[Reason, ...]
    todo: tuple[str, ...]
    until: date
    cover_email: str = ""
    state: CoverState = CoverState.SUGGESTED
    why_cover: str = ""
    warning: str = ""
    declined: tuple[str, ...] = ()
    ae_email: str = ""
    ce_email: str = ""
    ie_email: str = ""
    sync_on: date | None = None
    sync_with: str = ""
    sync: SyncChoice = SyncChoice.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRequest:
    """An account that needs nothing unless somebody asks."""

    account_id: str
    account_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request about an account that somebody holds and has not closed: in words, and the day it was made."""

    account_id: str
    words: str
    asked_on: date | None = None


class PlanState(StrEnum):
    """A plan's life."""

    DRAFT = "draft"  # generated; its person has not confirmed it
    PROPOSED = "proposed"  # confirmed; covers are asked, the manager sees it
    APPROVED = "approved"
    ENDED = "ended"  # the absence is over and handed back
    CANCELLED = "cancelled"  # the leave was cancelled


class Step(StrEnum):
    """The handbook's six steps, in order."""

    LOGGED = "logged"
    PLANNED = "planned"
    SHARED = "shared"
    SYNCS = "syncs"
    CUSTOMERS = "customers"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A step that is done: by evidence that the bot saw (`how` says which), or by hand."""

    step: Step
    at: datetime
    by_hand: bool
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved, as what (`manager`, `department_head`, `people_partner`)."""

    email: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A coverage plan. `generation` grows with each change of dates: what was planned for an earlier one is stale.

    `source` says where the absence comes from: `typed` in the bot, or the file or system that has it. `emergency`:
    notice rules are shown and never block; `opened_by` is the manager who opened it for someone who could not.
    """

    id: int
    away: Away
    team: Team | None
    state: PlanState
    generation: int
    source: str
    items: tuple[Item, ...]
    on_request: tuple[OnRequest, ...]
    ticked: tuple[Ticked, ...] = ()
    approvals: tuple[Approval, ...] = ()
    emergency: bool = False
    opened_by: str = ""
    wants_dnd: bool = False
    shared_at: datetime | None = None
    created_at: datetime
    confirmed_at: datetime | None = None
    pool_days: tuple[
        tuple[date, int, int], ...
    ] = ()  # pool TAs: day, how many of the pool are in, of how many
    active_channels: tuple[
        str, ...
    ] = ()  # accounts whose customer channel is active by what its person answered

    def done(self, step: Step) -> bool:
        """Whether a step is ticked."""
        return any(one.step is step for one in self.ticked)

    @property
    def uncovered(self) -> tuple[Item, ...]:
        """What nobody looks after yet."""
        covered = (CoverState.ACCEPTED, CoverState.CHANNEL)
        return tuple(item for item in self.items if item.state not in covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice rule and whether it is kept: shown and remembered, never blocking an emergency."""

    rule: str
    kept: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who might cover. `own` accounts are theirs; `covered` are those they cover in overlapping days."""

    email: str
    name: str
    team: Team | None
    zone: str
    level: str
    region: str
    segments: frozenset[str]
    own: int
    covered: int
    away: tuple[Away, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OooRules:
    """Everything `policy.toml` says of time off. `capacity` is by (region, level), "" for any: most specific wins."""

    steps: tuple[str, ...]
    notice_business_days: int
    acceptance_over_business_days: int
    approval_over_business_days: int
    approval_window_days: int
    approvers: tuple[str, ...]
    active_channel_days: int
    renewal_margin_days: int
    get_well_days: tuple[int, ...]
    get_well_below: float
    capacity: Mapping[tuple[str, str], int]
    ladder_days: tuple[int, ...]
    remind_at: time
    works_from: time
    works_to: time
    uncovered_business_days: int
    return_at: time
    status_set_by: str
    status_emoji: str
    status_text: str
    status_counts_as_set: tuple[str, ...]
    dnd: bool

    def capacity_of(self, region: str, level: str) -> int | None:
        """How many accounts somebody may have; where region and level each have a number, the lower; None without any."""
        known = {(one.casefold(), two.casefold()): count for (one, two), count in self.capacity.items()}
        region, level = region.casefold(), level.casefold()
        for keys in (((region, level),), ((region, ""), ("", level)), (("", ""),)):
            if found := [known[key] for key in keys if key in known]:
                return min(found)
        return None


def day_in_words(day: date) -> str:
    """`3 Dec 2026`, which nobody reads the wrong way round."""
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What happened to an account meanwhile, for the return briefing."""

    account_id: str
    account_name: str
    before: Category | None
    now: Category | None
    words: tuple[str, ...]
