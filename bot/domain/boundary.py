"""The edges of the row that an account falls into: how far away each is, and what lies beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.domain.account import Cents
from bot.domain.provenance import Stamp
from bot.domain.segment import Classified, SegmentModel, SegmentRule, Unclassified, classify


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """One edge: the change in developers or in ARR that crosses it, and the row beyond."""

    beyond: Classified | Unclassified
    developers: int = 0
    arr: Cents = 0
    nearness: float = 0.0  # the change as a part of the number at the edge: which is nearest


class SegmentRow(NamedTuple):
    """What a list of many accounts needs of each: a whole account of the book takes ten times as long to read."""

    id: str
    name: str
    ta_email: str | None
    segment: str | None
    team: str | None
    developers: int | None
    arr: Cents | None
    renewal_date: date | None
    health_score: float | None
    health_category: str | None
    counted: Stamp | None = None  # where developers come from
    earned: Stamp | None = None  # where ARR comes from


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """When an account counts as near a boundary before its renewal (policy)."""

    developers: int
    arr: float  # a part of the line
    days: int


class Drift(NamedTuple):
    """An account whose record is not what the rules say, or (with `near`) may not be after its renewal."""

    row: SegmentRow
    found: Classified
    near: Boundary | None


def boundaries(found: Classified, developers: int, arr: Cents | None) -> tuple[Boundary, ...]:
    """Every edge of the row that fired, the nearest first."""
    rule, model = found.rule, found.model
    steps = []
    if rule.developers_to is not None:
        steps.append((rule.developers_to + 1 - developers, 0))
    if rule.developers_from > 0:
        steps.append((rule.developers_from - 1 - developers, 0))
    if arr is not None:
        steps.extend((0, step) for step in _arr_steps(rule, arr))
    made = (_boundary(model, developers, arr, step) for step in steps)
    return tuple(sorted(made, key=lambda one: one.nearness))


def _arr_steps(rule: SegmentRule, arr: Cents) -> list[Cents]:
    steps = []
    if rule.arr_to is not None:
        steps.append(rule.arr_to - arr)
    if rule.arr_from is not None and rule.arr_from > 0:
        steps.append(rule.arr_from - 1 - arr)
    return steps


def _boundary(model: SegmentModel, developers: int, arr: Cents | None, step: tuple[int, Cents]) -> Boundary:
    more, dollars = step
    count, money = developers + more, None if arr is None else arr + dollars
    edge = abs(more) / max(count, developers, 1) if more else abs(dollars) / max(model.arr_line, 1)
    return Boundary(beyond=classify(count, money, model), developers=more, arr=dollars, nearness=edge)


def drift_of(row: SegmentRow, model: SegmentModel, margin: Margin, today: date) -> Drift | None:
    """How a record disagrees with the rules, or may after its next renewal; None where neither, or unclassified."""
    found = classify(row.developers, row.arr, model)
    if not isinstance(found, Classified):
        return None
    if disagrees(row.segment, row.team, found.rule):
        return Drift(row, found, None)
    renewal = row.renewal_date
    if renewal is None or not 0 <= (renewal - today).days <= margin.days:
        return None
    near = near_boundary(found, row.developers or 0, row.arr, margin)
    return Drift(row, found, near) if near else None


def disagrees(segment: str | None, team: str | None, rule: SegmentRule) -> bool:
    """Whether segment or team are recorded otherwise; what is not recorded disagrees with nothing."""
    if team is not None and team != rule.team:
        return True
    return segment is not None and segment.casefold() != rule.segment.casefold()


def near_boundary(found: Classified, developers: int, arr: Cents | None, margin: Margin) -> Boundary | None:
    """The nearest edge within the margin."""
    line = found.model.arr_line * margin.arr
    for one in boundaries(found, developers, arr):
        if abs(one.developers) <= margin.developers if one.developers else abs(one.arr) <= line:
            return one
    return None
