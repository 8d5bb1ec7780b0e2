"""Response URLs: five uses in thirty minutes; ephemeral by default; replacing, deleting, refusing bad blocks."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.webapi import answer

ANA, BEN = "ana.lee@ta.example", "U0BEN00001"


@pytest.fixture
def url(server: StandinServer) -> str:
    ana = server.people.who(ANA)
    return server.responses.issue(ana.id, server.people.where(ana, "general").id)


async def use(url: str, **body: Any) -> tuple[int, str]:
    reply = await AsyncWebhookClient(url).send_dict(body)
    return reply.status_code, reply.body


async def test_five_uses(server: StandinServer, url: str) -> None:
    for number in range(5):
        assert await use(url, text=f"t{number}") == (200, "ok")
    status, body = await use(url, text="t5")
    assert (status, "used_url" in body) == (404, True)
    assert [one.text for one in server.people.screen(ANA).messages] == ["t0", "t1", "t2", "t3", "t4"]
    assert not server.people.screen(BEN).messages
    assert [one.error for one in server.heard] == [*[""] * 5, "used_url"]


async def test_thirty_minutes(url: str, clock: Any) -> None:
    clock.turn(30 * 60 - 1)
    assert (await use(url, text="in time"))[0] == 200
    clock.turn(2)
    assert "expired_url" in (await use(url, text="late"))[1]


async def test_for_everybody_only_when_said(server: StandinServer, url: str) -> None:
    await use(url, text="all", response_type="in_channel")
    assert [one.text for one in server.people.screen(BEN).messages] == ["all"]


async def test_replace_and_delete_the_message_that_was_pressed(server: StandinServer) -> None:
    posted = answer(server.desk, "chat.postMessage", {"channel": "general", "text": "old"}, DEMO_BOT_TOKEN)
    ana = server.people.who(ANA)
    url = server.responses.issue(ana.id, posted.body["channel"], posted.body["ts"])
    await use(url, text="aside")
    await use(url, text="new", replace_original=True)
    assert [one.text for one in server.people.screen(BEN).messages] == ["new"]
    assert sorted(one.text for one in server.people.screen(ANA).messages) == ["aside", "new"]
    await use(url, delete_original=True)
    assert not server.people.screen(BEN).messages


async def test_a_command_s_own_answer_can_be_replaced(server: StandinServer, url: str) -> None:
    await use(url, text="Looking …")
    await use(url, text="Found", replace_original=True)
    assert [one.text for one in server.people.screen(ANA).messages] == ["Found"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "alert"}]}, "invalid_blocks"),
    ],
)
async def test_what_is_refused(server: StandinServer, url: str, body: dict[str, Any], error: str) -> None:
    status, said = await use(url, **body)
    assert status == 400
    assert error in said
    assert not server.people.screen(ANA).messages
