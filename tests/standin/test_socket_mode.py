"""Socket Mode keeps Slack's protocol: hello, acks on the same connection, goodbyes, ten connections, redelivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import aiohttp
import pytest

from bot.standin.calls import Json
from bot.standin.delivery import Envelope, NotAnswered, deliver_event
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN
from bot.standin.webapi import answer

Join: TypeAlias = Callable[[], Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def join(server: StandinServer, session: aiohttp.ClientSession) -> AsyncIterator[Join]:
    sockets = []

    async def joining() -> aiohttp.ClientWebSocketResponse:
        reply = answer(server.desk, "apps.connections.open", {}, DEMO_APP_TOKEN)
        sockets.append(await session.ws_connect(reply.body["url"]))
        return sockets[-1]

    yield joining
    for socket in sockets:
        await socket.close()


async def frame(socket: aiohttp.ClientWebSocketResponse) -> Json:
    found: Json = await socket.receive_json(timeout=2)
    return found


async def test_hello_comes_first(server: StandinServer, join: Join) -> None:
    socket = await join()
    first = await frame(socket)
    assert (first["type"], first["num_connections"]) == ("hello", 1)
    assert first["connection_info"] == {"app_id": server.workspace.app_id}
    assert first["debug_info"]["approximate_connection_time"] == 3600
    another = await join()
    assert (await frame(another))["num_connections"] == 2


async def test_a_ticket_opens_one_connection(server: StandinServer, session: aiohttp.ClientSession) -> None:
    url = answer(server.desk, "apps.connections.open", {"debug_reconnects": "true"}, DEMO_APP_TOKEN).body[
        "url"
    ]
    socket = await session.ws_connect(url)
    assert (await frame(socket))["debug_info"]["approximate_connection_time"] == 360
    await socket.close()
    async with session.get(url.replace("ws://", "http://")) as again:
        assert again.status == 401


async def test_an_ack_may_carry_a_payload(server: StandinServer, join: Join) -> None:
    socket = await join()
    await frame(socket)
    sent = asyncio.create_task(server.sockets.deliver(Envelope("slash_commands", {"command": "/x"})))
    got = await frame(socket)
    assert (got["type"], got["payload"], got["accepts_response_payload"]) == (
        "slash_commands",
        {"command": "/x"},
        True,
    )
    await socket.send_str("not json")
    await socket.send_json({"envelope_id": got["envelope_id"], "payload": {"text": "hi"}})
    assert await sent == {"text": "hi"}


async def test_an_ack_counts_only_where_the_envelope_was_sent(server: StandinServer, join: Join) -> None:
    server.sockets.ack_seconds = 0.3
    sockets = [await join() for _ in range(2)]
    for socket in sockets:
        await frame(socket)
    sent = asyncio.create_task(server.sockets.deliver(Envelope("interactive", {})))
    waits = [asyncio.create_task(frame(socket)) for socket in sockets]
    done, waiting = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(waiting)) == (1, 1), "each payload goes to one connection"
    other = sockets[waits.index(next(iter(waiting)))]
    await other.send_json({"envelope_id": next(iter(done)).result()["envelope_id"]})
    with pytest.raises(NotAnswered, match="operation_timeout"):
        await sent
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_payloads_take_turns_over_the_connections(server: StandinServer, join: Join) -> None:
    sockets = [await join() for _ in range(2)]
    for socket in sockets:
        await frame(socket)
    sent = [asyncio.create_task(server.sockets.deliver(Envelope("interactive", {}))) for _ in range(2)]
    for socket in sockets:
        got = await frame(socket)
        await socket.send_json({"envelope_id": got["envelope_id"]})
    assert await asyncio.gather(*sent) == [None, None]


async def test_the_eleventh_connection_is_sent_away(join: Join) -> None:
    sockets = [await join() for _ in range(10)]
    for socket in sockets:
        await frame(socket)
    assert await frame(await join()) == {
        "type": "disconnect",
        "reason": "too_many_websockets",
        "debug_info": {"host": "stand-in"},
    }


async def test_goodbyes(server: StandinServer, join: Join) -> None:
    socket = await join()
    await frame(socket)
    await server.sockets.say_goodbye("warning")
    assert (await frame(socket))["reason"] == "warning"
    assert len(server.sockets.connections) == 1
    await asyncio.gather(server.sockets.say_goodbye("refresh_requested"), _read_to_end(socket))
    assert not server.sockets.connections


async def _read_to_end(socket: aiohttp.ClientWebSocketResponse) -> None:
    assert (await frame(socket))["reason"] == "refresh_requested"
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_an_event_nobody_acked_comes_again(server: StandinServer, join: Join) -> None:
    server.sockets.ack_seconds = 0.1
    socket = await join()
    await frame(socket)
    sent = asyncio.create_task(deliver_event(server.sockets, {"event_id": "Ev1"}, (0.0, 0.0, 0.0)))
    first, second = await frame(socket), await frame(socket)
    assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
    assert second["retry_reason"] == "operation_timeout"
    assert first["payload"] == second["payload"]
    assert not second["accepts_response_payload"]
    await socket.send_json({"envelope_id": second["envelope_id"]})
    assert await sent


async def test_what_is_never_acked_is_given_up_after_three_retries(server: StandinServer, join: Join) -> None:
    server.sockets.ack_seconds = 0.02
    socket = await join()
    await frame(socket)
    assert not await deliver_event(server.sockets, {}, (0.0, 0.0, 0.0))
    assert len(server.sockets.delivered) == 4


async def test_a_lost_connection_fails_what_was_on_it(server: StandinServer, join: Join) -> None:
    socket = await join()
    await frame(socket)
    sent = asyncio.create_task(server.sockets.deliver(Envelope("interactive", {})))
    await frame(socket)
    await server.sockets.drop()
    with pytest.raises(NotAnswered, match="dispatch_failed"):
        await sent
    with pytest.raises(NotAnswered, match="dispatch_failed"):
        await server.sockets.deliver(Envelope("interactive", {}))
    async with asyncio.timeout(2):
        assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


@pytest.mark.usefixtures("linked")
async def test_the_sdk_comes_back_after_a_goodbye(server: StandinServer) -> None:
    assert server.sockets.links == 1
    await server.sockets.say_goodbye("refresh_requested", close=False)
    async with asyncio.timeout(5):
        while server.sockets.links < 2:  # noqa: ASYNC110 # the SDK's own reconnect has no event to wait for
            await asyncio.sleep(0.02)
    assert len(server.sockets.connections) == 1
