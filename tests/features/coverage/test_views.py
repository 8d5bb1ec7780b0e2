"""The checklist, the plan, the question to a cover and the view of who approves: empty, usual, too much, hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks import build
from bot.domain.leave import Approval, CoverState, Notice, Plan, PlanState
from bot.domain.person import Person
from bot.features.coverage import views

STEPS = policy_module.load().ooo.steps
CONSENT = build.button("Let ta-bot set it", "leave_status.consent", url="https://ta.example/slack/install")
Pictured = Callable[[Any], dict[str, Any]]


def test_checklist(
    plan: Plan,
    case: str,
    people: dict[str, Person],
    notices: tuple[Notice, ...],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    lead = "A new time off of yours is in the leave system." if case == "usual" else ""
    message = views.checklist(plan, STEPS, people, notices, lead=lead)
    assert pictured(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_the_status_step_shows_the_consent_button(people: dict[str, Person], usual: Plan) -> None:
    plan = replace(usual, ticked=())
    shown = views.checklist(plan, STEPS, people, consent=CONSENT).blocks
    assert CONSENT in [block.get("accessory") for block in shown]


def test_plan_view(
    plan: Plan,
    case: str,
    people: dict[str, Person],
    notices: tuple[Notice, ...],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    message = views.plan_view(plan, people, notices, may_edit=case in ("usual", "too_much"))
    assert pictured(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_manager_view(
    plan: Plan,
    case: str,
    people: dict[str, Person],
    notices: tuple[Notice, ...],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    awaits = [("manager", people["henrike@ta.example"])] if case in ("usual", "hostile") else []
    message = views.manager_view(plan, people, notices, awaits=awaits)
    assert pictured(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_who_has_approved_is_not_asked_again(
    usual: Plan, people: dict[str, Person], pictured: Pictured
) -> None:
    """While others still have to, the manager sees who, and no button."""
    given = Approval(role="manager", email="henrike@ta.example", at=usual.created_at)
    plan = replace(usual, state=PlanState.PROPOSED, approvals=(given,))
    awaits = [("people_partner", people["marcus@ta.example"])]
    told = {
        reader: str(pictured(views.manager_view(plan, people, (), awaits=awaits, reader=reader)))
        for reader in ("henrike@ta.example", "marcus@ta.example")
    }
    assert {reader: "coverage.approve" in words for reader, words in told.items()} == {
        "henrike@ta.example": False,
        "marcus@ta.example": True,
    }


def test_ask_cover(
    plan: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    asked = [replace(item, state=CoverState.ASKED, cover_email="marcus@ta.example") for item in plan.items]
    assert pictured(views.ask_cover(plan, asked, people)) == snapshot.use_extension(JSONSnapshotExtension)


def test_what_was_answered_has_no_buttons_any_more(
    usual: Plan, people: dict[str, Person], pictured: Pictured
) -> None:
    """One accepted, one that went to somebody else, one still asked: only that has Accept and Decline."""
    renewal, save_plan, tickets = usual.items
    items = [
        renewal,
        replace(save_plan, declined=("marcus@ta.example",)),
        replace(tickets, state=CoverState.ASKED, cover_email="marcus@ta.example"),
    ]
    words = str(pictured(views.ask_cover(usual, items, people, reader="marcus@ta.example")))
    assert (words.count("coverage.accept:"), words.count("coverage.decline:")) == (1, 1)
    assert "7:A-1047\\nA-1037\\nA-1042\\nA-1047" in words
    assert (
        "Obrixmoor Energy Ltd*: no longer with you. Now: :hourglass_flowing_sand: <@U0CHIARA> is asked"
        in words
    )
