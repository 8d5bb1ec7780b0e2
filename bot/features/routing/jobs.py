"""What becomes of requests by itself: their message is looked after, people are reminded, nothing is forgotten."""

from __future__ import annotations

from bot.asks import Due
from bot.domain.request import Request, RequestState
from bot.errors import StaleRow
from bot.features.routing import posting, reading, reminding
from bot.ports import Ports
from bot.ports.jobs import Job, WorkState
from bot.ports.outgoing import MessageState
from bot.ports.requests import Wanted

TEND = "routing.tend"
_LIVE = (RequestState.OPEN, RequestState.CLAIMED)
_COMING = (WorkState.PLANNED, WorkState.STARTED)


async def look_after(due: Due, ports: Ports) -> str:
    """See what became of a request's message: its asker hears where it is; where it did not arrive, people get it."""
    key, _, _ = due.key.removeprefix("then:").rpartition(":")
    message = await ports.outgoing.find_outgoing(key)
    request = await ports.requests.find_request(int(due.subject))
    if message is None or request is None:
        return "nothing is known of it any more"
    if message.state is MessageState.WAITING:
        return "it is on its way"
    if message.state is MessageState.SENT:
        return await _arrived(ports, request, message.note)
    if key != reading.head_key(request) or request.state.is_over:
        return f"{message.state}, and it is elsewhere or over by now"
    return await _fall_back(ports, request, message.note or message.state.value)


async def _arrived(ports: Ports, request: Request, note: str) -> str:
    shown = await reading.stand(ports, request)
    told = await ports.people.list_operators() if note else ()
    async with ports.work.transaction() as tx:
        if request.state is not RequestState.WITHDRAWN:
            await posting.tell_asker(tx, ports, shown, "open")
        if note:
            said = f"The message of request {request.id} could not be brought up to date: {note}."
            key = f"{posting.NOTES}{reading.head_key(request)}:{request.version}"
            await posting.tell(tx, ports, key, told, posting.note(said))
    return f"arrived {note}".rstrip()


async def _fall_back(ports: Ports, request: Request, why: str) -> str:
    shown = await reading.stand(ports, request)
    receivers, told = await posting.receivers_of(ports, request), await ports.people.list_operators()
    async with ports.work.transaction() as tx:
        await posting.fall_back(tx, ports, shown, why, receivers, told)
    return f"it went to {', '.join(one.name for one in receivers) or 'nobody'} directly: {why}"


async def remind(due: Due, ports: Ports) -> str:
    """Remind whose turn it is, if still nobody has answered; what comes after that is planned with it."""
    request = await ports.requests.find_request(int(due.subject))
    if request is None or request.state not in _LIVE:
        return "nothing to remind of"
    try:
        return await reminding.remind(ports, request, due)
    except StaleRow:
        return "somebody did something with it at this moment, and planned what follows"


async def mention(due: Due, ports: Ports) -> str:
    """Mention whom a request was handed over to outside their hours, unless it went on meanwhile."""
    request = await ports.requests.find_request(int(due.subject))
    if (
        request is None
        or request.state is not RequestState.OPEN
        or not due.key.endswith(f":{request.version}")
    ):
        return "it went on meanwhile"
    return await reminding.mention(ports, request)


async def tend(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Keep a reminder planned for every request that waits for somebody, whatever was lost."""
    mended = 0
    for request in await ports.requests.list_requests(Wanted(states=_LIVE, limit=2_000)):
        prefix = reminding.prefix_of(request)
        if await ports.jobs.list_work(prefix=prefix, states=_COMING, limit=1):
            continue
        planned = await reminding.prepare(ports, request)
        if planned.next is None:
            continue
        async with ports.work.transaction() as tx:
            mended += await reminding.plan(tx, ports, request, planned)
    return f"{mended} planned that were not"


JOBS = (
    Job(name=posting.SETTLED, run=look_after),
    Job(name=reminding.REMIND, run=remind),
    Job(name=reminding.MENTION, run=mention),
    Job(name=TEND, run=tend, tends=True),
)
