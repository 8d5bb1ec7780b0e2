"""Pictures are taken in a real Chromium: of what was done, at the size asked, light and dark; a heavy one is refused."""

from __future__ import annotations

import os
import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.errors import OperatorError
from bot.standin import pictures
from bot.standin.chromium import PageSaid, chromium, find_chromium
from bot.standin.pictures import Demo, Picture, take
from bot.standin.server import StandinServer

HELLO = Picture(
    name="hello",
    who="ana.lee",
    where="general",
    steps=[("type", {"text": "Hello there"})],
    shows="Hello there",
    size=(640, 420),
)


@pytest.fixture(autouse=True)
def _browser() -> None:
    if find_chromium() is None:
        assert os.environ.get("CI") != "true", "CI must have a Chromium: .ci/run installs it"
        pytest.skip(
            "no Chromium on this machine (Debian: apt-get install chromium)"
        )  # never in CI: see above


@pytest.fixture
async def demo(server: StandinServer) -> AsyncIterator[Demo]:
    async with aiohttp.ClientSession(server.base_url) as web:
        yield Demo(server.base_url, web)


async def test_what_was_done_at_the_size_asked(demo: Demo, server: StandinServer) -> None:
    async with chromium() as browser:
        light = await take(demo, browser, HELLO)
        dark = await take(demo, browser, replace(HELLO, dark=True, then="document.activeElement.blur()"))
        assert struct.unpack(">II", light[16:24]) == HELLO.size
        assert len(light) < pictures.LIMIT
        assert light != dark
        async with browser.page(400, 300) as page:
            with pytest.raises(PageSaid, match="in vain"):
                await page.wait_for("document.querySelector('#no-such-thing')", 0.2)
            with pytest.raises(PageSaid, match="oh no"):
                await page.read("(() => { throw new Error('oh no'); })()")
    assert [one.text for one in server.workspace.messages] == ["Hello there"], "each begins afresh"


async def test_what_is_refused_is_said(demo: Demo) -> None:
    with pytest.raises(OperatorError, match="nobody called nobody"):
        await demo.step("nobody", "general", ("type", {"text": "x"}))
