"""Lists of requests: mine, a team's, and all of them as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.request import Request, RequestState, Urgency

CSV = "routing.csv"
LATE = 5
SHOWN = 15
"""Requests of one list."""
_WORDS = {
    RequestState.OPEN: "open",
    RequestState.CLAIMED: "claimed",
    RequestState.ANSWERED: "answered",
    RequestState.CLOSED: "closed",
    RequestState.WITHDRAWN: "withdrawn",
}
HEADER = (
    "request",
    "account_id",
    "account",
    "team",
    "state",
    "urgency",
    "asked_by",
    "assignee",
    "created_at",
    "first_response_by",
    "first_response_at",
    "answered_at",
    "over_at",
    "helped",
    "needed_by",
    "request_text",
    "reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A request in a list. `late`: its first response, or its answer, is overdue."""

    request: Request
    assignee: str  # a name
    due_at: datetime | None
    late: bool = False
    permalink: str = ""
    first_response_by: datetime | None = None


def mine(asked: Sequence[Line], assigned: Sequence[Line]) -> Message:
    """What somebody asked, and what is theirs to answer."""
    if not asked and not assigned:
        said = "You have no open requests. `/ask-ta ACCOUNT: what you need` begins one."
        return Message(text=said, blocks=(build.section(said),))
    blocks = [*_listed("To answer by you", assigned), *_listed("Asked by you", asked)]
    said = f"{_count(assigned)} to answer by you, {_count(asked)} asked by you."
    return Message(text=said, blocks=tuple(blocks), accounts=_accounts((*assigned, *asked)))


def team(name: str, lines: Sequence[Line], value: str) -> Message:
    """What a team has open, the most pressing first."""
    control = build.actions(build.button("All of the last 90 days as CSV", CSV, value))
    if not lines:
        said = f"The {text.name(name)} has no open requests."
        return Message(text=said, blocks=(build.section(said), control))
    late = sum(one.late for one in lines)
    title = f"{text.name(name)}: {_count(lines)}" + (f", {late} late" if late else "")
    return Message(
        text=title,
        blocks=(*_listed(title, lines), control),
        accounts=_accounts(lines),
    )


def late(name: str, lines: Sequence[Line], open_count: int) -> Message:
    """What is past its time, the longest first, of so many open requests."""
    found = [one for one in lines if one.late]
    of = f"{text.plural(open_count, 'open request')} of the {text.name(name)}"
    title = f"Late requests: {len(found)} of {of}"
    blocks = _listed(title, found[:LATE]) if found else [build.section(f"*Late requests*\nNone of {of}.")]
    hidden = len(found) - LATE
    more = [build.context(f"And {hidden:,} more: `/ask-ta team` lists them.")] if hidden > 0 else []
    return Message(text=title, blocks=(*blocks, *more), accounts=_accounts(found[:LATE]))


def _count(lines: Sequence[Line]) -> str:
    return text.plural(len(lines), "request")


def _listed(title: str, lines: Sequence[Line]) -> Iterator[Block]:
    if not lines:
        return
    yield build.section(f"*{title}*")
    shown = listing.fitting([_line(one) for one in lines[:SHOWN]], limits.TEXT * 2)
    yield from build.paragraphs(shown, 4)
    if len(lines) > len(shown):
        yield build.context(f"And {len(lines) - len(shown):,} more.")


def _line(one: Line) -> str:
    request = one.request
    about = f"*{listing.within(request.account_name, 50)}*: " if request.account_name else ""
    said = [
        f"• {request.id} · {about}{listing.within(request.text, 90)}",
        f"    {_WORDS[request.state]}"
        + (f", {text.name(one.assignee, 40)}" if one.assignee else ", nobody's yet"),
    ]
    if request.urgency is Urgency.URGENT:
        said.append(":rotating_light: urgent")
    if one.due_at:
        said.append(f"{':warning: late: was due' if one.late else 'due'} {text.moment(one.due_at)}")
    if text.is_link(one.permalink):
        said.append(text.link(one.permalink, "go to it"))
    return f"{said[0]}\n{' · '.join(said[1:])}"


def _accounts(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.request.account_id for one in lines if one.request.account_id))


def rows(lines: Sequence[Line], teams: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """The same for a spreadsheet, one row a request, newest first."""
    for one in lines:
        request = one.request
        team = request.decision.team
        yield (
            request.id,
            request.account_id,
            request.account_name,
            teams.get(team.value, team.value) if team else "triage",
            _WORDS[request.state],
            request.urgency.value,
            request.asker_email or request.asker_name,
            request.assignee,
            _instant(request.created_at),
            _instant(one.first_response_by),
            _instant(request.first_response_at),
            _instant(request.answered_at),
            _instant(request.over_at),
            "" if request.helped is None else "yes" if request.helped else "no",
            request.due_on.isoformat() if request.due_on else "",
            request.text,
            " ".join(request.decision.steps),
        )


def _instant(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
