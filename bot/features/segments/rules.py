"""What `/segment` was asked, under which model, and what crossing a boundary would change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.account import Account, Cents, Group
from bot.domain.amounts import read_count, read_dollars
from bot.domain.boundary import Boundary
from bot.domain.kpi import Target
from bot.domain.model_choice import Chosen
from bot.domain.person import Person, Team
from bot.domain.provenance import Fact, Unknown
from bot.domain.segment import Classified, SegmentRule, Unclassified
from bot.errors import WrongUsage
from bot.policy import TeamPolicy

DEVELOPERS = "`devs=` takes a whole number from 0, like `480`, `2,500` or `1.5k`"
ARR = "`arr=` takes US dollars from 0, to the cent, like `120k`, `$99,999.50` or `0.1m`"
EXAMPLE = "for example `/segment devs=480 arr=$120k`"
_SETTING = re.compile(r"(?<!\S)(devs|developers|arr|model)\s*=\s*((?![\w-]+\s*=)\S*)", re.IGNORECASE)
_AS_OF = re.compile(r"(?<!\S)(?:as-of(?:\s*=\s*|\s+|$)|as of\s+(?=[0-9]))(\S*)", re.IGNORECASE)
_ANY_SETTING = re.compile(r"(?<!\S)([a-z][a-z_-]*)\s*=(?!=)", re.IGNORECASE)
_TAIL = re.compile(r"(?:^|[\s,;])+(?:at|with|if|and|,|;)\s*$", re.IGNORECASE)
_QUOTED = re.compile(
    r"[\"'“”‘’«»„](?P<name>.+?)[\"'“”‘’«»„][\s,]*"
    r"(?P<rest>(?:(?:at|with|if)\s+)?(?:(?:devs|developers|arr|model|as-of|as of)\b.*)?)",
    re.IGNORECASE | re.DOTALL,
)
_LIST = re.compile(r"(team|tier|segment)(?:\s+(\S.*))?", re.IGNORECASE | re.DOTALL)


class Wanted(StrEnum):
    """What `/segment` may be asked for."""

    MINE = "mine"
    ACCOUNT = "account"
    POINT = "point"
    TEAM = "team"
    TIER = "tier"
    DRIFT = "drift"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed, read. `value` is an account's, a team's or a tier's name; `model` and `as_of` as typed."""

    wanted: Wanted
    value: str = ""
    quoted: bool = False
    developers: int | None = None
    arr: Cents | None = None
    model: str = ""
    as_of: date | None = None

    @property
    def is_what_if(self) -> bool:
        """Whether numbers were given in the place of the account's."""
        return self.developers is not None or self.arr is not None


def read_request(typed: str) -> Request:
    """Read the text behind the command; raises WrongUsage with what is accepted where a setting cannot be read."""
    name, quoted, rest = _split(typed.strip())
    settings, left = _settings(rest)
    if settings.keys() & {"developers", "arr"}:
        left = _untailed(left)
    given = Request(
        wanted=Wanted.ACCOUNT,
        value=name,
        quoted=quoted,
        developers=_count(settings.get("developers")),
        arr=_dollars(settings.get("arr")),
        model=settings.get("model", ""),
        as_of=_day(settings.get("as-of")),
    )
    if quoted:
        return given
    request = _keyword(left, given)
    if request.is_what_if and request.wanted in (Wanted.TEAM, Wanted.TIER, Wanted.DRIFT, Wanted.HELP):
        raise WrongUsage(f"`devs=` and `arr=` go with an account or stand alone, {EXAMPLE}.")
    return request


def _keyword(left: str, given: Request) -> Request:
    if not left:
        return replace(given, wanted=Wanted.POINT if given.is_what_if else Wanted.MINE)
    if left.casefold() in (Wanted.HELP, Wanted.DRIFT):
        return replace(given, wanted=Wanted(left.casefold()))
    if found := _LIST.fullmatch(left):
        wanted = Wanted.TEAM if found[1].casefold() == "team" else Wanted.TIER
        return replace(given, wanted=wanted, value=(found[2] or "").strip())
    if strange := _ANY_SETTING.search(left):
        raise WrongUsage(
            f"I know no `{strange[1][:30]}=`. I read `devs=`, `arr=`, `model=` and `as-of`, {EXAMPLE}. "
            "An account of that name: put it in quotes."
        )
    return replace(given, value=left)


def is_keyword(name: str) -> bool:
    """Whether a name would have been read as something else without its quotes."""
    try:
        return read_request(name).wanted is not Wanted.ACCOUNT
    except WrongUsage:
        return True


def _split(typed: str) -> tuple[str, bool, str]:
    found = _QUOTED.fullmatch(typed)
    return (found["name"].strip(), True, found["rest"]) if found else ("", False, typed)


def _settings(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}

    def take(key: str, value: str) -> str:
        key = "developers" if key.casefold() == "devs" else key.casefold()
        if key in found:
            shown = "devs" if key == "developers" else key
            raise WrongUsage(f"`{shown}` is given twice. Give it once, {EXAMPLE}.")
        found[key] = value.rstrip(",;").strip("\"'“”‘’")
        return " "

    text = _SETTING.sub(lambda one: take(one[1], one[2]), text)
    text = _AS_OF.sub(lambda one: take("as-of", one[1]), text)
    return found, " ".join(text.split())


def _untailed(left: str) -> str:
    while found := _TAIL.search(left):
        left = left[: found.start()]
    return left.rstrip(",; ")


def _count(typed: str | None) -> int | None:
    if typed is None:
        return None
    count = read_count(typed)
    if count is None:
        raise WrongUsage(f"{_said('devs', typed)} {DEVELOPERS}, {EXAMPLE}.")
    return count


def _dollars(typed: str | None) -> Cents | None:
    if typed is None:
        return None
    dollars = read_dollars(typed)
    if dollars is None:
        raise WrongUsage(f"{_said('arr', typed)} {ARR}, {EXAMPLE}.")
    return dollars


def _said(key: str, typed: str) -> str:
    return f"I cannot read `{key}={typed[:40]}`." if typed else f"Nothing stands behind `{key}=`."


def _day(typed: str | None) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        said = f"I cannot read the date “{typed[:40]}”." if typed else "Nothing stands behind `as-of`."
        raise WrongUsage(
            f"{said} Type a day as YYYY-MM-DD, for example `/segment Acme as-of 2023-11-01`."
        ) from error


NOT_TYPED = Unknown("not given")


@dataclass(frozen=True, slots=True)
class Point:
    """Developers and ARR read under a model: the row that fired and its edges, or what is missing."""

    developers: Fact[int]
    arr: Fact[Cents]
    found: Classified | Unclassified
    edges: tuple[Boundary, ...] = field(default=(), kw_only=True)
    possible: tuple[SegmentRule, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What policy says of the teams: who they are and what they are measured by."""

    teams: Mapping[Team, TeamPolicy]
    targets: Mapping[Team, tuple[Target, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the answer about one account, or about two numbers, says."""

    point: Point
    chosen: Chosen
    house: House
    now: datetime
    today: date
    freshness: Mapping[Group, timedelta]
    account: Account | None = None
    before: Point | None = None  # with an account and numbers given: the account as it is
    ae: Person | None = None
    notes: tuple[str, ...] = ()
