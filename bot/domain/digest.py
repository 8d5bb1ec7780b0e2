"""A week's digest: what it says of each team, as frozen values that views show and reports export.

Every figure says where it comes from, how old it is, and, where it is not shown, why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.domain.account import Cents
from bot.domain.health import Category
from bot.domain.kpi import Kpi, Target
from bot.domain.person import Team
from bot.domain.plan_update import PlanWeek
from bot.domain.provenance import Fact
from bot.domain.schedule import IsoWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRules:
    """Everything `policy.toml` says of digests. `freshness` is by group of values; `links` by view, "" for none.

    `renewal_days`, `seats_level`, `utilization_below` are the alerts' own numbers, so that both say the same.
    """

    weekday: int  # Monday is 0
    at: time
    chart_weeks: int
    movers: int
    shown: int
    moves_for_holidays: bool
    posts_late: bool
    late_after: timedelta
    skip_after: timedelta
    stale_share: float
    utilization_days: tuple[int, ...]
    freshness: Mapping[str, timedelta]
    links: Mapping[str, str]
    renewal_days: int
    seats_level: float
    utilization_below: float


@dataclass(frozen=True, slots=True)
class Series:
    """A figure week by week, oldest first; only weeks for which it is known."""

    endings: tuple[date, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One KPI of a team.

    `before` is what `change` is against, as `compared` says in words ("the month before"). `median` is the median
    account's, for ratios of sums. `detail` names numerator and denominator in words, `counted` how many accounts
    are in it and `left_out` how many lack a part of it. `next_on` is the day of the next figure of a monthly KPI.
    `withheld` says why the figure is not shown; `value` is Unknown then. `note` is anything else to know.
    """

    kpi: Kpi
    target: Target
    value: Fact[float]
    met: bool | None
    median: Fact[float] | None = None
    before: float | None = None
    compared: str = ""
    detail: str = ""
    counted: int = 0
    left_out: int = 0
    series: Series = Series((), ())
    next_on: date | None = None
    note: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """Accounts and their ARR in a health category (None: without one), now and a week before."""

    category: Category | None
    accounts: int
    arr: Cents
    accounts_before: int | None
    arr_before: Cents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who looks after an account today: its TA, or whoever covers while the TA is away.

    `user_id` is their Slack id where it is known. `away_until` is set when the TA is away; then `covered_by` is
    the cover, if there is one, and it is the cover who is mentioned.
    """

    email: str
    name: str
    user_id: str | None = None
    away_until: date | None = None
    covered_by: Owner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An account whose health moved in the week: its category (`before` ≠ `now`), or its score alone.

    `cause` names the trait that did most of it, in words: `Utilization: MAU of seats 84 % → 71 %, healthy →
    concerning`; empty where the traits of one of the two weeks are unknown.
    """

    account_id: str
    account_name: str
    owner: Owner | None
    before: Category | None
    now: Category | None
    since: date
    score_before: float | None
    score_now: float | None
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An account that needs somebody's attention, and why: `renews in 41 days`, `94 % of seats`.

    `kind` is one of the constants below. `when` and `amount` carry what it is sorted by.
    """

    kind: str
    account_id: str
    account_name: str
    owner: Owner | None
    why: str
    category: Category | None = None
    when: date | None = None
    amount: float | None = None
    arr: Cents | None = None


RENEWAL = "renewal"  # renews within policy's days
SEATS = "seats"  # seats at or above policy's first level
UTILIZATION = "utilization"  # under target past the day of policy
LIGHTHOUSE = "lighthouse"  # an active save plan, with its age
CHAMPION = "champion"  # no active champion
KINDS = (RENEWAL, SEATS, UTILIZATION, LIGHTHOUSE, CHAMPION)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One TA's line of the book of business breakdown; `owner` None: nobody is recorded."""

    owner: Owner | None
    accounts: int
    arr: Cents
    mean_health: float | None
    utilization: float | None
    green: int
    yellow: int
    red: int
    renewals: int  # within policy's days


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAge:
    """A group of values (`usage`, `revenue`, `health`, `tickets`): its sources, its newest and oldest instant.

    `stale` of `accounts` have none within policy's limit; `withheld` says that figures made of it are not shown.
    """

    group: str
    sources: tuple[str, ...]
    newest: datetime | None
    oldest: datetime | None
    assumed: bool
    accounts: int
    stale: int
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """Somebody of the team who is out in the week, and who covers for them."""

    owner: Owner
    first: date
    last: date
    covers: tuple[str, ...] = ()  # names


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Requests to a team that were asked in a week. `response` is the median first response, in the team's working
    time; `late` counts those that were responded to or resolved late, or still wait past their time. `accounts` are
    (id, name, requests), most first.
    """

    count: int
    response: timedelta | None
    late: int
    accounts: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDigest:
    """What the digest says of one team, or of the whole organisation (`team` None).

    Views cut the lists and say how many more there are. A list that holds only its most pressing says in `counts`
    how many there are: by kind of attention (`renewal`), kind and category (`renewal.red`), or `changed`; what
    `counts` does not name is whole. `no_data` says why there is nothing to show.
    `notes` are sentences about the whole: accounts that are in no team's digest, what an older week does not keep.
    """

    team: Team | None
    name: str
    accounts: int
    arr: Cents
    headlines: tuple[Headline, ...]
    categories: tuple[CategoryCount, ...]
    changed: tuple[Mover, ...]
    rises: tuple[Mover, ...]
    falls: tuple[Mover, ...]
    attention: tuple[Attention, ...]
    book: tuple[BookLine, ...]
    out: tuple[Outing, ...]
    sources: tuple[SourceAge, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    history: bool = False  # read from the weekly history, since the week is past
    no_data: str = ""
    asked: Asked | None = None  # None where nothing was
    plans: PlanWeek | None = (
        None  # status updates of save plans and get-well plans; None where none was asked for
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A week's digest for one channel. `due_at` is when it should have been posted, where it is late."""

    week: IsoWeek
    as_of: datetime
    teams: tuple[TeamDigest, ...]
    late_for: datetime | None = None
    corrected_at: datetime | None = None
