"""Absences that appeared, moved, were shortened, extended or cancelled: the protocol begins, or its plan follows.

Which absence is which plan's over changes (they have no name of their own): those of one person that overlap are one
leave, and a plan belongs to the leave that overlaps it, the one that shares most days first. A plan whose absence is
gone takes the nearest leave that has no plan, where that begins no more than a month away: it was moved. Otherwise it
was cancelled. What somebody typed stays until the leave system has an absence that overlaps it: then both are one, the
leave system's days hold, and step 1 is ticked by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.asks import Due
from bot.domain.leave import Away, Plan
from bot.domain.person import Person, Role
from bot.errors import SourceUnavailable, StaleRow, TaBotError
from bot.features.coverage import gathering, planning, rules
from bot.features.coverage.keeping import AGAIN, DUE, Change, key_of, write
from bot.ports import Ports
from bot.ports.jobs import DueWork
from bot.ports.people import Absence
from bot.ports.plans import NOTICE

MOVED_WITHIN = timedelta(days=31)
"""Further than this, one leave was cancelled and another taken."""
AT_ONCE = 50
"""People looked at in one piece of work: what is left is work of its own, so that a restart loses little."""
FIRST_LOOK = "first"
APPROVED = "approved"
DAY = timedelta(days=1)
_TRIES = 3
_PROTOCOL = (Role.TA, Role.PROGRAM_MANAGER)
"""Whose time off the protocol is for, of itself; others type `/ooo plan`."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Overlapping approved absences of a person, as one."""

    away: Away
    source: str


@dataclass(frozen=True, slots=True)
class Paired:
    """What becomes of a person's plans and leaves: `followed` belong together, `gone` plans have no absence any more."""

    followed: tuple[tuple[Plan, Leave], ...]
    gone: tuple[Plan, ...]
    fresh: tuple[Leave, ...]


async def notice(due: Due, ports: Ports) -> str:
    """Look at everybody whose absences are not as they were when last looked at; each person in one transaction.

    One whose absences cannot be followed keeps nobody else waiting.
    """
    first, _, after = due.subject.rpartition(" ")
    first_look = bool(first) or not await ports.plans.has_noticed()
    emails = await ports.plans.list_unnoticed(AT_ONCE, after)
    if len(emails) == AT_ONCE:
        await _go_on(due, ports, f"{FIRST_LOOK} {emails[-1]}" if first_look else emails[-1])
    changes, failed = 0, []
    for email in emails:
        try:
            changes += await _notice_person(ports, email, first_look=first_look)
        except TaBotError as error:
            failed.append(f"{email}: {error}")
    if failed:
        raise SourceUnavailable(f"absences that could not be followed: {'; '.join(failed)}")
    return f"{len(emails)} people looked at, {changes} plans begun or changed"


async def tend(due: Due, ports: Ports) -> str:
    """The same where nobody asked for it: people who became known after their absences, say."""
    return await notice(due, ports)


async def _go_on(due: Due, ports: Ports, subject: str) -> None:
    begun, _, number = due.key.partition("#")
    key = f"{begun}#{int(number or 1) + 1}"
    again = DueWork(key=key, job=NOTICE, due_at=ports.clock.now(), subject=subject)
    async with ports.work.transaction() as tx:
        await ports.jobs.plan_later(tx, again)


async def _notice_person(ports: Ports, email: str, *, first_look: bool) -> int:
    """How many plans began or changed. Where another bot was first, or a plan was changed meanwhile, it looks again."""
    person = await gathering.get_person(ports, email)
    for _ in range(_TRIES):
        seen = await ports.people.list_absences(email)
        changes = await _changes(ports, person, seen, first_look=first_look)
        clashing = await _clashing(ports, person, seen)
        try:
            async with ports.work.transaction() as tx:
                await ports.plans.mark_noticed(tx, email, seen)
                for change in changes:
                    await write(tx, ports, change)
                for work in clashing:
                    await ports.jobs.plan_later(tx, work)
        except StaleRow:
            continue
        return len(changes)
    return 0


async def _clashing(ports: Ports, person: Person, seen: Sequence[Absence]) -> tuple[DueWork, ...]:
    """Others' plans in which they cover while they are away themselves now: those are looked at again."""
    now = ports.clock.now()
    found: dict[int, Plan] = {}
    for leave in leaves_of(ports, person, seen, ()):
        near = (leave.away.first - DAY, leave.away.last + DAY)
        plans = await ports.plans.list_covered_by(person.email, *near)
        found |= {plan.id: plan for plan in plans if plan.away.overlaps(leave.away)}
    return tuple(
        DueWork(
            key=key_of(plan, f"{AGAIN}:{now:%Y%m%dT%H%M%S.%f}"), job=DUE, due_at=now, subject=str(plan.id)
        )
        for plan in found.values()
    )


