"""Which accounts a list holds, in what order, how they add up, and what the systems' owners are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain import health, spreadsheet
from bot.domain.account import Account, Cents
from bot.domain.amounts import dollars
from bot.domain.boundary import Boundary, Margin, SegmentRow, disagrees, near_renewal
from bot.domain.health import Category, HealthRules
from bot.domain.model_choice import Chosen
from bot.domain.names import fold
from bot.domain.person import Person, Team, team_named
from bot.domain.provenance import Stamp
from bot.domain.segment import Classified, Classifier, SegmentModel, Unclassified
from bot.errors import WrongUsage
from bot.policy import TeamPolicy

PAGE = 20
"""Accounts on one page: as many as one message takes with names as long as names get."""
UNCLASSIFIED = "unclassified"
TOKEN = re.compile(r"(mine|pool|all|team|tier|drift)\|(.*)\|([^|]*)\|(\d{1,9})", re.DOTALL)
COLUMNS = (
    "account_id",
    "name",
    "segment",
    "team",
    "recorded_segment",
    "recorded_team",
    "why",
    "developers",
    "developers_from",
    "developers_as_of",
    "arr",
    "arr_from",
    "arr_as_of",
    "health_score",
    "health_category",
    "renewal_date",
    "ta_email",
)


class Kind(StrEnum):
    """Which list."""

    MINE = "mine"  # a TA's accounts: value is the address
    POOL = "pool"  # a pool's recorded accounts: value is the team
    ALL = "all"
    TEAM = "team"  # those the rules give to a team
    TIER = "tier"
    DRIFT = "drift"  # value is a team, or empty for every one


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which list, under which model (empty: the one in force)."""

    kind: Kind
    value: str = ""
    model: str = ""

    def token(self, offset: int = 0) -> str:
        """What a button carries to open this list again."""
        return f"{self.kind}|{self.value}|{self.model}|{offset}"


def read_token(token: str) -> tuple[Scope, int]:
    """The list and page that a button means; raises WrongUsage for one that no button of today carries."""
    found = TOKEN.fullmatch(token)
    if found is None:
        raise WrongUsage("That button is out of date. Type `/segment` again.")
    kind, value, model, offset = found.groups()
    return Scope(kind=Kind(kind), value=value, model=model), int(offset)


def scope_of(person: Person | None, model: str) -> Scope:
    """The asker's own accounts; everybody's for those who have none."""
    if person is not None and person.serves_pool and person.team:
        return Scope(kind=Kind.POOL, value=person.team, model=model)
    if person is not None and person.role == "ta":
        return Scope(kind=Kind.MINE, value=person.email, model=model)
    return Scope(kind=Kind.ALL, model=model)


def tier_of(typed: str, model: SegmentModel) -> str:
    """The segment that a word means; raises WrongUsage with those there are."""
    tiers = [*dict.fromkeys(rule.segment for rule in model.rules), UNCLASSIFIED]
    word = fold(typed.strip("\"'“”‘’")).replace(" ", "") if typed else ""
    for tier in tiers:
        if word == fold(tier).replace(" ", ""):
            return tier
    known = ", ".join(f"`{tier}`" for tier in tiers)
    said = f"There is no tier “{typed[:40]}” in `{model.name}`." if typed else "Name the tier (segment)."
    raise WrongUsage(
        f"{said} Tiers are {known}; for example `/segment tier {tiers[0]}`. An account of that name: put it in quotes."
    )


def team_of(typed: str, model: SegmentModel, teams: Mapping[Team, TeamPolicy]) -> str:
    """The team that a word means, as the model's rows name it; raises WrongUsage with those there are."""
    known = list(dict.fromkeys(rule.team for rule in model.rules))
    team = team_named(typed, {team: (of.name, of.short, of.user_group) for team, of in teams.items()})
    word = str(team) if team else typed.casefold()
    if word in known:
        return word
    said = f"There is no team “{typed[:40]}” in `{model.name}`." if typed else "Name the team."
    raise WrongUsage(
        f"{said} Teams are {', '.join(f'`{one}`' for one in known)}; for example `/segment team {known[-1]}`. "
        "An account of that name: put it in quotes."
    )


class Listed(NamedTuple):
    """One account of a list: what the rules say, whether the record says otherwise, how near an edge is."""

    row: SegmentRow
    found: Classified | Unclassified
    drifts: bool
    near: Boundary | None = None


def read(rows: Iterable[SegmentRow], model: SegmentModel) -> Iterator[Listed]:
    """Every account, classified; one after the other, since of a whole book few are kept."""
    find = Classifier(model)
    for row in rows:
        found = find(row.developers, row.arr)
        wrong = isinstance(found, Classified) and disagrees(row.segment, row.team, found.rule)
        yield Listed(row, found, wrong)


