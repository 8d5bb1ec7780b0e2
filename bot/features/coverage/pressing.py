"""What the buttons of a coverage plan do: answer, approve, share, tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.asks import Action
from bot.blocks import text
from bot.blocks.answers import Message
from bot.domain.leave import CoverState, Item, Plan, Step
from bot.domain.person import Person
from bot.errors import UserError
from bot.features.coverage import asking, gathering, persons, usecases, views
from bot.ports import Ports

TOO_LATE = "Nobody waits for that answer any more. The plan as it is now is behind *See the whole plan*."


async def accept(asked: Action, ports: Ports) -> Message:
    """Say yes for one account."""
    return await _answer(asked, ports, accept=True)


async def decline(asked: Action, ports: Ports) -> Message:
    """Say no for one account: somebody else is asked."""
    return await _answer(asked, ports, accept=False)


async def _answer(asked: Action, ports: Ports, *, accept: bool) -> Message:
    me, plan = await persons.get_asker(asked, ports), await persons.get_plan(ports, asked.value)
    account_id, *question = asked.value.partition(":")[2].split("\n")
    if any(item.account_id == account_id for item in _waiting(plan, me)):
        plan = await usecases.answer_cover(ports, plan.id, account_id, me.email, accept=accept)
    return await _asked(ports, plan, me, question)


def _waiting(plan: Plan, me: Person) -> list[Item]:
    return [item for item in plan.items if item.cover_email == me.email and item.state is CoverState.ASKED]


async def accept_all(asked: Action, ports: Ports) -> Message:
    """Say yes for everything of a question that waits for an answer; for everything where no question is named."""
    me, plan = await persons.get_asker(asked, ports), await persons.get_plan(ports, asked.value)
    question = asked.value.partition(":")[2].split("\n")[1:]
    if _waiting(plan, me):
        plan = await usecases.accept_all(ports, plan.id, me.email, question)
    return await _asked(ports, plan, me, question)


async def _asked(ports: Ports, plan: Plan, me: Person, question: Sequence[str]) -> Message:
    """What was asked, with what came of it, in the place of the question."""
    mine = [
        item
        for item in plan.items
        if (item.cover_email == me.email or me.email in item.declined)
        and (not question or item.account_id in question)
    ]
    if not mine:
        return Message(text=TOO_LATE)
    people = await persons.people_of(ports, plan)
    return replace(views.ask_cover(plan, mine, people, reader=me.email), replaces=True)


async def approve(asked: Action, ports: Ports) -> Message:
    """Approve a plan; the view with its approvals takes the place of the question."""
    me, plan = await persons.get_asker(asked, ports), await persons.get_plan(ports, asked.value)
    plan = await usecases.approve(ports, plan.id, me.email)
    person = await gathering.get_person(ports, plan.away.email)
    around = await gathering.look(ports, person, plan.away, plan.id)
    given = {one.role for one in plan.approvals}
    awaits = [one for one in await gathering.approvers_of(ports, plan, around) if one[0] not in given]
    notices = await gathering.notices_of(ports, plan, around)
    view = views.manager_view(plan, around.people, notices, awaits=awaits, reader=me.email)
    return replace(view, replaces=True)


async def share(asked: Action, ports: Ports) -> Message:
    """Share the plan with the account teams and the team's channel."""
    plan = await persons.get_plan(ports, asked.value)
    me = await persons.check_may_change(asked, ports, plan)
    if plan.state not in gathering.IN_FORCE:
        raise UserError("First ask the covers: press *Open the plan*. Then share what was agreed.")
    again = plan.shared_at is not None
    plan = await usecases.share(ports, plan.id, me.email)
    lead = "Shared before: who has a newer version of their accounts hears of it." if again else ""
    lead = (
        lead
        or f":white_check_mark: Shared with the account teams of {text.plural(len(plan.items), 'account')}."
    )
    return replace(await asking.checklist(ports, plan, lead), replaces=True)


async def tick(asked: Action, ports: Ports) -> Message:
    """Tick a step by hand."""
    plan = await persons.get_plan(ports, asked.value)
    me = await persons.check_may_change(asked, ports, plan)
    step = asked.value.partition(":")[2]
    if step not in set(Step):
        raise UserError("That step is not one of the six. `/ooo` shows them.")
    plan = await usecases.tick(ports, plan.id, Step(step), me.email)
    return replace(await asking.checklist(ports, plan), replaces=True)
