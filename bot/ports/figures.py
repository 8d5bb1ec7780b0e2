"""Sums and lists over many accounts, made in the database: a digest never loads a whole book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from bot.domain.account import Cents, Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which accounts: a team's by what the book records, or all (`team` None). Prospects count nowhere."""

    team: str | None
    today: date


class Sums(NamedTuple):
    """One moment's sums. Each pair of sums is over the accounts that have both parts of the ratio.

    Seats are TAM where seats are unlimited. ARR `then` is `arr_year_ago`, over those above zero; churned accounts
    stay in it with ARR now = 0.
    """

    accounts: int  # not churned
    arr: Cents
    mau: int
    seats: int
    with_utilization: int
    median_utilization: float | None
    daily: float
    daily_mau: int
    with_consumption: int
    median_consumption: float | None
    arr_kept: Cents  # Σ min(now, then)
    arr_now: Cents
    arr_then: Cents
    with_retention: int
    without_retention: int  # customers a year ago, as far as known, whose ARR now or then is unknown
    goals_met: int
    goals_set: int
    with_goals: int
    score_sum: float
    with_score: int


class WeekSums(NamedTuple):
    """The same for one week of the history, as far as weeks record it."""

    week_ending: date
    accounts: int
    mau: int
    seats: int
    with_utilization: int
    daily: float
    daily_mau: int
    with_consumption: int
    arr: Cents
    arr_kept: Cents  # of the accounts that were customers a year before *today*: the same base each week
    arr_now: Cents
    arr_then: Cents
    with_retention: int
    score_sum: float
    with_score: int


class CategorySums(NamedTuple):
    """Accounts and their ARR by recorded category ("" where there is none)."""

    category: str
    accounts: int
    arr: Cents


class Moved(NamedTuple):
    """An account with its category and score at the two ends of a week."""

    account_id: str
    account_name: str
    ta_email: str | None
    category_before: str | None
    category_now: str | None
    score_before: float | None
    score_now: float | None


class Flagged(NamedTuple):
    """An account that a list of attention holds."""

    account_id: str
    account_name: str
    ta_email: str | None
    category: str | None
    arr: Cents | None
    when: date | None
    amount: float | None


class TaSums(NamedTuple):
    """One TA's accounts."""

    ta_email: str | None
    accounts: int
    arr: Cents
    score_sum: float
    with_score: int
    mau: int
    seats: int
    green: int
    yellow: int
    red: int
    renewals: int


class GroupAge(NamedTuple):
    """How old a group of values is over many accounts."""

    group: str
    sources: tuple[str, ...]
    newest: datetime | None
    oldest: datetime | None
    assumed: bool
    accounts: int
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Policy's bounds of the attention lists."""

    renewal_days: int
    seats_level: float
    utilization_below: float
    utilization_day: int
    at_most: int  # of each list


class Figures(Protocol):
    """Reads sums and lists; nothing here takes longer for one team than for its accounts."""

    async def sums(self, scope: Scope) -> Sums:
        """The accounts as the book has them now."""

    async def week_sums(self, scope: Scope, endings: Sequence[tuple[date, date]]) -> tuple[WeekSums, ...]:
        """The weekly history: for each (first, last) span of days the newest week of each account that ends in it."""

    async def categories(self, scope: Scope) -> tuple[CategorySums, ...]:
        """By category, now."""

    async def week_categories(self, scope: Scope, span: tuple[date, date]) -> tuple[CategorySums, ...]:
        """By category, as the weeks ending in the span recorded it."""

    async def category_moves(
        self, scope: Scope, before: tuple[date, date], now: tuple[date, date] | None, limit: int
    ) -> tuple[Moved, ...]:
        """Accounts whose category differs between the weeks ending in `before` and those in `now` (None: today's),
        most ARR first.
        """

    async def score_moves(
        self, scope: Scope, before: tuple[date, date], now: tuple[date, date] | None, limit: int, *, up: bool
    ) -> tuple[Moved, ...]:
        """The biggest rises or falls of the score, biggest first."""

    async def weeks_of(self, account_ids: Sequence[str], span: tuple[date, date]) -> Mapping[str, Week]:
        """For each account the newest week that ends in the span."""

    async def flagged(self, scope: Scope, kind: str, limits: Limits) -> tuple[tuple[Flagged, ...], int]:
        """One list of attention (a kind of `bot.domain.digest`), most pressing first, and how many there are."""

    async def by_ta(self, scope: Scope, renewal_days: int) -> tuple[TaSums, ...]:
        """The book by TA, most ARR first."""

    async def ages(self, scope: Scope, oldest: Mapping[str, datetime]) -> tuple[GroupAge, ...]:
        """For each group how old its values are; `stale` counts accounts whose value is older than its limit."""

    async def rows(self, scope: Scope) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """The header and rows underneath: what a CSV of a digest holds, one row an account."""