def count_unclassified(rows: Iterable[SegmentRow], model: SegmentModel) -> int:
    """How many accounts no row can be told for."""
    partly = [row for row in rows if row.developers is None or row.arr is None]
    return sum([isinstance(one.found, Unclassified) for one in read(partly, model)])


def members(listed: Iterable[Listed], scope: Scope, model: SegmentModel) -> list[Listed]:
    """The accounts of a list that is not about drift, the worst first (my own by segment before that)."""
    if scope.kind in (Kind.TEAM, Kind.TIER):
        wanted = _wanted(scope)
        return sorted((one for one in listed if wanted(one.found)), key=_worst)
    places = {rule: place for place, rule in enumerate(model.rules)}
    groups: dict[int, list[Listed]] = {}
    for one in listed:
        place = places[one.found.rule] if isinstance(one.found, Classified) else len(places)
        groups.setdefault(place, []).append(one)
    return [one for _, some in sorted(groups.items()) for one in sorted(some, key=_worst)]


def _wanted(scope: Scope) -> Callable[[Classified | Unclassified], bool]:
    if scope.value == UNCLASSIFIED:
        return lambda found: isinstance(found, Unclassified)
    if scope.kind is Kind.TEAM:
        return lambda found: isinstance(found, Classified) and found.rule.team == scope.value
    return lambda found: isinstance(found, Classified) and found.rule.segment == scope.value


def _worst(one: Listed) -> tuple[bool, float, int, str]:
    return health.worst_first(one.row.health_score, one.row.arr, one.row.name)


def drifting(listed: Iterable[Listed], model: SegmentModel, margin: Margin, today: date) -> list[Listed]:
    """Every account that drifts or may at its renewal: by team, those that disagree first, the most ARR first."""
    teams = {rule.team: place for place, rule in enumerate(model.rules)}
    last = len(teams)

    def rank(one: Listed) -> tuple[int, bool, int, str]:
        row = one.row
        return teams.get(record_team(row, one.found), last), one.near is not None, -(row.arr or 0), row.name

    found = (one if one.drifts else _near(one, margin, today) for one in listed)
    return sorted((one for one in found if one), key=rank)


def _near(one: Listed, margin: Margin, today: date) -> Listed | None:
    if not isinstance(one.found, Classified):
        return None
    near = near_renewal(one.row, one.found, margin, today)
    return one._replace(near=near) if near else None


def record_team(row: SegmentRow, found: Classified | Unclassified) -> str:
    """Whose record it is: the recorded team's, else that of the team the rules give."""
    if row.team is not None:
        return row.team
    return found.rule.team if isinstance(found, Classified) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some accounts added up. `label` is a segment, `team` who serves them."""

    label: str
    team: str
    count: int
    arr: Cents
    arr_unknown: int
    categories: Mapping[Category | None, int]
    drifting: int = 0
    near: int = 0


def part_of(listed: Sequence[Listed], health: HealthRules, label: str = "", team: str = "") -> Part:
    """Count, ARR, health split and drift of some accounts."""
    known = [one.row.arr for one in listed if one.row.arr is not None]
    return Part(
        label=label,
        team=team,
        count=len(listed),
        arr=sum(known),
        arr_unknown=len(listed) - len(known),
        categories=_split(listed, health),
        drifting=sum([one.drifts for one in listed]),
        near=sum([one.near is not None for one in listed]),
    )


def _split(listed: Sequence[Listed], health: HealthRules) -> Mapping[Category | None, int]:
    """How many are in each category; recorded words are counted before they are read, since most are the same."""
    words = Counter([one.row.health_category for one in listed])
    split: Counter[Category | None] = Counter(
        {Category(word): count for word, count in words.items() if word}
    )
    if words[None]:
        split.update(category_of(one.row, health) for one in listed if one.row.health_category is None)
    return split


def whole_of(parts: Sequence[Part]) -> Part:
    """Parts added up."""
    return Part(
        label="",
        team="",
        count=sum(one.count for one in parts),
        arr=sum(one.arr for one in parts),
        arr_unknown=sum(one.arr_unknown for one in parts),
        categories=sum((Counter(one.categories) for one in parts), Counter[Category | None]()),
        drifting=sum(one.drifting for one in parts),
        near=sum(one.near for one in parts),
    )


def category_of(row: SegmentRow, health: HealthRules) -> Category | None:
    """The recorded category; where only the score is known, the one it falls into."""
    if row.health_category is not None:
        return Category(row.health_category)
    return None if row.health_score is None else health.category_of(row.health_score)


def parts_of(listed: Sequence[Listed], health: HealthRules, *, by_record: bool = False) -> tuple[Part, ...]:
    """The same by segment and team, in the model's order; for drift by the team whose record it is."""
    groups: dict[tuple[str, str], list[Listed]] = {}
    for one in listed:
        if by_record:
            key = ("", record_team(one.row, one.found))
        elif isinstance(one.found, Classified):
            key = (one.found.rule.segment, one.found.rule.team)
        else:
            key = (UNCLASSIFIED, "")
        groups.setdefault(key, []).append(one)
    return tuple(part_of(some, health, *key) for key, some in groups.items())


