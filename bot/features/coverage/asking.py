"""Answering about time off: my checklist, who is out, one person, one account, and the briefing on return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.asks import Action, Ask, Typeahead
from bot.blocks import build, choosing, text
from bot.blocks.answers import Message, Options
from bot.domain.account import Account
from bot.domain.leave import CoverState, Plan, PlanState
from bot.domain.person import Person, Team
from bot.domain.provenance import value_of
from bot.domain.segment import team_of
from bot.errors import NamedAccount, UserError, WrongUsage
from bot.features.coverage import away, gathering, persons, planning, reading, returning, telling, views
from bot.features.coverage.away import Group, Out
from bot.features.coverage.gathering import IN_FORCE, OPEN
from bot.features.leave_status.views import forget_button
from bot.ports import Ports

AHEAD = timedelta(days=400)
"""So far ahead an absence is looked for."""
LONGEST_NAME = 300
"""What is longer is no name; it is cut before it is looked up."""


async def today_of(person: Person | None, ports: Ports) -> date:
    """The day it is for somebody."""
    return ports.clock.now().astimezone(ZoneInfo(_zone(ports, person))).date()


def _zone(ports: Ports, person: Person | None) -> str:
    return gathering.zone_of(ports, person) if person else str(ports.clock.zone)


async def mine(asked: Ask, ports: Ports) -> Message:
    """My checklist, what I cover, what waits for my answer, and who is out."""
    person = await ports.people.find_asker(asked.asker)
    today = await today_of(person, ports)
    out = await who(asked, ports, "")
    if person is None:
        return out
    plans = [
        plan for plan in await _plans(ports, person.email, OPEN) if plan.away.ends_at > ports.clock.now()
    ]
    covered = await ports.plans.list_covered_by(person.email, today, today + AHEAD)
    own = await _own(ports, person, plans)
    shown = await persons.people_of(ports, *covered)
    asking = [plan for plan in covered if _asks(plan, person.email) and plan.state in IN_FORCE]
    blocks = [*own.blocks, *away.others(plans[1:]), *away.mine(covered, asking, person.email, shown)]
    if plans and await ports.statuses.has_consent(person.email):
        blocks.append(build.actions(forget_button()))
    accounts = (*own.accounts, *out.accounts)
    return Message(text=f"{own.text} {out.text}", blocks=(*blocks, *out.blocks), accounts=accounts)


def _asks(plan: Plan, email: str) -> bool:
    return any(item.cover_email == email and item.state is CoverState.ASKED for item in plan.items)


async def _own(ports: Ports, person: Person, plans: Sequence[Plan]) -> Message:
    if not plans:
        now, _ = await _absences(ports, person)
        return away.nothing_planned(person.name, now.away if now else None)
    return await checklist(ports, plans[0])


async def checklist(ports: Ports, plan: Plan, lead: str = "") -> Message:
    """The six steps of a plan as they are now."""
    around = await planning.around_of(ports, plan)
    desk = await planning.desk_of(ports, plan, around)
    return views.checklist(plan, desk.steps, desk.people, desk.notices, consent=desk.consent, lead=lead)


async def who(asked: Ask, ports: Ports, typed: str) -> Message:
    """Who is out on a day: the asker's team first."""
    person = await ports.people.find_asker(asked.asker)
    today = await today_of(person, ports)
    day = reading.read_day(typed, today)
    everybody = {one.email: one for one in await ports.people.list_people()}
    outs = await _out_on(ports, day, everybody)
    return away.who(_grouped(outs, ports, person, everybody), day, today, everybody)


async def _out_on(ports: Ports, day: date, people: Mapping[str, Person]) -> list[Out]:
    """Everybody who is away on some part of a day of their own."""
    plans = await ports.plans.list_plans(states=IN_FORCE, touching=(day, day))
    absences = await ports.coverage.list_away(day, day)
    outs = {plan.away.email: Out(away=plan.away, plan=plan) for plan in plans}
    for one in absences:
        if (found := people.get(one.email)) is not None:
            outs.setdefault(one.email, Out(away=gathering.away_of(ports, one, found)))
    return sorted(outs.values(), key=lambda one: (one.away.last, one.away.email))


def _grouped(
    outs: Sequence[Out], ports: Ports, person: Person | None, people: Mapping[str, Person]
) -> list[Group]:
    teams: list[Team | None] = [*Team, None]
    if person is not None and person.team is not None:
        teams.sort(key=lambda team: team is not person.team)
    return [
        Group(
            title=ports.policy.teams[team].name if team else "Others",
            channel=ports.policy.teams[team].channel if team else "",
            out=tuple(one for one in outs if _team(one, people) is team),
        )
        for team in teams
    ]


def _team(one: Out, people: Mapping[str, Person]) -> Team | None:
    found = people.get(one.away.email)
    return found.team if found else None


async def to_approve(asked: Ask, ports: Ports) -> Message:
    """The plans that wait for the asker's approval, the next absence first."""
    person = await persons.get_asker(asked, ports)
    waiting = []
    for plan in await ports.plans.list_plans(states=(PlanState.PROPOSED,)):
        if plan.away.ends_at > ports.clock.now():
            desk = await planning.desk_of(ports, plan, await planning.around_of(ports, plan))
            if any(one.email == person.email for _, one in desk.awaits(plan)):
                waiting.append(plan)
    waiting.sort(key=lambda plan: plan.away.starts_at)
    return away.to_approve(waiting, await persons.people_of(ports, *waiting))


