"""A stranger at the demo's page: everything typed and pressed in a real browser, answered by the real bot."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

TA = "signe.aldstrom"


async def say(page: Page, text: str) -> None:
    await page.fill("#line", text)
    await page.press("#line", "Enter")


async def test_a_command_is_completed_a_candidate_chosen_and_the_answer_shared(demo: str, open_page) -> None:
    page = await open_page(f"{demo}/#as={TA}&channel=general")
    await page.locator("#line").press_sequentially("/acc")
    offer = page.get_by_role("option", name="/account-health")
    await expect(offer).to_contain_text("How healthy an account is, and why")
    await expect(offer).to_have_attribute("aria-selected", "true")
    await page.press("#line", "Tab")
    await expect(page.locator("#line")).to_have_value("/account-health ")
    await expect(page.locator(".usage").first).to_contain_text("[account | @person")
    await page.locator("#line").press_sequentially("ostervane")
    await page.press("#line", "Enter")

    message = page.locator("#messages .message").last
    await expect(message).to_contain_text("may mean 2 accounts")
    await expect(message.locator(".only")).to_have_text("Only visible to you")
    await message.get_by_role("combobox").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(message.locator("h3.header")).to_contain_text("Ostervane Robotics")

    await message.get_by_role("button", name="Share to a channel").click()
    await share(page)
    other = await open_page(f"{demo}/#as=marcus.teague&channel=discuss-technical-advisors")
    await expect(other.locator("#messages")).to_contain_text("Ostervane Robotics")
    await expect(other.locator("#messages .ephemeral")).to_have_count(0)


async def share(page: Page) -> None:
    """The three steps of the form: where to, who will read it, done."""
    form = page.locator("#modal")
    await form.get_by_role("combobox").click()
    await page.keyboard.type("discuss-tech")
    await page.get_by_role("option", name="#discuss-technical-advisors").click()
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("all of them full members")
    await form.get_by_role("button", name="Share").click()
    await expect(form).to_contain_text("Posted in #discuss-technical-advisors")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()


async def test_nothing_is_said_in_a_shared_channel(demo: str, open_page) -> None:
    page = await open_page(f"{demo}/#as={TA}&channel=shared-customer")
    await expect(page.locator("#place")).to_contain_text("Shared with another organisation")
    await say(page, "/account-health ostervane robotics gmbh")
    told = page.locator("#messages .ephemeral").last
    await expect(told).to_contain_text("people outside the organisation can read this channel")
    app = page.locator("#sidebar button.unread", has_text="ta-bot")
    await expect(app.locator(".count")).to_contain_text("1")
    await app.click()
    await expect(page.locator("#messages")).to_contain_text("Ostervane Robotics GmbH")
    await expect(page.locator("#sidebar button.unread", has_text="ta-bot")).to_have_count(0)

    outsider = await open_page(f"{demo}/#as=outsider&channel=shared-customer")
    await expect(outsider.locator("#place")).to_contain_text("shared-customer")
    await expect(outsider.locator("#messages .message")).to_have_count(0)
    await outsider.locator("#line").press_sequentially("/acc")
    await expect(outsider.locator("#composer .offers")).to_be_hidden()
    await say(outsider, "/account-health ostervane")
    await expect(outsider.locator("#status")).to_contain_text("not a valid command")


@pytest.mark.timeout(240)
async def test_the_clock_is_turned(demo: str, open_page) -> None:
    page = await open_page(f"{demo}/#as={TA}&channel=general")
    before = await page.inner_text("#clock")
    await page.click("#clock")
    await page.get_by_role("button", name="Next Monday, 09:00").click()
    # What is due on the way is done at its own instant: digests, plans of those who go on leave.
    await expect(page.locator("#clock")).to_contain_text(re.compile(r"^Mon.*09:0\d"), timeout=200_000)
    assert await page.inner_text("#clock") != before
