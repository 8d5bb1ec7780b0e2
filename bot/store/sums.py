"""One moment's sums over many accounts, and their median ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.domain.sums import Sums
from bot.ports.figures import Scope
from bot.store.measures import (
    CHURNED,
    HAS_CONSUMPTION,
    HAS_UTILIZATION,
    HERE,
    SEATS,
    UNLIMITED,
    WAS_CUSTOMER,
    consumption,
    counted,
    held,
    summed,
    utilization,
)
from bot.store.tables import accounts


def read(connection: sa.Connection, scope: Scope) -> Sums:
    """Every sum, in two passes: of those who are here, and of those who were customers a year ago."""
    of = tuple(counted(scope))
    values = {"today": scope.today}
    numbers: dict[str, Any] = {}
    for statement in (
        sa.select(*_of_here()).where(*of, HERE),
        sa.select(*_of_then(scope.today)).where(*of),
    ):
        row = connection.execute(statement, values).mappings().one()
        numbers.update((name, _bare(value)) for name, value in row.items())
    used, active = _medians(connection, of, values)
    return Sums(**numbers, median_utilization=used, median_consumption=active)


def _of_here() -> list[sa.ColumnElement[Any]]:
    """What is measured of the accounts that have not churned."""
    goals, score = accounts.c.goals_set, accounts.c.health_score
    has_goals = sa.and_(goals > 0, accounts.c.goals_met.is_not(None))
    measured = {
        "accounts": sa.func.count(),
        "arr": sa.func.coalesce(sa.func.sum(accounts.c.arr), 0),
        "mau": summed(accounts.c.mau, HAS_UTILIZATION),
        "seats": summed(SEATS, HAS_UTILIZATION),
        "with_utilization": held(HAS_UTILIZATION),
        "with_tam": held(sa.and_(UNLIMITED, HAS_UTILIZATION)),
        "daily": summed(accounts.c.dau_4w_avg, HAS_CONSUMPTION),
        "daily_mau": summed(accounts.c.mau, HAS_CONSUMPTION),
        "with_consumption": held(HAS_CONSUMPTION),
        "goals_met": summed(accounts.c.goals_met, has_goals),
        "goals_set": summed(goals, has_goals),
        "with_goals": held(has_goals),
        "score_sum": sa.func.coalesce(sa.func.sum(score), 0.0),
        "with_score": sa.func.count(score),
    }
    return [one.label(name) for name, one in measured.items()]


def _of_then(today: date) -> list[sa.ColumnElement[Any]]:
    """What is measured of the accounts that were customers a year ago, churned ones too."""
    arr, then = accounts.c.arr, accounts.c.arr_year_ago
    now = sa.case((CHURNED, 0), else_=arr)
    retained = sa.and_(WAS_CUSTOMER, now.is_not(None))
    measured = {
        "arr_kept": summed(sa.case((now < then, now), else_=then), retained),
        "arr_now": summed(now, retained),
        "arr_then": summed(then, retained),
        "with_retention": held(retained),
        "without_retention": held(_unretained(now, today)),
    }
    return [one.label(name) for name, one in measured.items()]


def _unretained(now: sa.ColumnElement[Any], today: date) -> sa.ColumnElement[bool]:
    """Customers a year ago, as far as known, whose ARR now or then is unknown."""
    year_ago = _year_before(today)
    since, churned = accounts.c.customer_since, accounts.c.churned_on
    was = sa.and_(
        sa.or_(since.is_(None), since <= year_ago),
        sa.or_(churned.is_(None), churned > year_ago),
    )
    unknown_then = sa.and_(accounts.c.arr_year_ago.is_(None), was)
    return sa.or_(unknown_then, sa.and_(WAS_CUSTOMER, now.is_(None)))


def _year_before(day: date) -> date:
    """The same day a year before; 28 February where that year had no 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _medians(
    connection: sa.Connection, of: Sequence[sa.ColumnElement[bool]], values: Mapping[str, Any]
) -> tuple[float | None, float | None]:
    """Utilization and consumption of the median account."""
    ratios = sa.select(
        sa.case((HAS_UTILIZATION, utilization)), sa.case((HAS_CONSUMPTION, consumption))
    ).where(*of, HERE)
    cursor: Any = connection.execute(ratios, values).cursor
    used: list[float] = []
    active: list[float] = []
    while rows := cursor.fetchmany(2000):
        used += [one for one, _ in rows if one is not None]
        active += [two for _, two in rows if two is not None]
    return median_of(used), median_of(active)


def median_of(values: Sequence[float]) -> float | None:
    """The median. Many values are not sorted whole: that would keep the event loop waiting."""
    count = len(values)
    if not count:
        return None
    sample = sorted(values[:: max(count // 1000, 1)])
    low, high = sample[int(len(sample) * 0.45)], sample[int(len(sample) * 0.55)]
    near = sorted([value for value in values if low <= value <= high])
    first = (count - 1) // 2 - sum([value < low for value in values])
    last = first + 1 - count % 2
    if first < 0 or last >= len(near):  # the sample misled
        near = sorted(values)
        first, last = (count - 1) // 2, count // 2
    return (near[first] + near[last]) / 2


def _bare(number: Any) -> Any:
    """PostgreSQL adds whole numbers up to decimals."""
    return number if isinstance(number, float) else int(number)
