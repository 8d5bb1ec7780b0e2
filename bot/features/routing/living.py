"""A request's life: claimed, handed over, answered, closed, reopened, withdrawn, and whether it helped.

Of several who press at once one wins; the others read who it was. Each change keeps the request, edits its one message,
tells its asker and plans what reminds of it, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.asks import Action, Ask
from bot.blocks import text
from bot.blocks.answers import Message
from bot.domain.request import Request, RequestState
from bot.errors import StaleRow, UserError
from bot.features.routing import posting, reading, reminding, rules, telling, turns, views
from bot.features.routing.rules import Move, Who
from bot.features.routing.standing import Standing
from bot.ports import Ports

TRIES = 4
"""How often a press is looked at anew when others change the request at the same moment."""
Turn = Callable[[Request, str, datetime], Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something that a person does with a request by a button.

    `states` are those in which it has a meaning; `step` is what the asker is told ("" for nothing), `line` what is
    said in the thread, to the assignee first. `said` is the answer to whoever pressed.
    """

    move: Move
    turn: Turn
    states: tuple[RequestState, ...]
    said: str
    step: str = ""
    line: str = ""
    replaces: bool = False


_OPEN = (RequestState.OPEN, RequestState.CLAIMED)
_DONE = (RequestState.ANSWERED, RequestState.CLOSED)
CLAIM = Verb(
    move=Move.CLAIM,
    turn=turns.claimed,
    states=(RequestState.OPEN,),
    step="claimed",
    said=":raising_hand: It is yours. Answer in its thread, then press *Answered*.",
)
ANSWER = Verb(
    move=Move.ANSWER,
    turn=turns.answered,
    states=_OPEN,
    step="answered",
    said=":white_check_mark: Answered. The asker is asked whether it helped.",
)
CLOSE = Verb(
    move=Move.CLOSE,
    turn=turns.closed,
    states=(*_OPEN, RequestState.ANSWERED),
    step="closed",
    said=":lock: Closed; the asker is told.",
)
REOPEN = Verb(
    move=Move.REOPEN,
    turn=turns.reopened,
    states=_DONE,
    step="reopened",
    said=":repeat: It is open again.",
    line="this is open again.",
)
WITHDRAW = Verb(
    move=Move.WITHDRAW,
    turn=turns.withdrawn,
    states=_OPEN,
    said=":leftwards_arrow_with_hook: Withdrawn. Nobody works on it any more.",
    line="this was withdrawn: nothing is needed any more.",
    replaces=True,
)


async def press(asked: Action, ports: Ports, verb: Verb) -> Message:
    """Do it, or say how things stand where somebody was quicker."""
    for _ in range(TRIES):
        request = await reading.get_request(ports, asked.value)
        if request.state not in verb.states:
            return await _as_it_stands(ports, request, asked)
        await check(asked, ports, request, verb.move)
        changed = verb.turn(request, who(asked), ports.clock.now())
        try:
            shown = await keep(ports, changed, step=verb.step, line=verb.line)
        except StaleRow:
            continue
        return telling.done(shown, verb.said, replaces=verb.replaces)
    raise UserError("Several people changed this request at this moment. Look at it, and press once more.")


def who(asked: Ask) -> str:
    """Whoever asks, by address; by Slack id where Slack tells no address."""
    return asked.asker.email or asked.asker.user_id


async def check(asked: Ask, ports: Ports, request: Request, move: Move) -> None:
    """Raise UserError, saying who may, for those who may not."""
    person = await ports.people.find_asker(asked.asker)
    refused = rules.refusal(request, Who(user_id=asked.asker.user_id, person=person), move)
    if refused:
        raise UserError(refused)


async def keep(  # each is one thing that may come of a change
    ports: Ports,
    changed: Request,
    *,
    step: str = "",
    line: str | Callable[[Standing], str] = "",
    group: bool = False,
    works_at: datetime | None = None,
) -> Standing:
    """Keep a change and have everybody told; raises StaleRow where another one was kept meanwhile.

    Whom it came to outside their hours is mentioned at `works_at`.
    """
    posted = await posting.look(ports, changed)
    shown = await reading.stand(ports, changed)
    planned = await reminding.prepare(ports, changed)
    async with ports.work.transaction() as tx:
        kept = await ports.requests.change_request(tx, changed)
        shown = replace(shown, request=kept)
        await posting.edit(tx, ports, shown, posted)
        if line:
            said = line if isinstance(line, str) else line(shown)
            message = views.thread(shown, said, person=True, group=group)
            await posting.say(tx, ports, shown, posted, "line", message)
        if step:
            await posting.tell_asker(tx, ports, shown, step)
        if works_at is not None:
            await reminding.mention_later(tx, ports, kept, works_at)
        await reminding.plan(tx, ports, kept, planned)
    return shown


async def _as_it_stands(ports: Ports, request: Request, asked: Ask) -> Message:
    """What somebody else did before."""
    shown = await reading.stand(ports, request)
    last = next((one for one in reversed(request.happened) if one.who), None)
    mine = last is not None and last.who == who(asked)
    name = "You" if mine else text.name(shown.who(last.who).name) if last else "Somebody"
    at = f" {text.moment(last.at)}" if last else ""
    word = {
        RequestState.OPEN: "it is open",
        RequestState.CLAIMED: f"{name} claimed it{at}",
        RequestState.ANSWERED: f"{name} answered it{at}",
        RequestState.CLOSED: f"{name} closed it{at}",
        RequestState.WITHDRAWN: f"its asker withdrew it{at}",
    }[request.state]
    return telling.done(shown, f"Nothing was changed: {word}.")


async def helped(asked: Action, ports: Ports) -> Message:
    """The asker says that it helped."""
    return await _judge(asked, ports, turns.helped, helped=True)


async def not_helped(asked: Action, ports: Ports) -> Message:
    """The asker says that it did not; the team hears of it."""
    return await _judge(asked, ports, turns.not_helped, helped=False)


async def _judge(asked: Action, ports: Ports, turn: Turn, *, helped: bool) -> Message:
    for _ in range(TRIES):
        request = await reading.get_request(ports, asked.value)
        await check(asked, ports, request, Move.HELPED)
        if request.state not in _DONE:
            return await _as_it_stands(ports, request, asked)
        if request.helped is helped:
            return telling.thanked(request, helped=helped)
        changed = turn(request, who(asked), ports.clock.now())
        line = "" if helped else "the asker says that it did not help."
        try:
            shown = await keep(ports, changed, line=line)
        except StaleRow:
            continue
        return telling.thanked(shown.request, helped=helped)
    raise UserError("Somebody changed this request at this moment. Press once more.")
