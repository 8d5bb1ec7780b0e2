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


def boundaries(found: Classified, developers: int, arr: Cents | None) -> tuple[Boundary, ...]:
    """Every edge of the row that fired, the nearest first."""
    steps = _steps(found.rule, developers, arr)
    return _ordered([_boundary(found.model, developers, arr, step) for step in steps])


def _ordered(made: list[Boundary]) -> tuple[Boundary, ...]:
    return tuple(sorted(made, key=lambda one: one.nearness))


def _steps(rule: SegmentRule, developers: int, arr: Cents | None) -> list[tuple[int, Cents]]:
    """The changes in developers and in ARR that cross an edge, one of the two each."""
    steps = []
    if rule.developers_to is not None:
        steps.append((rule.developers_to + 1 - developers, 0))
    if rule.developers_from > 0:
        steps.append((rule.developers_from - 1 - developers, 0))
    if arr is not None:
        steps.extend((0, step) for step in _arr_steps(rule, arr))
    return steps


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


def near_renewal(row: SegmentRow, found: Classified, margin: Margin, today: date) -> Boundary | None:
    """The edge that an account may have crossed after its next renewal; None where none is within the margin."""
    renewal = row.renewal_date
    if renewal is None or row.developers is None or not 0 <= (renewal - today).days <= margin.days:
        return None
    return near_boundary(found, row.developers, row.arr, margin)


def disagrees(segment: str | None, team: str | None, rule: SegmentRule) -> bool:
    """Whether segment or team are recorded otherwise; what is not recorded disagrees with nothing."""
    if team is not None and team != rule.team:
        return True
    return segment is not None and segment.casefold() != rule.segment.casefold()


def near_boundary(found: Classified, developers: int, arr: Cents | None, margin: Margin) -> Boundary | None:
    """The nearest edge within the margin."""
    line = found.model.arr_line * margin.arr
    within = [
        (count, dollars)
        for count, dollars in _steps(found.rule, developers, arr)
        if (abs(count) <= margin.developers if count else abs(dollars) <= line)
    ]
    if not within:
        return None
    return _ordered([_boundary(found.model, developers, arr, step) for step in within])[0]
