"""The stand-in refuses what Slack refuses, and takes what Slack takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.standin.shapes import surfaces
from bot.standin.validate import problems, view_problems


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str = "b", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), **more}


def option(value: str = "v", text: str = "o") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def data_table(rows: int = 2, **more: Any) -> dict[str, Any]:
    return {"type": "data_table", "caption": "c", "rows": [[cell("a"), cell("b")]] * rows, **more}


def chart(points: int = 2, series: int = 1, **more: Any) -> dict[str, Any]:
    labels = [f"W{n}" for n in range(points)]
    lines = [
        {"name": f"s{n}", "data": [{"label": label, "value": n} for label in labels]} for n in range(series)
    ]
    body = {"type": "line", "series": lines, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": "t", "chart": body, **more}


def pie(segments: int, value: float = 1) -> dict[str, Any]:
    parts = [{"label": f"p{n}", "value": value} for n in range(segments)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": parts}}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", **more}


def line_with(**axis: Any) -> dict[str, Any]:
    block = chart()
    block["chart"]["axis_config"].update(axis)
    return block


FINE: dict[str, dict[str, Any]] = {
    "a header of 150": {"type": "header", "text": plain("x" * 150)},
    "a section of 3000": section(text=mrkdwn("x" * 3000)),
    "ten fields": section(fields=[mrkdwn("f")] * 10),
    "an accessory": section(text=mrkdwn("x"), accessory=button()),
    "a context with a picture": {
        "type": "context",
        "elements": [
            mrkdwn("x"),
            {"type": "image", "image_url": "https://pictures.example/a", "alt_text": "a"},
        ],
    },
    "every kind of menu": actions(
        select(options=[option()]),
        {"type": "external_select", "action_id": "e", "min_query_length": 0, "placeholder": plain("p")},
        {"type": "users_select", "action_id": "u", "initial_user": "U1"},
        {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public"]}},
        {"type": "overflow", "action_id": "o", "options": [option()]},
        button(url="https://vitally.example/a", style="primary", value=""),
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-21"},
    ),
    "the largest data table": data_table(101, page_size=100),
    "a full chart": chart(20, 6),
    "a pie of six": pie(6),
    "a table": {"type": "table", "rows": [[cell("a")]] * 100},
    "a rich text": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    },
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "a card": {"type": "card", "title": mrkdwn("x")},
    "a container": {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}]},
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such block": ({"type": "banner"}, "not allowed"),
    "an alert outside a modal": ({"type": "alert", "text": plain("x")}, "not allowed"),
    "a long header": ({"type": "header", "text": plain("x" * 151)}, "at most 150"),
    "a header in mrkdwn": ({"type": "header", "text": mrkdwn("x")}, "plain_text"),
    "an empty section": (section(), "needs “text” or “fields”"),
    "a section with nothing said": (section(text=mrkdwn("")), "at least 1"),
    "a long section": (section(text=mrkdwn("x" * 3001)), "at most 3000"),
    "eleven fields": (section(fields=[mrkdwn("f")] * 11), "at most 10"),
    "a long field": (section(fields=[mrkdwn("f" * 2001)]), "at most 2000"),
    "an unknown key": (section(text=mrkdwn("x"), colour="red"), "no property"),
    "a long button": (actions(button(text=plain("x" * 76))), "at most 75"),
    "a long value": (actions(button(value="x" * 2001)), "at most 2000"),
    "a button that is no link": (actions(button(url="javascript:alert(1)")), "no web address"),
    "a button of its own colour": (actions(button(style="blue")), "must be one of"),
    "26 buttons": (actions(*(button(str(n)) for n in range(26))), "at most 25"),
    "an input in actions": (actions({"type": "plain_text_input", "action_id": "p"}), "not allowed"),
    "a long id": (actions(button("x" * 256)), "at most 255"),
    "two options with one value": (actions(select(options=[option(), option()])), "same value"),
    "a long option": (actions(select(options=[option(text="x" * 76)])), "at most 75"),
    "a menu without options": (actions(select()), "either “options”"),
    "101 options": (actions(select(options=[option(str(n)) for n in range(101)])), "at most 100"),
    "six in an overflow": (
        actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}),
        "at most 5",
    ),
    "a table of 102 rows": (data_table(102), "at most 101"),
    "a table of a header alone": (data_table(1), "at least 2"),
    "a table without caption": ({"type": "data_table", "rows": [[cell("a")]] * 2}, "“caption” is missing"),
    "rows of other lengths": (
        {"type": "data_table", "caption": "c", "rows": [[cell("a")], [cell("a"), cell("b")]]},
        "same number of cells",
    ),
    "rich text in the header row": (
        {
            "type": "data_table",
            "caption": "c",
            "rows": [[{"type": "rich_text", "elements": [{}]}], [cell("a")]],
        },
        "header row",
    ),
    "21 columns": ({"type": "data_table", "caption": "c", "rows": [[cell("a")] * 21] * 2}, "at most 20"),
    "an empty cell": ({"type": "data_table", "caption": "c", "rows": [[cell("")]] * 2}, "at least 1"),
    "a page of nothing": (data_table(page_size=0), "between 1 and 100"),
    "a column that is not there": (data_table(row_header_column_index=2), "names no column"),
    "too much in a table": (
        {"type": "data_table", "caption": "c", "rows": [[cell("x" * 10_001)]] * 2},
        "at most 20000",
    ),
    "a long title": (chart(title="x" * 51), "at most 50"),
    "21 points": (chart(21), "at most 20"),
    "seven lines": (chart(1, 7), "at most 6"),
    "other categories": (line_with(categories=["W1", "W0"]), "exactly the categories"),
    "a long category": (line_with(categories=["x" * 21, "W1"]), "at most 20"),
    "a long axis": (line_with(x_label="x" * 51), "at most 50"),
    "a pie of seven": (pie(7), "at most 6"),
    "a pie of nothing": (pie(1, 0), "above 0"),
    "a long markdown": ({"type": "markdown", "text": "x" * 12_001}, "at most 12000"),
    "101 rows": ({"type": "table", "rows": [[cell("a")]] * 101}, "at most 100"),
}


@pytest.mark.parametrize("name", FINE)
def test_slack_takes(name: str) -> None:
    assert problems([FINE[name]], "message") == []


@pytest.mark.parametrize("name", REFUSED)
def test_slack_refuses(name: str) -> None:
    block, why = REFUSED[name]
    found = problems([block], "message")
    assert any(why in line for line in found), found
    assert all(line.startswith("/blocks") for line in found)


def test_what_is_counted_over_the_whole_message() -> None:
    divider = {"type": "divider"}
    assert problems([divider] * 50, "message") == []
    assert "at most 50" in problems([divider] * 51, "message")[0]
    assert problems([divider] * 100, "home") == []
    assert "at most 2 charts" in problems([chart()] * 3, "message")[0]
    assert (
        "at most 1 table" in problems([data_table(), {"type": "table", "rows": [[cell("a")]]}], "message")[0]
    )
    assert "12000" in problems([{"type": "markdown", "text": "x" * 6001}] * 2, "message")[0]
    assert "msg_blocks_too_long" in problems([section(text=mrkdwn("x" * 2900))] * 5, "message")[0]


@pytest.mark.parametrize("key", ["block_id", "action_id"])
def test_ids_are_unique(key: str) -> None:
    twice = [section(text=mrkdwn("x"), accessory=button(str(n)), block_id=f"k{n}") for n in range(2)]
    assert problems(twice, "message") == []
    for block in twice:
        (block if key == "block_id" else block["accessory"])[key] = "same"
    assert problems(twice, "message") == [f"/blocks: {key} “same” is used 2 times"]


def test_each_surface_has_its_blocks() -> None:
    assert problems([data_table()], "modal")
    assert problems([data_table()], "home") == []
    assert problems([{"type": "alert", "text": plain("x"), "level": "warning"}], "modal") == []
    assert problems([{"type": "markdown", "text": "x"}], "home")
    assert {"message", "modal", "home"} == set(surfaces())


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "blocks": [section(text=mrkdwn("x"))], **more}


ASKING = {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "p"}}


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (modal(), None),
        (modal(submit=plain("Send"), blocks=[ASKING]), None),
        ({"type": "home", "blocks": [data_table()]}, None),
        (modal(blocks=[ASKING]), "needs “submit”"),
        (modal(title=plain("x" * 25)), "at most 24"),
        (modal(private_metadata="x" * 3001), "at most 3000"),
        (modal(callback_id="x" * 256), "at most 255"),
        (modal(blocks=[data_table()]), "/view/blocks/0: a block of type “data_table”"),
        ({"type": "home", "title": plain("x"), "blocks": []}, "no property"),
        ({"type": "sheet", "blocks": []}, "modal or home"),
        ({"type": "modal", "blocks": []}, "“title” is missing"),
    ],
)
def test_views(view: dict[str, Any], why: str | None) -> None:
    found = view_problems(view)
    assert (found == []) if why is None else any(why in line for line in found), found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("text", "elements", "options", "option_groups", "rows", "chart", "series", "axis_config", "element")


@given(kind=st.sampled_from([*sorted(surfaces()["message"]), "x"]), key=st.sampled_from(KEYS), value=JSON)
def test_it_explains_and_never_breaks(kind: str, key: str, value: Any) -> None:
    assert all(isinstance(line, str) for line in problems([{"type": kind, key: value}, value], "message"))
    assert isinstance(view_problems({"type": "modal", "blocks": value}), list)
