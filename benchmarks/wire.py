"""HTTP by hand over asyncio, as light as can be, so that the load generator is not what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

END = b"\r\n\r\n"
_NUMBERS = count()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    return int(lower[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


class _Framed(asyncio.Protocol):
    """Cuts a stream into messages of a head and a body of known length."""

    def __init__(self) -> None:
        self._buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (at := self._buffer.find(END)) >= 0:
            head, total = self._buffer[:at], at + len(END) + _length(self._buffer[:at])
            if len(self._buffer) < total:
                return
            body, self._buffer = self._buffer[at + len(END) : total], self._buffer[total:]
            self.message(head, body)

    def message(self, head: bytes, body: bytes) -> None:
        """One whole message."""
        raise NotImplementedError


class Client(_Framed):
    """A kept-alive connection that asks one thing at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._reply: asyncio.Future[tuple[bytes, bytes]] | None = None

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Send a request; the answer's head and body."""
        assert self.transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await asyncio.wait_for(self._reply, 30)

    def message(self, head: bytes, body: bytes) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result((head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def close(self) -> None:
        """Let go."""
        if self.transport is not None:
            self.transport.close()


Handle = Callable[["Served", str, bytes], bytes]


class Served(_Framed):
    """A connection that was accepted; `handle` gives the body of each answer at once."""

    def __init__(self, handle: Handle) -> None:
        super().__init__()
        self._handle = handle
        self.number = next(_NUMBERS)

    def message(self, head: bytes, body: bytes) -> None:
        assert self.transport is not None
        path = head.split(b" ", 2)[1].decode()
        answer = self._handle(self, path, body)
        kind = b"application/json" if answer.startswith(b"{") else b"text/plain"
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (kind, len(answer), answer)
        )


async def connect(port: int) -> Client:
    """A connection to a server on loopback."""
    _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    return client
