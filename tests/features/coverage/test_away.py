"""Who is out, one person, one account: each answer, empty, usual, too much and hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks.answers import Message
from bot.domain.leave import CoverState, Plan
from bot.domain.person import Person
from bot.features.coverage import away
from bot.features.coverage.away import Group, Out, Responsible

Pictured = Callable[[Any], dict[str, Any]]
DAY = date(2026, 11, 25)


def _groups(plan: Plan, case: str) -> list[Group]:
    out = Out(away=plan.away, plan=plan)
    unplanned = Out(away=replace(plan.away, email="chiara@ta.example", first=DAY, last=DAY, half_end=True))
    if case == "empty":
        return [Group(title="Enterprise & Strategic TAs", channel="", out=())]
    count = 60 if case in ("too_much", "hostile") else 1
    title = plan.items[0].account_name if count > 1 else "Enterprise & Strategic TAs"
    return [
        Group(title=title, channel="discuss-technical-advisors", out=(out,) * count),
        Group(title="Others", channel="", out=(unplanned,) * count),
    ]


def test_who(
    plan: Plan, case: str, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    message = away.who(_groups(plan, case), DAY, DAY, people)
    assert pictured(message) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("when", ["now", "coming", "unplanned", "never"])
def test_person(
    when: str, plan: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    signe = people["signe@ta.example"]
    out = Out(away=plan.away, plan=None if when == "unplanned" else plan)
    now, coming = (out if when in ("now", "unplanned") else None), (out if when == "coming" else None)
    message = away.person(signe, now, coming, people, "discuss-technical-advisors")
    assert pictured(message) == snapshot.use_extension(JSONSnapshotExtension)


def _responsible(plan: Plan, **changes: Any) -> Responsible:
    values: dict[str, Any] = {
        "account_id": "A-1042",
        "account_name": plan.items[0].account_name if plan.items else "Other",
        "day": DAY,
        "ta_email": plan.away.email,
        "pool": "",
        "channel": "discuss-technical-advisors",
    }
    return Responsible(**values | changes)


def _situations(plan: Plan) -> dict[str, Responsible]:
    out = Out(away=plan.away, plan=plan)
    item = plan.items[0] if plan.items else None
    made = {
        "in": _responsible(plan),
        "in_and_away_next": _responsible(plan, coming=out, item=item),
        "on_request": _responsible(plan, out=out),
        "unplanned": _responsible(plan, out=Out(away=plan.away)),
        "nobody_recorded": _responsible(plan, ta_email="", channel=""),
        "pool": _responsible(plan, pool="Scaled team · @scaled-success"),
        "pool_never_served": _responsible(plan, pool="Scaled team · @scaled-success", ta_email=""),
    }
    if item:
        for state in CoverState:
            made[f"away_{state}"] = _responsible(plan, out=out, item=replace(item, state=state))
    return made


@pytest.mark.parametrize("kind", ["empty", "usual", "hostile"])
def test_responsible(
    kind: str,
    cases: dict[str, Plan],
    people: dict[str, Person],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    said = {name: pictured(away.responsible(one, people)) for name, one in _situations(cases[kind]).items()}
    assert said == snapshot.use_extension(JSONSnapshotExtension)


def test_nobody_is_named_as_cover_who_has_not_accepted(usual: Plan, people: dict[str, Person]) -> None:
    asked = replace(usual.items[0], state=CoverState.ASKED)
    one = _responsible(usual, out=Out(away=usual.away, plan=usual), item=asked)
    words = away.responsible(one, people).text
    assert "Nobody yet" in words
    assert "MARCUS" not in words


def test_what_i_cover_and_what_waits(
    plan: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    marcus = replace(plan, items=tuple(replace(one, cover_email="marcus@ta.example") for one in plan.items))
    blocks = (
        *away.mine([marcus], [marcus], "marcus@ta.example", people),
        *away.others([plan]),
        *away.nothing_planned("Marcus <Teague>").blocks,
    )
    assert pictured(Message(text="Mine", blocks=blocks)) == snapshot.use_extension(JSONSnapshotExtension)


def test_who_is_away_without_a_plan_is_told_so(usual: Plan) -> None:
    """And not that no time off is known."""
    said = away.nothing_planned("Signe", usual.away).text
    assert "You are away until 4 Dec 2026 without a coverage plan" in said
    assert "No time off" not in said
