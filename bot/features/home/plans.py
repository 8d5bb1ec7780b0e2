"""The plans of somebody's accounts of which an update is due: status updates that were asked for, and success plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.account import Account
from bot.domain.kpi import utilization_of
from bot.domain.plan_update import PLANS, PlanAsk, PlanKind
from bot.domain.provenance import Fact, Known, value_of
from bot.domain.schedule import IsoWeek
from bot.domain.watching import Rhythm
from bot.features.books.rules import Scope
from bot.features.home import rules
from bot.ports import Ports

SIGNAL = "success_plan"
"""The commitments of policy that are about a plan."""
AHEAD = timedelta(days=7)
"""What comes due so soon stands here already."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePlan:
    """An account whose plan is to be updated by a day; `last` is when it was, `whose` the e-mail of who is to.

    `is_asked`: a status update, which is written here. `fact` is where it is known from that it is due.
    """

    account_id: str
    account_name: str
    plan: str
    on: date
    is_asked: bool
    last: date | None
    whose: str
    fact: Fact[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePlans:
    """Some of them, from `offset` on, of so many; names of people by e-mail where others than the reader are meant."""

    some: tuple[DuePlan, ...]
    offset: int
    total: int
    names: Mapping[str, str]
    now: datetime


async def due(ports: Ports, scope: Scope, offset: int = 0, count: int = rules.WORST) -> DuePlans:
    """What was asked for first, then success plans, the longest due first."""
    asks = await _unanswered(ports, scope)
    found = [await _of_ask(ports, one) for one in asks[offset : offset + count]]
    some = [one for one in found if one is not None]
    rhythms, today = _rhythms(ports, scope), ports.clock.today()
    total, ids = await ports.book.list_due(
        next((one.counts_from for one in rhythms.values() if one.counts_from), "customer_since"),
        {team: one.every.after(today + AHEAD, -1) for team, one in rhythms.items()},
        ta_email=scope.email,
        limit=max(count - len(asks[offset:]), 0),
        offset=max(offset - len(asks), 0),
    )
    accounts = [await ports.book.find_account(one) for one in ids]
    some += [_of_rhythm(one, rhythms, today) for one in accounts if one is not None]
    people = () if scope.email else await ports.people.list_people()
    return DuePlans(
        some=tuple(some),
        offset=offset,
        total=len(asks) + total,
        names={one.email.lower(): one.name for one in people},
        now=ports.clock.now(),
    )


def _rhythms(ports: Ports, scope: Scope) -> Mapping[str, Rhythm]:
    """How often success plans are due, by team."""
    return {
        team: one
        for team, some in ports.policy.watch.rhythms.items()
        for one in some
        if one.signal == SIGNAL and scope.team in (None, team)
    }


async def _unanswered(ports: Ports, scope: Scope) -> list[PlanAsk]:
    """Updates that were asked for this week or in the last one and were not written since, by account name."""
    monday = IsoWeek.of(ports.clock.today()).monday
    newest = {
        one.account_id: one
        for week in (monday - _WEEK, monday)
        for one in await ports.plan_updates.list_asks(week, email=scope.email, team=scope.team)
    }
    updates = await ports.plan_updates.last_updates(list(newest))
    written = {account_id: update.week for account_id, update in updates.items()}
    open_ = [one for one in newest.values() if written.get(one.account_id, date.min) < one.week]
    return sorted(open_, key=lambda one: (one.week, one.account_name.casefold()))


async def _of_ask(ports: Ports, ask: PlanAsk) -> DuePlan | None:
    account = await ports.book.find_account(ask.account_id)
    if account is None:
        return None
    fact = account.lighthouse if ask.kind is PlanKind.LIGHTHOUSE else utilization_of(account)
    return DuePlan(
        account_id=account.id,
        account_name=account.name,
        plan=PLANS[ask.kind],
        on=ask.asked_at.date(),
        is_asked=True,
        last=None,
        whose=ask.email,
        fact=fact,
    )


def _of_rhythm(account: Account, rhythms: Mapping[str, Rhythm], today: date) -> DuePlan:
    rhythm = rhythms[value_of(account.team) or ""]
    last: Fact[date] = getattr(account, rhythm.counts_from or "customer_since")
    counted = (last, account.customer_since, account.production_since)
    fact = next((one for one in counted if isinstance(one, Known)), last)
    first = value_of(fact) or today
    return DuePlan(
        account_id=account.id,
        account_name=account.name,
        plan="success plan",
        on=rhythm.every.after(first, max(rhythm.every.passed(first, today), 1)),
        is_asked=False,
        last=value_of(last) if rhythm.counts_from else None,
        whose=value_of(account.ta_email) or "",
        fact=fact,
    )
