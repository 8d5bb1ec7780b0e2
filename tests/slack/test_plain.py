"""Words in the direct message at the edge: heard once, of people alone, answered there; an outsider is told why not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.asks import PlaceKind
from bot.blocks.answers import Done, Message
from bot.slack import payloads


class Words:
    """Answers plain words; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def __call__(self, asked: Any, _ports: Any) -> Message | Done:
        self.asked.append(asked)
        return Message(text="Norvane 7.2", accounts=("A-77",)) if asked.text else Done()


def _said(slack: Any, text: str = "how is Norvane", user: str = "U1", **changes: Any) -> dict[str, Any]:
    event = {"user": user, "channel": f"D{user}", "channel_type": "im", "ts": "1.5", "text": text, **changes}
    return slack.event("message", f"Ev{text}{user}{changes}", **event)


def _posted(slack: Any) -> list[tuple[str, str]]:
    return [(given["channel"], given["text"]) for name, given in slack.calls if name == "chat.postMessage"]


async def test_words_are_answered_in_the_direct_message_and_kept_in_the_audit(build, slack, audit):
    edge = build(plain=(words := Words()))
    for number in (1, 2):  # Slack delivers again what it thinks was not heard
        await edge.dispatch({**_said(slack, "how is &lt;b&gt; &amp; <@U2>"), "event_id": f"Ev{number}"})
    assert _posted(slack) == [("DU1", "Norvane 7.2")]
    (asked,) = words.asked
    assert (asked.text, asked.place.kind) == ("how is <b> & <@U2>", PlaceKind.DIRECT)
    row = audit.rows[-1]
    assert (row.ask, row.accounts, row.delivered) == ("plain", ("A-77",), "direct")


@pytest.mark.parametrize(
    ("user", "why"),
    [("UGUEST", "full members of this workspace"), ("UFAR", "full members"), ("UAPP", "people only")],
)
async def test_an_outsider_is_told_why_and_nothing_else(build, slack, user, why):
    edge = build(plain=(words := Words()))
    await edge.dispatch(_said(slack, user=user))
    await edge.dispatch(slack.event("app_home_opened", "Ev9", user=user, channel=f"D{user}", tab="messages"))
    ((channel, text),) = _posted(slack)
    assert channel == f"D{user}"
    assert why in text
    assert words.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B1"},
        {"app_id": "A1"},
        {"subtype": "message_changed"},
        {"edited": {"ts": "2"}},
        {"thread_ts": "1.1"},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"text": "  "},
        {"user": None},
    ],
)
def test_what_is_no_question_in_the_direct_message(slack, changes):
    """What apps say, edits, threads (a request has its own) and other places."""
    assert payloads.plain(_said(slack, **changes), "r") is None


async def test_the_message_opened_is_words_of_none(build, slack):
    edge = build(plain=(words := Words()))
    await edge.dispatch(slack.event("app_home_opened", "Ev1", user="U1", channel="DU1", tab="messages"))
    await edge.dispatch(slack.event("app_home_opened", "Ev2", user="U1", channel="DU1", tab="home"))
    assert [asked.text for asked in words.asked] == [""]
    assert _posted(slack) == []
