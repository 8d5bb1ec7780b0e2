"""A request on the demo's page, from the account's card to “did this help”, in a real browser; the clock is turned."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect

ASKER, TA = "bronwyn.pryce-evans", "signe.aldstrom"
NAME = "Grelimora Networks"
CHANNEL = "discuss-technical-advisors"


async def say(page: Page, text: str) -> None:
    await page.fill("#line", text)
    await page.press("#line", "Enter")


async def turn(session: aiohttp.ClientSession, demo: str, **how: str) -> None:
    async with session.post(f"{demo}/control/clock", json=how) as answer:
        assert (await answer.json())["ok"]


async def to_a_working_morning(demo: str) -> None:
    """The next Monday at nine in the demo's time zone, unless it is one."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{demo}/control/clock") as answer:
            local = (await answer.json())["local"]
        if not re.match(r"Monday .* (09|10):", local):
            await turn(session, demo, next="monday")


async def until_a_reminder_comes(demo: str) -> None:
    """Half of the first response's time is gone in the afternoon; a day later where Monday is a bank holiday."""
    async with aiohttp.ClientSession() as session:
        for _ in range(8):
            await turn(session, demo, by="6 hours")
            async with session.get(f"{demo}/control/messages", params={"channel": CHANNEL}) as answer:
                if "nobody has responded yet" in await answer.text():
                    return
    pytest.fail("nobody was reminded")


def button(where: Any, name: str) -> Any:
    return where.get_by_role("button", name=name, exact=True)


@pytest.mark.timeout(300)
async def test_from_the_accounts_card_to_did_this_help(fresh_demo: str, open_page: Any) -> None:
    await to_a_working_morning(fresh_demo)
    asker = await open_page(f"{fresh_demo}/#as={ASKER}&channel=general")
    await say(asker, f"/account-health {NAME}")
    card = asker.locator("#messages .message").last
    await expect(card.locator("h3.header")).to_contain_text(NAME)
    await button(card, "Ask the TA team").click()

    form = asker.locator("#modal")
    await expect(form).to_contain_text("Ask the TA team")
    await expect(form.get_by_role("combobox", name="Account")).to_have_value(re.compile(NAME))
    await form.get_by_role("textbox", name="Request").fill("Can they move to single sign-on this month?")
    await button(form, "Ask").click()
    await expect(form).to_contain_text("It goes to Signe Aldström")
    await expect(form).to_contain_text("is its TA")
    await asker.keyboard.press("Escape")

    team = await open_page(f"{fresh_demo}/#as={TA}&channel={CHANNEL}")
    head = team.locator("#messages .message", has_text="Can they move to single sign-on this month?").last
    await expect(head).to_contain_text("Open")
    await expect(head).to_contain_text("Signe Aldström")
    await button(head, "Why did this go here?").click()
    await expect(team.locator("#modal")).to_contain_text("Why it went there")
    await team.keyboard.press("Escape")
    await until_a_reminder_comes(fresh_demo)
    await head.get_by_role("button", name=re.compile("1 repl")).click()
    thread = team.locator("#thread")
    await expect(thread).to_contain_text("nobody has responded yet. A first response is due")
    await team.keyboard.press("Escape")
    await button(head, "Claim").click()
    await expect(head).to_contain_text("Claimed by Signe Aldström")
    await expect(button(head, "Claim")).to_have_count(0)

    app = asker.locator("#sidebar button.unread", has_text="ta-bot")
    await app.click()
    told = asker.locator("#messages")
    await expect(told).to_contain_text("Signe Aldström has taken request")
    await button(head, "Answered").click()
    await expect(head).to_contain_text("Answered by Signe Aldström")

    question = asker.locator("#messages .message", has_text="Did this help?").last
    await expect(question).to_contain_text("is answered")
    await button(question, "Yes, it helped").click()
    await expect(told).to_contain_text("the team sees that it helped")
    await expect(head).to_contain_text("It helped")
    await expect(head).to_contain_text("Closed")
    await expect(
        team.locator("#messages .message", has_text="Can they move to single sign-on this month?")
    ).to_have_count(1)
