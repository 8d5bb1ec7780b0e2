"""Socket Mode: up to ten connections, each envelope to one of them, acked there within three seconds."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.standin.delivery import ACK_SECONDS, Envelope, NotAnswered

CONNECTIONS = 10
LIFE_SECONDS = 3600.0
SHORT_LIFE_SECONDS = 360.0
WARNING_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Connection:
    """One socket and the envelopes on it that nobody acked yet."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None = None
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    def heard(self, text: str) -> None:
        """Take a frame from the app; only acks of what was sent here count."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        waiting = self.waiting.get(str(frame.get("envelope_id"))) if isinstance(frame, Mapping) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.get("payload"))

    def broke(self) -> None:
        """Give up on what was sent here."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(NotAnswered("dispatch_failed"))


@dataclass(slots=True)
class SocketHub:
    """All Socket Mode connections of the app."""

    app_id: str
    host: str = "stand-in"
    connections: list[Connection] = field(default_factory=list)
    tickets: dict[str, bool] = field(default_factory=dict)
    turn: int = 0
    ack_seconds: float = ACK_SECONDS
    delivered: list[str] = field(default_factory=list)  # envelope ids in order, for those who test redelivery
    links: int = 0  # connections ever made
    joined: asyncio.Event = field(default_factory=asyncio.Event)

    def issue_ticket(self, *, short: bool) -> str:
        """A ticket that opens one connection."""
        ticket = secrets.token_hex(8)
        self.tickets[ticket] = short
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until either side ends it."""
        short = self.tickets.pop(request.query.get("ticket", ""), None)
        if short is None:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.connections) >= CONNECTIONS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        self.links += 1
        life = SHORT_LIFE_SECONDS if short else LIFE_SECONDS
        ageing = asyncio.create_task(self._grow_old(connection, life))
        try:
            await self._converse(connection, life)
        finally:
            ageing.cancel()
            self._left(connection)
        return socket

    async def _converse(self, connection: Connection, life: float) -> None:
        await connection.socket.send_json(self._hello(life))
        self.joined.set()
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                connection.heard(frame.data)

    def _left(self, connection: Connection) -> None:
        connection.broke()
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self.joined.clear()

    async def deliver(self, envelope: Envelope) -> Any:
        """Send to any one connection and wait for its ack."""
        if not self.connections:
            raise NotAnswered("dispatch_failed")
        self.turn += 1
        connection = self.connections[self.turn % len(self.connections)]
        envelope_id = str(uuid.uuid4())
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = waiting
        try:
            await connection.socket.send_json(_frame(envelope_id, envelope))
            self.delivered.append(envelope_id)
            return await asyncio.wait_for(waiting, self.ack_seconds)
        except TimeoutError:
            raise NotAnswered("operation_timeout") from None
        except ConnectionError:
            raise NotAnswered("dispatch_failed") from None
        finally:
            connection.waiting.pop(envelope_id, None)

    async def say_goodbye(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Ask every connection to leave: `warning`, `refresh_requested` or `link_disabled`."""
        for connection in list(self.connections):
            if reason != "warning":
                self.connections.remove(connection)  # nothing new is sent there
            await connection.socket.send_json(self._goodbye(reason))
            if close and reason != "warning":
                await connection.socket.close()

    async def drop(self) -> None:
        """Lose every connection without a word."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()
            self._left(connection)

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            await connection.socket.close()

    async def _grow_old(self, connection: Connection, life: float) -> None:
        await asyncio.sleep(life - WARNING_SECONDS)
        await connection.socket.send_json(self._goodbye("warning"))
        await asyncio.sleep(WARNING_SECONDS)
        await connection.socket.send_json(self._goodbye("refresh_requested"))
        await connection.socket.close()

    def _hello(self, life: float) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self.app_id},
            "debug_info": {
                "host": self.host,
                "started": "1970-01-01 00:00:00.000",
                "build_number": 1,
                "approximate_connection_time": int(life),
            },
        }

    def _goodbye(self, reason: str) -> dict[str, Any]:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": self.host}}


def _frame(envelope_id: str, envelope: Envelope) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "envelope_id": envelope_id,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return frame
