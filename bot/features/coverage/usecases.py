"""What people do with a coverage plan: open it, choose, agree, approve, share, settle, tick, move and call off.

`by` is the e-mail of whoever does it. Each verb is one transaction, decided anew where somebody else was quicker,
and doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.leave import Approval, Away, CoverState, Item, Plan, PlanState, Step, SyncChoice, Ticked
from bot.domain.person import Person, Role
from bot.errors import UserError
from bot.features.coverage import gathering, letters, planning, replanning, rules, telling
from bot.features.coverage.gathering import Around
from bot.features.coverage.keeping import STATUS_AGREED, Change, Letter, apply, write
from bot.features.coverage.letters import Desk
from bot.features.coverage.timeline import Moment
from bot.ports import Ports

_LEAD = (Role.MANAGER, Role.LEADER, Role.OPERATOR)


async def get_plan(ports: Ports, plan_id: int) -> Plan:
    """A plan by its id; raises UserError saying what helps."""
    plan = await ports.plans.find_plan(plan_id)
    if plan is None:
        raise UserError("There is no such plan. `/ooo plan` begins one.")
    return plan


async def open_draft(  # noqa: PLR0913 # each is one thing that the form asks
    ports: Ports,
    person: Person,
    away: Away,
    *,
    source: str = rules.TYPED,
    opened_by: str = "",
    emergency: bool = False,
    wants_dnd: bool = False,
) -> Plan:
    """Begin a plan for days that somebody typed, and send the checklist; the plan of those very days is given as it is.

    Days that the leave system has already are the same leave. Raises UserError for days that cannot be, and where
    `opened_by` may not open one for that person.
    """
    if opened_by and opened_by != person.email:
        await check_leads(ports, person, opened_by)
    held = await ports.plans.list_plans(email=person.email, states=gathering.OPEN)
    same = next((one for one in held if (one.away.first, one.away.last) == (away.first, away.last)), None)
    if same is not None:
        return same
    source = await _source_of(ports, person, away, source)
    others = await gathering.others_of(ports, person) if source == rules.TYPED else ()
    if wrong := rules.why_impossible(away, ports.clock.now(), others):
        raise UserError(wrong)
    plan = replace(
        planning.new_plan(ports, person, away, source),
        opened_by=opened_by if opened_by != person.email else "",
        emergency=emergency,
        wants_dnd=wants_dnd,
    )
    change = await planning.opening(ports, plan, await planning.around_of(ports, plan))
    async with ports.work.transaction() as tx:
        return await write(tx, ports, change)


async def _source_of(ports: Ports, person: Person, away: Away, source: str) -> str:
    """The file or system that has this very leave, else as given."""
    for one in await ports.people.list_absences(person.email):
        if one.status == "approved" and (one.starts_on, one.ends_on) == (away.first, away.last):
            return one.source or source
    return source


async def regenerate(ports: Ports, plan: Plan, active_channels: Sequence[str] | None = None) -> Plan:
    """Make the items anew from the book; what was agreed stays where it still can.

    `active_channels` are the accounts whose customer channel its person says is active; None: as said before.
    """

    async def decide(plan: Plan, version: int) -> Change | None:
        planning.must_run(plan)
        said = plan if active_channels is None else replace(plan, active_channels=tuple(active_channels))
        around = await planning.around_of(ports, plan)
        return await planning.refreshing(ports, said, around, version)

    return await apply(ports, plan.id, decide)


async def choose_cover(ports: Ports, plan_id: int, account_id: str, email: str, by: str) -> Plan:
    """Have somebody cover an account, or the team's channel (""); a cover who cannot is refused with the reason."""

    async def decide(plan: Plan, version: int) -> Change | None:
        around = await _may_edit(ports, plan, by)
        item = _item(plan, account_id)
        if item.cover_email == email and item.state not in (CoverState.DECLINED, CoverState.NONE):
            return None
        made = replanning.with_item(plan, _chosen(ports, item, email, around, by))
        if plan.state in gathering.IN_FORCE:
            made = replanning.asked(made)
        return await _changed(ports, plan, made, around, version)

    return await apply(ports, plan_id, decide)


