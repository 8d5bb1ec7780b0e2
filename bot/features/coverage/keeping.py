"""A change of a plan, kept whole: the plan, what falls due for it and what is said about it, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.blocks.answers import Message
from bot.domain.leave import Plan
from bot.errors import StaleRow, UserError
from bot.features.coverage import timeline
from bot.features.coverage.timeline import Moment
from bot.ports import Ports
from bot.ports.jobs import DueWork
from bot.ports.outgoing import Intent
from bot.ports.work import Transaction

DUE = "ooo.due"
"""The job that does what falls due for a plan."""
SETTLED = "ooo.settled"
"""The job that looks at what became of a question or a share."""
STATUS = "status.apply"
"""The job that makes a person's Slack status what their plan says it is now."""
STATUS_NOW = "status_now"
"""What is due at once where the dates changed: the status may be up, and must not be."""
STATUS_AGREED = "status_agreed"
"""What is due at once where a plan was confirmed: a typed one counts from then on."""
AGAIN = "again"
"""What is due at once where a cover's own absences changed: they may not be able to cover any more."""
_TRIES = 5
_OF_STATUS = (timeline.STATUS_ON, timeline.STATUS_OFF, STATUS_NOW, STATUS_AGREED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message about a plan: `kind` names it within a generation, and the same kind is sent once.

    `live` puts it in the place of one that is there already; `edits` only does that, and sends none.
    """

    kind: str
    message: Message
    email: str = ""
    channel_id: str = ""
    then: str = ""
    live: bool = False
    edits: bool = False


Letters: TypeAlias = Callable[[Plan, int], Iterable[Letter]]
"""What is said once the plan is kept, given with its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a plan. `expected` is the version it was read at, 0 for a new plan.

    `moments` are what falls due from now on, where that changes; what was planned for the generation `stale` is
    cancelled then.
    """

    plan: Plan
    expected: int
    letters: Letters
    moments: Sequence[Moment] | None = None
    stale: int = 0


Decide: TypeAlias = Callable[[Plan, int], Awaitable[Change | None]]
"""What becomes of the plan as it is now, in its version; None when there is nothing to change."""


def prefix_of(plan: Plan) -> str:
    """How the keys of everything about a plan begin."""
    return f"ooo:{plan.id}:"


def key_of(plan: Plan, what: str) -> str:
    """The key of something of a plan's generation, work and messages alike."""
    return f"{prefix_of(plan)}{plan.generation}:{what}"


def read_key(key: str) -> tuple[int, int, str]:
    """The plan, the generation and what it is about."""
    _, plan_id, generation, what = key.split(":", 3)
    return int(plan_id), int(generation), what


async def apply(ports: Ports, plan_id: int, decide: Decide) -> Plan:
    """Change a plan as `decide` says, and decide anew where somebody else changed it meanwhile."""
    for _ in range(_TRIES):
        version = await ports.plans.version_of(plan_id)
        plan = await ports.plans.find_plan(plan_id)
        if plan is None:
            raise UserError("There is no such plan. `/ooo plan` begins one.")
        change = await decide(plan, version)
        if change is None:
            return plan
        try:
            async with ports.work.transaction() as tx:
                return await write(tx, ports, change)
        except StaleRow:
            continue
    raise UserError("That plan is being changed by somebody else. Look at it again: `/ooo plan`.")


async def write(tx: Transaction, ports: Ports, change: Change) -> Plan:
    """Keep a change with everything that it asks for; raises StaleRow where the plan is another by now."""
    kept = await ports.plans.save_plan(tx, change.plan, expected=change.expected if change.plan.id else None)
    if change.moments is not None:
        for key in _stale_keys(kept, change.stale, ports):
            await ports.jobs.cancel_later(tx, key, "the dates changed")
        for moment in change.moments:
            await ports.jobs.plan_later(tx, work_of(kept, moment))
    for letter in change.letters(kept, change.expected + 1):
        await send(tx, ports, kept, letter)
    return kept


async def send(tx: Transaction, ports: Ports, plan: Plan, letter: Letter) -> None:
    """Ask for one message, once in its plan's generation."""
    key = key_of(plan, letter.kind)
    if letter.edits:
        await ports.outgoing.edit_later(tx, key, letter.message)
        return
    intent = Intent(
        key=key,
        message=letter.message,
        email=letter.email,
        channel_id=letter.channel_id,
        then=letter.then,
        subject=str(plan.id),
    )
    if not await ports.outgoing.post_later(tx, intent) and letter.live:
        await ports.outgoing.edit_later(tx, key, letter.message)


def work_of(plan: Plan, moment: Moment) -> DueWork:
    """The row of something that is due."""
    job = STATUS if moment.what in _OF_STATUS else DUE
    return DueWork(key=key_of(plan, moment.what), job=job, due_at=moment.at, subject=str(plan.id))


def _stale_keys(plan: Plan, generation: int, ports: Ports) -> Iterator[str]:
    """Everything that may be planned of a generation; where policy's ladder changed since, the job itself knows."""
    reminders = (f"{timeline.REMIND}:{days}" for days in (*ports.policy.ooo.ladder_days, 0))
    others = (timeline.UNCOVERED, timeline.STATUS_ON, timeline.STATUS_OFF, timeline.END, timeline.RETURN)
    for what in (*reminders, *others) if generation else ():
        yield f"{prefix_of(plan)}{generation}:{what}"
