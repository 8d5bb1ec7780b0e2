"""Sums and lists over many accounts, as the book's keeper makes them: what a digest is made of.

Seats are TAM where seats are unlimited. ARR "then" is a year ago, of the accounts that had some; a churned account
stays in it with ARR now = 0. Prospects count nowhere.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from bot.domain.account import Cents


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
    with_tam: int  # of those, the ones whose seats are unlimited
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
    """The same for one week of the history, as far as weeks record it; all zero where nothing is recorded.

    How many accounts are in the ratios is counted only where that was asked for.
    """

    week_ending: date  # the last day of the span that was asked for
    accounts: int
    mau: int
    seats: int
    with_utilization: int
    daily: float
    daily_mau: int
    with_consumption: int
    arr_kept: Cents  # of the accounts that were customers a year before *today*: the same base each week
    arr_now: Cents
    arr_then: Cents
    with_retention: int
    score_sum: float
    with_score: int


class CategorySums(NamedTuple):
    """Accounts and their ARR by recorded category ("" where there is none), and how many each list of attention has."""

    category: str
    accounts: int
    arr: Cents
    flagged: tuple[int, ...] = ()  # in the order of `bot.domain.digest.KINDS`; today's only


class Moved(NamedTuple):
    """An account with its category and score at the two ends of a week."""

    account_id: str
    account_name: str
    ta_email: str | None
    category_before: str | None
    category_now: str | None
    score_before: float | None
    score_now: float | None


class Moves(NamedTuple):
    """What moved between two weeks: categories (most ARR first), the biggest rises and falls of the score.

    `before` and `now` are how the categories stood in each, of every account that was there then; `now` is empty
    where it is today that the week is compared with.
    """

    changed: tuple[Moved, ...]
    changed_count: int  # `changed` may hold only the first of them
    rises: tuple[Moved, ...]
    falls: tuple[Moved, ...]
    before: tuple[CategorySums, ...]
    now: tuple[CategorySums, ...]


class Flagged(NamedTuple):
    """An account that a list of attention holds; `basis` names the field that `amount` rests on."""

    account_id: str
    account_name: str
    ta_email: str | None
    category: str | None
    arr: Cents | None
    when: date | None
    amount: float | None
    basis: str = ""


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


class Breakdown(NamedTuple):
    """The accounts of today by category, and by TA (most ARR first)."""

    categories: tuple[CategorySums, ...]
    by_ta: tuple[TaSums, ...]


class GroupAge(NamedTuple):
    """How old a group of values is over many accounts."""

    group: str
    sources: tuple[str, ...]
    newest: datetime | None
    oldest: datetime | None
    assumed: bool
    accounts: int
    stale: int