def _chosen(ports: Ports, item: Item, email: str, around: Around, by: str) -> Item:
    if not email:
        why = replanning.BY_HAND
        return replace(item, cover_email="", state=CoverState.CHANNEL, why_cover=why, warning="")
    candidate = around.candidate(email)
    impossible = rules.why_not(candidate, around.away)
    if impossible or candidate is None:
        name = candidate.name if candidate else email
        raise UserError(f"{name} cannot cover {item.account_name}: {impossible}. Choose somebody else.")
    return replace(
        item,
        cover_email=candidate.email,
        state=CoverState.ACCEPTED if candidate.email == by else CoverState.SUGGESTED,
        why_cover=replanning.BY_HAND,
        warning=rules.warning_of(candidate, ports.policy.ooo),
        declined=tuple(one for one in item.declined if one != candidate.email),
    )


async def confirm(ports: Ports, plan_id: int, by: str) -> Plan:
    """Put the plan in force: every cover is asked, those who approve see it.

    A manager who opened it for somebody approves it with that; where the book knows nobody who approves, it is so.
    """

    async def decide(plan: Plan, version: int) -> Change | None:
        around = await _may_edit(ports, plan, by)
        if plan.state is not PlanState.DRAFT:
            return None
        made = replanning.asked(replace(plan, state=PlanState.PROPOSED, confirmed_at=ports.clock.now()))
        desk = await planning.desk_of(ports, made, around)
        made = _approved(ports, made, desk, by if by != plan.away.email else "")

        def said(kept: Plan, _: int, desk: Desk) -> Iterable[Letter]:
            return letters.approvals(kept, desk) if desk.awaits(kept) else ()

        change = await planning.change_of(ports, plan, made, around, version, said)
        # It counts from now on, and perhaps they are away already.
        return replace(change, moments=(Moment(STATUS_AGREED, ports.clock.now()),))

    return await apply(ports, plan_id, decide)


async def answer_cover(ports: Ports, plan_id: int, account_id: str, by: str, *, accept: bool) -> Plan:
    """A cover accepts or declines, also later; where they decline, the next one is asked and the plan's keeper told."""

    async def decide(plan: Plan, version: int) -> Change | None:
        planning.must_run(plan)
        item = _item(plan, account_id)
        if item.cover_email != by:
            if not accept and by in item.declined:
                return None
            raise UserError(f"{item.account_name} is not with you any more: nothing is to be done.")
        around = await planning.around_of(ports, plan)
        if accept:
            made = replanning.with_item(plan, replace(item, state=CoverState.ACCEPTED))
            return await _changed(ports, plan, made, around, version)
        return await declining(ports, plan, item, around, version)

    return await apply(ports, plan_id, decide)


async def accept_all(ports: Ports, plan_id: int, by: str, accounts: Sequence[str] = ()) -> Plan:
    """A cover accepts everything that waits for their answer (of these accounts), in one go: there may be hundreds."""

    async def decide(plan: Plan, version: int) -> Change | None:
        planning.must_run(plan)
        around = await planning.around_of(ports, plan)
        made = plan
        for item in plan.items:
            theirs = item.cover_email == by and item.state is CoverState.ASKED
            if theirs and (not accounts or item.account_id in accounts):
                made = replanning.with_item(made, replace(item, state=CoverState.ACCEPTED))
        return await _changed(ports, plan, made, around, version)

    return await apply(ports, plan_id, decide)


