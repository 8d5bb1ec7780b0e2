"""Requests over HTTP are signed, encoded and retried as Slack does it; a stock Bolt app takes them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.standin.delivery import Envelope, NotAnswered, deliver_event
from bot.standin.push import HttpPush
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, DEMO_SIGNING_SECRET, Workspace

ANA = "ana.lee@ta.example"


class Recorder:
    """An app that writes down what reaches it and answers what the test says."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        return self.answers.pop(0) if self.answers else web.Response()


async def served(application: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def push(recorder: Recorder) -> AsyncIterator[HttpPush]:
    application = web.Application()
    application.router.add_post("/slack/events", recorder.handle)
    runner, url = await served(application)
    async with aiohttp.ClientSession() as session:
        yield HttpPush(url, DEMO_SIGNING_SECRET, session)
    await runner.cleanup()


async def test_each_kind_has_its_encoding_and_is_signed(push: HttpPush, recorder: Recorder) -> None:
    await push.deliver(Envelope("slash_commands", {"command": "/a", "text": "ü & b"}))
    await push.deliver(Envelope("interactive", {"type": "block_actions"}))
    await push.deliver(Envelope("events_api", {"type": "event_callback"}, 2, "http_timeout"))
    bodies = [body for _, body in recorder.requests]
    assert parse_qs(bodies[0].decode())["text"] == ["ü & b"]
    assert json.loads(parse_qs(bodies[1].decode())["payload"][0]) == {"type": "block_actions"}
    assert json.loads(bodies[2]) == {"type": "event_callback"}
    check = SignatureVerifier(DEMO_SIGNING_SECRET)
    for headers, body in recorder.requests:
        assert check.is_valid(body, headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])
    last = recorder.requests[2][0]
    assert (last["X-Slack-Retry-Num"], last["X-Slack-Retry-Reason"]) == ("2", "http_timeout")


async def test_the_answer_is_json_text_or_nothing(push: HttpPush, recorder: Recorder) -> None:
    recorder.answers = [web.json_response({"text": "a"}), web.Response(text="b"), web.Response()]
    got = [await push.deliver(Envelope("interactive", {})) for _ in range(3)]
    assert got == [{"text": "a"}, {"text": "b"}, None]


async def test_events_are_retried_unless_the_app_says_no(push: HttpPush, recorder: Recorder) -> None:
    recorder.answers = [web.Response(status=500), web.Response()]
    assert await deliver_event(push, {"event_id": "Ev1"}, (0.0, 0.0, 0.0))
    assert recorder.requests[1][0]["X-Slack-Retry-Reason"] == "http_error"
    recorder.requests.clear()
    recorder.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    assert not await deliver_event(push, {}, (0.0, 0.0, 0.0))
    assert len(recorder.requests) == 1


async def test_slow_and_absent_apps(push: HttpPush) -> None:
    push.ack_seconds = 0.0
    with pytest.raises(NotAnswered, match="http_timeout"):
        await push.deliver(Envelope("interactive", {}))
    push.ack_seconds = 1.0
    push.url = "http://127.0.0.1:1/slack/events"
    with pytest.raises(NotAnswered, match="connection_failed"):
        await push.deliver(Envelope("interactive", {}))


async def test_a_bolt_app_answers_over_http(workspace: Workspace) -> None:
    async with StandinServer(workspace) as server:
        client = AsyncWebClient(token=DEMO_BOT_TOKEN, base_url=server.api_url)
        app = AsyncApp(client=client, signing_secret=DEMO_SIGNING_SECRET)

        @app.command("/account-health")
        async def health(ack: Any, command: dict[str, Any], respond: Any) -> None:
            await ack()
            await respond(f"You asked for {command['text']}")

        runner, url = await served(app.web_app())
        server.events_url = url
        said = await server.people.ask(ANA, "general", "/account-health Acme")
        await runner.cleanup()
    assert [one.text for one in said] == ["You asked for Acme"]
