"""What was asked for, whose book that is, and in what order its accounts are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain import health
from bot.domain.account import Account, Group
from bot.domain.freshness import GROUP_OF, is_stale
from bot.domain.health import Category, HealthRules, TraitReading, recorded_category
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Fact, Known, Stamp, value_of
from bot.errors import WrongUsage

PAGE = 20
"""Accounts on one page: as many as Slack takes with a mark for each trait."""
QUOTED = re.compile("[\"'“”‘’«»„].+[\"'“”‘’«»„]", re.DOTALL)
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
ADDRESS = re.compile(r"(?:<mailto:)?([^\s@<>|]+@[^\s@<>|]+\.[^\s@<>|]+)(?:\|[^>]*>)?")
CHANGES = re.compile(r"changes(?:\s+since\b\s*(?P<since>.*)|\s+(?P<bare>\d[\d./-]*))?", re.IGNORECASE)
TEAM = re.compile(r"team(?:\s+(?P<team>\S.*))?", re.IGNORECASE)
TOKEN = re.compile(rf"({'|'.join(Team)}|)\|([^|]*)\|(\d{{1,9}})")
SHOWN_GROUPS = (Group.HEALTH, Group.USAGE, Group.REVENUE, Group.TICKETS)
SHOWN_FIELDS = (
    "health_score",
    "ta_sentiment",
    "active_champion",
    "access_to_buyer",
    "last_activity_on",
    "mau",
    "dau_4w_avg",
    "versions_behind",
    "precise_code_nav",
    "licensed_seats",
    "arr",
    "renewal_date",
    "defect_tickets_90d",
    "help_tickets_90d",
)
_FIELDS_OF = {group: [name for name in SHOWN_FIELDS if GROUP_OF[name] is group] for group in SHOWN_GROUPS}


class Wanted(StrEnum):
    """What `/account-health` may be asked for."""

    MINE = "mine"
    ACCOUNT = "account"
    PERSON = "person"
    TEAM = "team"
    CHANGES = "changes"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed, read. `value` is a name, a Slack id or an address, or a team's name."""

    wanted: Wanted
    value: str = ""
    quoted: bool = False


def read_request(typed: str) -> Request:
    """Read the text behind the command; what is no keyword names an account, and quotes always do."""
    typed = typed.strip()
    if not typed:
        return Request(wanted=Wanted.MINE)
    if QUOTED.fullmatch(typed):
        return Request(wanted=Wanted.ACCOUNT, value=typed, quoted=True)
    if person := (PERSON.fullmatch(typed) or ADDRESS.fullmatch(typed)):
        return Request(wanted=Wanted.PERSON, value=person[1])
    return _keyword(typed) or Request(wanted=Wanted.ACCOUNT, value=typed)


def _keyword(typed: str) -> Request | None:
    if typed.casefold() == Wanted.HELP:
        return Request(wanted=Wanted.HELP)
    if changes := CHANGES.fullmatch(typed):
        since = changes["since"] if changes["since"] is not None else changes["bare"]
        return Request(wanted=Wanted.CHANGES, value="" if since is None else since.strip() or "?")
    if team := TEAM.fullmatch(typed):
        return Request(wanted=Wanted.TEAM, value=team["team"] or "")
    return None


def is_keyword(typed: str) -> bool:
    """Whether a text would have been read as a keyword without its quotes."""
    return read_request(typed).wanted is not Wanted.ACCOUNT


