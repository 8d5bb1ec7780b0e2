"""The KPIs of an account (handbook: KPIs). A missing or zero denominator gives no data, never 0 % and never ∞."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.account import Account
from bot.domain.person import Team
from bot.domain.provenance import Fact


class Kpi(StrEnum):
    """The handbook's KPIs."""

    UTILIZATION = "utilization"
    CONSUMPTION = "consumption"
    GRR = "grr"
    NRR = "nrr"
    VALUE_REALIZATION = "value_realization"
    AVERAGE_HEALTH = "average_health"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRules:
    """Everything `policy.toml` says of KPIs. `ramp_days`: utilization is reached within 60 days of production."""

    targets: Mapping[Team, tuple[Target, ...]]
    ramp_days: int
    onboarding_check: float  # H checks 50 % by day 60

    def targets_of(self, team: Team) -> tuple[Target, ...]:
        """The KPIs of a team in the order they are shown; value realization for enterprise only."""
        raise NotImplementedError


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


def utilization_of(account: Account) -> Fact[float]:
    """Last full calendar month's MAU ÷ licensed seats; TAM is the denominator where seats are unlimited."""
    raise NotImplementedError


def consumption_of(account: Account) -> Fact[float]:
    """Mean daily active users over the last 4 weeks ÷ last month's MAU."""
    raise NotImplementedError


def read_kpis(account: Account, team: Team, rules: KpiRules, today: date) -> tuple[KpiReading, ...]:
    """The KPIs of the account's team, in the policy's order."""
    raise NotImplementedError
