"""What happened to somebody's accounts while they were away: from the weekly history, the book as it is now, and requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.blocks import text
from bot.domain.account import Account, Week
from bot.domain.health import Category, HealthRules, recorded_category
from bot.domain.leave import Moved, Need, Plan, day_in_words
from bot.domain.provenance import value_of
from bot.domain.request import RequestState
from bot.features.coverage import planning
from bot.ports import Ports
from bot.ports.requests import Wanted

MOST = 1_000
"""Requests that are looked through, the newest."""
_STATES = {
    RequestState.OPEN: "open, {who} is to answer",
    RequestState.CLAIMED: "{who} has taken it",
    RequestState.ANSWERED: "{who} answered it",
    RequestState.CLOSED: "closed by {who}",
}


async def briefing(ports: Ports, plan: Plan) -> tuple[Moved, ...]:
    """The accounts of which there is something to say: those that were covered first, then those that moved most.

    Before is the newest week that ended before the absence began; accounts without one are compared with nothing.
    """
    around = await planning.around_of(ports, plan)
    weeks = await ports.book.list_latest_weeks([one.id for one in around.accounts], ending_by=plan.away.first)
    covered = {item.account_id for item in plan.items}
    asked = await _asked(ports, plan)
    told = [
        _moved(account, weeks.get(account.id), plan, ports.policy.health, asked.get(account.id, ()))
        for account in around.accounts
    ]
    some = [one for one in told if one.words or one.before is not one.now]
    return tuple(sorted(some, key=lambda one: _place(one, covered)))


def _place(one: Moved, covered: set[str]) -> tuple[bool, bool, str]:
    return one.account_id not in covered, one.before is one.now, one.account_name.casefold()


async def _asked(ports: Ports, plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """What was asked of the team about each account meanwhile, oldest first, and what came of it."""
    made = await ports.requests.list_requests(Wanted(since=plan.away.starts_at, limit=MOST))
    people = {one.email: one.name for one in await ports.people.list_people()} if made else {}
    found: dict[str, tuple[str, ...]] = {}
    for one in reversed(made):
        if one.account_id and one.created_at < plan.away.ends_at and one.state is not RequestState.WITHDRAWN:
            who = people.get(one.assignee, one.assignee) or "nobody"
            words = f"request “{text.one_line(one.text, 60)}”: {_STATES[one.state].format(who=who)}"
            found[one.account_id] = (*found.get(one.account_id, ()), words)
    return found


def _moved(
    account: Account, week: Week | None, plan: Plan, health: HealthRules, asked: Sequence[str]
) -> Moved:
    now = recorded_category(account, health)
    before = Category(week.health_category) if week and week.health_category else now
    return Moved(
        account_id=account.id,
        account_name=account.name,
        before=before,
        now=now,
        words=(*_words(account, week, plan), *asked),
    )


def _words(account: Account, week: Week | None, plan: Plan) -> Iterator[str]:
    yield from _health(account, week)
    yield from _renewal(account, plan)
    yield from _tickets(account, week)
    updated = value_of(account.save_plan_updated_on)
    if updated and _in(updated, plan):
        yield f"save plan updated on {day_in_words(updated)}"
    churned = value_of(account.churned_on)
    if churned and _in(churned, plan):
        yield f"churned on {day_in_words(churned)}"


def _health(account: Account, week: Week | None) -> Iterator[str]:
    score = value_of(account.health_score)
    if week and week.health_score is not None and score is not None and round(score - week.health_score, 1):
        yield f"health score {week.health_score:.1f} → {score:.1f} since the week ending {day_in_words(week.week_ending)}"


def _renewal(account: Account, plan: Plan) -> Iterator[str]:
    """A renewal date that lies elsewhere now was renewed, or moved: the book does not say which."""
    now = value_of(account.renewal_date)
    item = next((one for one in plan.items if one.account_id == account.id), None)
    was = next((one.on for one in item.reasons if one.need is Need.RENEWS), None) if item else None
    if was and now and now != was:
        yield f"renewal date {day_in_words(was)} → {day_in_words(now)}"
    elif now and _in(now, plan):
        yield f"renewal was due on {day_in_words(now)}: the book has no later date yet"


def _tickets(account: Account, week: Week | None) -> Iterator[str]:
    count = value_of(account.open_tickets)
    if count:
        yield f"{count} open ticket{'' if count == 1 else 's'}"
    if week is None:
        return
    for kind, before, now in (
        ("help", week.help_tickets_90d, value_of(account.help_tickets_90d)),
        ("defect", week.defect_tickets_90d, value_of(account.defect_tickets_90d)),
    ):
        if before is not None and now is not None and now > before:
            yield f"{kind} tickets of 90 days {before} → {now}"


def _in(day: date, plan: Plan) -> bool:
    return plan.away.first <= day <= plan.away.last
