"""The Bolt apps to compare with: `python -m benchmarks.apps noop|fixed PORT SLACK_PORT`."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.slack import SECRET, TOKEN

BLOCKS = [
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"*Trait {n}*: 0.82 of 1.00, healthy when ≥ 0.80 " * 2},
    }
    for n in range(20)
]


def noop(client: AsyncWebClient) -> AsyncApp:
    """Stock Bolt that acks and does nothing."""
    app = AsyncApp(token=TOKEN, signing_secret=SECRET, client=client)

    @app.command("/account-health")
    async def health(ack: Any) -> None:
        await ack()

    return app


def fixed(client: AsyncWebClient) -> AsyncApp:
    """Bolt with process_before_response that answers twenty fixed blocks over one shared session."""
    app = AsyncApp(token=TOKEN, signing_secret=SECRET, client=client, process_before_response=True)
    running: set[asyncio.Task[None]] = set()
    session: list[aiohttp.ClientSession] = []

    async def answer(url: str) -> None:
        if not session:
            session.append(aiohttp.ClientSession())
        body = orjson.dumps({"text": "fixed", "response_type": "ephemeral", "blocks": BLOCKS})
        headers = {"Content-Type": "application/json"}
        async with session[0].post(url, data=body, headers=headers) as said:
            await said.read()

    @app.command("/account-health")
    async def health(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        task = asyncio.create_task(answer(body["response_url"]))
        running.add(task)
        task.add_done_callback(running.discard)

    return app


def main() -> None:
    """Serve one of them."""
    kind, port, slack_port = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    logging.basicConfig(level=logging.WARNING)
    client = AsyncWebClient(token=TOKEN, base_url=f"http://127.0.0.1:{slack_port}/api/")
    bolt = {"noop": noop, "fixed": fixed}[kind](client)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    server = web.Application()
    server.router.add_post("/slack/events", events)
    server.router.add_get("/readyz", alive)
    web.run_app(server, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
