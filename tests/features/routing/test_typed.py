"""What is typed at `/ask-ta` and said to the bot, read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.request import Urgency
from bot.features.routing.typed import (
    LONGEST,
    LONGEST_NAME,
    Wanted,
    is_request,
    read_due,
    read_line,
    split,
    spoken,
)

LINES = {
    "": (Wanted.FORM, "", "", ""),
    "mine": (Wanted.MINE, "", "", ""),
    "Help": (Wanted.HELP, "", "", ""),
    "team": (Wanted.TEAM, "", "", ""),
    "team scaled": (Wanted.TEAM, "", "", "scaled"),
    "team spirit inc: hello": (Wanted.POST, "team spirit inc", "hello", ""),
    "acme": (Wanted.FORM, "acme", "", ""),
    "acme:": (Wanted.FORM, "acme", "", ""),
    "acme: hello: there": (Wanted.POST, "acme", "hello: there", ""),
    '"mine": hello': (Wanted.POST, '"mine"', "hello", ""),
    "“A: B”: hello": (Wanted.POST, "“A: B”", "hello", ""),
    "<https://acme.com|acme.com>: hello": (Wanted.POST, "acme.com", "hello", ""),
    "R&amp;D Ltd: 1 &lt; 2": (Wanted.POST, "R&D Ltd", "1 < 2", ""),
    "acme: ask <@U123|dana> or <!subteam^S1|@tas> in <#C1|general>": (
        Wanted.POST,
        "acme",
        "ask @dana or @tas in #general",
        "",
    ),
    "acme: <!channel> look": (Wanted.POST, "acme", "@channel look", ""),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line(line: str) -> None:
    read = read_line(line)
    assert (read.wanted, read.account, read.text, read.value) == LINES[line]


@pytest.mark.parametrize(
    ("line", "urgency", "text"),
    [
        ("acme: urgent: it is down", Urgency.URGENT, "it is down"),
        ("acme: Urgent! it is down", Urgency.URGENT, "it is down"),
        ("acme: urgently needed", Urgency.NORMAL, "urgently needed"),
    ],
)
def test_a_line_that_is_urgent(line: str, urgency: Urgency, text: str) -> None:
    read = read_line(line)
    assert (read.urgency, read.text) == (urgency, text)


@given(st.text(max_size=6_000))
def test_whatever_is_typed_is_read_and_bounded(said: str) -> None:
    read = read_line(said)
    assert len(read.account) <= LONGEST_NAME
    assert len(read.text) <= LONGEST
    assert len(spoken(said)) <= LONGEST
    assert len(split(said)[0]) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("said", "asks"), [("thanks!", False), ("hi there", False), ("who knows audit logs", True)]
)
def test_a_greeting_is_no_request(said: str, asks: bool) -> None:  # a parameter of the test
    assert is_request(said) is asks


def test_a_day_that_cannot_be_read_is_none() -> None:
    assert (read_due("2026-11-27"), read_due("soon"), read_due("")) == (date(2026, 11, 27), None, None)
