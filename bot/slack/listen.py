"""Bolt's listeners, one a kind: each acks and hands over.

`process_before_response=True`: Bolt otherwise polls for the ack every 10 ms, and a listener that raises at
once loses it. Here nothing that may fail or wait stands before the ack; a submission and a typeahead, which
are answered in the ack itself, get 2.5 seconds.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.asks import Happening
from bot.ports import Ports
from bot.slack import payloads
from bot.slack.answering import InAck
from bot.slack.attending import MENTIONED, Attendant, Handlers, found
from bot.slack.audience import Audience
from bot.slack.cache import Seen
from bot.slack.events import Events
from bot.slack.homes import Homes
from bot.slack.identity import Identity
from bot.slack.wiring import SlackSide
from bot.slack.working import Working

ANY = re.compile("")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Edge:
    """The Bolt app with the work it started."""

    app: AsyncApp
    side: SlackSide
    working: Working
    tell: Callable[[Happening], None]
    homes: Homes

    async def dispatch(self, body: dict[str, Any]) -> dict[str, Any]:
        """Run one payload the way Slack's would, wait for its work, and give the ack."""
        headers = {"content-type": ["application/json"]}
        request = AsyncBoltRequest(mode="socket_mode", body=body, headers=headers)  # type: ignore[arg-type] # as Bolt's own adapter does
        response = await self.app.async_dispatch(request)
        await self.working.drained(60)
        ack: dict[str, Any] = {"status": response.status}
        if response.body.startswith("{"):
            ack.update(orjson.loads(response.body))
        return ack


def build_edge(side: SlackSide, ports: Ports, handlers: Handlers) -> Edge:
    """The Bolt app over the Slack side, the ports and the handlers."""
    working = Working()
    side.metrics.watch_work(lambda: len(working))
    attendant = Attendant(
        audience=Audience(side.directory, side.identity),
        directory=side.directory,
        outbox=side.outbox,
        journal=side.journal,
        metrics=side.metrics,
        ports=ports,
    )

    def tell(happening: Happening) -> None:
        if handler := handlers.happenings.get(happening.kind):
            working.start(handler(happening, ports))

    homes = Homes(attendant, handlers.home)
    listeners = _Listeners(attendant, handlers, working, Events(side, working, tell), homes)
    app = _app(side)
    app.command(ANY)(listeners.on_command)
    app.action(ANY)(listeners.on_action)
    app.view_submission(ANY)(listeners.on_submission)
    app.options({"action_id": ANY})(listeners.on_typeahead)
    app.shortcut(ANY)(listeners.on_shortcut)
    app.event(ANY)(listeners.on_event)
    return Edge(app, side, working, tell, homes)


class _Listeners:
    """One method a kind."""

    def __init__(
        self, attendant: Attendant, handlers: Handlers, working: Working, events: Events, homes: Homes
    ) -> None:
        self._attendant = attendant
        self._handlers = handlers
        self._working = working
        self._events = events
        self._homes = homes
        self._seen = Seen()
        self._in_ack = InAck(attendant, working)

    async def on_command(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        ask = payloads.command(body, reference())
        if ask is not None:
            self._hand_over(ask, body, self._handlers.commands.get(ask.name), "command")

    async def on_action(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        ask = payloads.action(body, reference())
        if ask is None:
            return
        typed = payloads.typed_by(ask)
        if typed is not None:
            self._hand_over(typed, body, self._handlers.commands.get(typed.name), "command")
        else:
            self._hand_over(ask, body, found(self._handlers.actions, ask.action_id), "action")

    async def on_shortcut(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        ask = payloads.shortcut(body, reference())
        if ask is not None:
            self._hand_over(ask, body, found(self._handlers.shortcuts, ask.callback_id), "shortcut")

    async def on_submission(self, ack: Any, body: dict[str, Any]) -> None:
        ask = payloads.submission(body, reference())
        if ask is None or self._seen.again(ask.request_id):
            await ack()
            return
        handler = found(self._handlers.submissions, ask.callback_id)
        await ack(await self._in_ack.submitted(ask, body, handler))
        self._homes.stir()

    async def on_typeahead(self, ack: Any, body: dict[str, Any]) -> None:
        ask = payloads.typeahead(body, reference())
        handler = found(self._handlers.typeaheads, ask.action_id) if ask else None
        options = await self._in_ack.options(ask, body, handler) if ask and handler else []
        await ack({"options": options})

    async def on_event(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        if self._seen.again(payloads.event_id(body)):
            return
        ask = payloads.mention(body, reference())
        if ask is not None:
            self._hand_over(ask, body, self._handlers.mentions.get(MENTIONED), "mention")
        elif (plain := payloads.plain(body, reference())) is not None:
            self._hand_over(plain, body, self._handlers.plain, "plain")
        elif (home := payloads.home_opened(body, reference())) is not None:
            self._working.start_after_ack(self._homes.opened(home, payloads.teams(body)))
        else:
            self._events.heard(body)

    def _hand_over(self, ask: Any, body: dict[str, Any], handler: Any, kind: str) -> None:
        if self._seen.again(ask.request_id):
            _log.info("delivered again", ref=ask.reference, ask=kind)
            return
        self._working.start_after_ack(self._attended(ask, payloads.teams(body), handler, kind))

    async def _attended(self, ask: Any, teams: payloads.Teams, handler: Any, kind: str) -> None:
        await self._attendant.attend(ask, teams, handler, kind)
        self._homes.stir()


def reference() -> str:
    """A short name for one request, for the log and for people."""
    return secrets.token_hex(4)


class _Authorize(AsyncAuthorize):
    """Every request is let through to our own audience check, which knows more than Bolt; no call to Slack."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._unknown = AuthorizeResult(enterprise_id=None, team_id=None)
        self._result: AuthorizeResult | None = None

    async def __call__(self, **_: Any) -> AuthorizeResult:
        myself = self._identity.known
        if myself is None:
            return self._unknown
        if self._result is None or self._result.team_id != myself.team_id:
            self._result = AuthorizeResult(
                enterprise_id=None,
                team_id=myself.team_id,
                bot_user_id=myself.user_id,
                bot_id=myself.bot_id,
            )
        return self._result


class _Door(AsyncMiddleware):
    """Stops what Bolt's own matchers would stumble over: acked, logged, ignored."""

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 # Bolt's name
    ) -> BoltResponse:
        if payloads.readable(req.body):
            await next()
            return resp
        kind = req.body.get("type") if isinstance(req.body, dict) else None
        _log.warning("payload not understood", kind=str(kind)[:40])
        return BoltResponse(status=200, body="")


def _app(side: SlackSide) -> AsyncApp:
    # Bolt warns of tokens it finds in the environment and of requests nobody hears; the door tells of those.
    logger = logging.getLogger("slack_bolt.edge")
    logger.setLevel(logging.ERROR)
    secret = side.settings.slack_signing_secret
    return AsyncApp(
        name="ta-bot",
        logger=logger,
        process_before_response=True,
        client=AsyncWebClient(base_url=side.settings.slack_api_url, logger=logger, retry_handlers=[]),
        authorize=_Authorize(side.identity),
        before_authorize=_Door(),
        # Without a secret every request over HTTP is refused, since no signature can be right.
        signing_secret=secret.get_secret_value() if secret else secrets.token_hex(32),
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
