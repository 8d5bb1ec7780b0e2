"""The one client over real HTTP on loopback: what it repeats, what it refuses, and what it never says."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import log
from bot.errors import SourceGarbled, SourceRefused, SourceUnavailable
from bot.http.budget import Budget
from bot.http.client import Caller, Patience, open_session

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "sk_live_4711"


class Vendor:
    """Answers by a script, one answer a call, the last one for ever; keeps what it was asked."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.asked: list[web.Request] = []
        self.peers: set[object] = set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.peers.add(request.transport and request.transport.get_extra_info("peername"))
        await request.read()
        return await (self.script.pop(0) if len(self.script) > 1 else self.script[0])(request)


def says(status: int = 200, text: str = '{"ok": 1}', **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named, content_type="application/json")

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"results": [')
    assert request.transport
    request.transport.close()
    return answer


class Waits:
    """A sleep that only writes down how long it was to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def serve(
    session: aiohttp.ClientSession,
) -> AsyncIterator[Callable[..., Awaitable[tuple[Caller, Waits]]]]:
    servers: list[TestServer] = []

    async def served(vendor: Vendor, **given: object) -> tuple[Caller, Waits]:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", vendor.answer)
        servers.append(TestServer(app))
        await servers[-1].start_server()
        waits = Waits()
        patience = Patience(seconds=2, quiet=0.2, first_wait=1, sleep=waits)
        return (
            Caller(
                session,
                **{
                    "system": "vitally",
                    "base_url": str(servers[-1].make_url("/resources")),
                    "secret": "VITALLY_API_KEY",
                    "patience": patience,
                    **given,
                },
            ),
            waits,
        )

    yield served
    for server in servers:
        await server.close()


async def test_paths_go_below_the_base_and_from_the_root(serve) -> None:
    vendor = Vendor(says())
    caller, _ = await serve(vendor)
    await caller.get("accounts", {"limit": "100"})
    await caller.get("/services/data?locator=a%2Bb%3D%3D")
    await caller.get(f"{caller.base_url}/accounts?from=c29%3D", {"limit": "1"})
    await caller.post("token", form={"grant_type": "client_credentials"})
    assert [request.raw_path for request in vendor.asked] == [
        "/resources/accounts?limit=100",
        "/services/data?locator=a%2Bb%3D%3D",
        "/resources/accounts?from=c29%3D&limit=1",
        "/resources/token",
    ]
    assert caller.calls == 4
    assert len(vendor.peers) == 1  # one connection, used again


@pytest.mark.parametrize(
    "link",
    ["http://elsewhere.example/accounts", "//elsewhere.example/x", "http://user@127.0.0.1/x", "file:///etc"],
)
async def test_a_link_to_another_host_is_not_followed(serve, link: str) -> None:
    """The credentials would go with it."""
    vendor = Vendor(says())
    caller, _ = await serve(vendor)
    with pytest.raises(SourceGarbled, match="another host"):
        await caller.get(link)
    assert vendor.asked == []


async def test_a_redirect_is_not_followed(serve) -> None:
    vendor = Vendor(says(302, Location="http://elsewhere.example/"))
    caller, _ = await serve(vendor)
    with pytest.raises(SourceRefused, match="base URL"):
        await caller.get("accounts")
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        ({"Retry_After": "7"}, 7, 7.8),
        ({"Retry_After": "Thu, 26 Nov 2026 08:00:09 GMT", "Date": "Thu, 26 Nov 2026 08:00:00 GMT"}, 9, 10),
        ({"RateLimit_Reset": "5"}, 5, 5.6),
        ({}, 0.5, 1),
    ],
)
async def test_429_is_waited_out(serve, wish: dict[str, str], least: float, most: float) -> None:
    """In seconds, as a date, by the reset, or by our own measure; its body may be plain text."""
    vendor = Vendor(says(429, "Number of allowed API requests per minute exceeded", **wish), says())
    caller, waits = await serve(vendor)
    assert (await caller.get("accounts")).data == {"ok": 1}
    assert len(waits.seconds) == 1
    assert least <= waits.seconds[0] <= most


async def test_who_asks_for_an_hour_is_not_waited_for(serve) -> None:
    caller, waits = await serve(Vendor(says(429, Retry_After="3600")))
    with pytest.raises(SourceUnavailable) as raised:
        await caller.get("accounts")
    assert raised.value.retry_after == 3600
    assert (caller.calls, waits.seconds) == (1, [])


async def test_failures_are_repeated_so_often_and_no_more(serve) -> None:
    """Each wait is about twice the one before."""
    caller, waits = await serve(Vendor(says(503, X_Request_Id="r-9")))
    with pytest.raises(
        SourceUnavailable, match=r"Vitally failed at /resources/accounts \(HTTP 503, request r-9\)"
    ):
        await caller.get("accounts")
    assert caller.calls == 6
    assert all(0.5 * 2**at <= wait <= 2**at for at, wait in enumerate(waits.seconds))


async def test_a_cut_off_body_is_asked_for_again(serve) -> None:
    """And is garbled where it always is; JSON that ends too early likewise."""
    caller, _ = await serve(Vendor(cut, says(text='{"results": ['), says()))
    assert (await caller.get("accounts")).data == {"ok": 1}
    assert caller.calls == 3
    caller, _ = await serve(Vendor(cut))
    with pytest.raises(SourceGarbled, match="cut off"):
        await caller.get("accounts")


async def test_a_page_instead_of_json_is_garbled_at_once(serve) -> None:
    caller, _ = await serve(Vendor(says(text="\n<!doctype html><p>Sign in")))
    with pytest.raises(SourceGarbled, match="web page"):
        await caller.get("accounts")
    assert caller.calls == 1


async def test_nobody_there(serve) -> None:
    caller, waits = await serve(Vendor(says()), base_url="http://127.0.0.1:9/x")
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        await caller.get("accounts")
    assert len(waits.seconds) == 5


async def test_a_token_is_renewed_once(serve) -> None:
    """A second 401 means it: the operator hears which setting to look at."""
    tokens = ["stale"]

    async def sign() -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens[-1]}"}

    async def renew() -> None:
        tokens.append(f"fresh-{len(tokens)}")

    vendor = Vendor(says(401), says())
    caller, _ = await serve(vendor, sign=sign, renew=renew)
    assert (await caller.get("accounts")).status == 200
    assert [each.headers["Authorization"] for each in vendor.asked] == ["Bearer stale", "Bearer fresh-1"]
    caller, _ = await serve(Vendor(says(401)), sign=sign, renew=renew)
    with pytest.raises(SourceRefused, match="check VITALLY_API_KEY"):
        await caller.get("accounts")
    assert caller.calls == 2


async def test_a_body_without_end_is_not_taken(serve) -> None:
    caller, waits = await serve(Vendor(says(text='["' + "x" * 5000 + '"]')))
    caller.patience = Patience(most_bytes=4000, sleep=waits)
    with pytest.raises(SourceGarbled, match="larger"):
        await caller.get("accounts")


async def test_the_budget_spaces_calls_and_hears_the_vendors_own(serve) -> None:
    """Ten a minute, so the second call waits six seconds; nothing left, so the next waits for the reset."""
    spent = says(RateLimit_Remaining="0", RateLimit_Reset="30")
    caller, waits = await serve(Vendor(says(), spent, says()), budget=Budget(10, 60))
    for _ in range(3):
        await caller.get("accounts")
    assert waits.seconds == [pytest.approx(6, abs=0.5), pytest.approx(30, abs=1)]


async def test_no_secret_query_or_body_is_logged(serve) -> None:
    """Neither on success nor on failure, at any level."""
    out = io.StringIO()
    log.configure(level="DEBUG", form="json", stream=out)

    async def sign() -> dict[str, str]:
        return {"Authorization": SECRET}

    told = f'{{"error": {{"message": "Acme said {SECRET}"}}}}'
    caller, _ = await serve(Vendor(says(503, told), says(400, told), says(text=f'"{SECRET}"')), sign=sign)
    with pytest.raises(SourceRefused) as raised:
        await caller.get("accounts", {"email": "jane@acme.example"})
    await caller.post("accounts", form={"secret": SECRET})
    said = out.getvalue() + str(raised.value)
    assert "/resources/accounts" in said
    for planted in (SECRET, "Acme", "jane"):
        assert planted not in said