class Origin(NamedTuple):
    """Where the numbers of a page come from: the sources of one kind, and the oldest instant."""

    label: str
    sources: tuple[str, ...]
    oldest: Stamp
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. `accounts` are the whole accounts of its rows, for their sources."""

    title: str
    scope: Scope
    chosen: Chosen
    offset: int
    total: Part
    parts: tuple[Part, ...]
    listed: tuple[Listed, ...]
    origins: tuple[Origin, ...]
    teams: Mapping[Team, TeamPolicy]
    health: HealthRules
    margin: Margin
    now: datetime
    unclassified: int = 0
    notes: tuple[str, ...] = ()


def why_of(one: Listed) -> str:
    """Why an account is in the drift list, in a few words."""
    near = one.near
    if one.drifts:
        return "record disagrees"
    if near is None or not isinstance(one.found, Classified):
        return ""
    beyond = near.beyond
    there = f"{beyond.rule.segment}, {beyond.rule.team}" if isinstance(beyond, Classified) else "another row"
    if near.developers:
        away = f"{abs(near.developers):,} developer{'s' if abs(near.developers) != 1 else ''}"
        return f"{away} {'below' if near.developers > 0 else 'above'} {there}"
    line = one.found.model.arr_line
    gap = abs((one.row.arr or 0) - line)
    if gap == 0:
        return f"exactly on the line; across it {there}"
    side = "below" if (one.row.arr or 0) < line else "above"
    return f"{dollars(gap)} {side} the line; across it {there}"


def correction_of(listed: Sequence[Listed]) -> list[str]:
    """What to tell the systems' owners about each record that disagrees, one text an account."""
    return [
        _correction(one.row, one.found) for one in listed if one.drifts and isinstance(one.found, Classified)
    ]


def _correction(row: SegmentRow, found: Classified) -> str:
    rule = found.rule
    steps = [
        f"{label} {recorded} → {ruled}"
        for label, recorded, ruled in (("segment", row.segment, rule.segment), ("team", row.team, rule.team))
        if recorded is not None and recorded.casefold() != ruled.casefold()
    ]
    arr = "ARR unknown" if row.arr is None else f"{dollars(row.arr)} ARR"
    reason = f"{row.developers:,} developers, {arr}"
    name = " ".join(row.name.split())[:80]
    return (
        f"{name} ({row.id}): in Vitally {'; '.join(steps)}. Reason: {reason}, row “{rule.developers_words}, "
        f"{found.model.arr_words(rule)}”."
    )


def csv_of(listed: Iterable[Listed], health: HealthRules) -> bytes:
    """The whole list as a file."""
    return spreadsheet.csv_of(COLUMNS, (_values(one, health) for one in listed))


def _values(one: Listed, health: HealthRules) -> tuple[object, ...]:
    row, found = one.row, one.found
    ruled = (found.rule.segment, found.rule.team) if isinstance(found, Classified) else (UNCLASSIFIED, "")
    why = why_of(one) if isinstance(found, Classified) else f"unknown: {' and '.join(found.missing)}"
    arr = None if row.arr is None else f"{row.arr // 100}.{row.arr % 100:02d}"
    return (
        *(row.id, row.name, *ruled, row.segment, row.team, why),
        *(row.developers, *_origin(row.developers, row.counted), arr, *_origin(row.arr, row.earned)),
        *(row.health_score, category_of(row, health), row.renewal_date, row.ta_email),
    )


def _origin(value: object, stamp: Stamp | None) -> tuple[str, str]:
    if value is None or stamp is None:
        return "", ""
    return stamp.source, stamp.as_of.isoformat(timespec="seconds")


def accounts_stamps(accounts: Sequence[Account], names: Sequence[str]) -> list[Stamp]:
    """The stamps of these values over some accounts."""
    return [
        stamp for one in accounts for name in names if (stamp := getattr(getattr(one, name), "stamp", None))
    ]
