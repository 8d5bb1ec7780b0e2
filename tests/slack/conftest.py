"""A Slack on loopback, as small as these tests need; the whole workspace is bot.standin."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web

from bot.ports.audit import AuditRow
from bot.settings import Settings
from bot.slack.attending import Handlers
from bot.slack.listen import Edge, build_edge
from bot.slack.serve import serve
from bot.slack.wiring import make_slack
from bot.store import Store

PAYLOADS = Path(__file__).parent.parent / "data" / "slack" / "payloads"
TEAM, ME, SECRET = "T111", "UBOT", "signing-secret"


def user(user_id: str, **changes: Any) -> dict[str, Any]:
    """A full member as users.info tells of one."""
    flags = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
    profile = {"email": f"{user_id.lower()}@example.com", "display_name": user_id.title(), "team": TEAM}
    return {"id": user_id, "team_id": TEAM, "name": user_id.lower(), "profile": profile, **flags, **changes}


def channel(channel_id: str, members: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    """An open channel as conversations.info tells of one, and its members beside."""
    flags = {
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_shared": False,
        "is_pending_ext_shared": False,
    }
    return {"id": channel_id, "name": channel_id.lower(), "_members": members, **flags, **changes}


@dataclass
class WatchedAudit:
    """The real store's audit, with what it kept beside; `broken` is a full disk."""

    kept: Any
    rows: list[AuditRow] = field(default_factory=list)
    broken: bool = False

    async def record(self, row: AuditRow) -> bool:
        if self.broken:
            raise RuntimeError("disk full: account Acme")
        answered = await self.kept.record(row)
        if answered:
            self.rows.append(row)
        return answered

    async def list_rows(self, *, limit: int = 100) -> tuple[AuditRow, ...]:
        return await self.kept.list_rows(limit=limit)


Answering = Callable[[dict[str, Any]], Any]


