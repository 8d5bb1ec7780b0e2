"""What is watched of an account for alerts: its values, what is remembered of it, and what came of looking at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias

from bot.domain.calendar import add_months

Memory: TypeAlias = Mapping[str, str]
"""What is remembered of an account, by signal, in a text that only its rule reads; `SINCE`: the day it was first seen."""
SINCE = "since"
HAIR = 1e-9
"""Ratios of decimals miss their bound by a rounding."""


class Look(NamedTuple):
    """The values of an account that signals are read from; None where the book has none.

    The dates come last: hundreds of thousands of them are read in one go.
    """

    id: str
    team: str | None = None
    seats_unlimited: bool | None = None
    licensed_seats: int | None = None
    tam: int | None = None
    mau: int | None = None
    mau_28d: int | None = None
    health_score: float | None = None
    health_category: str | None = None
    active_champion: bool | None = None
    lighthouse: str | None = None
    missing_since: date | None = None
    customer_since: date | None = None
    production_since: date | None = None
    renewal_date: date | None = None
    save_plan_updated_on: date | None = None
    success_plan_updated_on: date | None = None
    last_cbr_on: date | None = None
    last_roadmap_review_on: date | None = None
    kickoff_on: date | None = None
    expected_close_on: date | None = None
    churned_on: date | None = None


class Fired(NamedTuple):
    """A signal that fired. `crossing` says when it is the same one again; `what` names it to whoever words it.

    `is_first`: not a change that was seen to happen, but something that was so when it was first known.
    """

    signal: str
    what: str
    crossing: str
    on: date | None = None
    is_first: bool = False
    before: str = ""


class Seen(NamedTuple):
    """What came of looking at an account: what to remember of it from now on, and what fired.

    On `wakes_on` something may come due though none of its values changes; until then it need not be looked at.
    """

    memory: Memory
    wakes_on: date | None = None
    fired: tuple[Fired, ...] = ()


class Found(NamedTuple):
    """An account that was looked at. `standing` says in short what of its values matters: while that is the same, and
    the day has not come, it is not looked at again.
    """

    account_id: str
    seen: Seen
    standing: str = ""


class Period(NamedTuple):
    """How often something is due."""

    months: int = 0
    days: int = 0

    def after(self, first: date, times: int = 1) -> date:
        """The day so many periods after a day."""
        return add_months(first, self.months * times) + timedelta(days=self.days * times)

    def passed(self, first: date, day: date) -> int:
        """How many whole periods have passed since a day."""
        guess = (day.year - first.year) * 12 + day.month - first.month if self.months else 0
        times = max(guess // self.months if self.months else (day - first).days // self.days, 0)
        while times and self.after(first, times) > day:
            times -= 1
        return times


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A commitment that is due again and again: counted from a value of the account, else from its start.

    `at_least` is the longest that may pass, where that is another number than the rhythm's.
    """

    programme: str
    signal: str
    every: Period
    counts_from: str = ""
    at_least: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """Everything `policy.toml` says of what fires. Shares are ratios (0.9); days count from the event.

    `falls_by`: a level is left only so far below it. `few`: how many first-known ones of a signal are told after one
    look at the book; more are only remembered, as everything first known is until `settles` after the first look.
    """

    levels: tuple[float, ...]
    falls_by: float
    window_days: int
    utilization_below: float
    utilization_days: tuple[int, ...]
    questions: tuple[str, ...]  # of a get-well plan
    hands_over: tuple[str, ...]  # what a hand-off is about
    renewal_days: tuple[int, ...]  # longest first
    lighthouse_months: int
    handoff_known: int
    handoff_due: int
    handoff_tagged: int
    kickoff_days: int
    kickoff_teams: tuple[str, ...]
    rhythms: Mapping[str, tuple[Rhythm, ...]]  # by team
    save_plan: Period
    sync: Period
    quiet: Mapping[str, timedelta]
    few: int
    settles: timedelta
    red_below: float
    green_above: float

    @property
    def marks(self) -> tuple[float, ...]:
        """The parts of the licensed seats at which something changes: reaching each level, and leaving it."""
        reached = [one - HAIR for one in self.levels]
        return tuple(sorted({*reached, *(one - self.falls_by for one in reached)}))

    @property
    def bounds(self) -> tuple[float, float]:
        """The scores below which an account is red, and above which it is green."""
        return self.red_below - HAIR, self.green_above + HAIR


class Pass(NamedTuple):
    """The last look at the whole book: up to which of its versions, on which day; and when the first one was."""

    version: int
    day: date
    began_at: datetime
