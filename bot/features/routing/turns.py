"""A request's next state, for each thing that a person may do with it. Pure: who may do it is decided in the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.request import Decision, Happening, Request, RequestState


def claimed(request: Request, who: str, now: datetime) -> Request:
    """Somebody takes it: that is its first response."""
    return _happened(
        replace(
            request,
            state=RequestState.CLAIMED,
            assignee=who,
            first_response_at=request.first_response_at or now,
        ),
        Happening(at=now, what="claimed", who=who),
    )


def handed_over(request: Request, who: str, to: str, note: str, now: datetime) -> Request:
    """Somebody gives it to another person, who has not taken it yet."""
    changed = replace(request, state=RequestState.OPEN, assignee=to)
    return _happened(changed, Happening(at=now, what="handed_over", who=who, note=note))


def moved(
    request: Request, who: str, decision: Decision, channel_id: str, note: str, now: datetime
) -> Request:
    """Somebody gives it to another team: it is decided anew there. `moved` where that is another channel."""
    what = "handed_over" if channel_id == request.channel_id else "moved"
    changed = replace(
        request,
        state=RequestState.OPEN,
        decision=decision,
        assignee=decision.assignee,
        channel_id=channel_id,
    )
    return _happened(changed, Happening(at=now, what=what, who=who, note=note))


def answered(request: Request, who: str, now: datetime) -> Request:
    """Somebody says that it is answered: it is theirs then, whoever had it."""
    changed = replace(
        request,
        state=RequestState.ANSWERED,
        assignee=who or request.assignee,
        first_response_at=request.first_response_at or now,
        answered_at=now,
    )
    return _happened(changed, Happening(at=now, what="answered", who=who))


def closed(request: Request, who: str, now: datetime) -> Request:
    """Nothing more is expected."""
    changed = replace(request, state=RequestState.CLOSED, over_at=now)
    return _happened(changed, Happening(at=now, what="closed", who=who))


def reopened(request: Request, who: str, now: datetime) -> Request:
    """It is to be answered again, by whoever had it."""
    changed = replace(request, state=RequestState.OPEN, over_at=None, answered_at=None, helped=None)
    return _happened(changed, Happening(at=now, what="reopened", who=who))


def withdrawn(request: Request, who: str, now: datetime) -> Request:
    """Its asker needs nothing any more."""
    changed = replace(request, state=RequestState.WITHDRAWN, over_at=now)
    return _happened(changed, Happening(at=now, what="withdrawn", who=who))


def helped(request: Request, who: str, now: datetime) -> Request:
    """It helped: an answered one is closed by that."""
    over = request.over_at or now
    changed = replace(request, state=RequestState.CLOSED, helped=True, over_at=over)
    return _happened(changed, Happening(at=now, what="helped", who=who))


def not_helped(request: Request, who: str, now: datetime) -> Request:
    """It did not help; it stays as it is until somebody reopens it."""
    return _happened(replace(request, helped=False), Happening(at=now, what="not_helped", who=who))


def noted(
    request: Request, what: str, now: datetime, note: str = "", *, assignee: str | None = None
) -> Request:
    """Something the bot did; with `assignee` it is somebody else's (or nobody's) from now on."""
    changed = request if assignee is None else replace(request, assignee=assignee)
    return _happened(changed, Happening(at=now, what=what, note=note))


def _happened(request: Request, one: Happening) -> Request:
    return replace(request, happened=(*request.happened, one))
