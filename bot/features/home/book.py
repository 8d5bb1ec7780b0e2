"""The accounts of an App Home: somebody's book, pool or sold accounts, read in little time however many there are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.account import Account, CategoryChange, Group
from bot.domain.boundary import SegmentRow
from bot.domain.digest import Owner
from bot.domain.health import worst_first
from bot.domain.kpi import utilization_of
from bot.domain.person import Team
from bot.domain.provenance import Fact, value_of
from bot.features.books import rules as books
from bot.features.books.usecases import row_of
from bot.features.home import rules
from bot.features.kpis.usecases import staff_of
from bot.features.segment_lists.rules import category_of
from bot.ports import Ports
from bot.ports.figures import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """One of the accounts that need somebody most. `change` is against policy's weeks ago; None: unknown."""

    row: books.Row
    change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """An account that renews soon."""

    row: books.Row
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A book at a glance. `changes` are its newest category changes."""

    totals: rules.Totals
    worst: tuple[Worst, ...]
    renewals: tuple[Renewing, ...]
    renewals_count: int
    changes: tuple[CategoryChange, ...]
    origins: tuple[books.Origin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """An account that somebody is the AE of: its health, its seats, and who serves it today."""

    row: books.Row
    seats: Fact[float]
    served_by: Owner | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldPage:
    """Some of an AE's accounts, from `offset` on, of so many."""

    rows: tuple[Sold, ...]
    offset: int
    totals: rules.Totals
    origins: tuple[books.Origin, ...]


async def glance(ports: Ports, scope: books.Scope) -> Glance:
    """A TA's book or a pool."""
    since = ports.clock.today() - timedelta(weeks=ports.policy.change_weeks)
    rows, origins, changes = await asyncio.gather(
        ports.book.list_segment_rows(ta_email=scope.email, team=scope.team),
        _origins(ports, team=scope.team, ta_email=scope.email),
        ports.book.list_category_changes(
            since=since, ta_email=scope.email, team=scope.team, limit=rules.CHANGES
        ),
    )
    ranked, renewals, totals = await asyncio.to_thread(_ranked, rows, ports)
    worst = await _read(ports, ranked[: rules.WORST])
    soon = await _read(ports, renewals[: rules.RENEWALS])
    before = await ports.book.list_latest_weeks([one.account.id for one in worst], ending_by=since)
    then = {account_id: week.health_score for account_id, week in before.items()}
    return Glance(
        totals=totals,
        worst=tuple(Worst(row=one, change=_change(one.account, then.get(one.account.id))) for one in worst),
        renewals=tuple(
            Renewing(row=one, on=on) for one in soon if (on := value_of(one.account.renewal_date))
        ),
        renewals_count=len(renewals),
        changes=changes,
        origins=origins,
    )


async def _origins(
    ports: Ports, *, team: Team | None = None, ta_email: str | None = None, ae_email: str | None = None
) -> tuple[books.Origin, ...]:
    """Where the values of all of somebody's accounts come from: the sums are of them, whichever are shown."""
    now = ports.clock.now()
    oldest = {group.value: now - span for group, span in ports.policy.freshness.items()}
    scope = Scope(team=team, today=ports.clock.today())
    ages = await ports.figures.ages(scope, oldest, ta_email=ta_email, ae_email=ae_email)
    return tuple(
        books.Origin(
            group=Group(one.group),
            sources=one.sources,
            oldest=one.oldest,
            assumed=one.assumed,
            stale=one.stale,
        )
        for one in ages
        if one.oldest is not None and one.group in books.SHOWN_GROUPS
    )


def _ranked(
    rows: tuple[SegmentRow, ...], ports: Ports
) -> tuple[list[SegmentRow], list[SegmentRow], rules.Totals]:
    policy = ports.policy
    totals = rules.totals_of(rows, [category_of(row, policy.health) for row in rows])
    soon = rules.renewing(rows, ports.clock.today(), policy.lifecycle.renewing_days)
    ranked = sorted(rows, key=lambda row: worst_first(row.health_score, row.arr, row.name))
    return ranked, soon, totals


async def _read(ports: Ports, rows: list[SegmentRow]) -> list[books.Row]:
    """Whole accounts, read anew one by one: one of them may be gone by now."""
    found = [await ports.book.find_account(row.id) for row in rows]
    return [row_of(account, ports) for account in found if account is not None]


def _change(account: Account, then: float | None) -> float | None:
    now = value_of(account.health_score)
    return None if now is None or then is None else now - then


async def sold(ports: Ports, email: str, offset: int = 0, count: int = rules.WORST) -> SoldPage:
    """Some of the accounts of an AE, worst first, with who serves each today."""
    rows, origins = await asyncio.gather(
        ports.book.list_segment_rows(ae_email=email), _origins(ports, ae_email=email)
    )
    ranked, _, totals = await asyncio.to_thread(_ranked, rows, ports)
    offset = offset if offset < len(ranked) else 0
    read = await _read(ports, ranked[offset : offset + count])
    staff = await staff_of(ports)
    made = [
        Sold(
            row=one,
            seats=utilization_of(one.account),
            served_by=staff.owner(value_of(one.account.ta_email), one.account.id),
        )
        for one in read
    ]
    return SoldPage(rows=tuple(made), offset=offset, totals=totals, origins=origins)
