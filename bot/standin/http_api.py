"""What the app speaks to over HTTP: the Web API, Socket Mode, response URLs, and the page that grants an install."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.standin import api_files, manifest
from bot.standin.calls import Desk
from bot.standin.responses import ResponseUrls
from bot.standin.socket_mode import SocketHub
from bot.standin.state import Grant
from bot.standin.webapi import answer

SIGNED_IN = "standin-user"
"""The cookie in which the page says as whom somebody uses it: who agrees to what an app asks for."""
GONE = {"expired_url", "used_url", "invalid_url"}


class AppRoutes:
    """The handlers of everything an app calls."""

    def __init__(self, desk: Desk, responses: ResponseUrls, sockets: SocketHub) -> None:
        self.desk = desk
        self.responses = responses
        self.sockets = sockets

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_route("*", "/api/{method}", self.api)
        app.router.add_get("/link/", self.sockets.serve)
        app.router.add_post("/respond/{team}/{key}", self.respond)
        app.router.add_post("/upload/v1/{key}", self.upload)
        app.router.add_get("/files/{id}", self.file)
        app.router.add_get("/oauth/v2/authorize", self.authorize)

    async def api(self, request: web.Request) -> web.StreamResponse:
        """One Web API call, GET or POST, form or JSON."""
        method = request.match_info["method"]
        args = await _arguments(request)
        channel = str(args.get("channel", ""))
        broken = await self._broken(request, method, channel)
        if broken is not None:
            return broken
        token = _bearer(request) or str(args.get("token", ""))
        reply = answer(self.desk, method, {**_basic(request), **args}, token, request.method)
        if reply.body["ok"]:
            await self._lose(request, method, channel)
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """One use of a response URL."""
        broken = await self._broken(request, "response_url")
        if broken is not None:
            return broken
        limited = self.desk.faults.strike("response_url", "ratelimited")
        if limited is not None:
            retry = {"Retry-After": str(max(1, int(limited.seconds)))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=retry)
        error = self.responses.use(request.match_info["key"], await _arguments(request))
        if not error:
            await self._lose(request, "response_url")
            return web.Response(text="ok")
        return web.json_response({"ok": False, "error": error}, status=404 if error in GONE else 400)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file whose address was asked for; the address itself is the permission."""
        broken = await self._broken(request, "upload")
        if broken is not None:
            return broken
        content = await request.read()
        error = api_files.take(self.desk, request.match_info["key"], content)
        if error:
            return web.Response(status=400, text=error)
        await self._lose(request, "upload")
        return web.Response(text=f"OK - {len(content)}")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file that was shared, for the page; never shown in place, whatever is in it."""
        file = self.desk.workspace.files.get(request.match_info["id"])
        if file is None or not file.shared:
            return web.Response(status=404, text="file_not_found")
        kept = quote(file.name)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{kept}"}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)

    async def _broken(self, request: web.Request, method: str, channel: str = "") -> web.Response | None:
        strike = partial(self.desk.faults.strike, method, channel=channel)
        slow = strike("slow")
        if slow is not None:
            await asyncio.sleep(slow.seconds)
        fault = strike("server_error", "not_json", "drop", "drop_before")
        if fault is None:
            return None
        if fault.kind in ("drop", "drop_before"):
            _hang_up(request)
        if fault.kind == "not_json":
            return web.Response(
                text="<html><body>We’re having trouble.</body></html>", content_type="text/html"
            )
        return web.Response(status=500, text="server_error")

    async def _lose(self, request: web.Request, method: str, channel: str = "") -> None:
        """What was asked is done, but its answer comes late or never."""
        late = self.desk.faults.strike(method, "slow_after", channel=channel)
        if late is not None:
            await asyncio.sleep(late.seconds)
        if self.desk.faults.strike(method, "drop_after", channel=channel) is not None:
            _hang_up(request)

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Agree at once, as whoever the page was last used as, and send the browser back with a code."""
        workspace, asked = self.desk.workspace, request.query
        target = asked.get("redirect_uri", "")
        if asked.get("client_id") != workspace.client_id or not target.startswith("http"):
            return web.json_response({"ok": False, "error": "invalid_client_id"}, status=400)
        bot, own = _listed(asked.get("scope", "")), _listed(asked.get("user_scope", ""))
        person = workspace.find_user(request.cookies.get(SIGNED_IN, "")) or workspace.somebody
        code = workspace.new_id("code-")
        workspace.codes[code] = Grant(
            user_id=person.id, scopes=bot or (() if own else manifest.load().scopes), user_scopes=own
        )
        back = urlencode({"code": code, "state": asked.get("state", "")})
        raise web.HTTPFound(f"{target}?{back}")


def _listed(scopes: str) -> tuple[str, ...]:
    return tuple(one for one in scopes.split(",") if one)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _arguments(request: web.Request) -> Mapping[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.method == "GET":
        return given
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            return given
        return {**given, **body} if isinstance(body, dict) else given
    form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    if "payload" in form and "/respond/" in request.path:
        return {**given, **json.loads(form["payload"])}
    return {**given, **form}


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else ""


def _basic(request: web.Request) -> dict[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": name, "client_secret": secret}
