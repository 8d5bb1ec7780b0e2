"""What the asker of a request reads: the receipt, what became of it, and whether it helped; and what a press answers."""

from __future__ import annotations

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message, Modal
from bot.domain.request import Request
from bot.features.routing.explaining import DONE
from bot.features.routing.standing import Standing
from bot.features.routing.wording import (
    HELPED,
    NOT_HELPED,
    REOPEN,
    WHY,
    WITHDRAW,
    accounts_of,
    begun,
    buttons,
    called,
    noted,
    quietly,
    quoted,
)

STEPS = 12
_TOLD = {
    "open": ":incoming_envelope:",
    "direct": ":incoming_envelope:",
    "claimed": ":raising_hand:",
    "handed_over": ":arrow_right:",
    "answered": ":white_check_mark:",
    "closed": ":lock:",
    "reopened": ":repeat:",
}


def receipt(shown: Standing, *, shared: bool = False) -> Message:
    """For the asker, at once: where it goes, to whom, why and by when."""
    blocks = _receipt(shown)
    if shared:
        blocks.insert(1, build.context("Outsiders may read that channel: nothing is said there."))
    return Message(
        text=f"Asked: {called(shown.request)}. {listing.bare(_goes_to(shown))}",
        blocks=(*blocks, buttons(shown.request, WITHDRAW, WHY)),
        accounts=accounts_of(shown.request),
    )


def asked(shown: Standing) -> Modal:
    """The same in the place of the form."""
    return Modal(
        callback_id=DONE,
        title="Asked",
        blocks=tuple(_receipt(shown)),
        accounts=accounts_of(shown.request),
    )


def _receipt(shown: Standing) -> list[Block]:
    told = "I tell you in our direct message as it is claimed and answered."
    by = f" First response by {text.moment(shown.first_response_by)}." if shown.first_response_by else ""
    why = shown.request.decision.steps
    lines = [f"• {listing.within(one, 300)}" for one in why[:STEPS]]
    return [
        build.section(f":incoming_envelope: {begun(called(shown.request))}. {_goes_to(shown)}{by}"),
        build.section(quoted(shown.request.text)),
        *([build.context(text.trim("\n".join(lines), 2_000))] if lines else []),
        build.context(told),
    ]


def _goes_to(shown: Standing) -> str:
    decision = shown.request.decision
    whom = quietly(shown.who(shown.request.assignee)) if shown.request.assignee else ""
    group = text.name(f"@{decision.user_group}") if decision.user_group else ""
    spoken = " and ".join(one for one in (whom, group if decision.mention_group or not whom else "") if one)
    return f"It goes to {spoken or 'the team'} in *{text.name(f'#{decision.channel}')}*."


def told(shown: Standing, step: str) -> Message:
    """For the asker, by direct message: what became of it."""
    said = f"{_TOLD[step]} {_told(shown, step)}".strip()
    if text.is_link(shown.permalink):
        said += f" {text.link(shown.permalink, 'Open it')}."
    blocks: list[Block] = [build.section(said)]
    if step == "answered" or (step == "closed" and shown.request.helped is None):
        blocks.append(build.section("*Did this help?*"))
        blocks.append(buttons(shown.request, HELPED, NOT_HELPED))
    elif not shown.request.state.is_over:
        blocks.append(build.section(quoted(text.trim(shown.request.text, 300))))
        blocks.append(buttons(shown.request, WITHDRAW, WHY))
    return Message(text=said, blocks=tuple(blocks), accounts=accounts_of(shown.request))


def _told(shown: Standing, step: str) -> str:
    request, it = shown.request, called(shown.request)
    who = quietly(shown.who(request.assignee)) if request.assignee else ""
    last = next((one for one in reversed(request.happened) if one.who), None)
    whoever = quietly(shown.who(last.who)) if last else who
    channel = f"*{text.name(f'#{request.decision.channel}')}*"
    until = f" First response by {text.moment(shown.first_response_by)}." if shown.first_response_by else ""
    return {
        "open": f"{begun(it)} is in {channel}{f', for {who}' if who else ''}.{until}",
        "direct": f"{begun(it)} could not be posted in {channel}; it went to {who or 'the managers'} directly.",
        "claimed": f"{whoever} has taken {it}.",
        "handed_over": f"{begun(it)} was handed over to {who or channel}{noted(last) if last else ''}.",
        "answered": f"{whoever} says that {it} is answered.",
        "closed": f"{whoever} closed {it}.",
        "reopened": f"{begun(it)} is open again.",
    }[step]


def thanked(request: Request, *, helped: bool) -> Message:
    """In the place of the question."""
    if helped:
        said = f":tada: Thank you. {begun(called(request))} is closed, and the team sees that it helped."
        return Message(text=said, blocks=(build.section(said),), accounts=accounts_of(request), replaces=True)
    said = f"I have told the team that {called(request)} is not solved. Reopen it, and they hear of it again."
    return Message(
        text=said,
        blocks=(build.section(said), buttons(request, REOPEN)),
        accounts=accounts_of(request),
        replaces=True,
    )


def handed(shown: Standing, to: str) -> Modal:
    """In the place of the form: who has it now."""
    said = f":arrow_right: {begun(called(shown.request))} was handed over to {text.name(to)}; they and the asker are told."
    return Modal(
        callback_id=DONE,
        title="Handed over",
        blocks=(build.section(said),),
        accounts=accounts_of(shown.request),
    )


def done(shown: Standing, said: str, *, replaces: bool = False) -> Message:
    """To whoever pressed: what is true now."""
    return Message(
        text=said, blocks=(build.section(said),), accounts=accounts_of(shown.request), replaces=replaces
    )
