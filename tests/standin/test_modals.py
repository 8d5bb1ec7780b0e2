"""What an app answers to a submitted form changes what the person sees."""

from __future__ import annotations

from typing import Any

import pytest

from bot.standin import modals
from bot.standin.actors import CannotDo
from bot.standin.delivery import Envelope
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.webapi import answer

ANA = "ana.lee@ta.example"
TEXT = {"type": "plain_text", "text": "x"}


def form(name: str, **more: Any) -> dict[str, Any]:
    block = {
        "type": "input",
        "block_id": "b",
        "label": TEXT,
        "optional": True,
        "element": {"type": "plain_text_input", "action_id": "a"},
    }
    return {
        "type": "modal",
        "title": TEXT,
        "submit": TEXT,
        "callback_id": name,
        "blocks": [block],
    } | more


class Answering:
    """An app that acks with whatever the test says."""

    def __init__(self, ack: Any) -> None:
        self.ack = ack

    async def deliver(self, envelope: Envelope) -> Any:
        assert envelope.payload["type"] == "view_submission"
        return self.ack


def opened(server: StandinServer, view: dict[str, Any], ack: Any = None) -> None:
    server.people.transport = lambda: Answering(ack)
    trigger = server.desk.triggers.issue(server.people.who(ANA).id)
    body = answer(server.desk, "views.open", {"trigger_id": trigger, "view": view}, DEMO_BOT_TOKEN).body
    assert body["ok"], body


def stack(server: StandinServer) -> list[str]:
    return [view.body["callback_id"] for view in server.people.screen(ANA).modals]


@pytest.mark.parametrize(
    ("ack", "left"),
    [
        (None, []),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": form("second")}, ["second"]),
        ({"response_action": "push", "view": form("second")}, ["first", "second"]),
        ({"response_action": "errors", "errors": {"b": "no"}}, ["first"]),
    ],
)
async def test_each_answer(server: StandinServer, ack: Any, left: list[str]) -> None:
    opened(server, form("first"), ack)
    await modals.submit(server.people, ANA, {"b": "word"})
    assert stack(server) == left


async def test_what_was_entered_stays_when_the_form_is_corrected(server: StandinServer) -> None:
    opened(server, form("first"), {"response_action": "errors", "errors": {"b": "no"}})
    done = await modals.submit(server.people, ANA, {"b": "word"})
    assert done.errors == {"b": "no"}
    view = server.people.screen(ANA).modals[0]
    assert view.values["b"]["a"]["value"] == "word"
    assert view.errors == {"b": "no"}


async def test_a_form_that_slack_would_refuse_is_trouble_for_the_person(server: StandinServer) -> None:
    too_long = form("second", title={"type": "plain_text", "text": "x" * 25})
    opened(server, form("first"), {"response_action": "update", "view": too_long})
    with pytest.raises(CannotDo, match="trouble connecting"):
        await modals.submit(server.people, ANA)
    assert stack(server) == ["first"]
    assert server.heard[-1].error == "invalid_arguments"


async def test_what_cannot_be_submitted(server: StandinServer) -> None:
    with pytest.raises(CannotDo, match="no form open"):
        await modals.submit(server.people, ANA)
    bare = form("first", blocks=[{"type": "divider"}])
    bare.pop("submit")
    opened(server, bare)
    with pytest.raises(CannotDo, match="nothing to submit"):
        await modals.submit(server.people, ANA)
    opened(server, form("first"))
    with pytest.raises(CannotDo, match="no field where"):
        await modals.submit(server.people, ANA, {"where": "x"})
