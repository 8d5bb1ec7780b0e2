"""Books as tables, one picture a case, each within Slack's limits and through slack_sdk's models."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.account import Account, CategoryChange
from bot.domain.health import read_account, recorded_category
from bot.domain.kpi import book_health
from bot.domain.person import Team
from bot.domain.provenance import Known, Stamp
from bot.features.books import rules, views
from bot.standin.validate import problems

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
POLICY = policy_module.load()
TEAMS = [(of.name, team) for team, of in POLICY.teams.items()]
NATIVE = ("data_table", "data_visualization")
HOSTILE = ("<!channel> & <@U1>", "🐸 :tada: *bold*", "שלום עולם", "x" * 4000, "The \"Third\" 'Lantern'")


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def _account(name: str, at: int = 0, **changes: Any) -> Account:
    values = {
        "health_score": 1.5 + at / 10,
        "health_category": "red",
        "ta_sentiment": "poor",
        "versions_behind": 5,
        "precise_code_nav": False,
        "defect_tickets_90d": 7,
        "active_champion": True,
        "access_to_buyer": True,
        "last_activity_on": date(2026, 11, 1),
        "licensed_seats": 500,
        "mau": 300,
        "renewal_date": date(2027, 2, 1),
        "arr": 12_345_600,
        **changes,
    }
    stamp = Stamp("accounts.csv", NOW - timedelta(days=at % 3))
    facts = {key: Known(value, stamp) for key, value in values.items() if value is not None}
    return Account(id=f"A-{at}", name=name, **facts)


def _page(accounts: list[Account], offset: int = 0, **more: Any) -> rules.Page:
    today = NOW.date()
    rows = tuple(
        rules.Row(
            account=one,
            category=recorded_category(one, POLICY.health),
            traits=read_account(one, POLICY.health, today).traits,
            stale=rules.stale_groups(one, POLICY.freshness, NOW),
        )
        for one in accounts[offset : offset + rules.PAGE]
    )
    scope = more.pop("scope", rules.Scope(team=Team.SCALED))
    return rules.Page(
        title=more.pop("title", "The book of the Scaled team"),
        scope=scope,
        offset=offset,
        rows=rows,
        summary=rules.summary_of(accounts, book_health(accounts), POLICY.health),
        origins=rules.origins_of(rows),
        now=NOW,
        today=today,
        **more,
    )


def _fits(message: Message) -> None:
    for blocks in (message.blocks, message.plain):
        assert problems([dict(block) for block in blocks], "message") == []
        assert len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) <= limits.MESSAGE_CHARS
        for block in blocks:
            if block["type"] not in NATIVE:
                parsed = Block.parse(dict(block))
                assert parsed is not None
                assert parsed.to_dict() == block
    assert not any(block["type"] in NATIVE for block in message.plain)
    assert "<!" not in message.text
    assert 0 < len(message.text) < limits.NOTICE


def _whole(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)}


FILTERS = (("The whole pool", "scaled||0"), ("Served by me last", "scaled|me@ta.example|0"))
PAGES = {
    "empty_team": lambda: _page([]),
    "empty_book": lambda: _page([], scope=rules.Scope(email="me@ta.example"), title="Your book of business"),
    "empty_served": lambda: _page(
        [], scope=rules.Scope(team=Team.SCALED, email="me@ta.example"), filters=FILTERS
    ),
    "usual": lambda: _page(
        [_account(f"Account {at}", at) for at in range(3)], filters=FILTERS, note="Read as it is."
    ),
    "unknown": lambda: _page(
        [
            _account(
                "Nothing", **dict.fromkeys(("health_score", "health_category", "arr", "mau", "renewal_date"))
            )
        ]
    ),
    "second_of_three": lambda: _page(
        [_account(f"Account {at}", at) for at in range(45)], 20, filters=FILTERS
    ),
    "hostile": lambda: _page(
        [_account(name, at) for at, name in enumerate(HOSTILE)], title="The book of <b> & *x*"
    ),
    "too_much": lambda: _page(
        [_account("Ж" * 150, 2 * at) for at in range(20)], title="T" * 300, filters=FILTERS
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_page(case: str, seen: SnapshotAssertion) -> None:
    message = views.page(PAGES[case](), TEAMS)
    _fits(message)
    assert _whole(message) == seen


@pytest.mark.parametrize("case", ["usual", "hostile"])
def test_sources(case: str, seen: SnapshotAssertion) -> None:
    page = PAGES[case]()
    assert views.sources(page.origins, page.now) == seen


def test_a_page_leads_to_the_next_and_the_one_before() -> None:
    accounts = [_account(f"Account {at}", at) for at in range(45)]
    first, second, last = (json.dumps(views.page(_page(accounts, at)).blocks) for at in (0, 20, 40))
    assert '"scaled||20"' in first
    assert views.PREVIOUS not in first
    assert '"scaled||0"' in second
    assert '"scaled||40"' in second
    assert views.NEXT not in last


def test_an_empty_book_says_what_to_do() -> None:
    words = json.dumps(views.page(PAGES["empty_book"](), TEAMS).blocks)
    assert "ta_email" in words
    assert "Scaled TAs" in words


def test_the_plain_twin_has_words_for_every_mark() -> None:
    plain = json.dumps(views.page(PAGES["usual"]()).plain, ensure_ascii=False)
    assert "poor: Pulse, Versions, Code nav, Defects" in plain
    assert "unknown: Help, Usage" in plain
    assert "stale: health" in plain


CHANGES = [
    CategoryChange(
        account_id=f"A-{at}",
        account_name=name,
        team="scaled",
        ta_email=None,
        changed_on=date(2026, 11, 15),
        before="green",
        now="red" if at % 2 else "yellow",
    )
    for at, name in enumerate([*HOSTILE, *(f"Account {at}" for at in range(95))])
]


@pytest.mark.parametrize(("case", "count"), [("none", 0), ("usual", 5), ("too_much", 100)])
def test_changes(case: str, count: int, seen: SnapshotAssertion) -> None:
    found = CHANGES[:count]
    message = views.changes(
        found, "your book", date(2026, 10, 24), note="Read as the keyword.", more=case == "too_much"
    )
    _fits(message)
    assert _whole(message) == seen


def test_changes_for_the_better_and_the_worse_are_counted() -> None:
    better = CategoryChange(
        account_id="A",
        account_name="A",
        team=None,
        ta_email=None,
        changed_on=date(2026, 11, 1),
        before="red",
        now="green",
    )
    message = views.changes([better, CHANGES[0]], "every book", date(2026, 10, 24))
    assert "2 changes: 1 for the worse, 1 for the better" in message.text


def test_start(seen: SnapshotAssertion) -> None:
    message = views.start("Books belong to TAs.", TEAMS)
    _fits(message)
    assert _whole(message) == seen
