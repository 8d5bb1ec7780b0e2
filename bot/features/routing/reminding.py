"""Reminds whose turn it is: planned as rows, asked anew when they are due, each said once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.asks import Due
from bot.blocks import text
from bot.domain.request import Happening, Request, RequestState
from bot.features.routing import clocks, deciding, posting, reading, views
from bot.features.routing.clocks import NONE_SAID, POSTPONED, Reminder, Whom
from bot.features.routing.standing import Standing
from bot.ports import Ports
from bot.ports.jobs import DueWork
from bot.ports.work import Transaction

REMIND = "routing.remind"
"""The job that reminds."""
MENTION = "routing.mention"
"""The job that mentions whom a request was handed over to, once they are at work."""
SAID: Mapping[str, int] = {
    "mentioned": POSTPONED,
    "reminded_assignee": 1,
    "reminded_group": 2,
    "reminded_manager": 3,
}
"""The words of a request's life for each reminder; for the resolution three more."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The next reminder, and what was planned as it was read; made outside the transaction."""

    next: Reminder | None
    before: Sequence[DueWork] = ()


def prefix_of(request: Request) -> str:
    """How the keys of everything that reminds of a request begin."""
    return f"ask:{request.id}:remind:"


def said_of(request: Request) -> int:
    """The number of the last reminder that was said; a request that was reopened begins anew."""
    said = NONE_SAID
    for one in request.happened:
        if one.what == clocks.REOPENED:
            said = NONE_SAID
        elif one.what in SAID:
            responded = request.first_response_at is not None and one.at >= request.first_response_at
            said = SAID[one.what] + (3 if responded and SAID[one.what] else 0)
    return said


async def prepare(ports: Ports, request: Request) -> Planned:
    """What comes next; read in a thread, since bank holidays may take a moment."""
    before = await ports.jobs.list_work(prefix=prefix_of(request)) if request.id else ()
    return Planned(await _next(ports, request), before)


async def _next(ports: Ports, request: Request) -> Reminder | None:
    staff, policy = await deciding.staff_of(ports), ports.policy.requests
    now, calendar = ports.clock.now(), ports.calendar
    return await asyncio.to_thread(
        clocks.next_reminder, request, said_of(request), staff, policy, now, calendar
    )


async def plan(tx: Transaction, ports: Ports, request: Request, planned: Planned) -> bool:
    """Plan the next reminder, and cancel what was planned before."""
    work = _work(request, planned.next) if planned.next else None
    for one in planned.before:
        if work is None or one.key != work.key:
            await ports.jobs.cancel_later(tx, one.key, "the request was changed")
    return work is not None and await ports.jobs.plan_later(tx, work)


def _work(request: Request, reminder: Reminder) -> DueWork:
    # The instant is part of the key: a row that found its person out of their hours plans another one.
    key = f"{prefix_of(request)}{reminder.number}:{request.version}:{reminder.at:%Y%m%dT%H%M%S}"
    return DueWork(key=key, job=REMIND, due_at=reminder.at, subject=str(request.id))


async def mention_later(tx: Transaction, ports: Ports, request: Request, at: datetime) -> None:
    """Mention whoever has it from now on when they are at work again: it came outside their hours."""
    key = f"ask:{request.id}:mention:{request.version}"
    await ports.jobs.plan_later(tx, DueWork(key=key, job=MENTION, due_at=at, subject=str(request.id)))


async def mention(ports: Ports, request: Request) -> str:
    """Mention whoever has it, if nobody has done anything with it since."""
    posted, shown = await posting.look(ports, request), await reading.stand(ports, request)
    message = views.thread(shown, views.handed_over_line(shown), person=True)
    async with ports.work.transaction() as tx:
        await posting.say(tx, ports, shown, posted, "mention", message)
    return f"mentioned {shown.who(request.assignee).name}"


