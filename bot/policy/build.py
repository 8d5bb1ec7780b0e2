"""From the file's tables to the domain's values; what cannot be one whole is a problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from bot.domain.boundary import Margin
from bot.domain.health import TRAIT_KEYS, HealthRules, Pillar, Sense, TraitRule, Verdict
from bot.domain.kpi import Kpi, KpiRules, Target
from bot.domain.lifecycle import LifecycleRules
from bot.domain.person import Team
from bot.domain.segment import SegmentModel, SegmentRule, model_problems
from bot.policy import asked, duties, joining, watching
from bot.policy.duties import Problem
from bot.policy.lines import Path
from bot.policy.schema import (
    DriftTable,
    HealthTable,
    KpisTable,
    LifecycleTable,
    ModelTable,
    PolicyTable,
    RuleTable,
    TargetTable,
    TraitTable,
)

_BOUND = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)")
_FLAGS = {("yes", "no"), ("active", "inactive")}
_SIGNS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">"}


def models_of(file: PolicyTable) -> Mapping[str, SegmentModel]:
    """The segmentation models, by name."""
    return {name: model_of(name, table) for name, table in file.segmentation.models.items()}


def model_of(name: str, table: ModelTable) -> SegmentModel:
    """One segmentation model, the line of ARR worked into its bounds."""
    line = table.arr_line * 100
    return SegmentModel(
        name=name,
        starts_on=table.starts_on,
        ends_on=table.ends_on,
        arr_line=line,
        remarks=tuple(table.remarks),
        developers_decided=frozenset(table.developers_decided),
        functions=tuple(table.functions.items()),
        rules=tuple(_rule(row, line if table.arr_on_line == "upper" else line + 1) for row in table.rules),
    )


def _rule(row: RuleTable, first_above: int) -> SegmentRule:
    return SegmentRule(
        segment=row.segment,
        team=row.team,
        developers_from=row.developers_from,
        developers_to=row.developers_to,
        arr_from=first_above if row.arr == "above" else None,
        arr_to=first_above if row.arr == "below" else None,
    )


def margin_of(table: DriftTable) -> Margin:
    """When an account is near a boundary."""
    return Margin(developers=table.developers_within, arr=table.arr_within, days=table.renewal_days)


def kpis_of(table: KpisTable) -> KpiRules:
    """The KPIs of each team in the file's order."""
    return KpiRules(
        targets={
            team: tuple(_target(target) for target in table.targets if team.value in target.teams)
            for team in Team
        },
        ramp_days=table.ramp_days,
        onboarding_check=table.onboarding_check,
        compare_months=table.compare_months,
    )


def _target(table: TargetTable) -> Target:
    return Target(
        kpi=Kpi(table.kpi),
        at_least=table.at_least,
        tolerance=table.tolerance,
        whose=table.whose,
        text=table.text,
    )


def lifecycle_of(table: LifecycleTable) -> LifecycleRules:
    """The bounds of the stages."""
    return LifecycleRules(
        prospect_days=table.prospect_days,
        onboarding_days=table.onboarding_days,
        renewing_days=table.renewing_days,
        adopted_utilization=table.adopted_utilization,
        adopted_consumption=table.adopted_consumption,
    )


def health_of(table: HealthTable) -> HealthRules:
    """Everything about the health score."""
    return HealthRules(
        weights={pillar: getattr(table.weights, pillar.value) for pillar in Pillar},
        traits=tuple(_trait(key, trait) for key, trait in table.traits.items()),
        points={verdict: getattr(table.points, verdict.value) for verdict in Verdict},
        red_below=table.red_below,
        green_above=table.green_above,
    )


def _trait(key: str, table: TraitTable) -> TraitRule:
    healthy, poor = _BOUND.fullmatch(table.healthy), _BOUND.fullmatch(table.poor)
    if not healthy or not poor:
        is_choice = table.healthy == "healthy"
        return TraitRule(
            key=key,
            label=table.label,
            short=table.short,
            pillar=Pillar(table.pillar),
            sense=Sense.CHOICE if is_choice else Sense.FLAG,
            unit=table.unit,
            healthy_when=table.healthy.capitalize() if is_choice else table.healthy,
            poor_when=table.poor.capitalize() if is_choice else table.poor,
        )
    return TraitRule(
        key=key,
        label=table.label,
        short=table.short,
        pillar=Pillar(table.pillar),
        sense=Sense.AT_MOST if healthy[1].startswith("<") else Sense.AT_LEAST,
        healthy=float(healthy[2]),
        healthy_includes=healthy[1].endswith("="),
        poor=float(poor[2]),
        poor_includes=poor[1].endswith("="),
        unit=table.unit,
    )


def problems_of(file: PolicyTable) -> Iterator[Problem]:
    """Every rule that does not hold as a whole, though each key by itself does."""
    yield from _segment_problems(file)
    yield from _kpi_problems(file.kpis)
    yield from _health_problems(file.health)
    for key, trait in file.health.traits.items():
        yield from _trait_problems(key, trait)
    yield from _order_problems(file)
    yield from duties.request_problems(file.requests)
    yield from asked.asked_problems(file)
    yield from watching.alert_problems(file)
    yield from joining.join_problems(file.sources.join)


