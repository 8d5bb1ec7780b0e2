"""Changes of a plan worked out from the book and from what somebody wants, to be kept by keeping.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from bot.domain.leave import Away, Plan, PlanState, Step
from bot.domain.person import Person
from bot.domain.provenance import value_of
from bot.errors import UserError
from bot.features.coverage import gathering, letters, replanning, rules
from bot.features.coverage.gathering import Around
from bot.features.coverage.keeping import STATUS_NOW, Change, Letter
from bot.features.coverage.letters import Desk
from bot.features.coverage.timeline import Moment
from bot.features.leave_status import rules as status_rules
from bot.features.leave_status import usecases as statuses
from bot.features.leave_status.views import consent_button
from bot.ports import Ports

FIRST = 1
"""The generation of a new plan."""
_SENT = 5_000

Extra: TypeAlias = Callable[[Plan, int, Desk], Iterable[Letter]]
"""What a change says besides, given the plan as it is kept, its version, and what letters are written with."""


def nothing(plan: Plan, version: int, desk: Desk) -> Iterable[Letter]:  # noqa: ARG001 # an Extra
    """Nothing is said besides."""
    return ()


async def around_of(ports: Ports, plan: Plan, away: Away | None = None) -> Around:
    """What lies around a plan, or around other dates for it."""
    person = await gathering.get_person(ports, plan.away.email)
    return await gathering.look(ports, person, away or plan.away, plan.id)


async def desk_of(ports: Ports, plan: Plan, around: Around) -> Desk:
    """What letters about a plan are written with."""
    consent = await statuses.consent_of(ports, plan.away.email, around.person.slack_user_id or "")
    return Desk(
        people=around.people,
        steps=ports.policy.ooo.steps,
        notices=await gathering.notices_of(ports, plan, around),
        approvers=await gathering.approvers_of(ports, plan, around),
        consent=consent_button(consent.url) if consent.url else None,
    )


async def ticked(ports: Ports, plan: Plan) -> Plan:
    """The plan with every step ticked that the bot knows to be done."""
    now = ports.clock.now()
    plan = status_rules.ticked(plan, await statuses.evidence_of(ports, plan), now)
    set_ = (one.how for one in plan.ticked if one.step is Step.STATUS and not one.by_hand)
    return replace(plan, ticked=rules.evidence(plan, now, status=next(set_, "")))


async def change_of(
    ports: Ports, before: Plan, plan: Plan, around: Around, expected: int, say: Extra = nothing
) -> Change:
    """A change within a generation: those asked anew and released hear of it, and what else is to be said is said."""
    plan = await ticked(ports, plan)
    desk = await desk_of(ports, plan, around)

    def said(kept: Plan, version: int) -> Iterable[Letter]:
        yield from letters.differences(before, kept, version, desk)
        yield from say(kept, version, desk)
        yield from letters.living(kept, desk)

    return Change(plan=plan, expected=expected, letters=said)


# ---------------------------------------------------------------------------------------------------- opening


async def opening(ports: Ports, plan: Plan, around: Around, lead: str = "") -> Change:
    """A new plan with its items; `lead` says in the checklist why it comes. Its person hears by the checklist."""
    items, on_request = rules.draft_items(
        around.accounts, gathering.drafting_of(ports, around, plan.active_channels)
    )
    policy = ports.policy.ooo
    plan = replace(
        plan,
        items=replanning.made_anew((), items, around, policy, agreed=False),
        on_request=on_request,
        pool_days=await gathering.pool_days_of(ports, around),
    )
    plan = await ticked(ports, plan)
    desk = await desk_of(ports, plan, around)
    moments = await gathering.moments_of(ports, plan, around)
    return Change(
        plan=plan,
        expected=0,
        letters=lambda kept, _: (letters.checklist(kept, desk, lead),),
        moments=moments,
    )


def new_plan(ports: Ports, person: Person, away: Away, source: str) -> Plan:
    """A draft without items."""
    return Plan(
        id=0,
        away=away,
        team=person.team,
        state=PlanState.DRAFT,
        generation=FIRST,
        source=source,
        items=(),
        on_request=(),
        created_at=ports.clock.now(),
    )


# --------------------------------------------------------------------------------------------- from the book anew


async def refreshed(ports: Ports, plan: Plan, around: Around) -> Plan:
    """The plan with its items as the book has them now; what was agreed stays where it still can."""
    drafting = gathering.drafting_of(ports, around, plan.active_channels)
    items, on_request = rules.draft_items(around.accounts, drafting)
    agreed = plan.state in gathering.IN_FORCE
    made = replanning.made_anew(plan.items, items, around, ports.policy.ooo, agreed=agreed)
    there = {item.account_id for item in made}
    plan = replace(
        plan,
        items=made,
        on_request=tuple(one for one in on_request if one.account_id not in there),
        pool_days=await gathering.pool_days_of(ports, around),
    )
    return replanning.asked(plan) if agreed else plan


async def refreshing(ports: Ports, plan: Plan, around: Around, expected: int, say: Extra = nothing) -> Change:
    """The plan made anew from the book within its generation; its keeper hears of accounts that went to others."""
    made = await refreshed(ports, plan, around)
    gone = [
        (item, (await _owner_of(ports, item.account_id)))
        for item in replanning.left(plan, made, around)
        if plan.state in gathering.IN_FORCE
    ]

    def said(kept: Plan, version: int, desk: Desk) -> Iterable[Letter]:
        yield from letters.changed_owners(kept, gone, desk)
        yield from letters.replaced(plan, kept, version, desk)
        yield from say(kept, version, desk)

    return await change_of(ports, plan, made, around, expected, said)


async def _owner_of(ports: Ports, account_id: str) -> str:
    account = await ports.book.find_account(account_id)
    return (value_of(account.ta_email) if account else None) or ""


# ------------------------------------------------------------------------------------------------ other dates


async def redating(
    ports: Ports, plan: Plan, away: Away, expected: int, *, source: str = "", lead: str = ""
) -> Change:
    """The plan for other dates: everything is planned anew, and those who were told hear of it once."""
    around = await around_of(ports, plan, away)
    again = replanning.redated(plan, away, source or plan.source)
    drafting = gathering.drafting_of(ports, around, plan.active_channels)
    items, on_request = rules.draft_items(around.accounts, drafting)
    made = replanning.made_anew(plan.items, items, around, ports.policy.ooo, agreed=False)
    again = replace(
        again, items=made, on_request=on_request, pool_days=await gathering.pool_days_of(ports, around)
    )
    again = await ticked(ports, replanning.asked(again) if plan.state in gathering.IN_FORCE else again)
    desk = await desk_of(ports, again, around)
    told = letters.told_of(plan, await ports.outgoing.list_outgoing(prefix=f"ooo:{plan.id}:", limit=_SENT))

    def said(kept: Plan, _: int) -> Iterable[Letter]:
        yield from letters.moved(plan, kept, told, desk)
        yield letters.checklist(kept, desk, lead)

    moments = (
        Moment(STATUS_NOW, ports.clock.now()),
        *await gathering.moments_of(ports, again, around),
    )
    return Change(plan=again, expected=expected, letters=said, moments=moments, stale=plan.generation)


async def cancelling(ports: Ports, plan: Plan, expected: int, by: str = "") -> Change:
    """The leave does not take place: nothing is due any more but the status, and those who were told hear of it once.

    Its keeper hears of it unless they did it themselves (`by`).
    """
    around = await around_of(ports, plan)
    desk = await desk_of(ports, plan, around)
    told = letters.told_of(plan, await ports.outgoing.list_outgoing(prefix=f"ooo:{plan.id}:", limit=_SENT))
    gone = replace(plan, state=PlanState.CANCELLED, generation=plan.generation + 1)

    def said(kept: Plan, _: int) -> Iterable[Letter]:
        yield from letters.cancelled(plan, told, desk)
        if by != letters.keeper_of(kept) and letters.keeper_of(kept) not in told.emails:
            yield letters.called_off(kept, desk)

    moments = await gathering.moments_of(ports, gone, around)
    return Change(plan=gone, expected=expected, letters=said, moments=moments, stale=plan.generation)


def must_run(plan: Plan) -> None:
    """Raise UserError, saying what helps, for a plan that is over or was called off."""
    if plan.state in gathering.OPEN:
        return
    over = "is over" if plan.state is PlanState.ENDED else "was called off"
    raise UserError(f"That plan {over}. `/ooo plan` begins another.")
