"""Segmentation: which segment and team an account belongs to, and by which rule (handbook: segmentation)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.account import Account, Cents
from bot.domain.person import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRule:
    """One row of a model. Developer bounds are whole and inclusive; `to` None means without end.

    `arr_from` and `arr_to` are cents; `arr_from` is inclusive and `arr_to` exclusive. What happens at the
    line itself is the policy's `arr_on_line`, already worked into the bounds.
    """

    segment: str
    team: str  # `enterprise`, `scaled`, `digital`; the older model says `managed` or `unmanaged`
    developers_from: int
    developers_to: int | None
    arr_from: Cents | None = None
    arr_to: Cents | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentModel:
    """A segmentation model and when it was in force (`ends_on` is the last day; None: until replaced)."""

    name: str
    starts_on: date
    ends_on: date | None
    rules: tuple[SegmentRule, ...]
    arr_line: Cents
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The rule that fired. `on_the_line` says that ARR is exactly on the line, which policy decided."""

    rule: SegmentRule
    model: SegmentModel
    on_the_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclassified:
    """What is missing; never a guess."""

    missing: tuple[str, ...]


def classify(developers: int | None, arr: Cents | None, model: SegmentModel) -> Classified | Unclassified:
    """The one rule of the model that covers the point. A segment where ARR is `any` needs no ARR."""
    raise NotImplementedError


def team_of(account: Account, model: SegmentModel) -> Team | None:
    """The team that serves an account: the one recorded, else the one the rules give, else None."""
    raise NotImplementedError


def model_problems(model: SegmentModel) -> tuple[str, ...]:
    """Every gap and overlap over developers × ARR, each with an example point; empty when total."""
    raise NotImplementedError