async def _changes(
    ports: Ports, person: Person, seen: Sequence[Absence], *, first_look: bool
) -> tuple[Change, ...]:
    plans = await ports.plans.list_plans(email=person.email, states=gathering.OPEN)
    paired = pair(plans, leaves_of(ports, person, seen, plans))
    changes: list[Change] = [
        await planning.cancelling(ports, plan, await ports.plans.version_of(plan.id))
        for plan in paired.gone  # first, so that their days are free
        if plan.away.ends_at > ports.clock.now()
    ]
    for plan, leave in in_order(paired.followed):
        changes.extend(await _followed(ports, plan, leave))
    if person.role in _PROTOCOL:
        to_come = (leave for leave in paired.fresh if leave.away.ends_at > ports.clock.now())
        for leave in to_come:
            changes.extend(await _begun(ports, person, leave, first_look=first_look))
    return tuple(changes)


async def _followed(ports: Ports, plan: Plan, leave: Leave) -> Sequence[Change]:
    """The plan takes the leave system's days; where they are the same, step 1 is seen to be done."""
    version = await ports.plans.version_of(plan.id)
    if replace(leave.away, zone=plan.away.zone) != plan.away:
        lead = f"Your time off has other days now in {leave.source}: I planned everything anew."
        return [await planning.redating(ports, plan, leave.away, version, source=leave.source, lead=lead)]
    if plan.source == leave.source:
        return []
    around = await planning.around_of(ports, plan)
    return [await planning.change_of(ports, plan, replace(plan, source=leave.source), around, version)]


async def _begun(ports: Ports, person: Person, leave: Leave, *, first_look: bool) -> Sequence[Change]:
    """A new leave. Where it has begun before anybody heard of it, the manager sees to its plan.

    What ran already when the bot first looked at the book is left alone: nobody wants to hear of it now.
    """
    now = ports.clock.now()
    plan = planning.new_plan(ports, person, leave.away, leave.source)
    lead = f"I saw your time off in {leave.source}. These are the steps that it takes."
    if leave.away.starts_at <= now:
        boss = await ports.people.find_person(person.manager_email or "")
        if first_look:
            return []
        if boss is not None:
            plan = replace(plan, emergency=True, opened_by=boss.email)
            lead = f"{person.name} is away by {leave.source}, and there is no coverage plan."
    return [await planning.opening(ports, plan, await planning.around_of(ports, plan), lead)]


# ------------------------------------------------------------------------------------------- which is whose. Pure.


def leaves_of(
    ports: Ports, person: Person, seen: Sequence[Absence], plans: Sequence[Plan]
) -> tuple[Leave, ...]:
    """The approved absences, those that overlap as one; what is over counts where an open plan may have been it."""
    since = min([plan.away.starts_at for plan in plans], default=ports.clock.now())
    told = [
        Leave(gathering.away_of(ports, one, person), one.source) for one in seen if one.status == APPROVED
    ]
    merged = merge(sorted(told, key=lambda one: one.away.starts_at))
    return tuple(one for one in merged if one.away.ends_at > min(since, ports.clock.now()))


def merge(told: Iterable[Leave]) -> list[Leave]:
    """Overlapping absences as one, from the first to the last day of both; soonest first."""
    merged: list[Leave] = []
    for one in told:
        if merged and merged[-1].away.overlaps(one.away):
            merged[-1] = _both(merged[-1], one)
        else:
            merged.append(one)
    return merged


def _both(one: Leave, other: Leave) -> Leave:
    later = other if other.away.ends_at > one.away.ends_at else one
    away = replace(one.away, last=later.away.last, half_end=later.away.half_end)
    return Leave(away, one.source)


def pair(plans: Sequence[Plan], leaves: Sequence[Leave]) -> Paired:
    """Which leave is which plan's."""
    followed: list[tuple[Plan, Leave]] = []
    shared = [(_shared(plan, leave), plan, leave) for plan in plans for leave in leaves]
    for days, plan, leave in sorted(shared, key=lambda one: one[0], reverse=True):
        if days and _is_free(plan, leave, followed):
            followed.append((plan, leave))
    told = [plan for plan in plans if plan.source != rules.TYPED]
    apart = [(abs(plan.away.first - leave.away.first), plan, leave) for plan in told for leave in leaves]
    for gap, plan, leave in sorted(apart, key=lambda one: one[0]):
        if gap <= MOVED_WITHIN and _is_free(plan, leave, followed):
            followed.append((plan, leave))
    taken = {plan.id for plan, _ in followed}
    return Paired(
        followed=tuple(followed),
        gone=tuple(plan for plan in told if plan.id not in taken),
        fresh=tuple(leave for leave in leaves if all(leave is not other for _, other in followed)),
    )


def _is_free(plan: Plan, leave: Leave, followed: Sequence[tuple[Plan, Leave]]) -> bool:
    return all(plan.id != one.id and leave is not other for one, other in followed)


def _shared(plan: Plan, leave: Leave) -> timedelta:
    """How long both last together."""
    starts: datetime = max(plan.away.starts_at, leave.away.starts_at)
    return max(min(plan.away.ends_at, leave.away.ends_at) - starts, timedelta())


def in_order(followed: Sequence[tuple[Plan, Leave]]) -> list[tuple[Plan, Leave]]:
    """In an order in which no plan takes the first day of another that has not left it yet."""
    left, ordered = list(followed), []
    while left:
        begins = [plan.away.first for plan, _ in left]
        free = (
            one for one in left if one[1].away.first not in begins or one[1].away.first == one[0].away.first
        )
        chosen = next(free, left[0])
        left.remove(chosen)
        ordered.append(chosen)
    return ordered
