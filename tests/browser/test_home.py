"""App Home on the demo's page: opened, pressed, and following what happens, on a screen and on a phone."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

TA, AE = "signe.aldstrom", "bronwyn.pryce-evans"
NAME = "Grelimora Networks"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FOLLOWS = 5_000
"""Milliseconds within which an open tab shows what changed: the bar."""


async def home_of(open_page: Any, demo: str, who: str, size: dict[str, int]) -> Page:
    """A page at somebody's App Home."""
    page = await open_page(f"{demo}/#as={who}&channel=general", viewport=size)
    await expect(page.locator("#place")).to_contain_text("general")
    if size is PHONE:
        await page.locator("#open-sidebar").click()
    await page.locator("#sidebar").get_by_role("button", name=re.compile("^ta-bot")).click()
    await page.get_by_role("tab", name="Home").click()
    return page


def button(where: Any, name: str) -> Any:
    return where.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["screen", "phone"])
async def test_a_ta_finds_their_book_and_opens_it(demo: str, open_page: Any, size: dict[str, int]) -> None:
    page = await home_of(open_page, demo, TA, size)
    home = page.locator("#home")
    await expect(home).to_contain_text("Your book of business")
    await expect(home).to_contain_text("Sources")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "nothing is cut off at the side"
    await button(home, "My whole book").click()
    window = page.locator("#modal")
    await expect(window).to_contain_text("worst first")
    await page.keyboard.press("Escape")
    await expect(window).to_be_hidden()


async def test_an_open_tab_follows_a_request_and_a_plan(demo: str, open_page: Any) -> None:
    """What the AE asks stands on the TA's tab at once; a plan made from the tab puts its six steps there."""
    page = await home_of(open_page, demo, TA, WIDE)
    home = page.locator("#home")
    await expect(home).to_contain_text("You have no open requests")
    asked = {"user": AE, "channel": "", "text": f"/ask-ta {NAME}: which version do they run?"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{demo}/control/type", data=json.dumps(asked)) as said,
    ):
        assert (await said.json())["ok"]
    await expect(home).to_contain_text("which version do they run?", timeout=FOLLOWS)
    await expect(home).to_contain_text("To answer by you")

    await button(home, "Plan time off").click()
    form = page.locator("#modal")
    await expect(form).to_contain_text("First day")
    first, last = form.locator("input[type=date]").nth(0), form.locator("input[type=date]").nth(1)
    clock = await page.evaluate("fetch('/control/clock').then((one) => one.json()).then((one) => one.now)")
    year = int(clock[:4]) + 1
    await first.fill(f"{year}-06-01")
    await last.fill(f"{year}-06-03")
    await button(form, "Next").click()
    await expect(form).to_contain_text("cover")
    await expect(home).to_contain_text("You are away", timeout=3 * FOLLOWS)
    for step in ("Log the time off in Deel PTO.", "Share the plan", "Update the Slack status"):
        await expect(home).to_contain_text(step)
    await button(form, "Later").click()  # else it opens wherever she goes, and the demo is others' too
    await expect(form).to_be_hidden()


async def test_a_guest_finds_a_polite_page_without_an_account(demo: str, open_page: Any) -> None:
    page = await open_page(f"{demo}/#as=guest&channel=general")
    told = await page.evaluate(
        "fetch('/control/home', {method: 'POST', body: JSON.stringify({user: 'guest'})}).then((one) => one.json())"
    )
    assert told["ok"]
    seen = await page.evaluate(
        """(async () => { for (let at = 0; at < 50; at++) {
             const one = await (await fetch('/control/screen?user=guest&channel=')).json();
             if (one.home) return JSON.stringify(one.home);
             await new Promise((go) => setTimeout(go, 100)); } })()"""
    )
    assert "full members" in seen
    assert NAME not in seen
