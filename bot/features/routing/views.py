"""How a request looks: the one message in its channel, what is said in its thread, and what managers are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.request import RequestState
from bot.features.routing.standing import Standing
from bot.features.routing.wording import (
    ANSWERED,
    CLAIM,
    CLOSE,
    HAND_OVER,
    REOPEN,
    WHY,
    accounts_of,
    begun,
    buttons,
    by,
    called,
    group_of,
    last_of,
    noted,
    person_of,
    quietly,
    quoted,
    reason,
    title,
)

_BUTTONS = {
    RequestState.OPEN: (CLAIM, HAND_OVER, ANSWERED, CLOSE, WHY),
    RequestState.CLAIMED: (HAND_OVER, ANSWERED, CLOSE, WHY),
    RequestState.ANSWERED: (CLOSE, REOPEN, WHY),
    RequestState.CLOSED: (REOPEN, WHY),
    RequestState.WITHDRAWN: (WHY,),
}


def head(shown: Standing) -> Message:
    """The request's one message; edited in place as its life goes on."""
    request = shown.request
    blocks: list[Block] = [
        build.section(title(shown)),
        build.section(quoted(request.text)),
        build.section(_addressed(shown)),
        build.context(*_small(shown)),
        buttons(request, *_BUTTONS[request.state]),
    ]
    return Message(text=_gist(shown), blocks=tuple(blocks), accounts=accounts_of(request))


def moved(shown: Standing, channel: str) -> Message:
    """What stays in the channel of a team that handed a request over to another."""
    said = f":arrow_right: {begun(called(shown.request))} was handed over to *{text.name(f'#{channel}')}*."
    last = last_of(shown.request, "moved")
    note = f"{by(shown, last)}{noted(last)}" if last else ""
    blocks = (build.section(said), *((build.context(note),) if note else ()))
    return Message(text=said, blocks=blocks, accounts=accounts_of(shown.request))


def in_person(shown: Standing, why: str) -> Message:
    """The same for one person, where it could not be posted in its channel."""
    said = (
        f":warning: This request could not be posted in *{text.name(f'#{shown.request.decision.channel}')}* "
        f"({reason(why)}), so it comes to you."
    )
    message = head(shown)
    return replace(message, text=f"{said} {message.text}", blocks=(build.section(said), *message.blocks))


def _addressed(shown: Standing) -> str:
    """Who is spoken to: the person first, the group beside them, and why."""
    decision, spoken = shown.request.decision, []
    if shown.request.assignee:
        spoken.append(person_of(shown.who(shown.request.assignee)) + _instead_of(shown))
    if decision.mention_group or not spoken:
        spoken.append(group_of(shown.group))
    line = ", ".join(one for one in spoken if one) or "Nobody can be named"
    last = last_of(shown.request, "handed_over")
    if last and shown.request.state is RequestState.OPEN:
        return f"{line}: handed over {by(shown, last)}{noted(last)}"
    why = " ".join(_reasons(decision.steps, triage=decision.triage))
    return f"{line}{f' · {listing.within(why, 500)}' if why else ''}"


def _reasons(steps: Sequence[str], *, triage: bool) -> Sequence[str]:
    """Why they: without which team and channel, which everybody sees there, and without what is said of the group."""
    chosen = [step for step in steps[2:] if not step.startswith("@")]
    return steps[:1] if triage or not chosen else chosen


def _instead_of(shown: Standing) -> str:
    for_whom = shown.request.decision.for_whom
    if not for_whom or shown.request.assignee != shown.request.decision.assignee:
        return ""
    return f" (for {quietly(shown.who(for_whom))}, who is away)"


def _small(shown: Standing) -> list[str]:
    request = shown.request
    said = [f"Asked by {text.mention(request.asker_user_id)} {text.moment(request.created_at)}"]
    if request.state is RequestState.OPEN and request.first_response_at is None and shown.first_response_by:
        said.append(f"First response by {text.moment(shown.first_response_by)}")
    elif not request.state.is_over and shown.resolve_by:
        said.append(f"To be answered by {text.moment(shown.resolve_by)}")
    if request.due_on:
        said.append(f"Needed by {text.day(request.due_on)}")
    if text.is_link(request.link):
        said.append(text.link(request.link, "asked from this message"))
    if request.decision.missing:
        missing = ", ".join(listing.within(one, 80) for one in request.decision.missing[:6])
        said.append(f":grey_question: Missing: {missing}")
    if request.helped is not None:
        said.append("It helped" if request.helped else "It did not help")
    said.append("The conversation is in the thread")
    return said


def _gist(shown: Standing) -> str:
    request = shown.request
    said = text.escape(text.one_line(request.text, 200))
    return f"{listing.bare(title(shown))}: {said} ({listing.bare(_addressed(shown))})"


def thread(shown: Standing, said: str, *, person: bool = False, group: bool = False) -> Message:
    """Something the bot says in the thread; it speaks to the assignee or to the group first."""
    spoken = []
    if person and shown.request.assignee:
        spoken.append(person_of(shown.who(shown.request.assignee)))
    if group:
        spoken.append(group_of(shown.group))
    line = f"{', '.join(one for one in spoken if one)}: {said}" if any(spoken) else begun(said)
    return Message(text=line, blocks=(build.section(line),), accounts=accounts_of(shown.request))


def handed_over_line(shown: Standing) -> str:
    """For the thread: who gave it to whom, with the note."""
    last = last_of(shown.request, "handed_over") or last_of(shown.request, "moved")
    return f"this is yours now, handed over {by(shown, last)}{noted(last)}." if last else "this is yours now."


def escalated(shown: Standing, said: str) -> Message:
    """For a manager: what nobody took, with its buttons."""
    line = f":hourglass: {begun(called(shown.request))}: {said}"
    message = head(shown)
    link = f" {text.link(shown.permalink, 'Open it')}." if text.is_link(shown.permalink) else ""
    return replace(message, text=line, blocks=(build.section(line + link), *message.blocks[1:]))
