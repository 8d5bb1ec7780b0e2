"""What a card says of one account: what was asked, what costs most, what moved, what is stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from bot.domain import joining
from bot.domain.account import Account, DrawnWeek, Group, Week
from bot.domain.health import (
    Category,
    HealthReading,
    HealthRules,
    Pillar,
    TraitReading,
    TraitRule,
    Verdict,
    read_week,
)
from bot.domain.kpi import Kpi, KpiReading
from bot.domain.lifecycle import StageReading
from bot.domain.names import unescaped
from bot.domain.person import Person, Team
from bot.domain.plan_update import PlanKind, PlanUpdate
from bot.domain.provenance import value_of
from bot.domain.segment import Classified, Unclassified

KPI_GROUPS = {Kpi.GRR: Group.REVENUE, Kpi.NRR: Group.REVENUE, Kpi.VALUE_REALIZATION: Group.PROGRAMME}
Ended = TypeVar("Ended", Week, DrawnWeek)
NEAR = timedelta(days=3)
"""History is weekly, so within three days of any day there is one week's end, or the week is missing."""
QUOTES = "\"'“”‘’«»„"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The team that serves an account, as Slack can name it; `group_id` is None where Slack has no such group."""

    team: Team
    name: str
    short: str
    channel: str
    user_group: str
    group_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Its TA is away until a day. `cover` is who looks after the account meanwhile; where `by_channel`, the team's
    channel does; neither: nobody has agreed to.
    """

    until: date
    cover: Person | None = None
    by_channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The score against some weeks ago, and the week it was read from."""

    before: float
    by: float
    week_ending: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A trait that moved: `points` is what that did to the score as we read it."""

    rule: TraitRule
    before: Any
    now: Any
    was: Verdict | None
    verdict: Verdict | None
    points: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Vitally's category is not the one that the traits give."""

    theirs: Category
    their_score: float | None
    ours: Category
    our_score: float

    @property
    def by(self) -> float | None:
        """How much higher ours is."""
        return None if self.their_score is None else self.our_score - self.their_score


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the chart draws; `left_out` weeks lacked a value that the chart needs."""

    weeks: tuple[date, ...]
    scores: tuple[float, ...]
    seats_used: tuple[float, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Where the earlier weeks come from, and the end of the newest."""

    source: str
    newest: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that a card shows, decided."""

    account: Account
    today: date
    now: datetime
    freshness: Mapping[Group, timedelta]
    reading: HealthReading
    category: Category | None
    traits: tuple[TraitReading, ...]
    stage: StageReading
    kpis: tuple[KpiReading, ...]
    segment: Classified | Unclassified
    change_weeks: int
    serving: Serving | None = None
    ta: Person | None = None
    absent: Absent | None = None
    ae: Person | None = None
    change: Change | None = None
    moved: tuple[Moved, ...] = ()
    moved_since: date | None = None
    disagreement: Disagreement | None = None
    odds: tuple[joining.Disagreement, ...] = ()  # values of which systems say different things
    line: Line | None = None
    history: History | None = None
    plan: PlanKind | None = None  # that runs for it
    update: PlanUpdate | None = None  # its newest status update
    material: int = 0  # pieces of the catalogue for its poor traits
    read_as: str = ""

    @property
    def churned(self) -> date | None:
        """The day it churned, once that is past."""
        churned = value_of(self.account.churned_on)
        return churned if churned is not None and churned <= self.today else None


def poor(reading: HealthReading) -> frozenset[str]:
    """The keys of the poor traits."""
    return frozenset(one.rule.key for one in reading.traits if one.verdict is Verdict.POOR)


def bare_name(typed: str) -> str:
    """The name in what was typed, its quotes taken off."""
    return unescaped(typed).strip(QUOTES).strip()


def by_cost(traits: Iterable[TraitReading]) -> tuple[TraitReading, ...]:
    """The most costly trait first, the unknown last; else the policy's order."""
    return tuple(sorted(traits, key=lambda one: 1.0 if one.cost is None else -one.cost))


