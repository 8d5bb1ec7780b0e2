"""The card, one picture a case, each within Slack's limits and through slack_sdk's models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion

from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.account import Group
from bot.domain.joining import Disagreement, Said
from bot.domain.person import Person, Role, Team
from bot.domain.plan_update import Confidence, PlanKind, PlanUpdate
from bot.domain.provenance import Known, Stamp
from bot.features.health import views
from bot.features.health.rules import Absent
from bot.standin.validate import problems

Make = Callable[..., Any]
NATIVE = ("data_table", "data_visualization")
HOSTILE = {
    "broadcast": "<!channel> & <@U1> <https://x.example|y>",
    "emoji": "Pebblehop 🐸 :tada: *bold* `code` _x_",
    "quotes": "The \"Third\" 'Lantern' “Studio”",
    "long": "Consolidated " * 11 + "Carriage",
    "rtl": "شركة زرافين \u202eللتقنية",
    "endless": "x" * 4000,
    "lines": "One\nTwo\t\x00Three",
}


def _fits(message: Message) -> None:
    for blocks in (message.blocks, tuple(message.plain)):
        assert problems([dict(block) for block in blocks], "message") == []
        assert len(json.dumps(blocks)) <= limits.MESSAGE_CHARS
        for block in blocks:
            if block["type"] not in NATIVE:
                parsed = Block.parse(dict(block))
                assert parsed is not None
                assert parsed.to_dict() == block
    assert not any(block["type"] in NATIVE for block in message.plain)
    assert 0 < len(message.text) < limits.NOTICE


def _words(blocks: Iterable[Any]) -> str:
    return json.dumps(list(blocks), ensure_ascii=False)


CASES: dict[str, Callable[[Make, Make, Make], tuple[Any, ...]]] = {
    "empty": lambda account, _usual, _weeks: (account(),),
    "usual": lambda _account, usual, weeks: (usual(), weeks()),
    "pool": lambda _account, usual, weeks: (
        usual(team="scaled", segment="Mid-Market", developers=300, arr=10_000_000),
        weeks(),
    ),
    "churned": lambda _account, usual, weeks: (
        usual(churned_on=date(2026, 3, 3), missing_since=date(2026, 4, 1)),
        weeks(4),
    ),
    "prospect": lambda account, _usual, _weeks: (
        account(
            team="enterprise",
            developers=3000,
            expected_close_on=date(2026, 12, 20),
            ta_email="new@ta.example",
        ),
    ),
    "half_known": lambda _account, usual, weeks: (
        usual(mau=None, active_champion=None, renewal_date=None, health_score=None, health_category=None),
        weeks(6, health_score=None),
    ),
    "disagreeing": lambda _account, usual, weeks: (usual(health_score=8.8, health_category="green"), weeks()),
}


@pytest.mark.parametrize("case", CASES)
def test_card(
    case: str, account: Make, usual: Make, weeks: Make, card: Make, seen: SnapshotAssertion
) -> None:
    message = views.card(card(*CASES[case](account, usual, weeks)), can_share=True)
    _fits(message)
    assert {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)} == seen


NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
FRIDAY = date(2026, 12, 4)


def test_card_of_an_account_of_which_systems_say_different_things(
    usual: Make, weeks: Make, card: Make, seen: SnapshotAssertion
) -> None:
    """Each with its source and age, whose value is shown first; and nothing of a sign in them is markup."""
    hour = timedelta(hours=1)
    odds = (
        Disagreement(
            "arr", (Said("salesforce", 10_000_000, NOW - 2 * hour), Said("vitally", 12_500_050, NOW - hour))
        ),
        Disagreement(
            "renewal_date", (Said("salesforce", FRIDAY, NOW), Said("vitally", date(2027, 1, 31), NOW))
        ),
        Disagreement(
            "ta_email", (Said("vitally", "<!here>@x.example", NOW), Said("salesforce", "b@x.example", NOW))
        ),
    )
    message = views.card(replace(card(usual(), weeks()), odds=odds), can_share=True)
    _fits(message)
    told = next(str(block) for block in message.blocks if "Systems disagree" in str(block))
    assert "*ARR*: Salesforce says $100,000" in told
    assert "<!here>" not in told
    assert {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)} == seen


UPDATE = PlanUpdate(
    id=1,
    account_id="A-1",
    account_name="Marlin Freight",
    team=Team.ENTERPRISE,
    kind=PlanKind.LIGHTHOUSE,
    week=date(2026, 11, 16),
    progress="Two <teams> are back.",
    blockers="x" * 1_500,
    asks="<!channel> an hour",
    confidence=Confidence.OFF_TRACK,
    by_email="dana@ta.example",
    by_name="Dana <Cole>",
    given_at=NOW,
)


@pytest.mark.parametrize("update", [UPDATE, None], ids=["written", "never"])
def test_card_of_an_account_with_a_plan(
    update: PlanUpdate | None, usual: Make, weeks: Make, card: Make, seen: SnapshotAssertion
) -> None:
    """Its newest status update is shown, and can be written from the card."""
    made = replace(card(usual(), weeks()), plan=PlanKind.LIGHTHOUSE, update=update)
    message = views.card(made, can_share=True)
    _fits(message)
    shown = [block for block in message.blocks if "Status update" in _words([block])]
    assert len(shown) == 2
    assert "<!channel>" not in _words(shown)
    assert shown == seen


MARCUS = Person(email="marcus@ta.example", name="Marcus <Teague>", role=Role.TA, slack_user_id="U0MARCUS01")
ABSENT = {
    "by a person": (
        Absent(until=FRIDAY, cover=MARCUS),
        "enterprise",
        ":palm_tree: covered by <@U0MARCUS01> until 4 Dec 2026 for Dana Cole",
    ),
    "by the channel": (
        Absent(until=FRIDAY, by_channel=True),
        "enterprise",
        ":palm_tree: covered by #discuss-technical-advisors until 4 Dec 2026 for Dana Cole",
    ),
    "by nobody": (
        Absent(until=FRIDAY),
        "enterprise",
        ":palm_tree: away until 4 Dec 2026; nobody covers this account",
    ),
    "of a pool": (Absent(until=FRIDAY), "scaled", ""),
    "of a pool, by a person": (Absent(until=FRIDAY, cover=MARCUS), "scaled", "covered by <@U0MARCUS01>"),
}


@pytest.mark.parametrize("case", ABSENT)
def test_the_owner_line_names_the_cover_while_the_ta_is_away(case: str, usual: Make, card: Make) -> None:
    absent, team, said = ABSENT[case]
    message = views.card(replace(card(usual(team=team)), absent=absent))
    _fits(message)
    owner = next(
        field["text"] for field in message.blocks[2]["fields"] if field["text"].startswith("*Owner*")
    )
    assert said in owner
    assert (":palm_tree:" in owner) is bool(said)


def test_a_shared_card_names_the_cover_without_notifying(usual: Make, card: Make) -> None:
    absent = Absent(until=FRIDAY, cover=MARCUS)
    words = str(views.card(replace(card(usual()), absent=absent), shared_by="U0DANA0001").blocks)
    assert "covered by Marcus &lt;Teague&gt; until 4 Dec 2026" in words
    assert "<@U0MARCUS01>" not in words


@pytest.mark.parametrize("case", HOSTILE)
def test_card_of_a_hostile_name(case: str, usual: Make, weeks: Make, card: Make) -> None:
    message = views.card(card(usual(name=HOSTILE[case]), weeks()))
    _fits(message)
    for block in message.blocks:
        for text in _mrkdwn(block):
            assert "<!channel>" not in text
            assert "<https://x.example" not in text


def _mrkdwn(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for inner in value.values():
            yield from _mrkdwn(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mrkdwn(inner)


def test_card_hostile(usual: Make, weeks: Make, card: Make, seen: SnapshotAssertion) -> None:
    hostile = usual(name=" ".join(HOSTILE.values())[:400], segment="<!here>", ta_email="<b>@x.example")
    message = views.card(card(hostile, weeks(), note="Showing *it*."), can_share=True)
    _fits(message)
    assert {"text": message.text, "blocks": list(message.blocks)} == seen


def test_card_too_much(usual: Make, weeks: Make, card: Make, seen: SnapshotAssertion) -> None:
    """Every value from a source of its own, every name as long as names get."""
    full = usual(name="Consolidated & <Overland> " * 6, segment="S" * 200, ta_email="e" * 120 + "@x.example")
    for at, field in enumerate(
        name for name in type(full).__slots__ if name not in ("id", "name", "missing_since")
    ):
        fact = getattr(full, field)
        if isinstance(fact, Known):
            stamp = Stamp(
                f"a source with a long name {at}.csv", fact.stamp.as_of - timedelta(days=at), assumed=True
            )
            object.__setattr__(full, field, Known(fact.value, stamp))
    message = views.card(card(full, weeks(60), note="x" * 300), can_share=True)
    _fits(message)
    assert len(message.blocks) <= limits.BLOCKS
    assert {"blocks": list(message.blocks)} == seen


def test_every_number_of_the_usual_card_has_its_source(usual: Make, weeks: Make, card: Make) -> None:
    message = views.card(card(usual(), weeks()))
    words = _words(message.blocks)
    for source in ("vitally, 3 h ago", "salesforce, 20 h ago", "zendesk, 12 min ago", "history.csv"):
        assert source in words
    assert "looker, 9 days ago (stale)" in words
    assert "counted from the import" in words
    assert _words(message.plain).count("(stale)") >= 3


def test_the_plain_twin_says_what_the_table_says(usual: Make, weeks: Make, card: Make) -> None:
    message = views.card(card(usual(), weeks()))
    table = next(block for block in message.blocks if block["type"] == "data_table")
    plain = _words(message.plain).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for row in table["rows"][1:]:
        for cell in row:
            assert cell["text"] in plain


def test_unknown_is_never_zero(account: Make, card: Make) -> None:
    message = views.card(card(account()))
    assert "unknown" in message.text
    assert " 0" not in message.text
    assert "$0" not in _words(message.blocks)
    assert "*Unknown* health score, owner, team, AE, renewal date, ARR" in _words(message.blocks)


def test_a_shared_card_notifies_nobody_but_names_the_sharer(usual: Make, weeks: Make, card: Make) -> None:
    for team in ("enterprise", "scaled"):
        message = views.card(card(usual(team=team), weeks()), can_share=True, shared_by="U0ASKER")
        words = _words(message.blocks)
        assert "Shared by <@U0ASKER>" in words
        assert words.count("<@") == 1
        assert "<!subteam" not in words
        assert views.SHARE not in words


def test_only_what_can_be_done_has_a_button(account: Make, card: Make) -> None:
    bad = account(vitally_url="http://vitally.example/1", looker_url="https://looker.example/1")
    words = _words(views.card(card(bad)).blocks)
    assert "Open in Looker" in words
    assert "Open in Vitally" not in words
    assert "Share to a channel" not in words
    assert "Share to a channel" in _words(views.card(card(bad), can_share=True).blocks)


def test_a_group_that_slack_does_not_have_is_named(usual: Make, card: Make) -> None:
    words = _words(views.card(card(usual(team="scaled"), group_id=None)).blocks)
    assert "Scaled team · @scaled-success" in words


def test_a_group_that_policy_does_not_name_never_grows_stale(usual: Make, card: Make) -> None:
    made = card(usual())
    assert Group.PROGRAMME not in made.freshness
    assert "accounts.csv, 24 h ago (counted from the import) (stale)" not in _words(views.card(made).blocks)
