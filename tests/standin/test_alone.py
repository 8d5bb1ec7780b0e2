"""The workspace as a process of its own outlives the bot: what was said before a kill -9 is there afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN


@pytest.fixture
async def address() -> AsyncIterator[str]:
    process = await _started("bot.standin", "--port", "0")
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            yield (await process.stdout.readline()).decode().removeprefix("ready: ").strip()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        await _ended(process)


async def _started(*words: str, cwd: Path | None = None, **environment: str) -> Process:
    own = {**os.environ, **environment}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *words, stdout=PIPE, stderr=STDOUT, cwd=cwd, env=own
    )


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def _connections(web: aiohttp.ClientSession, wanted: int) -> None:
    for _ in range(400):
        if (await _state(web))["connections"] == wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the bot came or went too late")


async def _state(web: aiohttp.ClientSession) -> dict[str, Any]:
    found: dict[str, Any] = await (await web.get("/control/state")).json()
    return found


async def test_a_bot_is_killed_and_another_one_finds_what_was_said(address: str, tmp_path: Path) -> None:
    environment = {
        "SLACK_API_URL": f"{address}/api/",
        "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
        "SLACK_APP_TOKEN": DEMO_APP_TOKEN,
        "TA_BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'alone.db'}",
        "TA_BOT_PORT": "0",
    }
    async with aiohttp.ClientSession(address) as web:
        for number in range(2):
            bot = await _started("bot", "serve", cwd=tmp_path, **environment)
            try:
                await _connections(web, 1)
                line = {"user": "marcus.teague", "channel": "general", "text": "/ta-help"}
                assert (await web.post("/control/type", json=line)).status == 200
                bot.send_signal(signal.SIGKILL)
                await bot.wait()
            finally:
                await _ended(bot)
            await _connections(web, 0)
            said = {"channel": "ta-leads", "text": f"{number}", "token": DEMO_BOT_TOKEN}
            assert (await (await web.post("/api/chat.postMessage", data=said)).json())["ok"]
        told = await (await web.get("/control/messages", params={"channel": "ta-leads"})).json()
        assert [one["text"] for one in told["messages"]] == ["0", "1"]


async def test_a_port_in_use_is_one_clear_line(server: StandinServer) -> None:
    process = await _started("bot.standin", "--port", str(server.port))
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    assert (process.returncode, f"port {server.port} is in use" in out.decode()) == (1, True)
