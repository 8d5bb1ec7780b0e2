"""Who may do what with a request, in each state of its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.person import Person, Role
from bot.domain.request import Decision, Request, RequestState, Urgency
from bot.features.routing.rules import Move, Who, permitted, refusal

REQUEST = Request(
    id=1,
    version=1,
    account_id="A-1",
    account_name="Northwind",
    text="Can we see their usage?",
    urgency=Urgency.NORMAL,
    due_on=None,
    asker_user_id="U1",
    asker_email="ann@ae.example",
    asker_name="Ann Lee",
    link="",
    decision=Decision(team=None, channel="c", user_group="g"),
    channel_id="C1",
    state=RequestState.OPEN,
    assignee="ian@ie.example",
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


def _who(user_id: str, role: Role, email: str = "x@ta.example") -> Who:
    return Who(user_id=user_id, person=Person(email=email, name="X", role=role))


ASKER = _who("U1", Role.AE, "ann@ae.example")
TA = _who("U2", Role.TA)
ASSIGNEE = _who("U3", Role.IE, "Ian@ie.example")  # handed over to somebody who is no TA
OTHER = _who("U4", Role.AE)
STRANGER = Who(user_id="U5", person=None)
NAMES = {"asker": ASKER, "ta": TA, "assignee": ASSIGNEE, "other": OTHER, "stranger": STRANGER}

TABLE = {
    # state: move: who may
    RequestState.OPEN: {
        Move.CLAIM: "ta assignee",
        Move.HAND_OVER: "ta assignee",
        Move.ANSWER: "ta assignee",
        Move.CLOSE: "asker ta assignee",
        Move.WITHDRAW: "asker",
    },
    RequestState.CLAIMED: {
        Move.HAND_OVER: "ta assignee",
        Move.ANSWER: "ta assignee",
        Move.CLOSE: "asker ta assignee",
        Move.WITHDRAW: "asker",
    },
    RequestState.ANSWERED: {
        Move.CLOSE: "asker ta assignee",
        Move.REOPEN: "asker ta assignee",
        Move.HELPED: "asker",
    },
    RequestState.CLOSED: {Move.REOPEN: "asker ta assignee", Move.HELPED: "asker"},
    RequestState.WITHDRAWN: {},
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", RequestState)
def test_who_may_do_what_in_which_state(state: RequestState, move: Move) -> None:
    request = replace(REQUEST, state=state)
    may = [name for name, who in NAMES.items() if permitted(request, who, move)]
    assert may == TABLE[state].get(move, "").split()


@pytest.mark.parametrize("role", [Role.TA, Role.PROGRAM_MANAGER, Role.MANAGER, Role.LEADER])
def test_all_who_serve_accounts_may_claim(role: Role) -> None:
    assert permitted(REQUEST, _who("U2", role), Move.CLAIM)


@pytest.mark.parametrize(
    ("state", "who", "move", "words"),
    [
        (
            RequestState.CLAIMED,
            TA,
            Move.CLAIM,
            "Somebody has this request already. Ask them to hand it over.",
        ),
        (
            RequestState.OPEN,
            OTHER,
            Move.CLAIM,
            "Only TAs and their managers can do that. Answer in the thread if you know more.",
        ),
        (RequestState.OPEN, TA, Move.WITHDRAW, "Only the person who asked can do that."),
        (RequestState.OPEN, ASKER, Move.HELPED, "This request is open: nobody has answered it yet."),
        (RequestState.CLAIMED, TA, Move.REOPEN, "This request is open: nobody has answered it yet."),
        (
            RequestState.CLOSED,
            TA,
            Move.ANSWER,
            "This request is closed. Reopen it if more is to be done.",
        ),
        (
            RequestState.WITHDRAWN,
            TA,
            Move.CLAIM,
            "Whoever asked has withdrawn this request. Ask again with `/ask-ta`.",
        ),
    ],
)
def test_who_may_not_is_told_why_and_what_to_do(
    state: RequestState, who: Who, move: Move, words: str
) -> None:
    assert refusal(replace(REQUEST, state=state), who, move) == words
