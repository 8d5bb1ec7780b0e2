"""What a coverage plan does by itself: remind, warn, end, brief; and follow absences that change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.asks import Due
from bot.domain.leave import CoverState, Plan, PlanState
from bot.features.coverage import (
    gathering,
    letters,
    noticing,
    planning,
    returning,
    steps,
    telling,
    timeline,
    usecases,
)
from bot.features.coverage.keeping import AGAIN, DUE, SETTLED, Change, Letter, apply, key_of, read_key, send
from bot.features.coverage.letters import Desk
from bot.ports import Ports
from bot.ports.jobs import DueWork, Job
from bot.ports.outgoing import MessageState, Outgoing
from bot.ports.plans import NOTICE

TEND = "ooo.tend"
STALE = "the plan has changed since"
LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that is due for a plan's generation. `what` names it, `detail` is what follows its first colon."""

    ports: Ports
    plan: Plan
    what: str
    detail: str

    def holds(self, plan: Plan) -> bool:
        """Whether a plan, read anew, still has these dates and runs."""
        return plan.generation == self.plan.generation and plan.state in gathering.OPEN

    async def change(self, say: planning.Extra, *, remake: bool = True) -> Plan:
        """Keep what it does, with what it says, in one transaction; nothing where the plan changed meanwhile."""

        async def decide(plan: Plan, version: int) -> Change | None:
            if not self.holds(plan):
                return None
            around = await planning.around_of(self.ports, plan)
            if remake:
                return await planning.refreshing(self.ports, plan, around, version, say)
            ended = replace(plan, state=PlanState.ENDED)
            return await planning.change_of(self.ports, plan, ended, around, version, say)

        return await apply(self.ports, self.plan.id, decide)


async def due_of_plan(due: Due, ports: Ports) -> str:
    """Do what is due for a plan, unless its dates changed since: then something else is."""
    plan_id, generation, what = read_key(due.key)
    plan = await ports.plans.find_plan(plan_id)
    if plan is None or plan.generation != generation:
        return STALE
    kind, _, detail = what.partition(":")
    if plan.state not in gathering.OPEN and not (kind == timeline.RETURN and plan.state is PlanState.ENDED):
        return STALE
    return await _DOING[kind](Task(ports=ports, plan=plan, what=what, detail=detail))


async def _remind(task: Task) -> str:
    """Remind of the steps that are open, as they are then; not where a later reminder is due as well."""
    ports, now = task.ports, task.ports.clock.now()
    days = int(task.detail.split(":")[0])
    if now >= task.plan.away.starts_at or await _later_is_due(task, days):
        return "passed while nothing ran"
    person = await gathering.get_person(ports, task.plan.away.email)
    others = await gathering.others_of(ports, person, task.plan.id)
    hours = gathering.hours_of(ports, person, [one for one in others if not one.overlaps(task.plan.away)])
    moment = await asyncio.to_thread(hours.moment_from, now, ports.policy.ooo.works_from)
    if moment > now:
        return await _put_off(task, moment)
    today = now.astimezone(ZoneInfo(task.plan.away.zone)).date()

    def said(plan: Plan, _: int, desk: Desk) -> Iterable[Letter]:
        if steps.open_steps(plan):
            ahead = (plan.away.first - today).days
            message = telling.reminder(
                plan, desk.steps, desk.people, ahead, last=days == 0, consent=desk.consent
            )
            yield Letter(kind=f"{timeline.REMIND}:{days}", message=message, email=letters.keeper_of(plan))

    plan = await task.change(said)
    return f"{len(steps.open_steps(plan))} steps are open"


async def _later_is_due(task: Task, days: int) -> bool:
    for fewer in (*task.ports.policy.ooo.ladder_days, 0):
        if fewer < days:
            work = await task.ports.jobs.find_work(key_of(task.plan, f"{timeline.REMIND}:{fewer}"))
            if work is not None and work.due_at <= task.ports.clock.now():
                return True
    return False