def _segment_problems(file: PolicyTable) -> Iterator[Problem]:
    models, where = models_of(file), ("segmentation", "models")
    if file.segmentation.default not in models:
        yield (
            (("segmentation", "default"),),
            f"segmentation.default names no model; it must be one of {', '.join(models)}",
        )
    for name, model in models.items():
        for found in model_problems(model):
            number = re.match(r"rows (\d+)", found)
            place: Path = (
                (*where, name, "rules") if not number else (*where, name, "rules", int(number[1]) - 1)
            )
            yield (place,), f"segmentation.models.{name}: {found}; exactly one row must"
        if model.ends_on is not None and model.ends_on < model.starts_on:
            yield (
                ((*where, name, "ends_on"), (*where, name, "starts_on")),
                f"segmentation.models.{name} ends before it starts",
            )
    yield from _period_problems(models)


def _period_problems(models: Mapping[str, SegmentModel]) -> Iterator[Problem]:
    ordered = sorted(models.values(), key=lambda model: model.starts_on)
    for before, after in pairwise(ordered):
        if before.ends_on is None or before.ends_on >= after.starts_on:
            yield (
                (
                    ("segmentation", "models", before.name, "ends_on"),
                    ("segmentation", "models", after.name, "starts_on"),
                    ("segmentation", "models", before.name),
                ),
                f"segmentation.models.{before.name} must end before {after.name} starts on {after.starts_on}",
            )


def _kpi_problems(table: KpisTable) -> Iterator[Problem]:
    seen = set()
    for position, target in enumerate(table.targets):
        path: Path = ("kpis", "targets", position)
        if target.at_least is None and not target.text:
            yield (path,), f"kpis.targets: {target.kpi} needs at_least, or text in its place"
        for team in target.teams:
            if (target.kpi, team) in seen:
                yield (path,), f"kpis.targets: {target.kpi} of team {team} is given twice"
            seen.add((target.kpi, team))


def _health_problems(table: HealthTable) -> Iterator[Problem]:
    total = sum(getattr(table.weights, pillar.value) for pillar in Pillar)
    if abs(total - 1) > 1e-9:
        yield (("health", "weights"),), f"health.weights add up to {total:.6g}, not 1"
    points = table.points
    if not points.healthy > points.concerning > points.poor:
        yield (
            (("health", "points"),),
            "health.points are out of order: healthy must count more than concerning, and that more than poor",
        )
    if table.red_below > table.green_above:
        yield (
            (("health", "red_below"), ("health", "green_above")),
            f"health.red_below is {table.red_below:.4g}, above health.green_above ({table.green_above:.4g})",
        )


def _trait_problems(key: str, trait: TraitTable) -> Iterator[Problem]:
    where: Path = ("health", "traits", key)
    sides: tuple[Path, ...] = ((*where, "healthy"), (*where, "poor"), where)
    if key not in TRAIT_KEYS:
        yield (where,), f"health.traits.{key} is no trait that the book holds; known: {', '.join(TRAIT_KEYS)}"
        return
    healthy, poor = _BOUND.fullmatch(trait.healthy), _BOUND.fullmatch(trait.poor)
    wants = _wanted(key)
    if wants:
        if (trait.healthy, trait.poor) not in wants:
            pairs = " or ".join(f'"{left}" and "{right}"' for left, right in sorted(wants, reverse=True))
            yield sides, f"health.traits.{key}: healthy and poor must be {pairs}"
        return
    if not healthy or not poor:
        bad = "poor" if healthy else "healthy"
        yield ((*where, bad), where), f'health.traits.{key}.{bad} must be a bound like "<= 1" or ">= 0.80"'
    elif healthy[1][0] == poor[1][0] or not _apart(healthy, poor):
        yield (
            sides,
            f"health.traits.{key}: healthy {_shown(healthy)} and poor {_shown(poor)} must not overlap",
        )


def _wanted(key: str) -> set[tuple[str, str]]:
    """The words that a trait which is no number must be ruled by."""
    if key == "ta_sentiment":
        return {("healthy", "poor")}
    return _FLAGS if key in ("precise_code_nav", "active_champion", "access_to_buyer") else set()


def _apart(healthy: re.Match[str], poor: re.Match[str]) -> bool:
    good, bad = float(healthy[2]), float(poor[2])
    both_include = healthy[1].endswith("=") and poor[1].endswith("=")
    if good == bad:
        return not both_include
    return good < bad if healthy[1].startswith("<") else good > bad


def _shown(bound: re.Match[str]) -> str:
    return f"{_SIGNS[bound[1]]} {bound[2]}"


def _order_problems(file: PolicyTable) -> Iterator[Problem]:
    handoff, ooo = file.alerts.handoff, file.ooo
    if handoff.handoff_days_before_close > handoff.known_days_before_close:
        yield (
            (
                ("alerts", "handoff", "handoff_days_before_close"),
                ("alerts", "handoff", "known_days_before_close"),
            ),
            "alerts.handoff: the hand-off must come no earlier than the account is known",
        )
    if file.alerts.seats.levels != sorted(set(file.alerts.seats.levels)):
        yield (("alerts", "seats", "levels"),), "alerts.seats.levels must rise, each given once"
    if ooo.approval_over_business_days < ooo.acceptance_over_business_days:
        yield (
            (("ooo", "approval_over_business_days"), ("ooo", "acceptance_over_business_days")),
            "ooo.approval_over_business_days must not be below acceptance_over_business_days",
        )
