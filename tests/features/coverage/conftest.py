"""A coverage plan made value by value: the cases that every view of one is pictured in, and how a picture is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.blocks import limits, listing
from bot.blocks.answers import Message, Modal
from bot.domain.leave import (
    Approval,
    Away,
    CoverState,
    Item,
    Need,
    Notice,
    OnRequest,
    Plan,
    PlanState,
    Reason,
    Step,
    SyncChoice,
    Ticked,
)
from bot.domain.person import Person, Role, Team
from bot.slack.views import modal as as_json
from bot.standin.validate import problems, view_problems

HOSTILE = "<!channel> *bold* & " + "x" * 4_000
NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
AWAY = Away(
    email="signe@ta.example",
    first=date(2026, 11, 24),
    last=date(2026, 12, 4),
    zone="Europe/Stockholm",
    half_start=True,
)


def _person(login: str, name: str, role: Role = Role.TA, **more: Any) -> Person:
    return Person(
        email=f"{login}@ta.example",
        name=name,
        role=role,
        team=Team.ENTERPRISE if role in (Role.TA, Role.MANAGER) else None,
        slack_user_id=f"U0{login.upper()}",
        **more,
    )


PEOPLE = {
    person.email: person
    for person in (
        _person("signe", "Signe Aldström", timezone="Europe/Stockholm", manager_email="henrike@ta.example"),
        _person("marcus", "Marcus Teague", timezone="America/New_York"),
        _person("chiara", "Chiara Bonfante", timezone="Europe/Rome"),
        _person("henrike", "Henrike Vollmer", Role.MANAGER),
        _person("bronwyn", "Bronwyn Pryce-Evans", Role.AE),
    )
}


def reason(need: Need, words: str, on: date | None = None) -> Reason:
    return Reason(need=need, words=words, on=on)


RENEWAL = Item(
    account_id="A-1037",
    account_name="Eskrawick Diagnostics Ltd",
    reasons=(
        reason(Need.RENEWS, "renews on 1 Dec 2026, 2 pending action items", date(2026, 12, 1)),
        reason(Need.SYNC, "customer sync with Champion on 27 Nov 2026", date(2026, 11, 27)),
    ),
    todo=(
        "Resolve by 1 Dec 2026: Send the renewal quote; Confirm the seat count",
        "Settle the sync: moved, taken by the cover or cancelled; the AE is told",
    ),
    until=date(2026, 12, 1),
    cover_email="marcus@ta.example",
    state=CoverState.ACCEPTED,
    why_cover="same team, has Enterprise accounts, covers no others, 6 h apart",
    ae_email="bronwyn@ta.example",
    sync_on=date(2026, 11, 27),
    sync_with="Champion",
)
SAVE_PLAN = Item(
    account_id="A-1042",
    account_name="Obrixmoor Energy Ltd",
    reasons=(reason(Need.LIGHTHOUSE, "red, with an active Lighthouse save plan"),),
    todo=("Update the save plan every week (last on 6 Nov 2026)",),
    until=date(2026, 12, 4),
    cover_email="chiara@ta.example",
    state=CoverState.ASKED,
    why_cover="same team, has Enterprise accounts, covers 1 other, same time",
    warning="12 accounts with these, policy says 10",
    ae_email="bronwyn@ta.example",
)
TICKETS = Item(
    account_id="A-1047",
    account_name="Tovabrek Optics Ltd",
    reasons=(reason(Need.TICKETS, "12 open tickets, active on #ext-tovabrek (last message on 7 Nov 2026)"),),
    todo=("Answer in #ext-tovabrek and follow 12 open tickets",),
    until=date(2026, 12, 4),
    state=CoverState.CHANNEL,
    why_cover="nobody of the team is left: 2 away themselves",
)
PLAN = Plan(
    id=7,
    away=AWAY,
    team=Team.ENTERPRISE,
    state=PlanState.PROPOSED,
    generation=1,
    source="typed",
    items=(RENEWAL, SAVE_PLAN, TICKETS),
    on_request=(
        OnRequest(account_id="A-1001", account_name="Quelmarra Holdings Inc"),
        OnRequest(account_id="A-1004", account_name="Ostervane Robotics Inc"),
    ),
    ticked=(
        Ticked(step=Step.LOGGED, at=NOW, by_hand=True),
        Ticked(step=Step.STATUS, at=NOW, by_hand=False, how="scheduled with your consent"),
    ),
    created_at=NOW,
    confirmed_at=NOW,
)
DONE = replace(
    PLAN,
    state=PlanState.APPROVED,
    items=(
        replace(RENEWAL, sync=SyncChoice.TAKEN),
        replace(SAVE_PLAN, state=CoverState.ACCEPTED, warning=""),
        TICKETS,
    ),
    approvals=(Approval(email="henrike@ta.example", role="manager", at=NOW),),
    ticked=tuple(Ticked(step=step, at=NOW, by_hand=True) for step in Step),
    shared_at=NOW,
)
POOL = replace(
    PLAN,
    team=Team.SCALED,
    emergency=True,
    opened_by="henrike@ta.example",
    pool_days=tuple((AWAY.first + timedelta(days=day), 3 - day % 2, 4) for day in range(4)),
)
NOTICES = (
    Notice(rule="notice", kept=True, words="manager told 11 business days ahead, policy asks for 5"),
    Notice(
        rule="acceptance",
        kept=False,
        words="8.5 business days away, more than 5: each cover accepts; 1 of 3 accounts are not accepted",
    ),
)


def _item(at: int, words: str, state: CoverState) -> Item:
    return replace(
        SAVE_PLAN,
        account_id=f"A-{at}",
        account_name=f"{words} {at}",
        reasons=tuple(reason(Need.TICKETS, words) for _ in range(7)),
        todo=(words,) * 7,
        why_cover=words,
        warning=words,
        sync_on=AWAY.first,
        sync_with=words,
        state=state,
    )


def too_much(words: str) -> Plan:
    """Four hundred accounts that need cover and as many that do not."""
    states = (
        CoverState.ASKED,
        CoverState.ACCEPTED,
        CoverState.NONE,
        CoverState.CHANNEL,
        CoverState.SUGGESTED,
    )
    return replace(
        POOL,
        items=tuple(_item(at, words, states[at % 5]) for at in range(400)),
        on_request=tuple(OnRequest(account_id=f"B-{at}", account_name=f"{words} {at}") for at in range(400)),
        ticked=(Ticked(step=Step.LOGGED, at=NOW, by_hand=False, how=words),),
        approvals=tuple(Approval(email=words[:50], role=words, at=NOW) for _ in range(9)),
        opened_by=words[:200],
        pool_days=tuple((AWAY.first + timedelta(days=day), 3, 4) for day in range(260)),
    )


CASES: dict[str, Plan] = {
    "empty": replace(PLAN, items=(), on_request=(), ticked=(), state=PlanState.DRAFT, confirmed_at=None),
    "usual": PLAN,
    "done": DONE,
    "pool": POOL,
    "too_much": too_much("Ж" * 150),
    "hostile": too_much(HOSTILE),
}
WORDS = {"too_much": "Long words. " * 300, "hostile": HOSTILE}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """Each case by name."""
    return str(request.param)


@pytest.fixture
def plan(case: str) -> Plan:
    """The plan of the case."""
    return CASES[case]


@pytest.fixture
def people() -> dict[str, Person]:
    """Those whom the book knows of the plan."""
    return dict(PEOPLE)


@pytest.fixture
def notices(case: str) -> tuple[Notice, ...]:
    """The rules of notice as they stand, in words of any length."""
    if case == "empty":
        return ()
    words = WORDS.get(case)
    return tuple(replace(one, words=words) for one in NOTICES * 4) if words else NOTICES


def _pictured(said: Message | Modal) -> dict[str, Any]:
    blocks = [dict(block) for block in said.blocks]
    assert all(Block.parse(block).to_dict() == block for block in blocks)  # type: ignore[union-attr]
    if isinstance(said, Modal):
        view = as_json(said)
        assert view_problems(view) == []
        assert "<!channel>" not in str(
            [block for block in blocks if block["type"] not in ("input", "header")]
        )
        return view
    assert problems(blocks, "message") == []
    assert "<!channel>" not in said.text + str(blocks)
    assert listing.size(blocks) <= limits.MESSAGE_CHARS
    return {"text": said.text, "blocks": blocks}


@pytest.fixture
def pictured() -> Callable[[Message | Modal], dict[str, Any]]:
    """A message or a modal as Slack's JSON has it, held against Slack's limits and against what must not be said."""
    return _pictured


@pytest.fixture
def usual() -> Plan:
    """A plan of three accounts: one accepted, one asked, one with the channel."""
    return PLAN


@pytest.fixture
def cases() -> dict[str, Plan]:
    """Every case by name."""
    return dict(CASES)
