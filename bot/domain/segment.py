"""Segmentation: which segment and team an account belongs to, and by which rule (handbook: segmentation)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from bot.domain.account import Account, Cents
from bot.domain.amounts import dollars
from bot.domain.person import Team
from bot.domain.provenance import value_of


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

    @property
    def needs_arr(self) -> bool:
        """Whether ARR matters in this row."""
        return self.arr_from is not None or self.arr_to is not None

    @property
    def developers_words(self) -> str:
        """Its developers: `501 to 2,500 developers`."""
        if self.developers_to is None:
            return f"{self.developers_from:,} developers or more"
        return f"{self.developers_from:,} to {self.developers_to:,} developers"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentModel:
    """A segmentation model and when it was in force (`ends_on` is the last day; None: until replaced)."""

    name: str
    starts_on: date
    ends_on: date | None
    rules: tuple[SegmentRule, ...]
    arr_line: Cents
    remarks: tuple[str, ...] = ()
    developers_decided: frozenset[int] = frozenset()  # counts that two rows claim as written
    functions: tuple[tuple[str, str], ...] = ()  # what `managed` and `unmanaged` mean, in words

    def arr_words(self, rule: SegmentRule) -> str:
        """A row's ARR: `$100,000 or more`, `less than $100,000`, `any ARR`."""
        line = dollars(self.arr_line)
        if rule.arr_from is not None:
            return f"{line} or more" if rule.arr_from == self.arr_line else f"more than {line}"
        if rule.arr_to is not None:
            return f"less than {line}" if rule.arr_to == self.arr_line else f"{line} or less"
        return "any ARR"

    @property
    def period(self) -> str:
        """When it was in force, in words."""
        return f"{self.starts_on} to {self.ends_on}" if self.ends_on else f"from {self.starts_on} on"

    def covers(self, day: date) -> bool:
        """Whether the model was in force on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    @property
    def is_of_today(self) -> bool:
        """Whether its rows name today's teams; an older model's functions are nobody's record."""
        return all(rule.team in _TEAMS for rule in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The rule that fired. Policy decided, not the handbook, where ARR is exactly `on_the_line`, or where two
    rows as written claim the number of developers (`on_two_rows`).
    """

    rule: SegmentRule
    model: SegmentModel
    on_the_line: bool = False
    on_two_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclassified:
    """What is missing; never a guess."""

    missing: tuple[str, ...]


def classify(developers: int | None, arr: Cents | None, model: SegmentModel) -> Classified | Unclassified:
    """The one rule of the model that covers the point. A segment where ARR is `any` needs no ARR."""
    if developers is None:
        return Unclassified(missing=("developers",) if arr is not None else ("developers", "arr"))
    needs_arr = False
    for rule in model.rules:  # compared in place: a hundred thousand accounts are classified for one list
        if developers < rule.developers_from:
            continue
        if rule.developers_to is not None and developers > rule.developers_to:
            continue
        depends = rule.arr_from is not None or rule.arr_to is not None  # not its property: a call each
        if depends and arr is None:
            needs_arr = True
        elif arr is None or _spans_arr(rule, arr):
            return Classified(
                rule=rule,
                model=model,
                on_the_line=depends and arr == model.arr_line,
                on_two_rows=developers in model.developers_decided,
            )
    if needs_arr:
        return Unclassified(missing=("arr",))
    raise ValueError(f"no row of {model.name} covers {developers} developers")  # load() proved there is one


class Classifier:
    """`classify` for many points: bands are looked up, and what is found is made once for each row.

    Points at which policy decided, or where a number is missing, are few: those go the whole way.
    """

    def __init__(self, model: SegmentModel) -> None:
        self._model = model
        self._starts = sorted({0, *_starts(model)})
        self._bands = [
            [
                (rule.arr_from, rule.arr_to, Classified(rule=rule, model=model))
                for rule in model.rules
                if _spans_developers(rule, start)
            ]
            for start in self._starts
        ]

    def __call__(self, developers: int | None, arr: Cents | None) -> Classified | Unclassified:
        """The same as `classify` gives."""
        model = self._model
        if (
            developers is None
            or arr is None
            or arr == model.arr_line
            or developers in model.developers_decided
        ):
            return classify(developers, arr, model)
        for arr_from, arr_to, found in self._bands[bisect_right(self._starts, developers) - 1]:
            if (arr_from is None or arr >= arr_from) and (arr_to is None or arr < arr_to):
                return found
        return classify(developers, arr, model)


def possible(developers: int | None, arr: Cents | None, model: SegmentModel) -> tuple[SegmentRule, ...]:
    """The rows that a point may fall into while one of its numbers is unknown."""
    return tuple(
        rule
        for rule in model.rules
        if (developers is None or _spans_developers(rule, developers))
        and (arr is None or _spans_arr(rule, arr))
    )


def team_of(account: Account, model: SegmentModel) -> Team | None:
    """The team that serves an account: the one recorded, else the one the rules give, else None."""
    recorded = value_of(account.team)
    if recorded is not None:
        return Team(recorded)
    found = classify(value_of(account.developers), value_of(account.arr), model)
    if isinstance(found, Unclassified) or found.rule.team not in _TEAMS:
        return None  # the older model says `managed`, which is no team of today's
    return Team(found.rule.team)


_TEAMS = frozenset(Team)


def model_problems(model: SegmentModel) -> tuple[str, ...]:
    """Every gap and overlap over developers × ARR, each with an example point; empty when total."""
    problems: dict[tuple[int, ...], str] = {}
    gap = -1  # the number of developers whose cell below was a gap too: one gap, told once
    for count, arr in model_points(model):
        rows = tuple(
            number
            for number, rule in enumerate(model.rules, 1)
            if _spans_developers(rule, count) and _spans_arr(rule, arr)
        )
        if not rows and gap != count:
            problems[-count, -arr] = _problem(rows, count, arr)
        if len(rows) > 1:
            problems.setdefault(rows, _problem(rows, count, arr))
        gap = -1 if rows else count
    return tuple(problems.values())


def model_points(model: SegmentModel) -> tuple[tuple[int, Cents], ...]:
    """A point of every cell that the bounds cut the plane into.

    Between two bounds nothing changes, so what holds at these points holds everywhere.
    """
    developers = sorted({0, *_starts(model)})
    arrs = sorted({0, *_arr_edges(model)})
    return tuple((count, arr) for count in developers for arr in arrs)


def _problem(rows: tuple[int, ...], developers: int, arr: Cents) -> str:
    point = f"{developers:,} developers with ARR of {dollars(arr)}"
    if not rows:
        return f"no row covers {point}"
    return f"rows {' and '.join(str(row) for row in rows)} both cover {point}"


def _starts(model: SegmentModel) -> set[int]:
    after = {rule.developers_to + 1 for rule in model.rules if rule.developers_to is not None}
    return {rule.developers_from for rule in model.rules} | after


def _arr_edges(model: SegmentModel) -> set[Cents]:
    return {bound for rule in model.rules for bound in (rule.arr_from, rule.arr_to) if bound is not None}


def _spans_developers(rule: SegmentRule, developers: int) -> bool:
    return rule.developers_from <= developers and (
        rule.developers_to is None or developers <= rule.developers_to
    )


def _spans_arr(rule: SegmentRule, arr: Cents) -> bool:
    above = rule.arr_from is None or arr >= rule.arr_from
    return above and (rule.arr_to is None or arr < rule.arr_to)
