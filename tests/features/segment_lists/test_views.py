"""Lists by segment, one picture a case, each within Slack's limits; at 0, 1, 100, 101 and 100,000 accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.boundary import SegmentRow
from bot.domain.model_choice import Chosen
from bot.domain.provenance import Stamp
from bot.features.segment_lists import rules, views
from bot.features.segment_lists.rules import Kind, Scope
from bot.policy import load
from bot.slack.views import modal
from bot.standin.validate import problems, view_problems

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
TODAY = NOW.date()
POLICY = load()
FY25, OLDER = POLICY.models["fy25"], POLICY.models["managed-unmanaged"]
LONG = "Consolidated & <Overland> *Carriage* :tada: " * 9


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def rows(count: int, **values: Any) -> list[SegmentRow]:
    usual = {
        "ta_email": "dana@ta.example",
        "segment": "Mid-Market",
        "team": "scaled",
        "renewal_date": date(2027, 1, 2),
        "health_category": None,
        **values,
    }
    return [
        SegmentRow(
            id=f"A-{n}",
            name=values.get("name", f"Marlin {n}"),
            developers=usual.get("developers", 90 + n * 7 % 3000),
            arr=usual.get("arr", 90_000_00 + n * 1_234_56 % 40_000_00),
            health_score=n % 11,
            **{name: value for name, value in usual.items() if name not in ("name", "developers", "arr")},
        )
        for n in range(count)
    ]


def page(found: list[SegmentRow], scope: Scope, offset: int = 0, **more: Any) -> rules.Page:
    chosen = more.pop("chosen", Chosen(model=FY25, current=True))
    if scope.kind is Kind.DRIFT:
        listed = rules.drifting(rules.read(found, chosen.model), chosen.model, POLICY.drift, TODAY)
    else:
        listed = rules.members(rules.read(found, chosen.model), scope, chosen.model)
    stamp = Stamp("salesforce", NOW - timedelta(days=9))
    origin = rules.Origin("developers, ARR and renewal", ("salesforce", "accounts.csv"), stamp, 2)
    return rules.Page(
        title=more.pop("title", "Enterprise accounts"),
        scope=scope,
        chosen=chosen,
        offset=offset,
        total=rules.part_of(listed, POLICY.health),
        parts=rules.parts_of(listed, POLICY.health, by_record=scope.kind is Kind.DRIFT),
        listed=tuple(listed[offset : offset + rules.PAGE]),
        origins=(origin, replace_assumed(origin)) if listed else (),
        teams=POLICY.teams,
        health=POLICY.health,
        margin=POLICY.drift,
        now=NOW,
        **more,
    )


def replace_assumed(origin: rules.Origin) -> rules.Origin:
    return origin._replace(label="record", oldest=replace(origin.oldest, assumed=True), stale=0)


TIER, TEAM, DRIFT = (
    Scope(kind=Kind.TIER, value="Enterprise"),
    Scope(kind=Kind.TEAM, value="scaled"),
    Scope(kind=Kind.DRIFT),
)
ALL = Scope(kind=Kind.ALL)
CASES: dict[str, Callable[[], rules.Page]] = {
    "tier": lambda: page(rows(300), TIER, unclassified=3),
    "team_second_page": lambda: page(rows(300), TEAM, 20),
    "mine": lambda: page(rows(12), ALL, title="Accounts of Dana Cole by segment", notes=("Read as *it*.",)),
    "unclassified": lambda: page(
        rows(3, developers=None, segment=None, team=None),
        Scope(kind=Kind.TIER, value="unclassified"),
        unclassified=3,
    ),
    "drift": lambda: page(rows(30), DRIFT, title="Segment drift", unclassified=1),
    "drift_none": lambda: page([], DRIFT, title="Segment drift"),
    "empty": lambda: page([], TIER),
    "older_model": lambda: page(
        rows(9),
        Scope(kind=Kind.TEAM, value="managed"),
        chosen=Chosen(model=OLDER, current=False, notes=("Note.",)),
    ),
    "hostile": lambda: page(rows(25, name=LONG, segment="<!here> " * 30), ALL, title="<!channel> " + LONG),
}


def fits(message: Message) -> None:
    for blocks in (message.blocks, tuple(message.plain)):
        assert problems([dict(block) for block in blocks], "message") == []
        assert len(json.dumps(blocks)) <= limits.MESSAGE_CHARS
        assert len(blocks) <= limits.BLOCKS
        for block in blocks:
            if block["type"] != "data_table":
                parsed = Block.parse(dict(block))
                assert parsed is not None
                assert parsed.to_dict() == block
    assert 0 < len(message.text) < limits.NOTICE


@pytest.mark.parametrize("case", CASES)
def test_page(case: str, seen: SnapshotAssertion) -> None:
    message = views.page(CASES[case]())
    fits(message)
    assert {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)} == seen


@pytest.mark.parametrize("case", ["drift", "drift_none"])
def test_drift_in_short(case: str, seen: SnapshotAssertion) -> None:
    message = views.drift_in_short(CASES[case]().total, "Scaled & team")
    fits(message)
    assert {"text": message.text, "blocks": list(message.blocks)} == seen


@pytest.mark.parametrize("scope", [ALL, TIER, TEAM, DRIFT], ids=lambda scope: scope.kind)
@pytest.mark.parametrize("count", [0, 1, 100, 101, 100_000])
def test_every_size_of_book_fits(count: int, scope: Scope) -> None:
    found = _book(count)
    fits(views.page(page(found, scope)))
    if count > rules.PAGE:
        last = page(found, scope, (count // 40) * 20)
        fits(views.page(last))
        assert len(last.listed) <= rules.PAGE


@cache
def _book(count: int) -> list[SegmentRow]:
    return rows(count, name=LONG, segment="S" * 200)


@pytest.mark.parametrize("count", [0, 1, 40, 5_000])
def test_correction(count: int, seen: SnapshotAssertion) -> None:
    texts = rules.correction_of(
        rules.drifting(rules.read(rows(count, name=LONG), FY25), FY25, POLICY.drift, TODAY)
    )
    answer = views.correction(texts, "Segment and team to correct:", ("A-1",) if texts else ())
    assert view_problems(modal(answer)) == []
    boxes = [block for block in answer.blocks if block["type"] == "input"]
    assert len(boxes) <= views.BOXES
    if count < 5_000:
        assert [dict(block) for block in answer.blocks] == seen


def test_sent(seen: SnapshotAssertion) -> None:
    message = views.sent("segment-drift-2026-11-21.csv", 1)
    fits(message)
    assert {"text": message.text, "blocks": list(message.blocks)} == seen
