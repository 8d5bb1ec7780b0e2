"""A message reads well in a terminal, and nothing in it is taken for the terminal's own markup."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from bot.standin import terminal
from bot.standin.mrkdwn import readable


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def drawn(*blocks: dict[str, Any], text: str = "") -> str:
    out = StringIO()
    names = {"U1": "Ana Lee", "C1": "general"}
    console = Console(file=out, width=100, color_system=None)
    console.print(terminal.message(text, blocks, lambda one: names.get(one, one)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("hi <@U1>", "hi @Ana Lee"),
        ("in <#C1>", "in #general"),
        ("<#C2|random>", "#random"),
        ("<https://a.example/x|Vitally>", "Vitally (https://a.example/x)"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<!here>", "@here"),
        ("<!subteam^S1|@scaled>", "@scaled"),
        ("<!date^1700000000^{date}|14 Nov>", "14 Nov"),
        ("a &lt;!channel&gt; &amp; b", "a <!channel> & b"),
        ("&lt;@U1&gt;", "<@U1>"),
    ],
)
def test_mrkdwn_is_readable(sent: str, read: str) -> None:
    names = {"U1": "Ana Lee", "C1": "general"}
    assert readable(sent, lambda one: names.get(one, one)) == read


def test_a_card_reads_from_top_to_bottom() -> None:
    table = {
        "type": "data_table",
        "caption": "Traits",
        "rows": [
            [{"type": "raw_text", "text": "Trait"}, {"type": "raw_text", "text": "Costs"}],
            [{"type": "raw_text", "text": "Tickets [/bold]"}, {"type": "raw_number", "value": 1.5}],
        ],
    }
    points = [{"label": "W1", "value": 1}, {"label": "W2", "value": 9}]
    chart = {
        "type": "data_visualization",
        "title": "Score",
        "chart": {
            "type": "line",
            "series": [{"name": "Vitally", "data": points}],
            "axis_config": {"categories": ["W1", "W2"]},
        },
    }
    shown = drawn(
        {"type": "header", "text": plain("[red]Acme")},
        {"type": "section", "text": mrkdwn("*7.5* of 10"), "fields": [mrkdwn("a"), mrkdwn("b"), mrkdwn("c")]},
        {"type": "context", "elements": [mrkdwn("Vitally, 2 h ago")]},
        table,
        chart,
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "s", "text": plain("Share")},
                {"type": "button", "action_id": "o", "text": plain("Open"), "url": "https://v.example"},
                {"type": "external_select", "action_id": "e", "placeholder": plain("Find")},
            ],
        },
    )
    order = [
        "[red]Acme",
        "*7.5* of 10",
        "Vitally, 2 h ago",
        "Traits",
        "Tickets [/bold]",
        "1.5",
        "▁█",
        "1 → 9",
    ]
    places = [shown.index(one) for one in [*order, "[ Share ]", "https://v.example", "[ Find ▾ ]"]]
    assert places == sorted(places), shown


def test_a_message_without_blocks_is_its_text() -> None:
    assert drawn(text="hi <@U1>") == "hi @Ana Lee\n"


def test_what_it_cannot_show_it_says() -> None:
    assert "a block of type hologram" in drawn({"type": "hologram"})


def test_a_form_shows_its_fields_and_buttons() -> None:
    out = StringIO()
    element = {"type": "plain_text_input", "action_id": "t", "placeholder": plain("Say it")}
    view = {
        "type": "modal",
        "title": plain("Ask"),
        "submit": plain("Send"),
        "blocks": [{"type": "input", "label": plain("Note"), "element": element}],
    }
    Console(file=out, width=60, color_system=None).print(terminal.modal(view))
    assert "Ask" in out.getvalue()
    assert "Note: [ Say it ▾ ]" in out.getvalue()
    assert "[ Send ]" in out.getvalue()


def test_what_somebody_typed_cannot_steer_the_terminal() -> None:
    shown = drawn({"type": "section", "text": plain("Acme\x1b[2J\x07 [bold]x[/bold]")})
    assert shown.startswith("Acme[2J [bold]x[/bold]")