async def declining(ports: Ports, plan: Plan, item: Item, around: Around, version: int) -> Change | None:
    """An item's cover cannot: the next one is asked, and the plan's keeper hears of it."""
    by = item.cover_email
    free = replace(item, declined=(*item.declined, by), cover_email="", state=CoverState.SUGGESTED)
    rest = tuple(one for one in plan.items if one.account_id != item.account_id)
    candidates = rules.with_items(around.candidates(), rest)
    segment = around.segments.get(item.account_id, "")
    next_one = rules.suggest(free, around.away, candidates, ports.policy.ooo, segment, around.person.team)
    made = replanning.with_item(plan, next_one)

    def said(kept: Plan, version: int, desk: Desk) -> Iterable[Letter]:
        message = telling.declined(kept, _item(kept, item.account_id), by, desk.people)
        kind = f"declined:{item.account_id}:{version}"
        return (Letter(kind=kind, message=message, email=letters.keeper_of(kept)),)

    asked = replanning.asked(made) if plan.state in gathering.IN_FORCE else made
    return await _changed(ports, plan, asked, around, version, said)


async def approve(ports: Ports, plan_id: int, by: str) -> Plan:
    """Approve in every role that is theirs; with the last approval the plan is approved and its person hears."""

    async def decide(plan: Plan, version: int) -> Change | None:
        planning.must_run(plan)
        around = await planning.around_of(ports, plan)
        desk = await planning.desk_of(ports, plan, around)
        if by not in {person.email for _, person in desk.approvers}:
            names = ", ".join(person.name for _, person in desk.approvers)
            raise UserError(f"You do not approve this plan{f': {names} does' if names else ''}.")
        if plan.state is PlanState.DRAFT:
            raise UserError("The plan is not confirmed yet: its covers were not asked.")
        made = _approved(ports, plan, desk, by)

        def said(kept: Plan, version: int, desk: Desk) -> Iterable[Letter]:
            if kept.state is not PlanState.APPROVED or letters.keeper_of(kept) == by:
                return
            message = telling.approved(kept, desk.people)
            yield Letter(kind=f"approved:{version}", message=message, email=letters.keeper_of(kept))

        return await _changed(ports, plan, made, around, version, said)

    return await apply(ports, plan_id, decide)


def _approved(ports: Ports, plan: Plan, desk: Desk, by: str) -> Plan:
    """With the approvals that are `by`'s to give; approved once none is awaited."""
    now = ports.clock.now()
    given = tuple(
        Approval(email=person.email, role=role, at=now)
        for role, person in desk.awaits(plan)
        if person.email == by
    )
    plan = replace(plan, approvals=(*plan.approvals, *given))
    ready = plan.state is PlanState.PROPOSED and not desk.awaits(plan)
    return replace(plan, state=PlanState.APPROVED) if ready else plan


async def share(ports: Ports, plan_id: int, by: str = "") -> Plan:
    """Tell the account teams, each with their accounts alone, and the team's channel; again brings it up to date."""
    plan = await get_plan(ports, plan_id)
    team = ports.policy.teams[plan.team] if plan.team else None
    channel_id = await ports.directory.find_channel(team.channel) if team else None

    async def decide(plan: Plan, version: int) -> Change | None:
        around = await (_may_edit(ports, plan, by) if by else planning.around_of(ports, plan))
        if plan.state is PlanState.DRAFT:
            raise UserError("Confirm the plan first: nobody has agreed to it yet.")
        made = replace(plan, shared_at=ports.clock.now())

        def said(kept: Plan, _: int, desk: Desk) -> Iterable[Letter]:
            return letters.shares(kept, desk, channel_id or "", team.short if team else "")

        return await _changed(ports, plan, made, around, version, said)

    return await apply(ports, plan_id, decide)


