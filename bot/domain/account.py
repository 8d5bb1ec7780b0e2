"""An account, value by value with its origin, and one week of its history.

`FIELDS` is the one description of what the book holds of an account: the CSV's columns, the table's
columns and `Account`'s attributes are all made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.domain.provenance import Fact, Unknown

Cents = int
"""Money in whole US cents."""


class Kind(StrEnum):
    """How a value is written, stored and read back."""

    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    LIST = "list"  # `a; b`: tuple[str, ...]
    DATED = "dated"  # `name:2026-01-31; …`: tuple[tuple[str, date], ...]
    COUNT = "count"  # a whole number, 0 or more
    NUMBER = "number"  # a decimal number, 0 or more
    SCORE = "score"  # 0 to 10
    MONEY = "money"  # whole cents
    FLAG = "flag"  # bool
    DATE = "date"
    CHOICE = "choice"  # one of `choices`


class Group(StrEnum):
    """Values that come together and grow stale together (`policy.toml`, freshness)."""

    PROFILE = "profile"
    REVENUE = "revenue"
    USAGE = "usage"
    HEALTH = "health"
    TICKETS = "tickets"
    PROGRAMME = "programme"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an account."""

    name: str
    kind: Kind
    group: Group
    choices: tuple[str, ...] = ()


def _fields(group: Group, kind: Kind, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, kind, group) for name in names)


FIELDS: tuple[Field, ...] = (
    *_fields(Group.PROFILE, Kind.LIST, "aliases"),
    *_fields(Group.PROFILE, Kind.TEXT, "parent_id", "domain"),
    *_fields(Group.PROFILE, Kind.EMAIL, "ta_email", "ae_email", "ce_email", "ie_email"),
    *_fields(Group.PROFILE, Kind.TEXT, "segment"),
    Field("team", Kind.CHOICE, Group.PROFILE, ("enterprise", "scaled", "digital")),
    *_fields(Group.REVENUE, Kind.COUNT, "developers"),
    *_fields(Group.REVENUE, Kind.MONEY, "arr", "arr_year_ago"),
    *_fields(Group.REVENUE, Kind.COUNT, "licensed_seats"),
    *_fields(Group.REVENUE, Kind.FLAG, "seats_unlimited"),
    *_fields(Group.REVENUE, Kind.COUNT, "tam"),
    *_fields(Group.USAGE, Kind.COUNT, "mau"),
    *_fields(Group.USAGE, Kind.NUMBER, "dau_4w_avg"),
    *_fields(Group.PROFILE, Kind.DATE, "customer_since", "production_since"),
    *_fields(Group.REVENUE, Kind.DATE, "renewal_date"),
    *_fields(Group.HEALTH, Kind.SCORE, "health_score"),
    Field("health_category", Kind.CHOICE, Group.HEALTH, ("green", "yellow", "red")),
    Field("ta_sentiment", Kind.CHOICE, Group.HEALTH, ("healthy", "concerning", "poor")),
    *_fields(Group.USAGE, Kind.COUNT, "versions_behind"),
    *_fields(Group.USAGE, Kind.FLAG, "precise_code_nav"),
    *_fields(Group.TICKETS, Kind.COUNT, "defect_tickets_90d", "help_tickets_90d"),
    *_fields(Group.HEALTH, Kind.FLAG, "active_champion", "access_to_buyer"),
    *_fields(Group.HEALTH, Kind.DATE, "last_activity_on"),
    Field("lighthouse", Kind.CHOICE, Group.PROGRAMME, ("none", "active")),
    *_fields(Group.PROGRAMME, Kind.DATE, "save_plan_updated_on"),
    *_fields(Group.TICKETS, Kind.COUNT, "open_tickets"),
    *_fields(Group.PROFILE, Kind.TEXT, "slack_channel"),
    *_fields(Group.PROGRAMME, Kind.DATE, "slack_channel_active_on"),
    *_fields(Group.USAGE, Kind.COUNT, "mau_28d"),
    *_fields(Group.PROGRAMME, Kind.COUNT, "goals_set", "goals_met"),
    *_fields(Group.PROGRAMME, Kind.LIST, "pending_actions"),
    *_fields(Group.PROGRAMME, Kind.DATE, "next_customer_sync_on"),
    *_fields(Group.PROGRAMME, Kind.TEXT, "next_customer_sync_with"),
    *_fields(
        Group.PROGRAMME,
        Kind.DATE,
        "success_plan_updated_on",
        "last_cbr_on",
        "last_roadmap_review_on",
        "kickoff_on",
    ),
    *_fields(Group.REVENUE, Kind.DATE, "expected_close_on", "churned_on"),
    *_fields(Group.REVENUE, Kind.MONEY, "expansion_arr_open"),
    *_fields(Group.USAGE, Kind.DATED, "features_first_used"),
    *_fields(Group.PROFILE, Kind.URL, "vitally_url", "salesforce_url", "looker_url"),
)
"""Every value of an account but its id and name, in the order of the CSV file."""

