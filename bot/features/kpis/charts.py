"""The course of KPIs as native line charts, each with the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot.blocks import build, limits, native, text
from bot.blocks.answers import Block
from bot.domain.digest import Series, TeamDigest
from bot.domain.kpi import KPI_TITLES, Kpi

_RETENTION = {
    Kpi.GRR: "ARR kept (GRR)",
    Kpi.NRR: "ARR grown (NRR)",
    Kpi.VALUE_REALIZATION: "Goals met",
}


class Course(NamedTuple):
    """A chart with the words that stand beside it."""

    block: Block
    words: Block


def by_team(kpi: Kpi, teams: Sequence[TeamDigest]) -> Course | None:
    """One KPI's course, a line a team, with the target where all have the same; None where there is none to draw."""
    shown = [(team, one) for team in teams for one in team.headlines if one.kpi is kpi and not one.withheld]
    lines = [(team.team.value.capitalize() if team.team else "All teams", one.series) for team, one in shown]
    targets = {one.target.at_least for _, one in shown}
    return _course(KPI_TITLES[kpi], kpi, lines, targets.pop() if len(targets) == 1 else None)


def retention(team: TeamDigest) -> Course | None:
    """What a team keeps and grows of its ARR, and where it is a KPI the goals met, in one chart."""
    shown = [one for one in team.headlines if one.kpi in _RETENTION and not one.withheld]
    title = "ARR kept and grown"
    if any(one.kpi is Kpi.VALUE_REALIZATION for one in shown):
        title += ", goals met"
    return _course(title, Kpi.GRR, [(_RETENTION[one.kpi], one.series) for one in shown], None)


def _course(title: str, kpi: Kpi, lines: list[tuple[str, Series]], target: float | None) -> Course | None:
    endings, aligned = _aligned(lines)
    if not aligned:
        return None
    if target is not None:
        aligned.append(("Target", [target] * len(endings)))
    unit = "out of 10" if kpi is Kpi.AVERAGE_HEALTH else "percent"
    series = [(name, [_point(kpi, value) for value in values]) for name, values in aligned]
    labels = [text.short_day(ending) for ending in endings]
    title = f"{title}, {text.plural(len(labels), 'week')}"
    words = text.trim(native.chart_in_words(f"{title}, {unit}", labels, series), limits.TEXT)
    return Course(native.line_chart(title, labels, series, unit), build.section(words))


def _point(kpi: Kpi, value: float) -> float:
    """A value as the chart has it, to the tenth that is said: scores are rounded, percent cut."""
    return float(text.score(value)) if kpi is Kpi.AVERAGE_HEALTH else int(value * 1_000 + 1e-9) / 10


def _aligned(
    lines: Sequence[tuple[str, Series]],
) -> tuple[list[date], list[tuple[str, list[float]]]]:
    """The weeks that every line has, at most twenty, and each line's values in them; fewer than two are no course."""
    drawn = [(name, dict(zip(one.endings, one.values, strict=True))) for name, one in lines]
    drawn = [(name, values) for name, values in drawn if len(values) > 1]
    while drawn:
        common = set.intersection(*(set(values) for _, values in drawn))
        if len(common) > 1:
            endings = sorted(common)[-limits.CHART_POINTS :]
            return endings, [(name, [values[ending] for ending in endings]) for name, values in drawn]
        drawn.pop()
    return [], []