def since_of(typed: str, today: date, weeks: int) -> date:
    """The day from which changes are listed; four weeks back where nothing was said."""
    if not typed:
        return today - timedelta(weeks=weeks)
    example = (
        f"Type a date that is past, like `/account-health changes since {today - timedelta(weeks=weeks)}`."
    )
    try:
        since = date.fromisoformat(typed)
    except ValueError as error:
        raise WrongUsage(f"I cannot read that date. {example}") from error
    if since > today:
        raise WrongUsage(f"{since} lies ahead. {example}")
    return since


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which accounts: a TA's (`email`), a team's (`team`), or those of a pool that a TA served last (both)."""

    team: Team | None = None
    email: str | None = None

    def token(self, offset: int = 0) -> str:
        """What a button or menu carries to open this page again."""
        return f"{self.team or ''}|{self.email or ''}|{offset}"


def read_token(token: str) -> tuple[Scope, int]:
    """The page that a button's token means; raises WrongUsage for one that no button of today carries."""
    found = TOKEN.fullmatch(token)
    if found is None:
        raise WrongUsage("That button is out of date. Type `/account-health` again.")
    team, email, offset = found.groups()
    return Scope(team=Team(team) if team else None, email=email or None), int(offset)


def scope_of(person: Person, *, whole_pool: bool) -> Scope | None:
    """The person's book: a TA's own accounts or the team's pool; None for those who have none."""
    if person.serves_pool:
        return Scope(team=person.team, email=None if whole_pool else person.email)
    return Scope(email=person.email) if person.role is Role.TA else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A whole book in one line. `mean_health` is over the accounts whose score is known."""

    count: int
    arr: int
    arr_unknown: int
    mean_health: Fact[float]
    categories: Mapping[Category | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account of a book, read."""

    account: Account
    category: Category | None
    traits: tuple[TraitReading, ...]
    stale: frozenset[Group] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a group of the page's values comes from: its sources, its oldest value, and how many rows are stale."""

    group: Group
    sources: tuple[str, ...]
    oldest: datetime
    assumed: bool
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a book, worst first. `filters` are (label, token) pairs."""

    title: str
    scope: Scope
    offset: int
    rows: tuple[Row, ...]
    summary: Summary
    origins: tuple[Origin, ...]
    now: datetime
    today: date
    filters: tuple[tuple[str, str], ...] = ()
    note: str = ""


def worst_first(accounts: Iterable[Account]) -> list[Account]:
    """The lowest score first, then the most ARR; accounts without a score come last, not first."""

    def rank(account: Account) -> tuple[bool, float, int, str]:
        return health.worst_first(value_of(account.health_score), value_of(account.arr), account.name)

    return sorted(accounts, key=rank)


def summary_of(accounts: Sequence[Account], mean: Fact[float], rules: HealthRules) -> Summary:
    """Count, ARR and categories of a whole book."""
    known = [account.arr.value for account in accounts if isinstance(account.arr, Known)]
    return Summary(
        count=len(accounts),
        arr=sum(known),
        arr_unknown=len(accounts) - len(known),
        mean_health=mean,
        categories=Counter(recorded_category(account, rules) for account in accounts),
    )


def stale_groups(account: Account, freshness: Mapping[Group, timedelta], now: datetime) -> frozenset[Group]:
    """The groups in which a shown value of the account is older than policy allows."""
    return frozenset(
        group
        for group in SHOWN_GROUPS
        if any(is_stale(stamp, group, freshness, now) for stamp in _stamps(account, group))
    )


def origins_of(rows: Sequence[Row]) -> tuple[Origin, ...]:
    """For each group of values on a page its sources and oldest age."""
    return tuple(one for one in (_origin(group, rows) for group in SHOWN_GROUPS) if one)


def _origin(group: Group, rows: Sequence[Row]) -> Origin | None:
    stamps = [stamp for row in rows for stamp in _stamps(row.account, group)]
    if not stamps:
        return None
    oldest = min(stamps, key=lambda stamp: stamp.as_of)
    return Origin(
        group=group,
        sources=tuple(dict.fromkeys(stamp.source for stamp in stamps)),
        oldest=oldest.as_of,
        assumed=oldest.assumed,
        stale=sum(1 for row in rows if group in row.stale),
    )


def _stamps(account: Account, group: Group) -> list[Stamp]:
    facts = [getattr(account, name) for name in _FIELDS_OF[group]]
    return [fact.stamp for fact in facts if isinstance(fact, Known)]
