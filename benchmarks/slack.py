"""Slack's side of a request: the Web API methods the bot asks, response URLs, signatures, a Socket Mode link."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from aiohttp import web

from benchmarks.wire import Served

TEAM, CHANNEL, BOT = "T0BENCH", "C0BENCH", "U0BOT"
PEOPLE = tuple(f"U0BENCH{number:02}" for number in range(20))
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "xoxb-benchmark-only"
APP_TOKEN = "xapp-benchmark-only"


def signed(body: bytes, kind: bytes) -> bytes:
    """A body as a signed HTTP request."""
    stamp = str(int(time.time())).encode()
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest().encode()
    head = (
        b"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %b\r\n"
        b"X-Slack-Request-Timestamp: %b\r\nX-Slack-Signature: v0=%b\r\nContent-Length: %d\r\n\r\n"
    )
    return head % (kind, stamp, digest, len(body)) + body


@dataclass
class FakeSlack:
    """Answers the Web API and takes what comes to response URLs, on one port."""

    port: int = 0
    link_port: int = 0
    connections: set[int] = field(default_factory=set)  # those that carried an answer
    calls: dict[str, int] = field(default_factory=dict)
    _waiting: dict[int, asyncio.Future[tuple[float, int]]] = field(default_factory=dict)
    _number: int = 0
    links: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    acks: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    tabs: dict[str, asyncio.Future[float]] = field(
        default_factory=dict
    )  # App Home, by person, until published

    def expect(self) -> tuple[int, asyncio.Future[tuple[float, int]]]:
        """A new request's number, and the instant and size of what is answered to it."""
        self._number += 1
        arrival = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = arrival
        return self._number, arrival

    def form(self, number: int, text: str) -> dict[str, str]:
        """A slash command as Slack sends it."""
        return {
            "token": "benchmark",
            "team_id": TEAM,
            "team_domain": "bench",
            "channel_id": CHANNEL,
            "channel_name": "bench",
            "user_id": PEOPLE[number % len(PEOPLE)],
            "user_name": "bench",
            "command": "/account-health",
            "text": text,
            "api_app_id": "A0BENCH",
            "is_enterprise_install": "false",
            "response_url": f"http://127.0.0.1:{self.port}/commands/{number}",
            "trigger_id": f"{number}.{time.time_ns()}",
        }

    def signed(self, number: int, text: str) -> bytes:
        """The same as a signed HTTP request."""
        return signed(urlencode(self.form(number, text)).encode(), b"application/x-www-form-urlencoded")

    def handle(self, connection: Served, path: str, body: bytes) -> bytes:
        """Answer one request of the server under load."""
        if path.startswith("/commands/"):
            self.connections.add(connection.number)
            arrival = self._waiting.pop(int(path.rsplit("/", 1)[1]), None)
            if arrival is not None and not arrival.done():
                arrival.set_result((time.perf_counter(), len(body)))
            return b"ok"
        method = path.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self.calls[method] = self.calls.get(method, 0) + 1
        asked = parse_qs(body.decode()) if not body.startswith(b"{") else json.loads(body)
        return json.dumps({"ok": True, **self._told(method, asked)}).encode()

    def _told(  # noqa: C901 # one branch a method
        self, method: str, asked: dict[str, Any]
    ) -> dict[str, Any]:
        first = {key: value[0] if isinstance(value, list) else value for key, value in asked.items()}
        match method:
            case "auth.test":
                me = {"team_id": TEAM, "team": "bench", "user_id": BOT, "bot_id": "B0BOT", "user": "bot"}
                return {**me, "url": "https://bench.example/"}
            case "users.info":
                return {"user": person(first["user"])}
            case "users.list":
                return {"members": [person(user_id) for user_id in PEOPLE]}
            case "conversations.info":
                return {"channel": conversation(first["channel"])}
            case "conversations.members":
                return {"members": [*PEOPLE, BOT], "response_metadata": {"next_cursor": ""}}
            case "usergroups.list":
                return {"usergroups": []}
            case "apps.connections.open":
                return {"url": f"ws://127.0.0.1:{self.link_port}/link"}
            case "views.publish":
                return self._published(first["user_id"])
            case _:
                return {}

    def _published(self, user_id: str) -> dict[str, Any]:
        shown = self.tabs.pop(user_id, None)
        if shown is not None and not shown.done():
            shown.set_result(time.perf_counter())
        return {"view": {"id": "V0HOME", "hash": str(time.time_ns())}}

    async def linked(self, request: web.Request) -> web.WebSocketResponse:
        """A Socket Mode connection: says hello, then notes when each envelope is acked."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0BENCH"}}
        )
        await self.links.put(socket)
        async for message in socket:
            acked = self.acks.pop(str(json.loads(message.data).get("envelope_id")), None)
            if acked is not None and not acked.done():
                acked.set_result(time.perf_counter())
        return socket


def person(user_id: str) -> dict[str, Any]:
    """A full member (or the bot itself)."""
    flags = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_app_user")
    return {
        "id": user_id,
        "team_id": TEAM,
        "name": user_id.lower(),
        "real_name": user_id.title(),
        "is_bot": user_id == BOT,
        "tz": "Europe/Berlin",
        **dict.fromkeys(flags, False),
        "profile": {"email": f"{user_id.lower()}@lumenforge.example", "display_name": user_id.lower()},
    }


def conversation(channel_id: str) -> dict[str, Any]:
    """A public channel of one workspace."""
    off = ("is_im", "is_mpim", "is_private", "is_archived", "is_shared", "is_ext_shared", "is_org_shared")
    return {
        "id": channel_id,
        "name": "bench",
        "is_channel": True,
        "is_member": True,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": TEAM,
        **dict.fromkeys(off, False),
    }


@asynccontextmanager
async def fake_slack() -> AsyncIterator[FakeSlack]:
    """A fake Slack on free ports."""
    slack = FakeSlack()
    server = await asyncio.get_running_loop().create_server(lambda: Served(slack.handle), "127.0.0.1", 0)
    slack.port = server.sockets[0].getsockname()[1]
    app = web.Application()
    app.router.add_get("/link", slack.linked)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.link_port = runner.addresses[0][1]
    try:
        yield slack
    finally:
        await runner.cleanup()
        server.close()
