"""Every builder's result passes slack_sdk's models unchanged, and Slack's limits."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.blocks import build, choosing, helping, limits, native, sharing
from bot.errors import NamedAccount
from bot.standin.validate import problems

SELECT = build.static_select("a.b", "Choose", [("One", "1"), ("Two", "2")], "2")
BUILT = {
    "header": build.header("x" * 400),
    "section": build.section("*Hello*", build.button("Go", "a.go", "1", style="primary")),
    "fields": build.fields(["*A*\n1", "*B*\n2"]),
    "context": build.context("one", "two"),
    "divider": build.DIVIDER,
    "actions": build.actions(
        build.button("x" * 100, "a.url", url="https://x.example"),
        SELECT,
        build.external_select("a.find", "Find"),
        build.overflow("a.more", [("One", "1")]),
    ),
}
INPUTS = {
    "channel": build.field_input(
        "c", "Channel", build.conversations_select("a.c", "Choose", ("public",)), "Hint"
    ),
    "text": build.field_input("t", "Why", build.text_field("a.t", "Type", multiline=True, initial="x")),
}


def _as_sdk(block: dict[str, Any]) -> dict[str, Any]:
    parsed = Block.parse(block)
    assert parsed is not None
    made: dict[str, Any] = parsed.to_dict()
    return made


@pytest.mark.parametrize("name", BUILT)
def test_a_builder_makes_what_slack_sdk_makes(name: str) -> None:
    assert _as_sdk(BUILT[name]) == BUILT[name]
    assert problems([BUILT[name]], "message") == []


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_makes_what_slack_sdk_makes(name: str) -> None:
    made = _as_sdk(INPUTS[name])
    assert {key: made[key] for key in INPUTS[name]} == INPUTS[name]
    assert problems([INPUTS[name]], "modal") == []


def test_a_chosen_option_is_one_of_the_menu() -> None:
    assert SELECT["initial_option"] in SELECT["options"]
    assert "initial_option" not in build.static_select("a.b", "Choose", [("One", "1")], "9")


def test_native_blocks_keep_slacks_limits_and_carry_words() -> None:
    labels = [f"week {number}" for number in range(30)]
    series = [("Health score", [1.0] * 30)]
    chart = native.line_chart("x" * 80, labels, series, "out of 10")
    table = native.data_table("caption", ("A", "B"), [("a", (1.0, "one"))] * 300, 20)
    assert problems([chart, table], "message") == []
    assert len(chart["chart"]["axis_config"]["categories"]) == limits.CHART_POINTS
    assert len(table["rows"]) == limits.TABLE_ROWS
    assert "week 29 1.0" in native.chart_in_words("T", labels, series)


def test_menus_of_accounts_are_valid_for_any_name() -> None:
    named = [NamedAccount(f"A-{number}", "<!channel> & " * 20) for number in range(120)]
    for message in (
        choosing.choose_account("x" * 4000, named, "a.choose"),
        choosing.nearest_accounts("<!here>", named[:3], "a.choose", "a.find"),
        choosing.nearest_accounts("nothing", (), "a.choose", "a.find"),
    ):
        assert problems(list(message.blocks), "message") == []
        assert "<!" not in message.text
        assert len(message.text) < limits.NOTICE


def test_accounts_of_one_name_are_told_apart_by_id() -> None:
    twins = [NamedAccount("A-1", "Twin"), NamedAccount("A-2", "Twin"), NamedAccount("A-3", "Other")]
    menu = choosing.choose_account("twin", twins, "a.choose").blocks[1]["elements"][0]
    assert [one["text"]["text"] for one in menu["options"]] == ["Twin (A-1)", "Twin (A-2)", "Other"]


def test_an_id_too_long_for_a_menu_is_left_out_of_it() -> None:
    message = choosing.nearest_accounts("x", [NamedAccount("i" * 200, "Long")], "a.choose", "a.find")
    assert problems(list(message.blocks), "message") == []
    assert "i" * 151 not in str(message.blocks)


def test_modals_of_sharing_are_valid() -> None:
    for modal in (
        sharing.where_to("a.where", "a.channel", "A-1"),
        sharing.to_whom("a.whom", "general", 34, "the card", "C1 A-1"),
        sharing.shared("a.done", "C1"),
        sharing.not_shared("a.done", "A guest is there."),
    ):
        assert problems(list(modal.blocks), "modal") == []
        assert len(modal.title) <= limits.MODAL_TITLE
    assert "34 people" in str(sharing.to_whom("a.whom", "general", 34, "the card", "").blocks)


def test_help_escapes_what_it_quotes() -> None:
    message = helping.explain([("/x", "[a <b>]", "Does x", [("/x <y>", "a & b")])], "Note")
    assert "&lt;y&gt;" in str(message.blocks)
    assert problems(list(message.blocks), "message") == []
