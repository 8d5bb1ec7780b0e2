"""`ta-bot demo` answers a command, stops cleanly, and says so when its port is taken or its bot dies."""

from __future__ import annotations

import asyncio
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


async def test_it_is_ready_answers_and_stops() -> None:
    process = await started("--port", "0")
    try:
        assert process.stdout is not None
        async with asyncio.timeout(100):
            ready = (await process.stdout.readline()).decode()
            assert ready.startswith("ready: http://127.0.0.1:"), (await process.communicate())[1].decode()
            words = await _asked(ready.removeprefix("ready: ").strip())
            assert "Your book of business" in words
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


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks for the bot's process in Linux's /proc"
)
async def test_a_demo_that_is_killed_leaves_no_bot_behind() -> None:
    process = await started("--port", "0")
    assert process.stdout is not None
    async with asyncio.timeout(100):
        assert (await process.stdout.readline()).startswith(b"ready: ")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
        (bot,) = children.split()
        assert _runs(bot)
        process.kill()
        await process.communicate()
        while _runs(bot):  # noqa: ASYNC110 # it is nobody's child any more: nothing tells of its end
            await asyncio.sleep(0.05)


def _runs(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
