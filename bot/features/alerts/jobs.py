"""What alerts do by themselves: tell what waits, look at what became of it, and forget nobody."""

from __future__ import annotations

from datetime import time

from bot.asks import Due
from bot.domain.alert import AlertRules, is_channel
from bot.domain.schedule import Daily, Every
from bot.features.alerts import evaluating, sources, usecases
from bot.ports import Ports
from bot.ports.alerts import DELIVER
from bot.ports.jobs import Job, WorkState
from bot.ports.outgoing import MessageState

TEND, EVALUATE, SOURCES = "alerts.tend", "alerts.evaluate", "alerts.sources"
MORNING = time(8)
_COMING = (WorkState.PLANNED, WorkState.STARTED)
_LOST = (MessageState.FAILED, MessageState.WITHHELD)


async def deliver(due: Due, ports: Ports) -> str:
    """Tell a reader what waits for them."""
    if is_channel(due.subject):
        return await usecases.deliver_to_channel(ports, due.subject, due.due_at)
    return await usecases.deliver_to_person(ports, due.subject)


async def evaluate(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Look at the book for what fires."""
    return await evaluating.evaluate(ports)


async def look_at_sources(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """See whether every system still gives something new."""
    return f"{await sources.evaluate(ports)} alerts"


async def look_after(due: Due, ports: Ports) -> str:
    """See what became of a message; where it did not arrive, somebody else hears of what it told."""
    key, _, _ = due.key.removeprefix("then:").rpartition(":")
    message = await ports.outgoing.find_outgoing(key)
    if message is None or message.state not in _LOST:
        return "nothing to do"
    return await usecases.unreached(ports, due.subject, key, message.note or message.state.value)


async def tend(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Keep a delivery planned for everybody for whom something waits, whatever was lost."""
    mended = 0
    for reader in await ports.alerts.list_readers():
        if await ports.jobs.list_work(prefix=f"{DELIVER}:{reader}:", states=_COMING, limit=1):
            continue
        async with ports.work.transaction() as tx:
            await ports.alerts.deliver_later(tx, reader, ports.clock.now())
        mended += 1
    return f"{mended} planned that were not"


def recurring(rules: AlertRules, *, by_day: bool) -> tuple[Job, ...]:
    """The look at the book, as often as policy says; by day where the book changes in the mornings alone (the demo,
    whose clock passes over weeks while somebody waits).
    """
    recurs = Daily(MORNING) if by_day else Every(rules.evaluate_every)
    return (Job(name=EVALUATE, run=evaluate, recurs=recurs),)


JOBS = (
    Job(name=SOURCES, run=look_at_sources, recurs=Daily(MORNING)),
    Job(name=DELIVER, run=deliver),
    Job(name=usecases.SETTLED, run=look_after),
    Job(name=TEND, run=tend, tends=True),
)
