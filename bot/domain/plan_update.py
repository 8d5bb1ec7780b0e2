"""Weekly status updates of save plans and get-well plans: whom they are asked of, and what was answered.

Handbook: an active Lighthouse save plan is updated every week; utilization under target calls for a get-well plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.account import Account
from bot.domain.kpi import utilization_of
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import value_of

SIGNAL = "save_plan_update"
"""The signal by which updates are asked for: a key of policy's [alerts.signals]."""
_HAIR = 1e-9  # ratios of decimals miss their bound by a rounding
_WEEK = 7


class PlanKind(StrEnum):
    """What runs for an account."""

    LIGHTHOUSE = "lighthouse"  # a save plan
    GET_WELL = "get_well"


class Confidence(StrEnum):
    """Whether the plan will do what it is for."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"

    @property
    def colour(self) -> str:
        """The health category that it looks like."""
        return {"on_track": "green", "at_risk": "yellow", "off_track": "red"}[self.value]


PLANS: Mapping[PlanKind, str] = {PlanKind.LIGHTHOUSE: "save plan", PlanKind.GET_WELL: "get-well plan"}
CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.ON_TRACK: "on track",
    Confidence.AT_RISK: "at risk",
    Confidence.OFF_TRACK: "off track",
}
"""Both as people say them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUpdate:
    """An update as somebody wrote it. `week` is the Monday of the week it is of; `team` served the account then."""

    id: int
    account_id: str
    account_name: str
    team: Team | None
    kind: PlanKind
    week: date
    progress: str
    blockers: str
    asks: str
    confidence: Confidence
    by_email: str
    by_name: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsk:
    """Somebody was asked for a week's update of an account; an account is asked about once a week, of one person."""

    account_id: str
    account_name: str
    team: Team | None
    kind: PlanKind
    week: date
    email: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWeek:
    """The updates of a week, one an account, and who was asked and has not answered (`names` by e-mail)."""

    week: date
    updates: tuple[PlanUpdate, ...]
    unanswered: tuple[PlanAsk, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUpdateRules:
    """What `policy.toml` says of it: asked on `weekday` (Monday is 0) every so many weeks, in these teams.

    A get-well plan runs while utilization is below the target, from one day of the customer's life to another.
    """

    weekday: int
    every_weeks: int
    teams: frozenset[Team]
    get_well_below: float
    get_well_from: int
    get_well_until: int

    def customers_since(self, today: date) -> tuple[date, date]:
        """Since when an account whose get-well plan may run has been a customer: the first and the last day."""
        return (
            today - timedelta(days=self.get_well_until - 1),
            today - timedelta(days=self.get_well_from - 1),
        )

    def asks_on(self, today: date) -> bool:
        """Whether updates are asked for on a day: on the weekday, and after it for what was missed until Friday."""
        due = today.toordinal() // _WEEK % self.every_weeks == 0
        return due and self.weekday <= today.weekday() <= max(self.weekday, 4)


def plan_of(account: Account, rules: PlanUpdateRules, today: date) -> PlanKind | None:
    """The plan that runs for an account; None where none does."""
    churned = value_of(account.churned_on)
    if churned is not None and churned <= today:
        return None
    if value_of(account.lighthouse) == "active":
        return PlanKind.LIGHTHOUSE
    since, ratio = value_of(account.customer_since), value_of(utilization_of(account))
    if since is None or ratio is None or ratio >= rules.get_well_below - _HAIR:
        return None
    first, last = rules.customers_since(today)
    return PlanKind.GET_WELL if first <= since <= last else None


def keeper_of(
    account: Account, team: Team | None, last: PlanUpdate | None, people: Iterable[Person]
) -> str | None:
    """Who is asked, by e-mail: an account's own TA; of a pool whoever updated it last, else the team's manager."""
    known = {one.email: one for one in people}
    own = (value_of(account.ta_email) or "").lower() if not (team and team.is_pool) else ""
    served = last.by_email if last and team and team.is_pool else own
    if served in known:
        return served
    managers = (one for one in known.values() if one.role is Role.MANAGER and one.team is team)
    return min((one.email for one in managers), default=None)


def latest(updates: Iterable[PlanUpdate]) -> tuple[PlanUpdate, ...]:
    """The newest update of each account, by the account's name."""
    newest = {one.account_id: one for one in sorted(updates, key=lambda one: one.id)}
    return tuple(sorted(newest.values(), key=lambda one: (one.account_name.casefold(), one.account_id)))


def in_words(update: PlanUpdate) -> str:
    """An update in one line, as it was typed: `at risk; progress: …; blockers: …; asks: …`."""
    parts = {"progress": update.progress, "blockers": update.blockers, "asks": update.asks}
    said = [f"{name}: {' '.join(words.split())}" for name, words in parts.items() if words]
    return "; ".join((CONFIDENCES[update.confidence], *said))
