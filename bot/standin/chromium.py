"""A headless Chromium, driven over its DevTools protocol: opens the page, waits for what it shows, takes pictures."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from bot.errors import OperatorError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"),
    *("--disable-dev-shm-usage", "--force-color-profile=srgb", "--remote-debugging-port=0", "--lang=en-US"),
)
LISTENING = re.compile(r"DevTools listening on (ws://\S+)")
START_SECONDS = 30.0
CALL_SECONDS = 20.0
# Looks again and again inside the page: one question and one answer, however long it takes.
LOOKING = """new Promise((done) => {
  const look = () => { try { return %s; } catch (error) { return null; } }, began = Date.now();
  const again = () => { const found = look(); found || Date.now() - began > %d ? done(found) : setTimeout(again, 30); };
  again();
})"""


def find_chromium() -> str | None:
    """Where a Chromium is on this machine, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class PageSaid(Exception):
    """A script in the page failed, or what was waited for did not come."""


@dataclass(slots=True)
class Chromium:
    """The connection to a running browser."""

    socket: aiohttp.ClientWebSocketResponse
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    asked: int = 0

    async def listen(self) -> None:
        """Hand every answer to who waits for it, until the browser ends."""
        async for message in self.socket:
            frame = json.loads(message.data)
            waiting = self.waiting.pop(frame.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)

    async def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Call one method of the protocol."""
        self.asked += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[self.asked] = answer
        frame = {"id": self.asked, "method": method, "params": params}
        await self.socket.send_json({**frame, **({"sessionId": session} if session else {})})
        async with asyncio.timeout(CALL_SECONDS):
            told = await answer
        if "error" in told:
            raise PageSaid(f"{method}: {told['error'].get('message')}")
        found: dict[str, Any] = told["result"]
        return found

    @asynccontextmanager
    async def page(self, width: int, height: int, *, dark: bool = False) -> AsyncIterator[Page]:
        """A page of that size in a profile of its own."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await page.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await page.call("Emulation.setEmulatedMedia", features=[scheme])
        await page.call("Page.enable")
        try:
            yield page
        finally:
            await self.call("Target.disposeBrowserContext", browserContextId=context)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the browser."""

    chromium: Chromium
    session: str

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call one method of the protocol for this page."""
        return await self.chromium.call(method, self.session, **params)

    async def go(self, url: str) -> None:
        """Open an address; what it shows comes when it comes."""
        await self.call("Page.navigate", url=url)

    async def read(self, script: str) -> Any:
        """The value of an expression in the page."""
        told = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in told:
            details = told["exceptionDetails"]
            raise PageSaid(details.get("exception", {}).get("description") or details["text"])
        return told["result"].get("value")

    async def wait_for(self, script: str, seconds: float = 10.0) -> Any:
        """Wait until an expression holds; gives its value."""
        value = await self.read(LOOKING % (script, int(seconds * 1000)))
        if not value:
            raise PageSaid(f"waited {seconds:g} s in vain for: {script}")
        return value

    async def picture(self) -> bytes:
        """What the page shows, as PNG."""
        told = await self.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)
        return base64.b64decode(told["data"])


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser of one's own, ended at the end; raises OperatorError where the machine has none."""
    program = find_chromium()
    if program is None:
        raise OperatorError("no Chromium on this machine (Debian: apt-get install chromium)")
    with TemporaryDirectory(prefix="ta-bot-chromium-", ignore_cleanup_errors=True) as directory:
        process = await asyncio.create_subprocess_exec(
            program,
            *OPTIONS,
            f"--user-data-dir={Path(directory)}",
            "about:blank",
            stdout=DEVNULL,
            stderr=PIPE,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                address = await _address(process)
            draining = asyncio.create_task(_drain(process))
            async with aiohttp.ClientSession() as web, web.ws_connect(address, max_msg_size=0) as socket:
                browser = Chromium(socket)
                listening = asyncio.create_task(browser.listen())
                yield browser
                with suppress(PageSaid, TimeoutError, ConnectionError):
                    await browser.call("Browser.close")
                listening.cancel()
            draining.cancel()
            await asyncio.gather(listening, draining, return_exceptions=True)
        finally:
            await _end(process)


async def _address(process: Process) -> str:
    assert process.stderr is not None  # noqa: S101 # it was opened with a pipe
    async for line in process.stderr:
        if found := LISTENING.search(line.decode(errors="replace")):
            return found[1]
    raise OperatorError("Chromium did not start")


async def _drain(process: Process) -> None:
    assert process.stderr is not None  # noqa: S101 # as above
    async for _ in process.stderr:
        pass


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