def disagreement_of(account: Account, category: Category | None, ours: HealthReading) -> Disagreement | None:
    """Both readings where they differ in category; None where they agree or one of them is missing."""
    if category is None or ours.category is None or ours.score is None or category is ours.category:
        return None
    return Disagreement(
        theirs=category, their_score=value_of(account.health_score), ours=ours.category, our_score=ours.score
    )


def week_near(weeks: Sequence[Ended], day: date) -> Ended | None:
    """The week that ended nearest to a day; None where that week is missing from the history."""
    first, last = day - NEAR, day + NEAR
    near = [week for week in weeks if first <= week.week_ending <= last]
    return min(near, key=lambda week: abs(week.week_ending - day), default=None)


def change_of(account: Account, weeks: Sequence[Ended], today: date, ago: int) -> Change | None:
    """The score against `ago` weeks before; None where either is unknown."""
    score = value_of(account.health_score)
    week = week_near(weeks, today - timedelta(weeks=ago))
    if score is None or week is None or week.health_score is None:
        return None
    return Change(before=week.health_score, by=score - week.health_score, week_ending=week.week_ending)


def moved_since(
    account: Account, now: HealthReading, week: Week | None, rules: HealthRules
) -> tuple[Moved, ...]:
    """The traits that moved since a week of the history, what mattered most first."""
    if week is None:
        return ()
    then, new_month = read_week(week, rules), week.mau != value_of(account.mau)
    before = {one.rule.key: one for one in then.traits}
    moved = [_moved(before[one.rule.key], one, new_month) for one in now.traits if one.rule.key in before]
    return tuple(sorted((one for one in moved if one), key=lambda one: -abs(one.points)))


def _moved(then: TraitReading, now: TraitReading, new_month: bool) -> Moved | None:
    was, value = value_of(then.value), value_of(now.value)
    if was == value or was is None or _only_aged(then, now) or _invisible(was, value):
        return None
    return Moved(
        rule=now.rule,
        before=was,
        now=value,
        was=then.verdict,
        verdict=now.verdict,
        points=0.0 if then.cost is None or now.cost is None else then.cost - now.cost,
        note="a new month's MAU" if new_month and now.rule.pillar is Pillar.UTILIZATION else "",
    )


def _only_aged(then: TraitReading, now: TraitReading) -> bool:
    """Days since an activity grow by themselves: worth a line only where the verdict moved or they shrank."""
    was, value = value_of(then.value), value_of(now.value)
    if now.rule.unit != "days" or was is None or value is None:
        return False
    return bool(value > was) and then.verdict is now.verdict


def _invisible(was: Any, value: Any) -> bool:
    """Ratios that read the same in tenths of a percent."""
    return isinstance(was, float) and isinstance(value, float) and abs(was - value) < 0.001


def history_of(weeks: Sequence[Ended]) -> History | None:
    """Where the weeks come from; None where there are none."""
    if not weeks:
        return None
    sources = " + ".join(dict.fromkeys(week.source for week in weeks))
    return History(source=sources, newest=weeks[-1].week_ending)


def next_month(today: date) -> date:
    """The first of the month to come: MAU is a full month's figure, so that is when the next one can be known."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def line_of(weeks: Sequence[Ended], limit: int) -> Line | None:
    """The chart of the last weeks: the score, and seats used where nearly every week knows them."""
    recent = weeks[-limit:]
    scored = [week for week in recent if week.health_score is not None]
    both = [week for week in scored if week.mau is not None and week.licensed_seats]
    with_seats = len(both) >= 2 and len(both) * 4 >= len(scored) * 3
    drawn = both if with_seats else scored
    if len(drawn) < 2:
        return None
    return Line(
        weeks=tuple([week.week_ending for week in drawn]),
        scores=tuple([round(week.health_score or 0.0, 2) for week in drawn]),
        seats_used=tuple([_per_ten(week) for week in drawn]) if with_seats else (),
        left_out=len(recent) - len(drawn),
    )


def _per_ten(week: Week | DrawnWeek) -> float:
    return round(10 * (week.mau or 0) / (week.licensed_seats or 1), 2)