@dataclass
class FakeSlack:
    """Answers the Web API and takes what is sent to response URLs."""

    url: str = ""
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    broken: dict[str, Answering] = field(default_factory=dict)  # by method, or `response_url`
    tokens: set[str] = field(default_factory=set)
    installing: dict[str, Any] = field(default_factory=dict)  # what oauth.v2.access answers
    connections: set[Any] = field(default_factory=set)

    def command(self, text: str = "acme", **changes: Any) -> dict[str, Any]:
        """A slash command's form."""
        form = {
            "command": "/account-health",
            "text": text,
            "team_id": TEAM,
            "user_id": "U1",
            "channel_id": "COPEN",
            "trigger_id": f"1.2.{text}",
            "is_enterprise_install": "false",
            "response_url": f"{self.url}/respond/1",
        }
        return {**form, **changes}

    def press(self, action_id: str, value: str = "", **changes: Any) -> dict[str, Any]:
        """A button's payload."""
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": "U1", "team_id": TEAM},
            "channel": {"id": "COPEN"},
            "container": {"type": "message", "message_ts": "1.1", "is_ephemeral": True},
            "trigger_id": f"3.4.{action_id}.{value}",
            "response_url": f"{self.url}/respond/2",
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
        }
        return {**body, **changes}

    def submit(self, callback_id: str, **changes: Any) -> dict[str, Any]:
        """A submitted modal's payload."""
        values = {"note": {"text": {"type": "plain_text_input", "value": "hello"}}}
        blocks = [{"type": "section"}, {"type": "input", "block_id": "note"}]
        view = {
            "id": "V1",
            "type": "modal",
            "callback_id": callback_id,
            "state": {"values": values},
            "blocks": blocks,
        }
        body = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": "U1", "team_id": TEAM},
            "trigger_id": f"5.6.{callback_id}",
            "view": view,
        }
        return {**body, **changes}

    def typed(self, action_id: str, text: str, **changes: Any) -> dict[str, Any]:
        """Letters typed into a menu."""
        body = {
            "type": "block_suggestion",
            "team": {"id": TEAM},
            "user": {"id": "U1", "team_id": TEAM},
            "channel": {"id": "COPEN"},
            "action_id": action_id,
            "block_id": "b",
            "value": text,
        }
        return {**body, **changes}

    def event(self, kind: str, event_id: str = "Ev1", **event: Any) -> dict[str, Any]:
        """An event."""
        body = {"type": "event_callback", "team_id": TEAM, "event_id": event_id}
        return {**body, "event": {"type": kind, **event}}

    def count(self, method: str) -> int:
        return sum(1 for called, _ in self.calls if called == method)

    def texts(self) -> list[str]:
        return [said.get("text", "") for said in self.said]

    def everything(self) -> str:
        """All that left the bot, as one text to search in."""
        writing = [call for call in self.calls if call[0].startswith(("chat.", "views."))]
        return json.dumps([self.said, writing])

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.connections.add(request.transport)
        name = request.match_info.get("method", "response_url")
        if "Authorization" in request.headers:
            self.tokens.add(request.headers["Authorization"])
        if request.content_type == "application/json":
            given = await request.json()
        else:
            given = {**dict(request.query), **dict(await request.post())}
        self.calls.append((name, given))
        if name in self.broken:
            answer = self.broken[name](given)
            try:
                answer = await answer if asyncio.iscoroutine(answer) else answer
            except ConnectionResetError:
                assert request.transport
                request.transport.abort()
                return web.Response()
            if isinstance(answer, web.StreamResponse):
                return answer
            if answer is not None:
                return web.json_response(answer)
        if name == "response_url":
            self.said.append(given)
            return web.Response(text="ok")
        return web.json_response(self.answer(name, given))

    def answer(  # noqa: C901 # one branch a method
        self, method: str, given: dict[str, Any]
    ) -> dict[str, Any]:
        if method == "auth.test":
            return {"ok": True, "team_id": TEAM, "team": "Org", "user_id": ME, "bot_id": "B1", "url": "x"}
        if method == "users.info":
            found = self.users.get(given["user"])
            return {"ok": True, "user": found} if found else {"ok": False, "error": "user_not_found"}
        if method == "users.list":
            return self.page("members", list(self.users.values()), given)
        if method.startswith("conversations.") and method != "conversations.open":
            found = self.channels.get(given["channel"])
            if found is None:
                return {"ok": False, "error": "channel_not_found"}
            if method == "conversations.members":
                return self.page("members", list(found["_members"]), given)
            return {"ok": True, "channel": {k: v for k, v in found.items() if k != "_members"}}
        if method == "oauth.v2.access":
            return self.installing
        if method == "auth.revoke":
            return {"ok": True, "revoked": True}
        if method == "conversations.open":
            who = given["users"]
            return {"ok": True, "channel": {"id": f"D{who}", "is_im": True, "user": who}}
        if method == "chat.postMessage":
            return {"ok": True, "channel": given["channel"], "ts": "1.1"}
        if method in ("views.open", "views.update"):
            return {"ok": True, "view": {"id": "V1"}}
        return {"ok": False, "error": "unknown_method"}

    def page(self, key: str, items: list[Any], given: dict[str, Any]) -> dict[str, Any]:
        start, size = int(given.get("cursor") or 0), min(int(given.get("limit", 100)), 50)
        more = str(start + size) if start + size < len(items) else ""
        return {"ok": True, key: items[start : start + size], "response_metadata": {"next_cursor": more}}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    for user_id in ("U1", "U2"):
        fake.users[user_id] = user(user_id)
    fake.users["UGUEST"] = user("UGUEST", is_restricted=True)
    fake.users["USINGLE"] = user("USINGLE", is_restricted=True, is_ultra_restricted=True)
    fake.users["UFAR"] = user("UFAR", team_id="TFAR")
    fake.users["USTRANGE"] = user("USTRANGE", is_stranger=True)
    fake.users["UAPP"] = user("UAPP", is_bot=True)
    fake.users["UGONE"] = user("UGONE", deleted=True)
    fake.users["UHALF"] = {"id": "UHALF", "team_id": TEAM, "profile": {}}
    fake.channels["COPEN"] = channel("COPEN", (ME, "U1", "U2"))
    fake.channels["CEXT"] = channel("CEXT", (ME, "U1", "UFAR"), is_ext_shared=True, is_shared=True)
    fake.channels["CPENDING"] = channel("CPENDING", (ME, "U1"), is_pending_ext_shared=True)
    fake.channels["CGUEST"] = channel("CGUEST", (ME, "U1", "UGUEST"))
    fake.channels["GMPIM"] = channel("GMPIM", (ME, "U1", "UFAR"), is_mpim=True)
    fake.channels["CAPP"] = channel("CAPP", (ME, "U1", "UAPP"))
    fake.channels["CHALF"] = channel("CHALF", (ME, "U1", "UHALF"))
    fake.channels["DU1"] = {"id": "DU1", "is_im": True, "user": "U1", "_members": ()}
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.serve)
    app.router.add_post("/respond/{rest:.*}", fake.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    fake.url = f"http://{host}:{port}"
    yield fake
    await runner.cleanup()


@pytest.fixture
def payload() -> Callable[[str], dict[str, Any]]:
    """One of Slack's own test payloads by its file's name."""

    def one(name: str) -> dict[str, Any]:
        found = json.loads((PAYLOADS / f"{name}.json").read_text())
        return found.get("_form", found)

    return one


@pytest.fixture
def audit(sqlite_store: Store) -> WatchedAudit:
    return WatchedAudit(sqlite_store.audit)


@pytest.fixture
def settings(slack: FakeSlack) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token="xoxb-test",
        slack_signing_secret=SECRET,
        slack_api_url=f"{slack.url}/api/",
    )