async def choose_sync(ports: Ports, plan_id: int, account_id: str, choice: SyncChoice, by: str) -> Plan:
    """Settle a customer sync; the account's AE hears of each choice once."""

    async def decide(plan: Plan, version: int) -> Change | None:
        around = await _may_edit(ports, plan, by)
        item = _item(plan, account_id)
        if item.sync_on is None:
            raise UserError(f"{item.account_name} has no customer sync in that time.")

        def said(kept: Plan, version: int, desk: Desk) -> Iterable[Letter]:
            if item.ae_email.lower() not in desk.people or choice is SyncChoice.OPEN:
                return
            message = telling.sync_chosen(kept, _item(kept, account_id), desk.people)
            kind = f"sync:{account_id}:{version}"
            yield Letter(kind=kind, message=message, email=item.ae_email.lower())

        made = replanning.with_item(plan, replace(item, sync=choice))
        return await _changed(ports, plan, made, around, version, said)

    return await apply(ports, plan_id, decide)


async def tick(ports: Ports, plan_id: int, step: Step, by: str) -> Plan:
    """Tick a step by hand."""

    async def decide(plan: Plan, version: int) -> Change | None:
        around = await _may_edit(ports, plan, by)
        if plan.done(step):
            return None
        done = Ticked(step=step, at=ports.clock.now(), by_hand=True)
        made = replace(plan, ticked=(*plan.ticked, done))
        return await _changed(ports, plan, made, around, version)

    return await apply(ports, plan_id, decide)


async def change_dates(ports: Ports, plan_id: int, away: Away, by: str) -> Plan:
    """Move, shorten or extend leave that was typed; what the leave system has is changed there."""

    async def decide(plan: Plan, version: int) -> Change | None:
        await _may_edit(ports, plan, by)
        _check_typed(plan)
        if plan.away == away:
            return None
        person = await gathering.get_person(ports, plan.away.email)
        others = await gathering.others_of(ports, person, plan.id)
        if wrong := rules.why_impossible(away, ports.clock.now(), others):
            raise UserError(wrong)
        return await planning.redating(ports, plan, away, version, lead="Your time off has other days now.")

    return await apply(ports, plan_id, decide)


async def cancel(ports: Ports, plan_id: int, by: str) -> Plan:
    """Call off leave that was typed; what the leave system has is called off there."""

    async def decide(plan: Plan, version: int) -> Change | None:
        if plan.state is PlanState.CANCELLED:
            return None
        await _may_edit(ports, plan, by)
        _check_typed(plan)
        return await planning.cancelling(ports, plan, version, by)

    return await apply(ports, plan_id, decide)


def _check_typed(plan: Plan) -> None:
    if plan.source != rules.TYPED:
        raise UserError(f"That time off comes from {plan.source}: change it there, and I follow.")


async def check_leads(ports: Ports, person: Person, email: str) -> None:
    """Raise UserError unless somebody may make a plan for a person: who manages them, leads, or runs the bot."""
    who = await ports.people.find_person(email)
    if who is not None and (who.role in _LEAD or who.email == (person.manager_email or "").lower()):
        return
    raise UserError(
        f"Only a manager makes a plan for {person.name}. Ask theirs, or plan your own: `/ooo plan`."
    )


async def _may_edit(ports: Ports, plan: Plan, by: str) -> Around:
    """What lies around the plan, for those who may change it; raises UserError for others, and for a plan that is over."""
    planning.must_run(plan)
    around = await planning.around_of(ports, plan)
    if by not in (plan.away.email, plan.opened_by):
        approve = await gathering.approvers_of(ports, plan, around)
        if by not in {person.email for _, person in approve}:
            await check_leads(ports, around.person, by)
    return around


async def _changed(
    ports: Ports,
    before: Plan,
    plan: Plan,
    around: Around,
    expected: int,
    say: planning.Extra = planning.nothing,
) -> Change | None:
    """The change, with what is said of it; None, and nothing is said, where it was done before."""
    if await planning.ticked(ports, plan) == before:
        return None
    return await planning.change_of(ports, before, plan, around, expected, say)


def _item(plan: Plan, account_id: str) -> Item:
    found = next((item for item in plan.items if item.account_id == account_id), None)
    if found is None:
        raise UserError("That account left the plan meanwhile. Look at it again: `/ooo plan`.")
    return found
