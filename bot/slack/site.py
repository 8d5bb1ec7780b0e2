"""What the bot answers over HTTP: Slack's requests, health, readiness and metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context

from bot import log
from bot.slack.listen import Edge
from bot.slack.metrics import CONTENT_TYPE
from bot.slack.oauth import OAuth

EVENTS = "/slack/events"
Check = Callable[[], Awaitable[None]]
Age = Callable[[], Awaitable[float | None]]

_log = log.get(__name__)


class Site:
    """The aiohttp application. `checks` raise while something is not ready; their names are shown."""

    def __init__(
        self, edge: Edge, checks: Mapping[str, Check], *, scopes: tuple[str, ...] = (), age: Age | None = None
    ) -> None:
        self._edge = edge
        self._checks = checks
        self._age = age
        self.app = web.Application()
        self.app.add_routes(
            [
                web.get("/healthz", self.healthz),
                web.get("/readyz", self.readyz),
                web.get("/metrics", self.metrics),
                *OAuth(edge.side, scopes, edge.tell).routes(),
            ]
        )
        if edge.side.settings.slack_app_token is None:
            self.app.router.add_post(EVENTS, self.events)

    async def events(self, request: web.Request) -> web.Response:
        """Everything Slack sends; Bolt checks the signature and its age."""
        started = time.perf_counter()
        try:
            asked = bolt_request(await request.text(), request.headers)
        except Exception as error:  # noqa: BLE001 # the body is anybody's: nothing about it may break us
            _log.warning("request not understood", cause=type(error).__name__)
            return web.Response(status=400)
        answer = await self._edge.app.async_dispatch(asked)
        self._edge.side.metrics.acked(time.perf_counter() - started)
        kind = "application/json" if answer.body.startswith("{") else "text/plain"
        return web.Response(status=answer.status, body=answer.body.encode(), content_type=kind)

    async def healthz(self, _: web.Request) -> web.Response:
        """The process is alive."""
        return web.Response(text="ok\n")

    async def readyz(self, _: web.Request) -> web.Response:
        """Whether asks can be answered, and what is in the way."""
        problems = []
        for name, check in self._checks.items():
            try:
                await check()
            except Exception as error:  # noqa: BLE001 # whatever it is, we are not ready
                problems.append(f"{name}: {error}")
        if self._edge.side.identity.known is None:
            problems.append(f"slack: {self._edge.side.identity.problem}")
        return web.Response(status=503 if problems else 200, text="\n".join(problems or ["ready"]) + "\n")

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus's text format."""
        await self._look_at_age()
        return web.Response(body=self._edge.side.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _look_at_age(self) -> None:
        if self._age is None:
            return
        try:
            seconds = await self._age()
        except Exception as error:  # noqa: BLE001 # metrics are wanted most when the store is down
            _log.warning("book age not known", error=str(error))
            return
        if seconds is not None:
            self._edge.side.metrics.book_age(seconds)


def bolt_request(body: str, headers: Mapping[str, str]) -> AsyncBoltRequest:
    """Bolt's request. Its parser empties a form in which the word “payload” stands but no such field is."""
    kept = {name: headers[name] for name in _USED if name in headers}
    request = AsyncBoltRequest(body=body, headers=kept)  # type: ignore[arg-type] # Bolt's annotation is narrower than its code
    if not request.body and "payload" in body:
        request.body = dict(parse_qsl(body, keep_blank_values=True))
        request.context = build_async_context(AsyncBoltContext({}), request.body)
    return request


_USED = ("Content-Type", "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Slack-Retry-Num")