Build = Callable[..., Edge]


@pytest.fixture
async def build(
    settings: Settings, audit: WatchedAudit, sqlite_store: Store, clock: Any
) -> AsyncIterator[Build]:
    """Builds an edge over the fake Slack; closed when the test ends."""
    made: list[Edge] = []

    def one(changes: dict[str, Any] | None = None, **tables: Any) -> Edge:
        chosen = Settings(**{**settings.model_dump(), **(changes or {})}, _env_file=None)
        side = make_slack(chosen, clock, audit, kept=sqlite_store)
        # The edge hands ports through and looks at none of them.
        ports: Any = SimpleNamespace(audit=audit, directory=side.directory, messenger=side.messenger)
        made.append(build_edge(side, ports, Handlers(**tables)))
        return made[-1]

    yield one
    for edge in made:
        await edge.working.drained(5)
        await edge.side.close()


@dataclass
class Served:
    """A running edge over HTTP."""

    url: str
    edge: Edge
    stop: asyncio.Event
    done: asyncio.Task[None]
    client: ClientSession

    async def send(self, body: str, *, secret: str = SECRET, age: int = 0) -> Any:
        """POST as Slack does, signed."""
        at = str(int(time.time()) - age)
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={digest}",
        }
        async with self.client.post(f"{self.url}/slack/events", data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, **given: Any) -> Any:
        async with self.client.get(self.url + path, allow_redirects=False, **given) as answer:
            return answer.status, await answer.text(), answer


@pytest.fixture
async def serving(build: Build) -> AsyncIterator[Callable[..., Any]]:
    """Starts an edge's server; stopped when the test ends."""
    running: list[Served] = []

    async def one(checks: dict[str, Any] | None = None, age: Any = None, **tables: Any) -> Served:
        changes = {"ta_bot_port": 0, **tables.pop("changes", {})}
        edge = build(changes, **tables)
        said: asyncio.Queue[str] = asyncio.Queue()
        stop = asyncio.Event()
        scopes = ("commands", "chat:write")
        work = serve(edge, checks=checks or {}, scopes=scopes, age=age, announce=said.put_nowait, stop=stop)
        done = asyncio.create_task(work)
        line = await asyncio.wait_for(said.get(), 5)
        running.append(
            Served(line.split()[-1], edge, stop, done, ClientSession(cookie_jar=CookieJar(unsafe=True)))
        )
        return running[-1]

    yield one
    for served in running:
        served.stop.set()
        await asyncio.wait_for(served.done, 30)
        await served.client.close()
