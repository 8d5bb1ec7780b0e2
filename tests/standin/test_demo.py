"""`ta-bot demo` answers a command, stops cleanly, and says so when its port is taken or its bot dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import OperatorError
from bot.standin import demo
from bot.standin.server import StandinServer


async def started(*words: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", *words, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.long
async def test_it_is_ready_answers_and_stops() -> None:
    process = await started("--port", "0")
    try:
        assert process.stdout is not None
        async with asyncio.timeout(100):
            ready = (await process.stdout.readline()).decode()
            assert ready.startswith("ready: http://127.0.0.1:"), (await process.communicate())[1].decode()
            address = ready.removeprefix("ready: ").strip()
            assert "Your book of business" in await _asked(address)
            assert any("the book of" in did for did in await _turned(address, by="1 day"))
            await _synced(process)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _asked(address: str) -> str:
    async with aiohttp.ClientSession(address) as web:
        state = await (await web.get("/control/state")).json()
        ta = next(one["id"] for one in state["people"] if one["title"] == "ta")
        line = {"user": ta, "channel": "general", "text": "/account-health"}
        assert (await web.post("/control/type", json=line)).status == 200
        seen: dict[str, Any] = {"version": state["version"], "messages": []}
        while not seen["messages"]:
            asked = {"user": ta, "since": str(seen["version"])}
            seen = await (await web.get("/control/screen", params=asked)).json()
        return str(seen["messages"][0]["text"])


async def _synced(process: Process) -> None:
    """The vendors are played (one will do here: the others keep to their pace); its accounts are those of the book."""
    assert process.stderr is not None
    said = ""
    while "ta-bot sync" not in said:
        said = (await process.stderr.readline()).decode()
    folder = said.partition("cd ")[2].partition(" &&")[0]
    sync = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sync", "salesforce", cwd=folder, env=_plain(), stdout=PIPE, stderr=PIPE
    )
    out, err = await sync.communicate()
    assert sync.returncode == 0, err.decode()
    assert "200 accounts merged: 0 added" in out.decode()


def _plain() -> dict[str, str]:
    """What is in the folder's .env alone leads to the demo."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TA_BOT_")}


async def _turned(address: str, **to: str) -> list[str]:
    async with aiohttp.ClientSession(address) as web:
        turned = await (await web.post("/control/clock", json=to)).json()
        assert turned["ok"], turned
        return [str(stop["did"]) for stop in turned["passed"]]


async def test_a_port_in_use_is_one_clear_line(server: StandinServer) -> None:
    process = await started("--port", str(server.port))
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert (process.returncode, out.decode()) == (1, "")
    assert (
        err.decode().strip() == f"port {server.port} is in use: stop what listens there, or name another port"
    )


async def test_a_bot_that_dies_is_reported_with_its_last_words(server: StandinServer, tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("first\nno such policy\n", encoding="utf-8")
    dead = await asyncio.create_subprocess_exec(sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(OperatorError, match=r"exit 3(.|\n)*no such policy"):
        await demo._connect(server, dead, tmp_path)


async def test_the_bot_ends_with_whoever_started_it(server: StandinServer, tmp_path: Path) -> None:
    """Killed outright, the demo cannot stop its bot; but the pipe between them closes."""
    bot = await demo._start(tmp_path, demo._environment(server, tmp_path))
    await server.connected(60)
    assert bot.returncode is None
    assert bot.stdin is not None
    bot.stdin.close()
    async with asyncio.timeout(20):
        assert await bot.wait() == 0
    assert "stopped" in demo._last_words(tmp_path), "as on SIGTERM: what was acked is finished"
