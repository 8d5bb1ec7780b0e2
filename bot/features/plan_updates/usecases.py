"""Asking for status updates, keeping them, and telling what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.asks import Action, Submission
from bot.blocks.answers import Answer, FieldErrors, Modal
from bot.domain.account import Account
from bot.domain.alert import Kept
from bot.domain.person import Person, Team
from bot.domain.plan_update import (
    SIGNAL,
    Confidence,
    PlanAsk,
    PlanKind,
    PlanUpdate,
    PlanWeek,
    keeper_of,
    latest,
    plan_of,
)
from bot.domain.schedule import IsoWeek
from bot.domain.segment import team_of
from bot.errors import UserError
from bot.features.plan_updates import forms, views, wording
from bot.ports import Ports
from bot.ports.people import name_of

GONE = "That account is no longer in the book. Look for it with `/account-health NAME`."


async def ask(ports: Ports) -> str:
    """Ask for the week's updates: once an account, and not where one was written already; says how many."""
    rules, today = ports.policy.plan_updates, ports.clock.today()
    if not rules.asks_on(today):
        return "updates are not asked for today"
    week = IsoWeek.of(today).monday
    done = {one.account_id for one in await ports.plan_updates.list_updates(week=week, limit=100_000)}
    done |= {one.account_id for one in await ports.plan_updates.list_asks(week)}
    found = await ports.book.list_planned(customers_since=rules.customers_since(today))
    accounts = [one for one in found if one.id not in done and plan_of(one, rules, today)]
    last = await ports.plan_updates.last_updates([one.id for one in accounts])
    people = await ports.people.list_people()
    asks = [_ask_of(ports, one, last.get(one.id), people) for one in accounts]
    by_id = {one.id: one for one in accounts}
    due = [one for one in asks if one is not None]
    notices = [
        wording.notice(one, by_id[one.account_id], last.get(one.account_id))
        for one in due
        if not await _questions(ports, one.account_id, week)  # else an alert said that it is due
    ]
    async with ports.work.transaction() as tx:
        await ports.plan_updates.save_asks(tx, due)
        await ports.alerts.tell_later(tx, notices)
    return f"{len(due)} asked, {len(asks) - len(due)} with nobody to ask"


def _ask_of(
    ports: Ports, account: Account, last: PlanUpdate | None, people: Sequence[Person]
) -> PlanAsk | None:
    today, rules = ports.clock.today(), ports.policy.plan_updates
    team = team_of(account, ports.policy.model_on(today))
    email = keeper_of(account, team, last, people)
    kind = plan_of(account, rules, today)
    if email is None or kind is None or (team is not None and team not in rules.teams):
        return None
    return PlanAsk(
        account_id=account.id,
        account_name=account.name,
        team=team,
        kind=kind,
        week=IsoWeek.of(today).monday,
        email=email,
        asked_at=ports.clock.now(),
    )


async def write(asked: Action, ports: Ports) -> Modal:
    """The form for an account's update."""
    account = await _get_account(ports, asked.value)
    last = await _last(ports, account)
    return forms.form((account.name, account.id), _kind(ports, account, last), last)


async def submit(asked: Submission, ports: Ports) -> Answer:
    """Keep what was written; the question for it needs no answer any more."""
    said = {name: str(asked.values.get(name) or "").strip()[: forms.LONGEST] for name in _PARTS}
    if not said[forms.PROGRESS]:
        return FieldErrors(errors={forms.PROGRESS: "Write what moved, or that nothing did."})
    account = await _get_account(ports, asked.private_metadata)
    today = ports.clock.today()
    update = PlanUpdate(
        id=0,
        account_id=account.id,
        account_name=account.name,
        team=team_of(account, ports.policy.model_on(today)),
        kind=_kind(ports, account, await _last(ports, account)),
        week=IsoWeek.of(today).monday,
        progress=said[forms.PROGRESS],
        blockers=said[forms.BLOCKERS],
        asks=said[forms.ASKS],
        confidence=Confidence(asked.values.get(forms.CONFIDENCE) or Confidence.AT_RISK),
        by_email=asked.asker.email or "",
        by_name=await name_of(ports.people, asked.asker),
        given_at=ports.clock.now(),
    )
    asks = await _open_notices(ports, update)
    async with ports.work.transaction() as tx:
        await ports.plan_updates.add_update(tx, update, token=asked.request_id)
        await ports.alerts.acknowledge(tx, asks, update.by_email, update.given_at)
    return await _history(ports, account, kept=True)


_PARTS = (forms.PROGRESS, forms.BLOCKERS, forms.ASKS)


async def _open_notices(ports: Ports, update: PlanUpdate) -> list[int]:
    """The questions that it answers, whoever asked them."""
    held = await _questions(ports, update.account_id, update.week - timedelta(weeks=1))
    return [one.id for one in held if one.acknowledged_at is None]


async def _questions(ports: Ports, account_id: str, since: date) -> list[Kept]:
    """What was said since a day of an update that is due: the weekly question, or an alert of it."""
    held = await ports.alerts.list_of_account(account_id)
    return [one for one in held if one.notice.signal == SIGNAL and one.kept_at.date() >= since]


async def show_history(asked: Action, ports: Ports) -> Modal:
    """Everything that was written about an account."""
    return await _history(ports, await _get_account(ports, asked.value))


async def _history(ports: Ports, account: Account, *, kept: bool = False) -> Modal:
    updates = await ports.plan_updates.list_updates(account_id=account.id)
    return views.history((account.name, account.id), updates, kept=kept)


async def week_of(ports: Ports, team: Team | None, week: IsoWeek) -> PlanWeek | None:
    """A week's updates of a team's accounts (None: of all), and what was asked in vain; None where there is neither."""
    held = await ports.plan_updates.list_updates(week=week.monday, limit=100_000)
    given = {one.account_id for one in held}
    asked = await ports.plan_updates.list_asks(week.monday)
    updates = latest(one for one in held if team in (None, one.team))
    open_ = tuple(one for one in asked if one.account_id not in given and team in (None, one.team))
    if not updates and not open_:
        return None
    people = await ports.people.list_people() if open_ else ()
    return PlanWeek(
        week=week.monday,
        updates=updates,
        unanswered=open_,
        names={one.email: one.name for one in people},
    )


async def _get_account(ports: Ports, account_id: str) -> Account:
    account = await ports.book.find_account(account_id)
    if account is None:
        raise UserError(GONE)
    return account


async def _last(ports: Ports, account: Account) -> PlanUpdate | None:
    return (await ports.plan_updates.last_updates([account.id])).get(account.id)


def _kind(ports: Ports, account: Account, last: PlanUpdate | None) -> PlanKind:
    """What the update is of; a plan that has just ended is still told of."""
    today = ports.clock.today()
    kind = plan_of(account, ports.policy.plan_updates, today)
    if kind is None and last is not None and today - last.week <= timedelta(weeks=2):
        kind = last.kind
    if kind is None:
        raise UserError(
            "No save plan and no get-well plan runs for that account now, so no update of one is due."
        )
    return kind