async def remind(ports: Ports, request: Request, due: Due) -> str:
    """Say the reminder that is due; raises StaleRow where the request was changed meanwhile."""
    reminder = await _next(ports, request)
    if reminder is None:
        return "nobody is left to remind"
    if reminder.at > ports.clock.now():
        async with ports.work.transaction() as tx:
            await plan(tx, ports, request, Planned(reminder))
        return f"put off until {reminder.at:%Y-%m-%d %H:%M} UTC"
    changed = await _reminded(ports, request, reminder)
    posted = await posting.look(ports, changed)
    shown = await reading.stand(ports, changed)
    planned = await prepare(ports, changed)
    manager = await ports.people.find_person(reminder.email) if reminder.whom is Whom.MANAGER else None
    async with ports.work.transaction() as tx:
        kept = await ports.requests.change_request(tx, changed)
        shown = replace(shown, request=kept)
        await posting.edit(tx, ports, shown, posted)
        said = _words(shown, reminder, ports, manager.name if manager else "")
        speaks = {"person": reminder.whom is Whom.ASSIGNEE or changed.assignee != request.assignee}
        message = views.thread(shown, said, **speaks, group=reminder.whom is Whom.GROUP)
        await posting.say(tx, ports, shown, posted, "reminder", message)
        if manager is not None:
            key = f"ask:{kept.id}:manager:{kept.version}"
            await posting.tell(tx, ports, key, (manager,), views.escalated(shown, said))
        await plan(tx, ports, kept, planned)
    return f"reminded the {reminder.whom} ({due.key})"


async def _reminded(ports: Ports, request: Request, reminder: Reminder) -> Request:
    """The request with what is said of it now; whoever was silent is passed over for somebody who is there."""
    now = ports.clock.now()
    events = [Happening(at=now, what="passed_over", note=line) for line in reminder.why]
    word = "mentioned" if reminder.number == POSTPONED else f"reminded_{reminder.whom}"
    events.append(Happening(at=now, what=word))
    changed = replace(request, happened=(*request.happened, *events))
    waits = request.state is RequestState.OPEN and request.first_response_at is None
    if not (waits and reminder.passed and request.assignee in reminder.passed):
        return changed
    account = await ports.book.find_account(request.account_id) if request.account_id else None
    handed = deciding.kept_by(ports, request)
    decision = await deciding.decide(
        ports,
        account,
        request.account_name,
        urgency=request.urgency,
        handed=handed,
        passed=_asked_in_vain(request, reminder),
    )
    if not decision.assignee:  # a named TA stays theirs: the group is asked beside them
        return changed
    return replace(
        changed,
        assignee=decision.assignee,
        decision=replace(
            request.decision,
            assignee=decision.assignee,
            for_whom=decision.for_whom,
            mention_assignee=decision.mention_assignee,
            steps=(*request.decision.steps, *decision.steps[2:]),
        ),
    )


def _asked_in_vain(request: Request, reminder: Reminder) -> frozenset[str]:
    return frozenset(
        (*reminder.passed, request.decision.assignee) if request.decision.assignee else reminder.passed
    )


def _words(shown: Standing, reminder: Reminder, ports: Ports, manager: str) -> str:
    """Why it is said now, who was passed over, and by when it is due."""
    passed = " ".join(text.escape(line) for line in reminder.why)
    if reminder.number == POSTPONED:
        return f"this came while you were not at work. {passed}".strip()
    first = shown.request.first_response_at is None
    by = shown.first_response_by if first else shown.resolve_by
    what = "A first response" if first else "The answer"
    is_late = by is not None and by <= ports.clock.now()
    when = f"{what} {'was' if is_late else 'is'} due {text.moment(by)}." if by else ""
    who = f" {text.name(manager)}, who answers for the team, is told." if manager else ""
    asks = " Who takes it?" if reminder.whom is Whom.GROUP else ""
    return f"nobody has {'responded' if first else 'answered'} yet. {passed} {when}{who}{asks}".replace(
        "  ", " "
    )
