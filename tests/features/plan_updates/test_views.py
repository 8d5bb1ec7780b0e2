"""Status updates as they are asked for, written and gathered, one picture a case, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message, Modal
from bot.domain.account import Account
from bot.domain.person import Team
from bot.domain.plan_update import Confidence, PlanAsk, PlanKind, PlanUpdate, PlanWeek
from bot.domain.provenance import Known, Stamp
from bot.features.plan_updates import forms, views, wording
from bot.standin.validate import problems

NOW = datetime(2026, 11, 19, 14, 5, tzinfo=UTC)
WEEK = date(2026, 11, 16)
HOSTILE = "<!channel> & <@U1> *bold* <https://evil.example|Click> :tada: "
ACCOUNT = ("Marlin Freight", "A-1")


def update(number: int, held: Confidence = Confidence.AT_RISK, **changes: Any) -> PlanUpdate:
    values: dict[str, Any] = {
        "account_name": f"Account {number}",
        "progress": f"Team {number} went live.",
        "blockers": "Their sign-on is not ready." if number % 2 else "",
        "asks": "" if number % 2 else "An hour of an engineer.",
        "by_name": "Bea Ito",
        **changes,
    }
    return PlanUpdate(
        id=number,
        account_id=f"A-{number}",
        team=Team.SCALED,
        kind=PlanKind.LIGHTHOUSE if number % 2 else PlanKind.GET_WELL,
        week=WEEK,
        confidence=held,
        by_email="bea@ta.example",
        given_at=NOW - timedelta(days=7 * number),
        **values,
    )


def ask(number: int, **changes: Any) -> PlanAsk:
    values: dict[str, Any] = {"account_name": f"Account {number}", "email": "bea@ta.example", **changes}
    return PlanAsk(
        account_id=f"A-{number}",
        team=Team.SCALED,
        kind=PlanKind.LIGHTHOUSE,
        week=WEEK,
        asked_at=NOW,
        **values,
    )


USUAL = (update(1), update(2, Confidence.ON_TRACK), update(3, Confidence.OFF_TRACK))
_WORDS = dict.fromkeys(("progress", "blockers", "asks", "account_name", "by_name"), HOSTILE * 25)
MUCH = tuple(update(at, Confidence.OFF_TRACK, **_WORDS) for at in range(1, 101))
WEEKS = {
    "usual": PlanWeek(
        week=WEEK,
        updates=USUAL,
        unanswered=(ask(4), ask(5, email="gone@ta.example")),
        names={"bea@ta.example": "Bea Ito"},
    ),
    "all_answered": PlanWeek(week=WEEK, updates=USUAL[:1], unanswered=(), names={}),
    "nobody_answered": PlanWeek(week=WEEK, updates=(), unanswered=(ask(4),), names={}),
    "too_much": PlanWeek(
        week=WEEK,
        updates=MUCH,
        unanswered=tuple(ask(at, account_name=HOSTILE * 9) for at in range(200, 300)),
        names={"bea@ta.example": HOSTILE * 9},
    ),
}


@pytest.mark.parametrize("case", WEEKS)
def test_gathered(case: str, seen: SnapshotAssertion, shown: Callable[[Message], dict[str, Any]]) -> None:
    assert shown(views.gathered("Scaled TAs", WEEKS[case])) == seen


HISTORIES: dict[str, Callable[[], Modal]] = {
    "empty": lambda: views.history(ACCOUNT, ()),
    "usual": lambda: views.history(ACCOUNT, USUAL, kept=True),
    "too_much": lambda: views.history((HOSTILE * 9, "A-1"), MUCH),
}


@pytest.mark.parametrize("case", HISTORIES)
def test_history(case: str, seen: SnapshotAssertion) -> None:
    assert _fits(HISTORIES[case]()) == seen


@pytest.mark.parametrize("last", [None, USUAL[0], MUCH[0]], ids=["first", "again", "hostile"])
def test_form(last: PlanUpdate | None, seen: SnapshotAssertion) -> None:
    assert _fits(forms.form(ACCOUNT, PlanKind.LIGHTHOUSE, last)) == seen


def _fits(modal: Modal) -> dict[str, Any]:
    assert problems([dict(block) for block in modal.blocks], "modal") == []
    sections = str([block for block in modal.blocks if block["type"] == "section"])
    assert not any(said in sections for said in ("<!channel", "<@U1>", "<https://evil"))
    return {"title": modal.title, "blocks": list(modal.blocks), "submit": modal.submit}


def test_notice(seen: SnapshotAssertion) -> None:
    """The question says where it is known from that a plan runs; a name in it is harmless."""
    stamp = Stamp("vitally", NOW - timedelta(hours=3))
    account = Account(id="A-4", name=HOSTILE, lighthouse=Known("active", stamp))
    asked = ask(4, account_name=HOSTILE)
    made = wording.notice(asked, account, USUAL[1])
    assert "<" not in made.headline
    assert asdict(made) | {"as_of": str(made.as_of)} == seen
    first = wording.notice(replace(asked, kind=PlanKind.GET_WELL), account, None)
    assert (first.lines, first.source, first.as_of) == (("No update is kept yet.",), "", None)
