"""The KPIs of an account (handbook: KPIs). A missing or zero denominator gives no data, never 0 % and never ∞."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache, reduce
from typing import Any, NamedTuple

from bot.domain.account import Account, Cents
from bot.domain.person import Team
from bot.domain.provenance import Fact, Known, Stamp, Unknown, value_of

_HAIR = 1e-9  # ratios of decimals miss their bound by a rounding: 14.1 / 47 is 0.3


class Kpi(StrEnum):
    """The handbook's KPIs."""

    UTILIZATION = "utilization"
    CONSUMPTION = "consumption"
    GRR = "grr"
    NRR = "nrr"
    VALUE_REALIZATION = "value_realization"
    AVERAGE_HEALTH = "average_health"


KPI_NAMES: Mapping[Kpi, str] = {
    Kpi.UTILIZATION: "utilization",
    Kpi.CONSUMPTION: "consumption",
    Kpi.GRR: "ARR kept (GRR)",
    Kpi.NRR: "ARR grown (NRR)",
    Kpi.VALUE_REALIZATION: "value realization",
    Kpi.AVERAGE_HEALTH: "average health",
}
"""What each is called inside a sentence."""
KPI_TITLES: Mapping[Kpi, str] = {kpi: f"{name[0].upper()}{name[1:]}" for kpi, name in KPI_NAMES.items()}
"""What each is called at the head of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is expected: `at_least` as a ratio (0.8) or a score; `tolerance` is the ± around it, 0 if none.

    `whose` says whose target it is, in words; `text` replaces the number where there is none to show.
    """

    kpi: Kpi
    at_least: float | None
    tolerance: float = 0.0
    whose: str = ""
    text: str = ""

    def met_by(self, value: Fact[float]) -> bool | None:
        """Whether a value reaches it, within the tolerance; None where unknown or where no number is expected."""
        if self.at_least is None or isinstance(value, Unknown):
            return None
        return value.value >= self.at_least - self.tolerance - _HAIR


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRules:
    """Everything `policy.toml` says of KPIs. `ramp_days`: utilization is reached within 60 days of production."""

    targets: Mapping[Team, tuple[Target, ...]]
    ramp_days: int
    onboarding_check: float  # H checks 50 % by day 60
    compare_months: int  # ARR kept and grown is against this many months before

    def targets_of(self, team: Team) -> tuple[Target, ...]:
        """The KPIs of a team in the order they are shown; value realization for enterprise only."""
        return self.targets.get(team, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReading:
    """One KPI of one account against its target.

    `value` is a ratio or score; `met` is None where unknown or where nothing is expected; within the
    tolerance counts as met. `detail` names numerator and denominator; `note` adds `day 12 of 60`,
    `unlimited seats: of 900 addressable developers` and the like.
    """

    kpi: Kpi
    value: Fact[float]
    target: Target
    met: bool | None
    detail: str = ""
    note: str = ""


class Ratio(NamedTuple):
    """A ratio with what it was made of, in words; `note` says what is unusual about its denominator."""

    value: Fact[float]
    detail: str = ""
    note: str = ""


@lru_cache(maxsize=4096)  # a file's values share few stamps, and every ratio of every account joins two
def joined(first: Stamp, second: Stamp) -> Stamp:
    """The origin of a value made of two: the older instant, and both sources where they differ."""
    if first == second:
        return first
    sources = (
        first.source if second.source in first.source.split(" + ") else f"{first.source} + {second.source}"
    )
    return Stamp(sources, min(first.as_of, second.as_of), first.assumed or second.assumed)


def stamp_of(facts: Iterable[Fact[Any]]) -> Stamp | None:
    """The origin of several values: every source, and the oldest instant; None where none is known."""
    stamps = [fact.stamp for fact in facts if isinstance(fact, Known)]
    return reduce(joined, stamps) if stamps else None


def utilization_of(account: Account) -> Fact[float]:
    """Last full calendar month's MAU ÷ licensed seats; TAM is the denominator where seats are unlimited."""
    return utilization_parts(account).value


def consumption_of(account: Account) -> Fact[float]:
    """Mean daily active users over the last 4 weeks ÷ last month's MAU."""
    return consumption_parts(account).value


def utilization_parts(account: Account) -> Ratio:
    """Utilization with its words: `312 MAU of 480 licensed seats`."""
    unlimited = isinstance(account.seats_unlimited, Known) and account.seats_unlimited.value
    if unlimited:
        seats, noun = account.tam, "addressable developers"
        missing = "seats are unlimited and the addressable developers (TAM) are unknown"
    else:
        seats, noun = account.licensed_seats, "licensed seats"
        missing = "licensed seats unknown"
    if isinstance(account.mau, Unknown):
        return Ratio(Unknown(f"MAU unknown: {account.mau.reason}"))
    if isinstance(seats, Unknown):
        return Ratio(Unknown(f"{missing}: {seats.reason}"))
    if not seats.value:
        return Ratio(Unknown(f"no {noun}"))
    value = Known(account.mau.value / seats.value, joined(account.mau.stamp, seats.stamp))
    note = f"unlimited seats: of {seats.value:,} addressable developers" if unlimited else ""
    return Ratio(value, f"{account.mau.value:,} MAU of {seats.value:,} {noun}", note)


def consumption_parts(account: Account) -> Ratio:
    """Consumption with its words: `94 daily active users of 312 MAU`."""
    daily, mau = account.dau_4w_avg, account.mau
    if isinstance(daily, Unknown):
        return Ratio(Unknown(f"daily active users unknown: {daily.reason}"))
    if isinstance(mau, Unknown):
        return Ratio(Unknown(f"MAU unknown: {mau.reason}"))
    if not mau.value:
        return Ratio(Unknown("no monthly active users last month"))
    value = Known(daily.value / mau.value, joined(daily.stamp, mau.stamp))
    shown = f"{daily.value:,.1f}".removesuffix(".0")
    return Ratio(value, f"{shown} daily active users of {mau.value:,} MAU")


def book_health(accounts: Iterable[Account]) -> Fact[float]:
    """The mean health score over the accounts whose score is known."""
    scores = [fact for account in accounts if isinstance(fact := account.health_score, Known)]
    if not scores:
        return Unknown("no account has a known score")
    oldest = min((fact.stamp for fact in scores), key=lambda stamp: stamp.as_of)
    sources = " + ".join(dict.fromkeys(fact.source for fact in scores))
    assumed = any(fact.stamp.assumed for fact in scores)
    return Known(sum(fact.value for fact in scores) / len(scores), Stamp(sources, oldest.as_of, assumed))


def read_kpis(account: Account, team: Team, rules: KpiRules, today: date) -> tuple[KpiReading, ...]:
    """The KPIs of the account's team, in the policy's order; the mean health is a whole book's, so not here."""
    return tuple(
        _READERS[target.kpi](account, target, rules, today)
        for target in rules.targets_of(team)
        if target.kpi in _READERS
    )


def _read_utilization(account: Account, target: Target, rules: KpiRules, today: date) -> KpiReading:
    ratio = utilization_parts(account)
    ramp, due = _ramp(account, rules, today)
    met = target.met_by(ratio.value)
    note = "; ".join(part for part in (ramp, ratio.note) if part)
    # Before the target is due it can be reached early, but not missed.
    met = met if due or met else None
    return KpiReading(
        kpi=target.kpi, value=ratio.value, target=target, met=met, detail=ratio.detail, note=note
    )


def _ramp(account: Account, rules: KpiRules, today: date) -> tuple[str, bool]:
    """Say how far production is, and whether the utilization target is due."""
    since = value_of(account.production_since)
    if since is None:
        return "start of production unknown", True
    day = (today - since).days + 1
    if day < 1:
        return f"production starts on {since}", False
    return (f"day {day} of {rules.ramp_days}", False) if day <= rules.ramp_days else ("", True)


def _read_consumption(account: Account, target: Target, _: KpiRules, __: date) -> KpiReading:
    ratio = consumption_parts(account)
    return KpiReading(
        kpi=target.kpi,
        value=ratio.value,
        target=target,
        met=target.met_by(ratio.value),
        detail=ratio.detail,
    )


def _read_grr(account: Account, target: Target, rules: KpiRules, today: date) -> KpiReading:
    return _read_retention(account, target, rules, today, capped=True)


def _read_nrr(account: Account, target: Target, rules: KpiRules, today: date) -> KpiReading:
    return _read_retention(account, target, rules, today, capped=False)


def _read_retention(
    account: Account, target: Target, rules: KpiRules, today: date, *, capped: bool
) -> KpiReading:
    now, then = arr_now(account, today), _arr_then(account, rules, today)
    if isinstance(then, Unknown):
        return KpiReading(kpi=target.kpi, value=then, target=target, met=None)
    if isinstance(now, Unknown):
        unknown = Unknown(f"ARR unknown: {now.reason}")
        return KpiReading(kpi=target.kpi, value=unknown, target=target, met=None)
    kept = min(now.value, then.value) if capped else now.value
    value = Known(kept / then.value, joined(now.stamp, then.stamp))
    return KpiReading(
        kpi=target.kpi,
        value=value,
        target=target,
        met=target.met_by(value),
        detail=f"{_dollars(now.value)} now, {_dollars(then.value)} a year ago",
        note=_churn_note(account, today),
    )


def _churn_note(account: Account, today: date) -> str:
    churned = value_of(account.churned_on)
    return f"churned on {churned}" if has_churned(account, today) else ""


def has_churned(account: Account, today: date) -> bool:
    """Whether the account has churned by that day."""
    churned = value_of(account.churned_on)
    return churned is not None and churned <= today


def arr_now(account: Account, today: date) -> Fact[Cents]:
    """The account's ARR; a churned account stays in the sums with 0."""
    if isinstance(account.churned_on, Known) and has_churned(account, today):
        return Known(0, account.churned_on.stamp)
    return account.arr


def _arr_then(account: Account, rules: KpiRules, today: date) -> Fact[Cents]:
    then = account.arr_year_ago
    if isinstance(then, Known):
        return then if then.value > 0 else Unknown("was not a customer a year ago")
    since = value_of(account.customer_since)
    if since is not None and _months_between(since, today) < rules.compare_months:
        return Unknown("was not a customer a year ago")
    return Unknown(f"ARR a year ago unknown: {then.reason}")


def _months_between(first: date, last: date) -> int:
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (last.day < first.day)


def _read_value(account: Account, target: Target, _: KpiRules, __: date) -> KpiReading:
    met, goals = account.goals_met, account.goals_set
    value: Fact[float]
    detail = ""
    if isinstance(goals, Unknown):
        value = Unknown(f"success-plan goals unknown: {goals.reason}")
    elif not goals.value:
        value = Unknown("no goals are set in the success plan")
    elif isinstance(met, Unknown):
        value = Unknown(f"success-plan goals met unknown: {met.reason}")
    else:
        value = Known(met.value / goals.value, joined(met.stamp, goals.stamp))
        detail = f"{met.value} of {goals.value} success-plan goals met"
    return KpiReading(kpi=target.kpi, value=value, target=target, met=target.met_by(value), detail=detail)


def _dollars(cents: Cents) -> str:
    return f"${cents / 100:,.0f}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


_READERS: Mapping[Kpi, Callable[[Account, Target, KpiRules, date], KpiReading]] = {
    Kpi.UTILIZATION: _read_utilization,
    Kpi.CONSUMPTION: _read_consumption,
    Kpi.GRR: _read_grr,
    Kpi.NRR: _read_nrr,
    Kpi.VALUE_REALIZATION: _read_value,
}