async def about(ports: Ports, whom: str) -> Message:
    """Is somebody out, until when, and who has their accounts."""
    person = await persons.get_person(ports, whom)
    now, coming = await _absences(ports, person)
    plans = [one.plan for one in (now, coming) if one and one.plan]
    people = {**await persons.people_of(ports, *plans), person.email: person}
    return away.person(person, now, coming, people, _channel(ports, person.team))


async def _absences(ports: Ports, person: Person) -> tuple[Out | None, Out | None]:
    """The absence somebody is in at this instant, and their next one."""
    moment, today = ports.clock.now(), await today_of(person, ports)
    plans = await _plans(ports, person.email, IN_FORCE)
    outs = [Out(away=plan.away, plan=plan) for plan in plans]
    for one in await ports.coverage.list_away(today, today + AHEAD):
        if one.email != person.email:
            continue
        found = gathering.away_of(ports, one, person)
        if not any(found.overlaps(other.away) for other in outs):
            outs.append(Out(away=found))
    outs.sort(key=lambda out: out.away.starts_at)
    now = next((out for out in outs if out.away.starts_at <= moment < out.away.ends_at), None)
    return now, next((out for out in outs if out.away.starts_at > moment), None)


async def _plans(ports: Ports, email: str, states: tuple[PlanState, ...]) -> tuple[Plan, ...]:
    found = await ports.plans.list_plans(email=email, states=states)
    return tuple(plan for plan in found if plan.away.ends_at > ports.clock.now())


def _channel(ports: Ports, team: Team | None) -> str:
    return ports.policy.teams[team].channel if team else ""


async def cover(ports: Ports, typed: str) -> Message:
    """Who is responsible for an account today, and why; or the menu of the accounts it may be."""
    wanted = typed.strip()[:LONGEST_NAME]
    if not wanted:
        raise WrongUsage("Name the account: `/ooo cover acme` tells who is responsible for it today.")
    found = await ports.book.find_by_name(wanted)
    account = await ports.book.find_account(found.chosen.id) if found.chosen else None
    if account is not None:
        return await _cover_of(ports, account)
    if found.candidates:
        named = [NamedAccount(one.id, one.name) for one in found.candidates]
        return choosing.choose_account(wanted, named, away.CHOOSE)
    nearest = [NamedAccount(one.id, one.name) for one in found.nearest]
    return choosing.nearest_accounts(wanted, nearest, away.CHOOSE, away.FIND)


async def choose(asked: Action, ports: Ports) -> Message:
    """The account chosen from a menu, in the menu's place."""
    account = await ports.book.find_account(asked.value)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/ooo cover NAME`.")
    return replace(await _cover_of(ports, account), replaces=True)


async def suggest(asked: Typeahead, ports: Ports) -> Options:
    """The accounts that the letters typed so far may mean."""
    matches = await ports.book.search_names(asked.text[:LONGEST_NAME], limit=20)
    return Options(options=tuple(choosing.labelled([NamedAccount(one.id, one.name) for one in matches])))


async def _cover_of(ports: Ports, account: Account) -> Message:
    email = value_of(account.ta_email) or ""
    team = team_of(account, ports.policy.model_on(ports.clock.today()))
    ta = await ports.people.find_person(email) if email else None
    now, coming = await _absences(ports, ta) if ta else (None, None)
    shown = now or coming
    plan = shown.plan if shown else None
    item = next((one for one in plan.items if one.account_id == account.id), None) if plan else None
    pool = ports.policy.teams[team] if team and team.is_pool else None
    one = away.Responsible(
        account_id=account.id,
        account_name=account.name,
        day=await today_of(ta, ports),
        ta_email=email,
        pool=f"{pool.short} · @{pool.user_group}" if pool else "",
        channel=_channel(ports, team),
        out=now if item or not pool else None,  # a pool serves on while one of it is away
        coming=coming if item or not pool else None,
        item=item,
    )
    people = await persons.people_of(ports, *([plan] if plan else []))
    return away.responsible(one, {**people, email: ta} if ta else people)


async def briefing(asked: Ask, ports: Ports, whom: str) -> Message:
    """What happened while somebody was away, last or until now: me, or whoever is mentioned."""
    person = await persons.get_person(ports, whom) if whom else await persons.get_asker(asked, ports)
    plans = await ports.plans.list_plans(email=person.email, states=(*IN_FORCE, PlanState.ENDED))
    begun = [plan for plan in plans if plan.away.starts_at <= ports.clock.now()]
    if not begun:
        who = "You were" if not whom else f"{text.one_line(person.name)} was"
        raise UserError(f"{who} not away with a coverage plan yet, so there is nothing to brief about.")
    plan = max(begun, key=lambda one: one.away.starts_at)
    people = await persons.people_of(ports, plan)
    return telling.briefing(plan, await returning.briefing(ports, plan), people)
