"""What the vendors' stand-ins share: a book of records, credentials, faults, counts, and a port of their own."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias

import orjson
from aiohttp import web

from bot.standin.vendors.faults import VendorFault, VendorFaultKind

JsonRecord: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
PAGE = "<!doctype html><title>Back soon</title><p>We are having trouble."


@dataclass(slots=True)
class VendorBook:
    """What a vendor holds: records as its API gives them, by collection, each with its id."""

    collections: dict[str, list[JsonRecord]] = field(default_factory=dict)
    _sorted: dict[tuple[str, str], list[JsonRecord]] = field(default_factory=dict, repr=False)

    def of(self, collection: str) -> list[JsonRecord]:
        """The records of a collection."""
        return self.collections.setdefault(collection, [])

    def put(self, collection: str, *records: JsonRecord) -> None:
        """Add records, or replace those of the same id."""
        held = {_id(each): each for each in self.of(collection)}
        held.update({_id(each): each for each in records})
        self.collections[collection] = list(held.values())
        self._sorted.clear()

    def sorted(self, collection: str, by: str) -> list[JsonRecord]:
        """The records newest first by an instant in ISO form; kept, for a demo's book is read in many pages."""
        held = self._sorted.get((collection, by))
        if held is None or len(held) != len(self.of(collection)):
            held = sorted(self.of(collection), key=lambda each: str(each.get(by) or ""), reverse=True)
            self._sorted[collection, by] = held
        return held

    def remove(self, collection: str, key: str) -> None:
        """Take a record out."""
        self.collections[collection] = [each for each in self.of(collection) if _id(each) != key]
        self._sorted.clear()


def _id(record: JsonRecord) -> str:
    return str(record.get("id", record.get("Id")))  # Salesforce's are written large


class VendorStandin(ABC):
    """A vendor's API over a book. `page_size` is the most that a page holds, whatever is asked for."""

    system: str
    base_path: str = ""

    def __init__(self, book: VendorBook, *, page_size: int = 100) -> None:
        self.book = book
        self.page_size = page_size
        self.faults: list[VendorFault] = []
        self.calls: Counter[str] = Counter()

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Its paths."""

    @abstractmethod
    def allows(self, request: web.Request) -> bool:
        """Whether the call carries the right credentials; the call that asks for a token needs none."""

    @abstractmethod
    def error(self, status: int) -> Any:
        """The body of an error with that status, in its own shape."""

    def app(self) -> web.Application:
        """The whole of it, to be served or to be mounted."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._answer(request, handler)

        app = web.Application(middlewares=[guard], client_max_size=16_000_000)
        app.add_routes(list(self.routes()))
        return app

    def strike(self, path: str, *kinds: VendorFaultKind) -> VendorFault | None:
        """The first fault of these kinds that strikes this call."""
        return next((one for one in self.faults if one.kind in kinds and one.hits(path)), None)

    def refusal(self, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
        """An error in its own shape, with a request id."""
        named = {"X-Request-Id": f"{self.system}-{sum(self.calls.values())}", **(headers or {})}
        return json_answer(self.error(status), status=status, headers=named)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.calls[request.path] += 1
        fault = self.strike(request.path, "status", "answer", "html", "drop")
        if fault is not None:
            return self._failed(request, fault)
        if not self.allows(request):
            return self.refusal(401)
        try:
            answer = await handler(request)
        except web.HTTPNotFound:
            return self.refusal(404)
        broken = self.strike(request.path, "slow", "cut")
        return answer if broken is None else await _half(request, answer, broken)

    def _failed(self, request: web.Request, fault: VendorFault) -> web.StreamResponse:
        if fault.kind == "drop" and request.transport is not None:
            request.transport.abort()
        if fault.kind == "html":
            return web.Response(text=PAGE, content_type="text/html", headers=fault.headers)
        status = 200 if fault.kind == "answer" else fault.status
        if fault.body is None:
            return self.refusal(status, fault.headers)
        return web.Response(
            status=status, text=fault.body, content_type=fault.content_type, headers=fault.headers
        )


def json_answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON, made fast: a demo's book is read in thousands of pages."""
    return web.Response(
        body=orjson.dumps(data), status=status, headers=headers, content_type="application/json"
    )


async def _half(request: web.Request, answer: web.StreamResponse, fault: VendorFault) -> web.StreamResponse:
    body = answer.body if isinstance(answer, web.Response) else b""
    whole = body if isinstance(body, bytes) else b""
    part = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
    await part.prepare(request)
    await part.write(whole[: len(whole) // 2])
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.close()
    return part


class VendorSite:
    """A stand-in on a port of its own on loopback: `async with VendorSite(standin) as base_url`."""

    def __init__(self, standin: VendorStandin, port: int = 0) -> None:
        self.standin = standin
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen; the base URL as it is given to ta-bot."""
        self._runner = web.AppRunner(self.standin.app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}{self.standin.base_path}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> str:
        """Listen."""
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self.stop()