_NOTHING = Unknown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the book. Every value but id and name is `Known` or `Unknown`.

    `segment` and `team` are what the systems record; what the rules say is `bot.domain.segment`'s.
    For a pool account `ta_email` is the TA who served it last: pools have no owner.
    `missing_since` is set when a later accounts file left it out: kept and marked, never dropped.
    """

    id: str
    name: str
    missing_since: date | None = None
    aliases: Fact[tuple[str, ...]] = _NOTHING
    parent_id: Fact[str] = _NOTHING
    domain: Fact[str] = _NOTHING
    ta_email: Fact[str] = _NOTHING
    ae_email: Fact[str] = _NOTHING
    ce_email: Fact[str] = _NOTHING
    ie_email: Fact[str] = _NOTHING
    segment: Fact[str] = _NOTHING
    team: Fact[str] = _NOTHING
    developers: Fact[int] = _NOTHING
    arr: Fact[Cents] = _NOTHING
    arr_year_ago: Fact[Cents] = _NOTHING
    licensed_seats: Fact[int] = _NOTHING
    seats_unlimited: Fact[bool] = _NOTHING
    tam: Fact[int] = _NOTHING
    mau: Fact[int] = _NOTHING
    dau_4w_avg: Fact[float] = _NOTHING
    customer_since: Fact[date] = _NOTHING
    production_since: Fact[date] = _NOTHING
    renewal_date: Fact[date] = _NOTHING
    health_score: Fact[float] = _NOTHING
    health_category: Fact[str] = _NOTHING
    ta_sentiment: Fact[str] = _NOTHING
    versions_behind: Fact[int] = _NOTHING
    precise_code_nav: Fact[bool] = _NOTHING
    defect_tickets_90d: Fact[int] = _NOTHING
    help_tickets_90d: Fact[int] = _NOTHING
    active_champion: Fact[bool] = _NOTHING
    access_to_buyer: Fact[bool] = _NOTHING
    last_activity_on: Fact[date] = _NOTHING
    lighthouse: Fact[str] = _NOTHING
    save_plan_updated_on: Fact[date] = _NOTHING
    open_tickets: Fact[int] = _NOTHING
    slack_channel: Fact[str] = _NOTHING
    slack_channel_active_on: Fact[date] = _NOTHING
    mau_28d: Fact[int] = _NOTHING
    goals_set: Fact[int] = _NOTHING
    goals_met: Fact[int] = _NOTHING
    pending_actions: Fact[tuple[str, ...]] = _NOTHING
    next_customer_sync_on: Fact[date] = _NOTHING
    next_customer_sync_with: Fact[str] = _NOTHING
    success_plan_updated_on: Fact[date] = _NOTHING
    last_cbr_on: Fact[date] = _NOTHING
    last_roadmap_review_on: Fact[date] = _NOTHING
    kickoff_on: Fact[date] = _NOTHING
    expected_close_on: Fact[date] = _NOTHING
    churned_on: Fact[date] = _NOTHING
    expansion_arr_open: Fact[Cents] = _NOTHING
    features_first_used: Fact[tuple[tuple[str, date], ...]] = _NOTHING
    vitally_url: Fact[str] = _NOTHING
    salesforce_url: Fact[str] = _NOTHING
    looker_url: Fact[str] = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of an account's history as it was recorded; None where it was not.

    The traits carry the account's names, so that `bot.domain.health` reads both the same way.
    """

    account_id: str
    week_ending: date
    source: str
    mau: int | None = None
    dau_4w_avg: float | None = None
    licensed_seats: int | None = None
    arr: Cents | None = None
    health_score: float | None = None
    health_category: str | None = None
    ta_sentiment: str | None = None
    versions_behind: int | None = None
    precise_code_nav: bool | None = None
    defect_tickets_90d: int | None = None
    help_tickets_90d: int | None = None
    active_champion: bool | None = None
    access_to_buyer: bool | None = None
    last_activity_on: date | None = None


class DrawnWeek(NamedTuple):
    """What a chart needs of a week: a year of whole weeks takes four times as long to read."""

    week_ending: date
    source: str
    mau: int | None
    licensed_seats: int | None
    health_score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChange:
    """A health category that moved: the handbook's list of (account, date, now, before)."""

    account_id: str
    account_name: str
    team: str | None
    ta_email: str | None
    changed_on: date
    before: str
    now: str
