"""What is measured of an account, as SQL that both engines take: who counts, the parts of ratios, who needs attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain import digest
from bot.ports.figures import Limits, Scope, Span
from bot.store.tables import accounts, weeks
from bot.store.types import DECIMAL, WHOLE, Day

Condition = sa.ColumnElement[bool]
_HAIR = 1e-9  # a ratio may miss its bound by a rounding

TODAY = sa.bindparam("today", type_=Day())
YES, NO = sa.literal(1, WHOLE), sa.literal(0, WHOLE)  # as flags are stored

CHURNED: Condition = accounts.c.churned_on <= TODAY
HERE: Condition = sa.or_(accounts.c.churned_on.is_(None), accounts.c.churned_on > TODAY)
"""Neither churned nor, with `counted`, a prospect."""
UNLIMITED: Condition = accounts.c.seats_unlimited == YES
SEATS = sa.case((UNLIMITED, accounts.c.tam), else_=accounts.c.licensed_seats)
HAS_UTILIZATION: Condition = sa.and_(accounts.c.mau.is_not(None), SEATS > 0)
HAS_CONSUMPTION: Condition = sa.and_(accounts.c.dau_4w_avg.is_not(None), accounts.c.mau > 0)
utilization = sa.cast(accounts.c.mau, DECIMAL) / sa.cast(SEATS, DECIMAL)
consumption = accounts.c.dau_4w_avg / sa.cast(accounts.c.mau, DECIMAL)
seats_used_by = sa.func.coalesce(accounts.c.mau_28d, accounts.c.mau)
seats_used = sa.cast(seats_used_by, DECIMAL) / sa.cast(accounts.c.licensed_seats, DECIMAL)
WAS_CUSTOMER: Condition = accounts.c.arr_year_ago > 0
started = sa.func.coalesce(accounts.c.customer_since, accounts.c.production_since)


def counted(scope: Scope) -> Iterator[Condition]:
    """Whom a scope holds: no prospects, and a team's accounts by what is recorded."""
    yield sa.or_(accounts.c.expected_close_on.is_(None), accounts.c.expected_close_on <= TODAY)
    if scope.team is not None:
        yield accounts.c.team == scope.team


def within(day: sa.ColumnElement[Any], span: Span) -> Condition:
    """Whether a day lies in a span. Not `BETWEEN`: PostgreSQL takes no collation there."""
    return sa.and_(day >= span[0], day <= span[1])


def summed(of: Any, where: Condition) -> sa.ColumnElement[Any]:
    """The sum over the rows where something holds; 0 where it holds nowhere."""
    return sa.func.coalesce(sa.func.sum(sa.case((where, of))), 0)


def held(where: Condition) -> sa.ColumnElement[int]:
    """In how many rows something holds."""
    return sa.func.count(sa.case((where, 1)))


def measured_of_week(seats: Any, then: Any, *, counts: bool) -> tuple[sa.ColumnElement[Any], ...]:
    """A week's sums in the order of WeekSums, after its day. Written for speed: it runs for a million weeks."""
    mau, daily, arr = weeks.c.mau, weeks.c.dau_4w_avg, weeks.c.arr
    total = sa.func.sum
    used, retained = sa.case((seats > 0, mau)), sa.case((arr.is_not(None), then))
    active = sa.case((mau > 0, daily))

    def many(of: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.count(of) if counts else sa.literal_column("0")

    return (
        sa.func.count(),
        total(used),
        total(sa.case((mau.is_not(None), sa.case((seats > 0, seats))))),
        many(used),
        total(active),
        total(sa.case((daily.is_not(None), mau))),
        many(active),
        total(sa.case((arr < then, arr), (arr.is_not(None), then))),
        total(sa.case((then > 0, arr))),
        total(retained),
        many(retained),
        total(weeks.c.health_score),
        sa.func.count(weeks.c.health_score),
    )


def renewing(today: date, days: int) -> Condition:
    """Whether the renewal lies within so many days ahead."""
    return within(accounts.c.renewal_date, (today, today + timedelta(days=days)))


def conditions(today: date, limits: Limits) -> Mapping[str, Condition]:
    """Who is on which list of attention, in the order of `bot.domain.digest.KINDS`."""
    started_by = today - timedelta(days=limits.utilization_day - 1)  # the first day is day 1
    return {
        digest.RENEWAL: renewing(today, limits.renewal_days),
        digest.SEATS: sa.and_(
            sa.func.coalesce(accounts.c.seats_unlimited, NO) == NO,
            accounts.c.licensed_seats > 0,
            seats_used >= limits.seats_level - _HAIR,
        ),
        digest.UTILIZATION: sa.and_(
            HAS_UTILIZATION, utilization < limits.utilization_below - _HAIR, started <= started_by
        ),
        digest.LIGHTHOUSE: accounts.c.lighthouse == "active",
        digest.CHAMPION: accounts.c.active_champion == NO,
    }


def listed(kind: str) -> tuple[Any, Any, Any, tuple[Any, ...]]:
    """A list's day, amount and basis, and its order, most pressing first."""
    nothing, none = sa.null(), sa.literal("")
    by_arr = sa.nulls_last(accounts.c.arr.desc())
    match kind:
        case digest.RENEWAL:
            return accounts.c.renewal_date, nothing, none, (accounts.c.renewal_date, by_arr)
        case digest.SEATS:
            basis = sa.case((accounts.c.mau_28d.is_not(None), "mau_28d"), else_="mau")
            return sa.null(), seats_used, basis, (seats_used.desc(), by_arr)
        case digest.UTILIZATION:
            return started, utilization, none, (utilization, by_arr)
        case digest.LIGHTHOUSE:
            updated = accounts.c.save_plan_updated_on
            return updated, nothing, none, (sa.nulls_first(updated.asc()), by_arr)
        case _:
            return nothing, nothing, none, (by_arr,)


def known(*names: str) -> sa.ColumnElement[int]:
    """One number that says which of these values are known: a bit for each, the first the lowest."""
    bits: Any = sa.literal(0, WHOLE)
    for place, name in enumerate(names):
        bits = bits + sa.case((accounts.c[name].is_not(None), 1 << place), else_=0)
    return bits  # type: ignore[no-any-return] # a sum of whole numbers is one
