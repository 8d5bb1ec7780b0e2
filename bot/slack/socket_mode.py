"""Socket Mode: slack_sdk keeps the connection, we say clearly when it cannot and lose no ack at a stop."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SourceError, SourceRefused, SourceUnavailable
from bot.slack.listen import Edge
from bot.slack.web import LOOK_UP

WATCH = 15.0
_WAITS = (1, 2, 5, 10, 30)
_log = log.get(__name__)


class _OneLine(logging.Filter):
    """slack_sdk logs a whole traceback each time it cannot connect: the sentence is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


class SocketMode(AsyncSocketModeHandler):
    """Takes envelopes; made inside the running loop."""

    def __init__(self, edge: Edge, app_token: str) -> None:
        logger = logging.getLogger("ta-bot.socket_mode")
        logger.setLevel(logging.WARNING)
        if not logger.filters:
            logger.addFilter(_OneLine())
        client = AsyncWebClient(
            base_url=edge.side.settings.slack_api_url, timeout=10, retry_handlers=[], logger=logger
        )
        super().__init__(edge.app, app_token, logger=logger, web_client=client)
        self._edge = edge
        self._in_hand = 0
        self.problem = "Socket Mode is not connected yet"

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        """One envelope; what cannot be understood is acked all the same, or Slack would send it again."""
        started = time.perf_counter()
        self._in_hand += 1
        try:
            await super().handle(client, req)
            self._edge.side.metrics.acked(time.perf_counter() - started)
        except ConnectionError as error:
            _log.warning("ack not sent: the connection was replaced", error=str(error))
        except Exception as error:  # noqa: BLE001 # the envelope is Slack's: nothing about it may break us
            _log.warning("envelope not understood", cause=type(error).__name__)
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        finally:
            self._in_hand -= 1

    async def connect(self) -> None:
        """Connect, trying until it works, and keep watch; each new reason is said once."""
        for attempt in itertools.count():
            if await self._connected_once():
                break
            await asyncio.sleep(_WAITS[min(attempt, len(_WAITS) - 1)])
        while True:
            await asyncio.sleep(WATCH)
            if not await self.client.is_connected():
                # slack_sdk would go on trying one address, but Slack lets each be used once.
                self.client.wss_uri = None

    async def _connected_once(self) -> bool:
        client = self.client
        try:
            opened = await self._edge.side.web.call("apps.connections.open", LOOK_UP, token=self.app_token)
            client.wss_uri = str(opened.get("url", ""))
            async with asyncio.timeout(WATCH):
                await client.connect()  # type: ignore[no-untyped-call] # slack_sdk's
        except SourceError as error:
            self._explain(error)
            return False
        except TimeoutError:
            self._explain(SourceUnavailable("Slack’s socket does not answer"))
            return False
        self.problem = ""
        _log.info("Socket Mode connected")
        return True

    async def check(self) -> None:
        """Raise while no connection stands."""
        if self.problem:
            raise ConnectionError(self.problem)
        if not await self.client.is_connected():
            raise ConnectionError("Socket Mode lost its connection and is connecting again")

    async def stop(self, seconds: float = 3) -> None:
        """Take nothing more, let what is in hand be acked, then close."""
        client = self.client
        client.auto_reconnect_enabled = False
        for task in (client.message_receiver, client.current_session_monitor):
            if task is not None:
                task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nothing_in_hand()
        await client.close()  # type: ignore[no-untyped-call] # slack_sdk's

    async def _nothing_in_hand(self) -> None:
        while self._in_hand or not self.client.message_queue.empty():  # noqa: ASYNC110 # slack_sdk’s queue has no event
            await asyncio.sleep(0.01)

    def _explain(self, error: SourceError) -> None:
        said = f"{error}; see SLACK_APP_TOKEN" if isinstance(error, SourceRefused) else str(error)
        if said != self.problem:
            _log.error("Socket Mode cannot connect", error=said)
        self.problem = said
