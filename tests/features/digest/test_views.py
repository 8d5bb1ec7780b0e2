"""The digest's head, thread, preview and agenda, one picture a case, each within Slack's limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message
from bot.domain.digest import Digest, DigestRules
from bot.features.digest import views

DigestOf: TypeAlias = Callable[[str], Digest]
Shown: TypeAlias = Callable[[Message], dict[str, Any]]
CASES = (
    *("usual", "empty", "quiet", "late", "corrected", "withheld", "history", "organisation", "two_teams"),
    *("one_without_data", "all_withheld", "too_much", "hostile"),
)
TOKEN = "3|2026-W46"
LINKED = {key: f"https://vitally.example/{key}" for key, _ in views.LINKS}


@pytest.fixture
def linked(rules: DigestRules) -> DigestRules:
    """A policy that has the three views in Vitally."""
    return replace(rules, links=LINKED)


@pytest.mark.parametrize("case", CASES)
def test_head(
    case: str, digest_of: DigestOf, linked: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    message = views.head(digest_of(case), linked, TOKEN)
    assert "<@" not in json.dumps(message.blocks)
    assert shown(message) == seen


@pytest.mark.parametrize("case", CASES)
def test_preview(
    case: str, digest_of: DigestOf, rules: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    message = views.preview(digest_of(case), rules, TOKEN)
    assert "<@" not in json.dumps(message.blocks)
    assert shown(message) == seen


@pytest.mark.parametrize("case", CASES)
def test_agenda(
    case: str, digest_of: DigestOf, rules: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    asks = ("Somebody for the roadmap session of Acme?", "<!channel> help") if case == "usual" else ()
    asks = (
        tuple(json.dumps(digest_of(case).teams[0].name) * 99 for _ in range(40))
        if case == "hostile"
        else asks
    )
    assert shown(views.agenda(digest_of(case), rules, asks)) == seen


PARTS = {
    "usual": [
        "enterprise.kpis",
        "enterprise.movers",
        "enterprise.attention",
        "enterprise.book",
        "enterprise.changes",
    ],
    "empty": [],
    "quiet": ["enterprise.kpis"],
    "organisation": ["all.kpis", "all.movers", "all.attention", "all.book", "all.changes"],
    "two_teams": [
        *("scaled.kpis", "scaled.movers", "scaled.attention", "scaled.book", "scaled.changes"),
        *("digital.kpis", "digital.movers", "digital.attention", "digital.book"),
    ],
    "one_without_data": ["scaled.kpis", "scaled.movers", "scaled.attention", "scaled.book", "scaled.changes"],
}


@pytest.mark.parametrize("case", CASES)
def test_every_reply_fits(case: str, digest_of: DigestOf, rules: DigestRules, shown: Shown) -> None:
    parts = views.replies(digest_of(case), rules)
    assert len({part for part, _ in parts}) == len(parts)
    for _, message in parts:
        shown(message)
        assert [block["type"] for block in message.blocks].count("data_table") <= 1
    if case in PARTS:
        assert [part for part, _ in parts] == PARTS[case]


@pytest.mark.parametrize("part", range(5))
def test_replies(
    part: int, digest_of: DigestOf, rules: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    key, message = views.replies(digest_of("usual"), rules)[part]
    assert {"part": key, **shown(message)} == seen


def test_the_text_alone_tells_the_digest(digest_of: DigestOf, rules: DigestRules) -> None:
    said = views.head(digest_of("late"), rules, TOKEN).text
    for words in (
        "week 46 of 2026",
        "Late: due 2026-11-16 01:00 UTC",
        "utilization 81.2 %, up 1.3 points on the month before, target ≥ 80 % met",
        "consumption 27.1 %, down 1.8 points on the week before, target ≥ 30 % missed",
        "▼ 3 worse: Acme Robotics green → red, ",
        "4 renewals in 120 days",
        "Out: Carl Lind, Mina Rossi",
    ):
        assert words in said


def test_buttons_carry_the_token_and_nothing_else(digest_of: DigestOf, rules: DigestRules) -> None:
    for case, ids in (
        ("usual", [views.DEFINITIONS, views.CSV, views.AGENDA]),
        ("empty", [views.DEFINITIONS]),
    ):
        *_, row = views.head(digest_of(case), rules, TOKEN).blocks
        assert [one["action_id"] for one in row["elements"]] == ids
        assert {one["value"] for one in row["elements"]} == {TOKEN}


def test_what_is_to_know_of_the_whole_stands_once_under_the_head(
    digest_of: DigestOf, rules: DigestRules
) -> None:
    (team,) = digest_of("history").teams
    both = replace(digest_of("history"), teams=(team, replace(team, name="Another")))
    words = json.dumps(views.head(both, rules, TOKEN).blocks)
    assert words.count("keeps no goals") == 1
    assert "*A past week*" in words


def test_what_a_past_week_does_not_keep_is_not_called_none(digest_of: DigestOf, rules: DigestRules) -> None:
    digest = digest_of("history")
    assert "nothing waits" not in json.dumps(views.head(digest, rules, TOKEN).blocks)
    assert "Renewals in 120 days:* not kept for a past week" in json.dumps(views.agenda(digest, rules).blocks)
    assert "nothing waits" in views.head(digest_of("quiet"), rules, TOKEN).text
    assert "Renewals in 120 days:* none" in json.dumps(views.agenda(digest_of("quiet"), rules).blocks)


def test_links_are_by_policy(digest_of: DigestOf, rules: DigestRules, linked: DigestRules) -> None:
    assert "In Vitally" not in json.dumps(views.head(digest_of("usual"), rules, TOKEN).blocks)
    words = json.dumps(views.head(digest_of("usual"), linked, TOKEN).blocks)
    assert all(f"<{url}|" in words for url in LINKED.values())
    odd = replace(rules, links={"my_traits": "javascript:alert(1)"})
    assert "javascript" not in json.dumps(views.head(digest_of("usual"), odd, TOKEN).blocks)


def test_owners_are_mentioned_in_the_thread(digest_of: DigestOf, rules: DigestRules) -> None:
    parts = dict(views.replies(digest_of("usual"), rules))
    for part in ("enterprise.movers", "enterprise.attention"):
        assert "<@U0TA0> for Carl Lind, away until 27 Nov" in json.dumps(parts[part].blocks)
    assert "<@U0TA2>" not in json.dumps(parts["enterprise.movers"].blocks)


def test_what_is_withheld_is_said_and_told_to_the_audit(digest_of: DigestOf, rules: DigestRules) -> None:
    message = views.head(digest_of("withheld"), rules, TOKEN)
    assert message.withheld == "not fresh enough: enterprise utilization, enterprise consumption"
    assert "looker" in json.dumps(message.blocks)
    assert not any(block["type"] == "data_visualization" for block in message.blocks)
