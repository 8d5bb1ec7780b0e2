"""Lifecycle stages (handbook: lifecycle, 0 Prospect to 4 Renewing; renewing takes precedence)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from math import floor

from bot.domain.account import Account
from bot.domain.kpi import consumption_of, utilization_of
from bot.domain.provenance import Unknown, value_of

_HAIR = 1e-9  # ratios of decimals miss their bound by a rounding


class Stage(IntEnum):
    """The handbook's numbered stages."""

    PROSPECT = 0
    ONBOARDING = 1
    ADOPTING = 2
    NURTURING = 3
    RENEWING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRules:
    """Bounds in days, and the ratios that end Adopting."""

    prospect_days: int
    onboarding_days: int
    renewing_days: int
    adopted_utilization: float
    adopted_consumption: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReading:
    """The stage and, in words, why: `renews in 41 days`. `stage` is None where it cannot be told."""

    stage: Stage | None
    why: str


def stage_of(account: Account, rules: LifecycleRules, today: date) -> StageReading:
    """The account's stage today; an account whose expected close lies ahead is a prospect."""
    for read in (_churned, _renewing, _prospect, _onboarding):
        reading = read(account, rules, today)
        if reading is not None:
            return reading
    return _by_usage(account, rules)


def _churned(account: Account, _: LifecycleRules, today: date) -> StageReading | None:
    churned = value_of(account.churned_on)
    if churned is None or churned > today:
        return None
    return StageReading(stage=None, why=f"churned on {churned}")


def _renewing(account: Account, rules: LifecycleRules, today: date) -> StageReading | None:
    renewal = value_of(account.renewal_date)
    if renewal is None or (renewal - today).days > rules.renewing_days:
        return None
    days = (renewal - today).days
    if days < 0:
        return StageReading(stage=Stage.RENEWING, why=f"renewal was due {_days(-days)} ago")
    return StageReading(stage=Stage.RENEWING, why=f"renews in {_days(days)}" if days else "renews today")


def _prospect(account: Account, rules: LifecycleRules, today: date) -> StageReading | None:
    close = value_of(account.expected_close_on)
    if close is not None and close > today:
        days = (close - today).days
        early = (
            f", more than the {rules.prospect_days} of the hand-over" if days > rules.prospect_days else ""
        )
        return StageReading(stage=Stage.PROSPECT, why=f"expected to close in {_days(days)}{early}")
    since = value_of(account.customer_since)
    if since is not None and since > today:
        return StageReading(stage=Stage.PROSPECT, why=f"becomes a customer on {since}")
    return None


def _onboarding(account: Account, rules: LifecycleRules, today: date) -> StageReading | None:
    since, event = value_of(account.customer_since), "customer"
    if since is None:
        since, event = value_of(account.production_since), "in production"
    if since is None:
        if (value_of(account.arr_year_ago) or 0) > 0:
            return None  # a customer a year ago is past the first days, whenever it started
        return StageReading(stage=None, why="unknown since when it is a customer")
    day = (today - since).days + 1
    if day > rules.onboarding_days:
        return None
    why = f"day {day} of {rules.onboarding_days}, {event} since {since}"
    return StageReading(stage=Stage.ONBOARDING, why=why)


def _by_usage(account: Account, rules: LifecycleRules) -> StageReading:
    short, unknown = [], []
    for label, fact, bound in (
        ("utilization", utilization_of(account), rules.adopted_utilization),
        ("usage", consumption_of(account), rules.adopted_consumption),
    ):
        if isinstance(fact, Unknown):
            unknown.append(f"{label} unknown ({fact.reason})")
        elif fact.value < bound - _HAIR:
            short.append(f"{label} {_floor_percent(fact.value)} %, below {bound * 100:g} %")
    if short:
        return StageReading(stage=Stage.ADOPTING, why="; ".join(short))
    if unknown:
        return StageReading(stage=None, why="; ".join(unknown))
    why = f"utilization at {rules.adopted_utilization * 100:g} % and usage at {rules.adopted_consumption * 100:g} % or more"
    return StageReading(stage=Stage.NURTURING, why=why)


def _floor_percent(ratio: float) -> int:
    """Round down, so that 79.6 % never reads as `80 %, below 80 %`."""
    return floor(ratio * 100 + _HAIR)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
