"""`ta-bot serve` as a process: over HTTP and over Socket Mode, watched, and stopped cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.domain.person import Person
from bot.settings import Settings
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN, DEMO_SIGNING_SECRET
from bot.standin.workspace import GUEST, build_workspace
from bot.store import open_store

LISTENING = re.compile(r"listening on (http://127\.0\.0\.1:\d+)")


@pytest.fixture
async def people(imported: str) -> tuple[Person, ...]:
    """The book imported; its people."""
    store = open_store(imported, SystemClock(Settings(_env_file=None).zone))
    await store.start()
    found = await store.people.list_people()
    await store.close()
    return found


@asynccontextmanager
async def serving(
    environment: Mapping[str, str], tmp_path: Path, **extra: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, list[str]]]:
    """The process, its address and its log; stopped at the end."""
    import sys

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        cwd=tmp_path,
        env={**environment, "TA_BOT_PORT": "0", "TA_BOT_LOG_FORMAT": "json", **extra},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    lines: list[str] = []
    address = asyncio.get_running_loop().create_future()

    async def read() -> None:
        assert process.stderr
        async for raw in process.stderr:
            lines.append(raw.decode())
            found = LISTENING.search(lines[-1])
            if found and not address.done():
                address.set_result(found[1])

    reading = asyncio.create_task(read())
    try:
        async with asyncio.timeout(30):
            yield process, await address, lines
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 30)
        await reading


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def ready(address: str) -> None:
    for _ in range(100):
        status, _text = await get(f"{address}/readyz")
        if status == 200:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await get(f"{address}/readyz"))


async def test_over_http_signed_watched_and_stopped(
    environment: Mapping[str, str], tmp_path: Path, people: tuple[Person, ...]
) -> None:
    """The whole life of a process: ready, asked, counted, stopped with nothing lost and no secret logged."""
    async with StandinServer(build_workspace(people)) as slack:
        extra = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
            "SLACK_SIGNING_SECRET": DEMO_SIGNING_SECRET,
        }
        async with serving(environment, tmp_path, **extra) as (process, address, lines):
            await ready(address)
            assert (await get(f"{address}/healthz"))[0] == 200
            slack.events_url = f"{address}/slack/events"
            (card,) = await slack.people.ask(people[0].email, "", "/account-health Quelmarra Holdings")
            assert card.text.startswith("Quelmarra Holdings Inc: ")
            (refusal,) = await slack.people.ask(GUEST, "project-with-contractors", "/account-health A-1001")
            assert "Quelmarra" not in json.dumps([refusal.text, refusal.blocks])
            _, metrics = await get(f"{address}/metrics")
            assert 'kind="command"' in metrics
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        log = "".join(lines)
        assert DEMO_BOT_TOKEN not in log
        assert DEMO_SIGNING_SECRET not in log
        assert "Quelmarra" not in log
        assert all(json.loads(line) for line in lines)


async def test_over_socket_mode_what_was_acked_is_finished(
    environment: Mapping[str, str], tmp_path: Path, people: tuple[Person, ...]
) -> None:
    """SIGTERM right after the ack: the answer still arrives."""
    async with StandinServer(build_workspace(people)) as slack:
        extra = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
            "SLACK_APP_TOKEN": DEMO_APP_TOKEN,
        }
        async with serving(environment, tmp_path, **extra) as (process, address, _):
            await slack.connected()
            await ready(address)
            who = people[0].email
            before = len(slack.people.screen(who).messages)
            await slack.people.type(who, "", "/account-health Quelmarra Holdings")
            os.kill(process.pid, signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
            assert len(slack.people.screen(who).messages) == before + 1


async def test_slack_down_at_the_start_is_no_reason_to_die(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """It listens, says that it is not ready and why, and goes on trying."""
    extra = {
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
        "SLACK_SIGNING_SECRET": DEMO_SIGNING_SECRET,
    }
    async with serving(environment, tmp_path, **extra) as (process, address, _):
        assert (await get(f"{address}/healthz"))[0] == 200
        status, text = await get(f"{address}/readyz")
        assert (status, "slack: " in text) == (503, True)
        assert process.returncode is None


async def test_a_week_passes_when_the_demos_clock_is_turned(
    environment: Mapping[str, str], tmp_path: Path, people: tuple[Person, ...]
) -> None:
    """Ages, days left and stale marks follow; told nothing of a demo, the bot keeps the machine's time."""
    async with StandinServer(build_workspace(people)) as slack:
        extra = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
            "SLACK_APP_TOKEN": DEMO_APP_TOKEN,
        }
        async with serving(environment, tmp_path, **extra, TA_BOT_DEMO_CLOCK=slack.clock_url):
            await slack.connected()
            assert (await slack.turner.turn({"by": "1 minute"})) == []
            before = await card(slack, people[0].email)
            await slack.turner.turn({"by": "1 week"})
            after = await card(slack, people[0].email)
        assert "stale" not in before
        assert "7 days ago (stale)" in after
        assert days_left(before) - days_left(after) == 7
        assert slack.turner.followed
    async with StandinServer(build_workspace(people)) as slack:
        extra["SLACK_API_URL"] = slack.api_url
        async with serving(environment, tmp_path, **extra):
            await slack.connected()
            await slack.turner.turn({"by": "1 week"})
            assert days_left(await card(slack, people[0].email)) == days_left(before)
        assert not slack.turner.followed


async def card(slack: StandinServer, who: str) -> str:
    (answer,) = await slack.people.ask(who, "", "/account-health Quelmarra Holdings")
    return json.dumps(answer.blocks, ensure_ascii=False)


def days_left(card: str) -> int:
    found = re.search(r"in (\d+) days", card)
    assert found, card
    return int(found[1])
