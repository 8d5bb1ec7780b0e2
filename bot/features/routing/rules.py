"""Where a request goes and why, step by step, and who may do what with it.

Every sentence is plain text as the book has it: whoever shows one escapes it. Holidays are asked for: in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.account import Account
from bot.domain.calendar import Holidays
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import value_of
from bot.domain.request import Decision, Request, RequestRules, RequestState, Urgency
from bot.domain.segment import SegmentModel, Unclassified, classify, team_of
from bot.features.routing.choosing import (
    Choice,
    Desk,
    Scene,
    fallback,
    group_steps,
    named,
    of_pool,
    with_hours,
)
from bot.features.routing.staff import Staffer, by_email

_NAMES = {"developers": "its number of developers", "arr": "its ARR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The team that serves an account and why, or what is missing to tell (`account`, `developers`, `arr`)."""

    team: Team | None
    why: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is asked about. `last_served` is who answered about the account last; `passed` were asked in vain."""

    account: Account | None
    served: Served
    urgency: Urgency = Urgency.NORMAL
    last_served: str = ""
    passed: frozenset[str] = frozenset()


def served_by(account: Account | None, typed: str, model: SegmentModel, desks: Mapping[Team, Desk]) -> Served:
    """Which team serves an account, by the model in force; `typed` is what was asked for where no account was found."""
    if account is None:
        return Served(team=None, why=f"“{typed}” is no account of the book.", missing=("account",))
    team = team_of(account, model)
    if value_of(account.team) is not None and team is not None:
        return Served(team=team, why=f"{account.name} is recorded for the {desks[team].short}.")
    found = classify(value_of(account.developers), value_of(account.arr), model)
    if isinstance(found, Unclassified):
        unknown = " and ".join(_NAMES[one] for one in found.missing)
        verb = "are" if len(found.missing) > 1 else "is"
        why = f"{account.name} is unclassified: {unknown} {verb} unknown, so no team can be told."
        return Served(team=None, why=why, missing=found.missing)
    rule = f"{account.name} is {found.rule.segment} ({found.rule.developers_words}, {model.arr_words(found.rule)})"
    if team is None:
        return Served(team=None, why=f"{rule}, which is no team of today's.", missing=("team",))
    return Served(team=team, why=f"{rule}: the {desks[team].short} serves it.")


def decide(
    about: About,
    staff: Sequence[Staffer],
    desks: Mapping[Team, Desk],
    rules: RequestRules,
    now: datetime,
    calendar: Holidays,
) -> Decision:
    """Where a request goes, who is mentioned, and the steps that led there.

    `staff` is everybody who may be named: TAs, program managers, and the managers above them, of all teams.
    """
    team = about.served.team
    desk = desks[team] if team else _triage_desk(desks, rules)
    scene = Scene(
        account=about.account,
        desk=desk,
        team=team,
        staff=by_email(staff),
        urgent=about.urgency is Urgency.URGENT,
        last_served=about.last_served.lower(),
        passed=frozenset(email.lower() for email in about.passed),
        rules=rules,
        now=now,
        calendar=calendar,
    )
    return _decision(about, scene, of_pool(scene) if team and team.is_pool else named(scene))


def _decision(about: About, scene: Scene, choice: Choice) -> Decision:
    desk = scene.desk
    channel = desk.channel if scene.team and desk else scene.rules.triage_channel
    where = f"It goes to #{channel}" + (
        ", where requests go whose team is not known." if not scene.team else "."
    )
    if choice.who is None and not (desk and desk.group.is_usable):
        choice = fallback(scene, choice)
    choice = with_hours(scene, choice)
    mention_group, group = group_steps(scene, choice)
    return Decision(
        team=scene.team,
        channel=channel,
        user_group=desk.user_group if desk else "",
        assignee=choice.who.email if choice.who else "",
        for_whom=choice.for_whom,
        mention_assignee=choice.mention,
        mention_group=mention_group,
        steps=(about.served.why, where, *choice.steps, *group),
        triage=scene.team is None,
        missing=about.served.missing,
    )


def _triage_desk(desks: Mapping[Team, Desk], rules: RequestRules) -> Desk | None:
    return next((desk for desk in desks.values() if desk.channel == rules.triage_channel), None)


class Move(StrEnum):
    """What a person can do with a request."""

    CLAIM = "claim"
    HAND_OVER = "hand_over"
    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    HELPED = "helped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts: by their Slack id, and as the book knows them."""

    user_id: str
    person: Person | None


_SERVES = (Role.TA, Role.PROGRAM_MANAGER, Role.MANAGER, Role.LEADER)
_ASKERS = (Move.WITHDRAW, Move.HELPED)
_EITHER = (Move.CLOSE, Move.REOPEN)
_FROM: Mapping[Move, tuple[RequestState, ...]] = {
    Move.CLAIM: (RequestState.OPEN,),
    Move.HAND_OVER: (RequestState.OPEN, RequestState.CLAIMED),
    Move.ANSWER: (RequestState.OPEN, RequestState.CLAIMED),
    Move.CLOSE: (RequestState.OPEN, RequestState.CLAIMED, RequestState.ANSWERED),
    Move.REOPEN: (RequestState.ANSWERED, RequestState.CLOSED),
    Move.WITHDRAW: (RequestState.OPEN, RequestState.CLAIMED),
    Move.HELPED: (RequestState.ANSWERED, RequestState.CLOSED),
}
_NOW = {
    RequestState.OPEN: "This request is open: nobody has answered it yet.",
    RequestState.CLAIMED: "Somebody has this request already. Ask them to hand it over.",
    RequestState.ANSWERED: "This request is answered already. Reopen it if more is to be done.",
    RequestState.CLOSED: "This request is closed. Reopen it if more is to be done.",
    RequestState.WITHDRAWN: "Whoever asked has withdrawn this request. Ask again with `/ask-ta`.",
}


def permitted(request: Request, who: Who, move: Move) -> bool:
    """Whether somebody may do that with a request as it is."""
    return not refusal(request, who, move)


def refusal(request: Request, who: Who, move: Move) -> str:
    """Why not, and what to do instead; empty where they may.

    Those who asked withdraw, and say whether it helped; those who serve accounts, of whichever team, do the rest;
    closing and reopening both may.
    """
    if request.state not in _FROM[move]:
        taken = request.state is RequestState.CLAIMED and move is not Move.CLAIM
        return _NOW[RequestState.OPEN if taken else request.state]
    asked = who.user_id == request.asker_user_id
    email = who.person.email.lower() if who.person else ""
    serves = who.person is not None and (who.person.role in _SERVES or email == request.assignee)
    if move in _ASKERS:
        return "" if asked else "Only the person who asked can do that."
    if serves or (asked and move in _EITHER):
        return ""
    return "Only TAs and their managers can do that. Answer in the thread if you know more."
