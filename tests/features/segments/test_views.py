"""One account's segment explained, one picture a case, each within Slack's limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.account import Account
from bot.domain.boundary import boundaries
from bot.domain.model_choice import Chosen
from bot.domain.person import Person, Role
from bot.domain.provenance import Fact, Known, Stamp, value_of
from bot.domain.segment import Classified, SegmentModel, classify, possible
from bot.features.segments import rules, views
from bot.policy import load
from bot.standin.validate import problems

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
POLICY = load()
FY25, OLDER = POLICY.models["fy25"], POLICY.models["managed-unmanaged"]
VITALLY, SALESFORCE = Stamp("vitally", NOW - timedelta(hours=3)), Stamp("salesforce", NOW - timedelta(days=9))
ARI = Person(email="ari@ta.example", name="Ari Voss", role=Role.AE, slack_user_id="U0ARI00001")
HOSTILE = "<!channel> & *bold* :tada: “Third” " + "x" * 4000


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def account(name: str = "Marlin Freight", *, missing_since: date | None = None, **values: Any) -> Account:
    usual = {"segment": "Mid-Market", "team": "scaled", "developers": 480, "arr": 120_000_00, **values}
    facts = {
        key: Known(value, SALESFORCE if key in ("developers", "arr", "churned_on") else VITALLY)
        for key, value in usual.items()
        if value is not None
    }
    return Account(id="A-1", name=name, missing_since=missing_since, **facts)


def point(developers: Fact[int] | int, arr: Fact[int] | int, model: SegmentModel) -> rules.Point:
    facts = [Known(one, Stamp("", NOW)) if isinstance(one, int) else one for one in (developers, arr)]
    count, money = (value_of(one) for one in facts)
    found = classify(count, money, model)
    edges = boundaries(found, count, money) if isinstance(found, Classified) and count is not None else ()
    return rules.Point(*facts, found, edges=edges, possible=possible(count, money, model))


def report(
    own: Account | None, typed: rules.Point | None = None, model: SegmentModel = FY25, **more: Any
) -> rules.Report:
    before = point(own.developers, own.arr, model) if own else None
    shown = typed or before
    assert shown
    return rules.Report(
        account=own,
        point=shown,
        before=before if typed and own else None,
        chosen=Chosen(model=model, current=model is FY25, notes=more.pop("chosen_notes", ())),
        house=rules.House(teams=POLICY.teams, targets=POLICY.kpis.targets),
        now=NOW,
        today=NOW.date(),
        freshness=POLICY.freshness,
        **more,
    )


CASES: dict[str, Callable[[], rules.Report]] = {
    "usual": lambda: report(account()),
    "drift": lambda: report(account(segment="Enterprise", team="enterprise")),
    "on_the_line": lambda: report(account(arr=100_000_00, developers=700, segment=None)),
    "no_line": lambda: report(account(developers=3000, arr=None, segment="Strategic", team="enterprise")),
    "empty": lambda: report(account(developers=None, arr=None, segment=None, team=None)),
    "unclassified": lambda: report(account(arr=None), ae=ARI),
    "churned": lambda: report(account(churned_on=date(2026, 3, 3), missing_since=date(2026, 4, 1))),
    "older_model": lambda: report(
        account(developers=1500),
        model=OLDER,
        notes=("As of 2023-11-01. Past numbers of developers are not kept, so today's is used.",),
    ),
    "two_numbers": lambda: report(None, point(480, 120_000_00, FY25)),
    "one_number": lambda: report(None, point(480, rules.NOT_TYPED, FY25)),
    "what_if": lambda: report(account(), point(account().developers, 90_000_00, FY25)),
    "what_if_same": lambda: report(account(), point(account().developers, 120_000_01, FY25)),
    "hostile": lambda: report(account(HOSTILE, segment="<!here> " + "y" * 300), notes=("Showing *it*.",)),
}


def fits(message: Message) -> None:
    assert problems([dict(block) for block in message.blocks], "message") == []
    assert len(json.dumps(message.blocks)) <= limits.MESSAGE_CHARS
    assert len(message.blocks) <= limits.BLOCKS
    for block in message.blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        assert parsed.to_dict() == block
    assert 0 < len(message.text) < limits.NOTICE
    said = [one["text"] for block in message.blocks for one in _mrkdwn(block)]
    assert not [one for one in said if "<!" in one.replace("<!date", "")]


def _mrkdwn(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value
        for inner in value.values():
            yield from _mrkdwn(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mrkdwn(inner)


@pytest.mark.parametrize("case", CASES)
def test_report(case: str, seen: SnapshotAssertion) -> None:
    message = views.report(CASES[case]())
    fits(message)
    assert {"text": message.text, "blocks": list(message.blocks)} == seen


def _words(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_distances_are_said_as_people_say_them() -> None:
    words = _words(views.report(report(account(developers=489, arr=104_200_00))))
    assert "*12 developers* from Enterprise · Enterprise team (more)" in words
    assert "*$4,200 above* the line of $100,000; below it is Mid-Market · Digital team" in words
    words = _words(views.report(report(account(arr=99_999_99))))
    assert "*$0.01 below* the line of $100,000; above it is Mid-Market · Scaled team" in words
    words = _words(views.report(report(account(arr=100_000_00))))
    assert "*exactly on* the line of $100,000; a cent less is Mid-Market · Digital team" in words
    older = _words(views.report(report(account(arr=100_000_00), model=OLDER)))
    assert "*exactly on* the line of $100,000; a cent more is Commercial · unmanaged" in older


def test_what_crossing_changes_names_team_touch_channel_and_targets() -> None:
    words = _words(views.report(report(account())))
    for said in (
        "to the Enterprise team: touch medium → high",
        "channel #discuss-scaled-success → #discuss-technical-advisors",
        "ARR kept (GRR) 85 % ± 5 → 95 % ± 5",
        "value realization none → monitored",
    ):
        assert said in words
