"""The health score, trait by trait (handbook: health score; Vitally computes it, we explain it).

Vitally's score is the source of truth. This module reads the same traits by the rules in `policy.toml`,
so that an answer can say *why*: a trait counts healthy 10, concerning 5, poor 0; a category is the mean
of its known traits; the score is the weighted mean of the categories that have a known trait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from bot.domain.account import Account, Week
from bot.domain.provenance import Fact


class Category(StrEnum):
    """An account's health category."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Verdict(StrEnum):
    """What a rule says of one trait."""

    HEALTHY = "healthy"
    CONCERNING = "concerning"
    POOR = "poor"


class Pillar(StrEnum):
    """The four weighted categories of traits."""

    SENTIMENT = "sentiment"
    TECHNICAL = "technical"
    RELATIONSHIPS = "relationships"
    UTILIZATION = "utilization"


class Sense(StrEnum):
    """How a trait's value is compared."""

    AT_MOST = "at_most"  # small is good: healthy <= or < `healthy`, poor >= or > `poor`
    AT_LEAST = "at_least"  # large is good
    FLAG = "flag"  # true is healthy, false is poor
    CHOICE = "choice"  # the value itself is the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitRule:
    """One row of the handbook's table. `key` names the trait; `unit` is shown behind its value.

    `healthy_includes` and `poor_includes` say whether the bound itself belongs to that side.
    """

    key: str
    label: str
    short: str  # a column's head: at most 8 characters
    pillar: Pillar
    sense: Sense
    healthy: float | None = None
    healthy_includes: bool = True
    poor: float | None = None
    poor_includes: bool = True
    unit: str = ""  # "", "percent", "days", "versions", "tickets"

    @property
    def healthy_when(self) -> str:
        """The rule in words: `< 2`, `≥ 80 %`, `yes`."""
        raise NotImplementedError

    @property
    def poor_when(self) -> str:
        """The rule in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRules:
    """Everything `policy.toml` says of the health score. `points` maps a verdict to 10, 5 or 0."""

    weights: Mapping[Pillar, float]
    traits: tuple[TraitRule, ...]
    points: Mapping[Verdict, float]
    red_below: float
    green_above: float

    def category_of(self, score: float) -> Category:
        """The category a score falls into; float-safe at the thirds."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitReading:
    """One trait of one account: its value, the rule's verdict (None where unknown) and its cost.

    `value` is a number, a bool or a Verdict text. `cost` is what the score would gain were it healthy.
    `detail` says what a ratio was made of, e.g. `312 MAU of 480 seats`.
    """

    rule: TraitRule
    value: Fact[Any]
    verdict: Verdict | None
    cost: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReading:
    """Our own reading of an account's traits. `score` and `category` are None where no trait is known."""

    score: float | None
    category: Category | None
    traits: tuple[TraitReading, ...]
    pillars: Mapping[Pillar, float | None]


def read_account(account: Account, rules: HealthRules, today: date) -> HealthReading:
    """Read every trait of an account by the rules; unknown traits are left out and named."""
    raise NotImplementedError


def read_week(week: Week, rules: HealthRules) -> HealthReading:
    """Read a week of history by the same rules (days since activity count to the week's end)."""
    raise NotImplementedError
