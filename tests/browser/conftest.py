"""A real Chromium without a screen, shared by every test here; a workspace in process, and the whole demo as a process."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.standin.book import people
from bot.standin.chromium import find_chromium
from bot.standin.delivery import Envelope
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, Message
from bot.standin.webapi import answer
from bot.standin.workspace import build_workspace

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
Open: TypeAlias = Callable[..., Awaitable[Page]]
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here shares one loop and, on one worker, one browser; what needs the whole demo is on another."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            if inspect.iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            is_of_demo = {"demo", "fresh_demo"} & set(getattr(item, "fixturenames", ()))
            item.add_marker(pytest.mark.xdist_group("demo" if is_of_demo else "browser"))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = find_chromium()
    if found is None and os.environ.get("CI") != "true":
        pytest.skip(
            "no Chromium on this machine (Debian: apt-get install chromium)"
        )  # never in CI: it fails below
    assert found, "CI must have a Chromium: .ci/run installs it"
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium_path, args=OPTIONS)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def profile(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One profile for whoever asks for nothing special: a new one starts two processes, a second's work."""
    context = await browser.new_context(**SCREEN)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, profile: BrowserContext) -> AsyncIterator[Open]:
    """Opens pages; with options of its own a page is in a profile of its own. What one complains of fails the test."""
    pages: list[Page] = []
    own: list[BrowserContext] = []
    complaints: list[str] = []

    async def opened(address: str, **options: Any) -> Page:
        context = profile
        if options:
            context = await browser.new_context(**{**SCREEN, **options})
            own.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        await page.goto(address)
        return page

    yield opened
    for one in (*pages, *own):
        await one.close()
    assert not complaints


@dataclass
class ScriptedApp:
    """Plays the app: opens a form when a command is typed or a message's shortcut chosen, and answers as the test says."""

    server: StandinServer
    form: dict[str, Any] = field(default_factory=dict)
    submitted: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda _values: None
    pressed: Callable[[dict[str, Any]], None] = lambda _payload: None
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def deliver(self, envelope: Envelope) -> Any:
        payload = envelope.payload
        self.heard.append(payload)
        if envelope.kind == "slash_commands" or payload.get("type") == "message_action":
            self.call("views.open", trigger_id=payload["trigger_id"], view=self.form)
        if payload.get("type") == "view_submission":
            return self.submitted(payload["view"]["state"]["values"])
        if payload.get("type") == "block_actions":
            self.pressed(payload)
        return None

    def call(self, method: str, **args: Any) -> dict[str, Any]:
        body = answer(self.server.desk, method, args, DEMO_BOT_TOKEN).body
        assert body["ok"], body
        return body

    def says(self, channel: str, text: str, blocks: list[dict[str, Any]] | None = None) -> Message:
        """Something said by the app without Slack's checks: the page must bear whatever comes."""
        workspace = self.server.workspace
        place = workspace.find_channel(channel)
        assert place is not None
        said = Message(
            channel=place.id, ts=workspace.new_ts(), user=workspace.bot.id, text=text, blocks=blocks or []
        )
        return workspace.say(said)


@pytest_asyncio.fixture(loop_scope="session")
async def app() -> AsyncIterator[ScriptedApp]:
    """A workspace of the demo's people whose app does what the test says."""
    async with StandinServer(build_workspace(people(datetime.now(UTC).date()))) as server:
        scripted = ScriptedApp(server)
        server.people.transport = lambda: scripted
        server.happenings.transport = lambda: scripted
        yield scripted


@asynccontextmanager
async def _demo() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", "--port", "0", stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(100):
            ready = (await process.stdout.readline()).decode()
        assert ready.startswith("ready: "), ready
        yield ready.removeprefix("ready: ").strip()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(browser: Browser) -> AsyncIterator[str]:
    """`ta-bot demo`, as its users run it, for all who leave its clock alone until they have looked; gives its address."""
    assert browser.is_connected()
    async with _demo() as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_demo(browser: Browser) -> AsyncIterator[str]:
    """A demo of the test's own, at the day it began: for a story that turns the clock from its start."""
    assert browser.is_connected()
    async with _demo() as address:
        yield address
