"""Lifecycle stages (handbook: lifecycle, 0 Prospect to 4 Renewing; renewing takes precedence)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from bot.domain.account import Account


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
    raise NotImplementedError