async def _put_off(task: Task, moment: datetime) -> str:
    """Nobody is written to at night because a bot comes up then."""
    key = key_of(task.plan, f"{task.what}:{LATE}:{moment:%Y%m%dT%H%M}")
    async with task.ports.work.transaction() as tx:
        work = DueWork(key=key, job=DUE, due_at=moment, subject=str(task.plan.id))
        await task.ports.jobs.plan_later(tx, work)
    return f"put off until their working hours: {moment:%Y-%m-%d %H:%M} UTC"


async def _warn(task: Task) -> str:
    """Tell the manager of what nobody covers; whoever keeps the plan, where the book knows no manager."""
    today = task.ports.clock.now().astimezone(ZoneInfo(task.plan.away.zone)).date()

    def said(plan: Plan, _: int, desk: Desk) -> Iterable[Letter]:
        if plan.uncovered:
            manager = next((one.email for role, one in desk.approvers if role == "manager"), "")
            message = telling.uncovered(plan, desk.people, today)
            email = manager or letters.keeper_of(plan)
            yield Letter(kind=timeline.UNCOVERED, message=message, email=email)

    plan = await task.change(said)
    return f"{len(plan.uncovered)} accounts are not covered"


async def _look_again(task: Task) -> str:
    """See whether everybody who covers still can."""
    plan = await task.change(planning.nothing)
    return f"{len(plan.uncovered)} accounts are not covered"


async def _end(task: Task) -> str:
    """Hand everything back."""
    await task.change(lambda plan, _, desk: letters.handed_back(plan, desk), remake=False)
    return "handed back"


async def _brief(task: Task) -> str:
    """Tell the person what happened; where somebody else opened the plan, this is how they hear of it."""
    ports, plan = task.ports, task.plan
    happened = await returning.briefing(ports, plan)
    around = await planning.around_of(ports, plan)
    message = telling.briefing(plan, happened, around.people)
    letter = Letter(kind=timeline.RETURN, message=message, email=plan.away.email)
    async with ports.work.transaction() as tx:
        await send(tx, ports, plan, letter)
    return f"{len(happened)} accounts told of"


_DOING: Mapping[str, Callable[[Task], Awaitable[str]]] = {
    timeline.REMIND: _remind,
    timeline.UNCOVERED: _warn,
    AGAIN: _look_again,
    timeline.END: _end,
    timeline.RETURN: _brief,
}


async def look_after(due: Due, ports: Ports) -> str:
    """See what became of a question or a share; whoever cannot be reached does not cover, and cannot be told by us."""
    key, _, _ = due.key.removeprefix("then:").rpartition(":")
    message, plan = await ports.outgoing.find_outgoing(key), await ports.plans.find_plan(int(due.subject))
    if message is None or plan is None or message.state not in (MessageState.FAILED, MessageState.WITHHELD):
        return "nothing to do"
    kind = read_key(key)[2].partition(":")[0]
    if plan.state not in gathering.IN_FORCE:
        return STALE
    return await (_pass_on if kind == letters.ASK else _unreached)(ports, plan, message)


async def _pass_on(ports: Ports, plan: Plan, message: Outgoing) -> str:
    """Ask somebody else for everything that waits for an answer of whoever the question did not reach."""
    waiting = [
        one for one in plan.items if one.cover_email == message.email and one.state is CoverState.ASKED
    ]
    for item in waiting:
        await usecases.answer_cover(ports, plan.id, item.account_id, message.email, accept=False)
    return f"{message.state}: others are asked for {len(waiting)} accounts"


async def _unreached(ports: Ports, plan: Plan, message: Outgoing) -> str:
    around = await planning.around_of(ports, plan)
    letter = letters.unreached(plan, message, await planning.desk_of(ports, plan, around))
    async with ports.work.transaction() as tx:
        await send(tx, ports, plan, letter)
    return f"{message.state}: {message.note}"


JOBS = (
    Job(name=DUE, run=due_of_plan),
    Job(name=SETTLED, run=look_after),
    Job(name=NOTICE, run=noticing.notice),
    Job(name=TEND, run=noticing.tend, tends=True),
)
