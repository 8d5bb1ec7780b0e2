"""What is said of a request, and to whom: each message once, by its key, in the transaction that changes the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.domain.person import Person
from bot.domain.request import Request
from bot.features.routing import reading, telling, views
from bot.features.routing.reading import direct_key, head_key
from bot.features.routing.standing import Standing
from bot.ports import Ports
from bot.ports.outgoing import Intent, MessageState, Outgoing
from bot.ports.work import Transaction

SETTLED = "routing.settled"
"""The job that looks at what became of a request's message."""
NOTES = "ask-note:"
"""What the keys of notes to operators begin with."""
NO_CHANNEL = "there is no such channel, or I cannot see it"
THERE = (MessageState.WAITING, MessageState.SENT)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a request's messages are, read before a change: its head, and those to people in its stead."""

    head: Outgoing | None
    direct: Sequence[Outgoing] = ()

    @property
    def is_in_channel(self) -> bool:
        """Whether what is said in its thread can arrive."""
        return self.head is not None and self.head.state in THERE


async def look(ports: Ports, request: Request) -> Posted:
    """Where its messages are."""
    head = await ports.outgoing.find_outgoing(head_key(request))
    direct = await ports.outgoing.list_outgoing(prefix=f"{head_key(request)}:direct:")
    return Posted(head, direct)


async def post_head(tx: Transaction, ports: Ports, shown: Standing) -> bool:
    """Ask for its one message in its channel; asked for already, nothing changes."""
    request = shown.request
    return await ports.outgoing.post_later(
        tx,
        Intent(
            key=head_key(request),
            message=views.head(shown),
            channel_id=request.channel_id,
            then=SETTLED,
            subject=str(request.id),
        ),
    )


async def edit(tx: Transaction, ports: Ports, shown: Standing, posted: Posted) -> None:
    """Bring its message up to date wherever it is."""
    message = views.head(shown)
    for one in (posted.head, *posted.direct):
        if one is not None:
            await ports.outgoing.edit_later(tx, one.key, message)


async def say(
    tx: Transaction, ports: Ports, shown: Standing, posted: Posted, part: str, message: Message
) -> None:
    """Say something in its thread, once for each change; to people directly where there is no thread."""
    request = shown.request
    key = f"ask:{request.id}:said:{request.version}:{part}"
    if posted.is_in_channel:
        intent = Intent(key=key, message=message, channel_id=request.channel_id, reply_to=head_key(request))
        await ports.outgoing.post_later(tx, intent)
    elif request.assignee:
        await ports.outgoing.post_later(tx, Intent(key=key, message=message, email=request.assignee))


async def tell_asker(tx: Transaction, ports: Ports, shown: Standing, step: str) -> None:
    """Tell whoever asked, by direct message, once for each step."""
    request = shown.request
    if not request.asker_email:
        return
    turn = "" if step in ("open", "direct") else f":{request.version}"
    key = f"ask:{request.id}:told:{step}{turn}"
    intent = Intent(key=key, message=telling.told(shown, step), email=request.asker_email)
    await ports.outgoing.post_later(tx, intent)


async def tell(tx: Transaction, ports: Ports, key: str, people: Sequence[Person], message: Message) -> None:
    """A direct message to each, once by the key."""
    for person in people:
        await ports.outgoing.post_later(
            tx, Intent(key=f"{key}:{person.email}", message=message, email=person.email)
        )


def note(said: str) -> Message:
    """A note to operators."""
    words = text.escape(said)
    return Message(text=words, blocks=(build.section(words),))


async def fall_back(
    tx: Transaction,
    ports: Ports,
    shown: Standing,
    why: str,
    receivers: Sequence[Person],
    told: Sequence[Person],
) -> None:
    """Bring a request to people where its channel does not take it; the asker and the operators hear of that."""
    request = shown.request
    message = views.in_person(shown, why)
    for person in receivers:
        intent = Intent(key=direct_key(request, person.email), message=message, email=person.email)
        await ports.outgoing.post_later(tx, intent)
    await tell_asker(tx, ports, shown, "direct")
    said = (
        f"Request {request.id} could not be posted in #{request.decision.channel}: {why}. It went to "
        f"{', '.join(one.name for one in receivers) or 'nobody: the book has no manager and no operator'} directly."
    )
    await tell(tx, ports, f"{NOTES}{head_key(request)}", told, note(said))


async def receivers_of(ports: Ports, request: Request) -> Sequence[Person]:
    """Who gets it where its channel does not take it: its assignee, else those who answer for the team."""
    person = await ports.people.find_person(request.assignee) if request.assignee else None
    return (person,) if person else await reading.leaders_of(ports, request.decision.team)
