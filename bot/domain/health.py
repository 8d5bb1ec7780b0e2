"""The health score, trait by trait (handbook: health score; Vitally computes it, we explain it).

Vitally's score is the source of truth. This module reads the same traits by the rules in `policy.toml`,
so that an answer can say *why*: a trait counts healthy 10, concerning 5, poor 0; a category is the mean
of its known traits; the score is the weighted mean of the categories that have a known trait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from math import floor
from typing import Any, NamedTuple, cast

from bot.domain.account import Account, Week
from bot.domain.kpi import Ratio, consumption_parts, utilization_parts
from bot.domain.provenance import Fact, Known, Stamp, Unknown, value_of

_HAIR = 1e-9  # scores and ratios miss their bound by a rounding: (10 + 10 + 0) / 3 is 20/3


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

    healthy_when: str = ""  # the rule in words: `< 2`, `≥ 80 %`, `yes`; made here when not given
    poor_when: str = ""

    def __post_init__(self) -> None:
        for name in ("healthy", "poor"):
            if not getattr(self, f"{name}_when"):
                object.__setattr__(self, f"{name}_when", _in_words(self, Verdict(name)))

    def verdict_of(self, value: float | bool | str) -> Verdict:
        """What the rule says of a known value."""
        if self.sense is Sense.CHOICE:
            return Verdict(str(value))
        if self.sense is Sense.FLAG:
            return Verdict.HEALTHY if value else Verdict.POOR
        beyond_healthy = float(value) - (self.healthy or 0.0)
        beyond_poor = (self.poor or 0.0) - float(value)
        if self.sense is Sense.AT_MOST:
            beyond_healthy, beyond_poor = -beyond_healthy, -beyond_poor
        if beyond_healthy > (-_HAIR if self.healthy_includes else _HAIR):
            return Verdict.HEALTHY
        return Verdict.POOR if beyond_poor > (-_HAIR if self.poor_includes else _HAIR) else Verdict.CONCERNING


def _in_words(rule: TraitRule, side: Verdict) -> str:
    if rule.sense is Sense.CHOICE:
        return side.value.capitalize()
    healthy = side is Verdict.HEALTHY
    if rule.sense is Sense.FLAG:
        return "yes" if healthy else "no"
    bound, includes = (rule.healthy, rule.healthy_includes) if healthy else (rule.poor, rule.poor_includes)
    upwards = (rule.sense is Sense.AT_LEAST) is healthy
    sign = {(True, True): "≥", (True, False): ">", (False, True): "≤", (False, False): "<"}[upwards, includes]
    number = f"{(bound or 0) * 100:g} %" if rule.unit == "percent" else f"{bound or 0:g}"
    return f"{sign} {number}"


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
        if score < self.red_below - _HAIR:
            return Category.RED
        return Category.GREEN if score > self.green_above + _HAIR else Category.YELLOW


class TraitReading(NamedTuple):
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
    seen: list[tuple[TraitRule, Fact[Any], str, Verdict | None]] = []
    known: dict[Pillar, list[float]] = {}
    for rule in rules.traits:
        compute, detail = _COMPUTED.get(rule.key), ""
        value: Fact[Any]
        if compute is None:
            value = getattr(account, rule.key)
        else:
            value, detail, _ = compute(account, today)
        verdict = None
        if isinstance(value, Known):
            verdict = rule.verdict_of(value.value)
            known.setdefault(rule.pillar, []).append(rules.points[verdict])
        seen.append((rule, value, detail, verdict))
    means = {pillar: sum(points) / len(points) for pillar, points in known.items()}
    weight = sum([rules.weights[pillar] for pillar in known])
    score = sum([rules.weights[pillar] * mean for pillar, mean in means.items()]) / weight if weight else None
    shares = {pillar: rules.weights[pillar] / weight / len(points) for pillar, points in known.items()}
    # What the score would gain were a trait healthy: its points, by its share of the score.
    gains = {verdict: rules.points[Verdict.HEALTHY] - points for verdict, points in rules.points.items()}
    return HealthReading(
        score=score,
        category=None if score is None else rules.category_of(score),
        traits=tuple(
            [
                TraitReading(
                    rule, value, verdict, gains[verdict] * shares[rule.pillar] if verdict else None, detail
                )
                for rule, value, detail, verdict in seen
            ]
        ),
        pillars={pillar: means.get(pillar) for pillar in rules.weights},
    )


def read_week(week: Week, rules: HealthRules) -> HealthReading:
    """Read a week of history by the same rules (days since activity count to the week's end)."""
    return read_account(account_in(week), rules, week.week_ending)


def cause_of(then: HealthReading, now: HealthReading, way: int) -> str:
    """The trait that did most of a move up (1) or down (-1): `Utilization: MAU of seats 84 % → 71 %, healthy →
    concerning`; empty where none of those known at both ends went that way.
    """
    before = {one.rule.key: one for one in then.traits}
    gains = [
        ((was.cost - one.cost) * way, was, one)
        for one in now.traits
        if (was := before.get(one.rule.key)) and was.verdict is not one.verdict
        if was.cost is not None and one.cost is not None
    ]
    most, was, one = max(gains, key=lambda gain: gain[0], default=(0.0, None, None))
    return _moved_in_words(was, one) if most > _HAIR and was and one else ""


def _moved_in_words(was: TraitReading, now: TraitReading) -> str:
    verdicts = f"{was.verdict} → {now.verdict}"
    values = f"{_value_in_words(was)} → {_value_in_words(now)}"
    return f"{now.rule.label} {verdicts if values == verdicts else f'{values}, {verdicts}'}"


def _value_in_words(trait: TraitReading) -> str:
    value = value_of(trait.value)
    if isinstance(value, bool):
        return trait.rule.healthy_when if value else trait.rule.poor_when
    if trait.rule.unit == "percent" and value is not None:
        return f"{floor(value * 100 + _HAIR)} %"
    return str(value)


def recorded_category(account: Account, rules: HealthRules) -> Category | None:
    """Vitally's category; where only its score is known, the one that score falls into."""
    if isinstance(account.health_category, Known):
        return Category(account.health_category.value)
    score = account.health_score
    return rules.category_of(score.value) if isinstance(score, Known) else None


def account_in(week: Week) -> Account:
    """The account as it stood in a week of its history, so that the same rules read both."""
    return cast("Account", _Then(week))  # it has an account's values, made as they are looked at


class _Then:
    """What a week recorded, each value with its origin; making a whole account of it took longer than reading it."""

    def __init__(self, week: Week) -> None:
        stamp = Stamp(week.source, datetime.combine(week.week_ending, time(), UTC))
        for name in _RECORDED:
            value = getattr(week, name)
            self.__dict__[name] = _NOT_THAT_WEEK if value is None else Known(value, stamp)

    def __getattr__(self, name: str) -> Fact[Any]:
        return _NOT_THAT_WEEK


_RECORDED = tuple(name for name in Week.__slots__ if name in Account.__slots__)
_NOT_THAT_WEEK = Unknown("not recorded that week")


def _days_since_activity(account: Account, today: date) -> Ratio:
    last = account.last_activity_on
    if isinstance(last, Unknown):
        return Ratio(Unknown(f"last activity unknown: {last.reason}"))
    days = max((today - last.value).days, 0)
    return Ratio(Known(days, last.stamp), f"last activity on {last.value}")


_COMPUTED: Mapping[str, Callable[[Account, date], Ratio]] = {
    "last_activity": _days_since_activity,
    "usage": lambda account, _: consumption_parts(account),
    "utilization": lambda account, _: utilization_parts(account),
}
TRAIT_KEYS: tuple[str, ...] = (
    "ta_sentiment",
    "versions_behind",
    "precise_code_nav",
    "defect_tickets_90d",
    "help_tickets_90d",
    "active_champion",
    "access_to_buyer",
    *_COMPUTED,
)
"""Every trait that the book can tell; a policy may rule on these and no others."""


def worst_first(score: float | None, arr: int | None, name: str) -> tuple[bool, float, int, str]:
    """The place in a list: the lowest score first, then the most ARR; without a score last, not first."""
    return score is None, score or 0.0, -(arr or 0), name
