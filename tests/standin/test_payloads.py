"""Requests have the keys of Slack's own examples, at every depth that an app reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.standin import modals, payloads
from bot.standin.delivery import Envelope
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.webapi import answer

SAMPLES = Path(__file__).parents[1] / "data" / "slack" / "payloads"
ANA = "ana.lee@ta.example"
TEXT = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "action_id": "go", "text": TEXT, "value": "1"}
MENU = {"type": "external_select", "action_id": "find", "min_query_length": 0, "placeholder": TEXT}
FORM = {
    "type": "modal",
    "title": TEXT,
    "submit": TEXT,
    "close": TEXT,
    "callback_id": "form",
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": TEXT,
            "element": {"type": "plain_text_input", "action_id": "a"},
        },
        {"type": "actions", "block_id": "m", "elements": [MENU]},
    ],
}
# Only a grid has an enterprise; what a user typed long ago has ids of its time.
GRID = {"enterprise_id", "enterprise_name", "client_msg_id"}


class Listening:
    """A transport that keeps what was sent."""

    def __init__(self, ack: Any = None) -> None:
        self.sent: list[Envelope] = []
        self.ack = ack

    async def deliver(self, envelope: Envelope) -> Any:
        self.sent.append(envelope)
        return self.ack


@pytest.fixture
def listening(server: StandinServer) -> Listening:
    transport = Listening()
    server.people.transport = lambda: transport
    server.happenings.transport = lambda: transport
    return transport


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found.get("_form", found)


def missing(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """The keys of Slack's example that ours lacks; what blocks and values hold is the app's own."""
    if not isinstance(theirs, dict) or where.endswith(("/values", "/text", "/title", "/close", "/submit")):
        return []
    assert isinstance(ours, dict), where
    lacks = [f"{where}/{key}" for key in theirs if key not in ours and key not in GRID]
    return lacks + [
        line
        for key in theirs.keys() & ours.keys()
        for line in missing(ours[key], theirs[key], f"{where}/{key}")
    ]


def post(server: StandinServer, **more: Any) -> str:
    args = {
        "channel": "general",
        "text": "x",
        "blocks": [{"type": "actions", "elements": [BUTTON, MENU]}],
        **more,
    }
    return str(answer(server.desk, "chat.postMessage", args, DEMO_BOT_TOKEN).body["ts"])


def open_form(server: StandinServer) -> None:
    trigger = server.desk.triggers.issue(server.people.who(ANA).id)
    opened = answer(server.desk, "views.open", {"trigger_id": trigger, "view": FORM}, DEMO_BOT_TOKEN)
    assert opened.body["ok"], opened.body


async def test_a_command(server: StandinServer, listening: Listening) -> None:
    await server.people.type(ANA, "general", "/account-health Acme")
    sent = listening.sent[0]
    assert sent.kind == "slash_commands"
    assert missing(sent.payload, sample("slash_command.slash_command_body")) == []
    assert all(isinstance(value, str) for value in sent.payload.values()), "a form holds text"
    await server.people.type(ANA, "", "/account-health")
    assert listening.sent[1].payload["channel_name"] == "directmessage"


async def test_a_button_in_a_message(server: StandinServer, listening: Listening) -> None:
    post(server)
    await server.people.press(ANA, "go")
    got = listening.sent[0].payload
    assert missing(got, sample("block_actions.body")) == []
    assert missing(got["actions"][0], sample("block_actions.body")["actions"][0]) == []
    assert got["message"]["text"] == "x"
    assert not got["container"]["is_ephemeral"]


async def test_a_button_in_an_ephemeral_message(server: StandinServer, listening: Listening) -> None:
    await server.people.type(ANA, "general", "/account-health Acme")
    url = listening.sent[0].payload["response_url"].rsplit("/", maxsplit=1)[1]
    server.responses.use(url, {"text": "x", "blocks": [{"type": "actions", "elements": [BUTTON]}]})
    await server.people.press(ANA, "go")
    got = listening.sent[1].payload
    assert got["container"]["is_ephemeral"]
    assert "message" not in got


async def test_a_question_for_options(server: StandinServer, listening: Listening) -> None:
    listening.ack = {"options": [{"text": TEXT, "value": "1"}]}
    open_form(server)
    await server.people.suggest(ANA, "find", "ac")
    got = listening.sent[0].payload
    assert missing(got, sample("block_suggestion.body")) == []
    assert (got["value"], got["container"]["type"]) == ("ac", "view")


async def test_a_submit_and_a_close(server: StandinServer, listening: Listening) -> None:
    open_form(server)
    await modals.submit(server.people, ANA, {"b": "word"})
    got = listening.sent[0].payload
    assert missing(got, sample("view_submission.body")) == []
    assert got["view"]["state"]["values"]["b"] == {"a": {"type": "plain_text_input", "value": "word"}}
    open_form(server)
    await modals.close(server.people, ANA)
    theirs = sample("view_closed.body")
    theirs.pop("response_urls")  # a closed view has nowhere to answer: the example carries it by mistake
    assert missing(listening.sent[1].payload, theirs) == []


async def test_events(server: StandinServer) -> None:
    await server.people.type(ANA, "general", "hello")
    message = server.workspace.messages[-1]
    body = payloads.message_event(server.workspace, message)
    theirs = sample("message.message_body")
    theirs["event"].pop("blocks")
    assert missing(body, theirs) == []
    mention = payloads.message_event(server.workspace, message, "app_mention")
    assert missing(mention, sample("app.app_mention_event_body")) == []
    shared = payloads.event(server.workspace, {"type": "reaction_added"}, shared=True)
    theirs = sample("events_shared_channels.reaction_added_body")
    assert missing({**shared, "event": {}}, {**theirs, "event": {}}) == []


async def test_an_outsider_s_press_carries_their_team(server: StandinServer, listening: Listening) -> None:
    server.people.where(server.people.who(ANA), "general").members.append(
        server.people.who("outsider@customer.example").id
    )
    post(server)
    await server.people.press("outsider@customer.example", "go")
    got = listening.sent[0].payload
    assert got["user"]["team_id"] != got["team"]["id"] == server.workspace.team_id
