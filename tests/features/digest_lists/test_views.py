"""A digest's lists, one picture a case, each within Slack's limits and through slack_sdk's models."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message
from bot.domain.digest import KINDS, RENEWAL, Digest, DigestRules, Owner
from bot.features.digest_lists import views

DigestOf: TypeAlias = Callable[[str], Digest]
Shown: TypeAlias = Callable[[Message], dict[str, Any]]
CASES = ("usual", "quiet", "history", "organisation", "too_much", "hostile")
COVER = Owner(email="bea@ta.example", name="Bea Ito", user_id="U0BEA")
DANA = Owner(email="dana@ta.example", name="Dana <b>", user_id="U0DANA")
AWAY = replace(DANA, away_until=date(2026, 11, 27))


@pytest.mark.parametrize("case", CASES)
def test_movers(
    case: str, digest_of: DigestOf, rules: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    assert [shown(views.movers(team, rules)) for team in digest_of(case).teams][-1] == seen


@pytest.mark.parametrize("case", ["usual", "organisation", "too_much", "hostile"])
def test_attention(
    case: str, digest_of: DigestOf, rules: DigestRules, shown: Shown, seen: SnapshotAssertion
) -> None:
    assert [shown(views.attention(team, rules)) for team in digest_of(case).teams][-1] == seen


@pytest.mark.parametrize(
    ("case", "part"), [("usual", 0), ("too_much", 0), ("too_much", 2), ("hostile", 0), ("hostile", 2)]
)
def test_book(case: str, part: int, digest_of: DigestOf, shown: Shown, seen: SnapshotAssertion) -> None:
    messages = [shown(one) for one in views.book(digest_of(case).teams[-1])]
    assert messages[part] == seen


@pytest.mark.parametrize("case", ["usual", "quiet", "too_much", "hostile"])
def test_changes(case: str, digest_of: DigestOf, shown: Shown, seen: SnapshotAssertion) -> None:
    assert shown(views.changes(digest_of(case).teams[-1])) == seen


@pytest.mark.parametrize("case", ["usual", "quiet", "too_much", "hostile"])
def test_movers_in_short(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.movers_in_short(digest_of(case).teams[0]).split(" · ") == seen


@pytest.mark.parametrize("case", ["usual", "quiet", "too_much"])
def test_attention_in_short(
    case: str, digest_of: DigestOf, rules: DigestRules, seen: SnapshotAssertion
) -> None:
    assert views.attention_in_short(digest_of(case).teams[0], rules).split(" · ") == seen


def test_attention_list(digest_of: DigestOf, rules: DigestRules, seen: SnapshotAssertion) -> None:
    team = digest_of("usual").teams[0]
    lists = [views.attention_list(team, kind, rules, most=1, number="2. ", quiet=True) for kind in KINDS]
    assert {"blocks": [block for blocks, _ in lists for block in blocks]} == seen


def test_changed_list(digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    blocks, found = views.changed_list(digest_of("usual").teams[0], 2, number="1. ", quiet=True)
    assert [one.account_id for one in found] == ["A-0", "A-1"]
    assert {"blocks": blocks} == seen


def test_named_in_short(digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.named_in_short(digest_of("usual").teams[0]) == seen


@pytest.mark.parametrize("case", ["usual", "quiet", "hostile"])
def test_out(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert {"blocks": views.out(digest_of(case).teams[0])} == seen


@pytest.mark.parametrize("case", ["usual", "hostile"])
def test_out_in_short(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert [views.out_in_short(digest_of(case).teams[0])] == seen


WHO = {
    "nobody": (None, ""),
    "the TA": (DANA, "<@U0DANA>"),
    "not in Slack": (replace(DANA, user_id=None), "Dana &lt;b&gt;"),
    "away": (AWAY, "Dana &lt;b&gt;, away until 27 Nov: nobody covers"),
    "covered": (replace(AWAY, covered_by=COVER), "<@U0BEA> for Dana &lt;b&gt;, away until 27 Nov"),
}


def test_who(seen: SnapshotAssertion) -> None:
    """The TA is mentioned; away, the cover is, and the TA only named."""
    for owner, said in WHO.values():
        assert views.who(owner) == said
        assert "<@" not in views.who(owner, quiet=True)
    assert {case: views.who(owner, quiet=True) for case, (owner, _) in WHO.items()} == seen


def test_renewals_stand_worst_first_and_are_counted_by_category(
    digest_of: DigestOf, rules: DigestRules
) -> None:
    _, found = views.attention_list(digest_of("usual").teams[0], RENEWAL, rules)
    assert [one.category for one in found] == ["red", "red", "yellow", "green"]
    assert "4 renewals in 120 days (2 red, 1 yellow, 1 green)" in (
        views.attention_in_short(digest_of("usual").teams[0], rules)
    )


def test_a_list_cut_short_says_how_many_more_there_are(digest_of: DigestOf, rules: DigestRules) -> None:
    team = digest_of("too_much").teams[0]
    words = json.dumps(views.attention(team, rules).blocks, ensure_ascii=False)
    assert "Renewals in 120 days: 400*" in words
    assert "No active champion: 9,000*" in words
    for blocks, found in (views.attention_list(team, kind, rules) for kind in KINDS):
        assert (
            f"_and {max(team.counts.get(found[0].kind, 0), 400 if found[0].kind == RENEWAL else 200) - len(found):,} more_"
            in (blocks[0]["text"]["text"])
        )


def test_a_partial_list_of_renewals_is_counted_by_those_who_counted(
    digest_of: DigestOf, rules: DigestRules
) -> None:
    team = digest_of("usual").teams[0]
    partial = replace(team, counts={"renewal": 90})
    assert "90 renewals in 120 days · " in views.attention_in_short(partial, rules)
    counted = replace(team, counts={"renewal": 90, "renewal.red": 31, "renewal.yellow": 59})
    assert "(31 red, 59 yellow)" in (views.attention_in_short(counted, rules))


def test_the_book_is_whole_over_its_messages(digest_of: DigestOf) -> None:
    """Sixty TAs take a few messages; readers sort numbers as numbers."""
    messages = views.book(digest_of("too_much").teams[0])
    tables = [block for one in messages for block in one.blocks if block["type"] == "data_table"]
    assert sum(len(table["rows"]) - 1 for table in tables) == 60
    assert all(cell["type"] == "raw_number" for table in tables for cell in table["rows"][1][1:])
    outs = ["Out this week" in json.dumps(one.blocks) for one in messages]
    assert outs == [False] * (len(messages) - 1) + [True]


def test_more_tas_than_the_messages_hold_are_counted(digest_of: DigestOf) -> None:
    team = digest_of("usual").teams[0]
    messages = views.book(replace(team, book=team.book * 50))
    shown = sum(len(one.blocks[1]["rows"]) - 1 for one in messages)
    assert len(messages) == views.BOOK_PARTS
    assert f"{300 - shown} more with less ARR" in json.dumps(messages[-1].blocks)


def test_accounts_are_those_shown(digest_of: DigestOf, rules: DigestRules) -> None:
    team = digest_of("usual").teams[0]
    assert views.movers(team, rules).accounts == ("A-0", "A-1", "A-2", "A-3", "A-4", "A-5")
    assert views.changes(team).accounts == ("A-0", "A-1", "A-2", "A-3")
    assert set(views.attention(team, rules).accounts) == {f"A-{at}" for at in range(8)}
