"""Who is who around a coverage plan: who asks, who is meant, those whom a plan names, and who may look into its forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.asks import Ask
from bot.blocks import text
from bot.domain.leave import Plan
from bot.domain.person import Person
from bot.errors import UnknownPerson, UserError
from bot.features.coverage import gathering, usecases
from bot.ports import Ports


async def get_asker(ask: Ask, ports: Ports) -> Person:
    """Who asks; raises UnknownPerson, saying the cure, for those whom the book does not know."""
    found = await ports.people.find_asker(ask.asker)
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
    """By e-mail, everybody whom these plans name and the book knows."""
    wanted = {email for plan in plans for email in _emails(plan) if email}
    found = {email: await ports.people.find_person(email) for email in sorted(wanted)}
    return {email: person for email, person in found.items() if person is not None}


def _emails(plan: Plan) -> Iterable[str]:
    yield plan.away.email
    yield plan.opened_by
    for approval in plan.approvals:
        yield approval.email
    for item in plan.items:
        yield from (item.cover_email, item.ae_email, *item.declined)


async def check_may_change(ask: Ask, ports: Ports, plan: Plan) -> Person:
    """Raise UserError for those who may not change a plan: it is its person's, and whoever leads them.

    The use cases check it once more; this is before a form shows what it would change.
    """
    person = await get_asker(ask, ports)
    if person.email not in (plan.away.email, plan.opened_by):
        whose = await gathering.get_person(ports, plan.away.email)
        await usecases.check_leads(ports, whose, person.email)
    return person


async def get_plan(ports: Ports, value: str) -> Plan:
    """The plan that a button or form names; it may be gone since."""
    number = value.partition(":")[0]
    plan = await ports.plans.find_plan(int(number)) if number.isdecimal() else None
    if plan is None:
        raise UserError("That plan is no longer there. `/ooo` shows what is planned.")
    return plan
