"""Who is who around a coverage plan: who asks, who is meant, those of a plan, and who may change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from bot.asks import Ask
from bot.blocks import text
from bot.domain.leave import Away, Plan, PlanState
from bot.domain.person import Person, Role
from bot.errors import UnknownPerson, UserError
from bot.ports import Ports
from bot.ports.people import Absence

STANDING = (PlanState.PROPOSED, PlanState.APPROVED)
"""Plans that hold: their covers are asked or agreed."""
OPEN = (PlanState.DRAFT, *STANDING)


async def find_asker(ask: Ask, ports: Ports) -> Person | None:
    """Who asks, as the book knows them."""
    found = await ports.people.find_by_slack_id(ask.asker.user_id)
    if found is None and ask.asker.email:
        found = await ports.people.find_person(ask.asker.email)
    return found


async def get_asker(ask: Ask, ports: Ports) -> Person:
    """Who asks; raises UnknownPerson, saying the cure, for those whom the book does not know."""
    found = await find_asker(ask, ports)
    if found is None:
        raise UnknownPerson(
            "You are not in the book of people, so I know neither your accounts nor your time zone. "
            "`ta-bot import people` adds you; `/ooo who` works all the same."
        )
    return found


async def get_person(ports: Ports, whom: str) -> Person:
    """Whoever was mentioned (a Slack id) or named by address."""
    if "@" in whom:
        person, said = await ports.people.find_person(whom), f"“{text.one_line(whom)}”"
    else:
        person, said = await ports.people.find_by_slack_id(whom), "Whoever you mentioned"
        if person is None:
            member = await ports.directory.get_member(whom)
            person = await ports.people.find_person(member.email) if member.email else None
            said = f"@{text.one_line(member.name)}" if member.name else said
    if person is None:
        raise UnknownPerson(f"{said} is not in the book of people. `ta-bot import people` adds them.")
    return person


async def people_of(ports: Ports, *plans: Plan) -> Mapping[str, Person]:
    """By e-mail, everybody whom these plans name and the book knows, with their Slack ids."""
    wanted = {email for plan in plans for email in _emails(plan) if email}
    return await named(ports, wanted)


async def named(ports: Ports, emails: Iterable[str]) -> Mapping[str, Person]:
    """By e-mail, those of these that the book knows."""
    found = {email: await ports.people.find_person(email) for email in sorted(set(emails))}
    return {email: person for email, person in found.items() if person is not None}


def _emails(plan: Plan) -> Iterable[str]:
    yield plan.away.email
    yield plan.opened_by
    for approval in plan.approvals:
        yield approval.email
    for item in plan.items:
        yield from (item.cover_email, item.ae_email, *item.declined)


def zone_of(person: Person | None, ports: Ports) -> str:
    """The zone in which somebody counts their days."""
    known = (person.timezone if person else None) or str(ports.clock.zone)
    try:
        ZoneInfo(known)
    except (ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        return "UTC"
    return known


def away_of(absence: Absence, zone: str) -> Away:
    """An absence with the zone in which its days are counted."""
    return Away(
        email=absence.email,
        first=absence.starts_on,
        last=absence.ends_on,
        zone=zone,
        half_start=absence.half_day_start,
        half_end=absence.half_day_end,
    )


async def get_plan(ports: Ports, value: str) -> Plan:
    """The plan that a button or form names; it may be over since."""
    number = value.partition(":")[0]
    plan = await ports.plans.find_plan(int(number)) if number.isdecimal() else None
    if plan is None:
        raise UserError("That plan is no longer there. `/ooo` shows what is planned.")
    return plan


async def check_may_change(ask: Ask, ports: Ports, plan: Plan) -> Person:
    """Raise UserError for those who may not change a plan: it is its person's, and their managers'."""
    person = await get_asker(ask, ports)
    whose = await ports.people.find_person(plan.away.email)
    if person.email == plan.away.email or (whose and await may_plan_for(person, whose, ports)):
        return person
    name = whose.name if whose else plan.away.email
    raise UserError(f"Only {text.one_line(name)}, their managers and operators may change that plan.")


async def may_plan_for(person: Person, whom: Person, ports: Ports) -> bool:
    """Whether somebody is up the other's manager line, or an operator."""
    if person.role is Role.OPERATOR:
        return True
    seen: set[str] = set()
    above = whom.manager_email
    while above and above not in seen:
        if above.casefold() == person.email.casefold():
            return True
        seen.add(above)
        manager = await ports.people.find_person(above)
        above = manager.manager_email if manager else None
    return False


def by_person(people: Iterable[Person]) -> Mapping[str, Person]:
    """The same by e-mail."""
    return {person.email: person for person in people}
