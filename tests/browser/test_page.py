"""The page around the messages: where one is, whom one acts as, threads, menus, what is unread."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

TA, OTHER = "signe.aldstrom", "marcus.teague"


async def say(page, text: str) -> None:
    await page.fill("#line", text)
    await page.press("#line", "Enter")


async def seconds_until(seen, does) -> float:
    """How long it takes until somebody else sees what was done."""
    began = time.monotonic()
    await does
    await seen
    return time.monotonic() - began


@pytest.mark.alone
async def test_two_browsers_see_each_others_effects_within_a_second(app, open_page) -> None:
    one = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    two = await open_page(
        f"{app.server.base_url}/#as={OTHER}&channel=general", locale="en-GB"
    )  # a browser of its own
    for page in (one, two):
        await expect(page.locator("#me")).to_contain_text("Set a status")
    took = []
    for number in range(4):
        speaks, hears = (one, two) if number % 2 else (two, one)
        last = hears.locator("#messages .message").last
        took.append(
            await seconds_until(expect(last).to_contain_text(f"No. {number}"), say(speaks, f"No. {number}"))
        )
    # Whatever else the machine does is in these figures too.
    assert sorted(took)[1] < 1, took


async def test_what_is_unread_is_counted_and_marked(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={OTHER}&channel=ta-leads")
    await expect(page.locator("#place h2")).to_contain_text("ta-leads")
    app.says("general", f"Hello <@{app.server.people.who(OTHER).id}>")
    app.says("discuss-scaled-success", "For everybody")
    app.says("discuss-scaled-success", "And again")
    mentioned = page.locator("#sidebar button.unread", has_text="general")
    await expect(mentioned.locator(".count.loud")).to_contain_text("1")
    await expect(page.locator("#sidebar button.unread", has_text="scaled").locator(".count")).to_contain_text(
        "2"
    )
    await mentioned.click()
    await expect(page.locator("#messages .new")).to_be_visible()
    await expect(page.locator(".mention.mine")).to_have_text("@Marcus Teague")
    await expect(mentioned).to_have_count(0)
    await page.reload()
    await expect(page.locator("#messages .message")).to_have_count(1)
    await expect(page.locator("#messages .new")).to_have_count(0)


async def test_a_thread_is_opened_answered_and_counted(app, open_page) -> None:
    said = app.says("general", "Who covers this?")
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    await page.locator("#reply-line").press_sequentially("I do")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replies .message")).to_have_count(2)
    await expect(page.locator("#messages .message")).to_have_count(1)
    await expect(page.locator("#messages .replies")).to_contain_text("1 reply")
    assert app.server.workspace.messages[-1].thread_ts == said.ts
    await page.fill("#reply-line", "/ta-help")
    await page.press("#reply-line", "Enter")
    await expect(page.locator("#status")).to_contain_text("cannot be used in threads")


async def test_a_message_taller_than_the_view_is_read_from_its_beginning(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await expect(page.locator("#place h2")).to_contain_text("general")
    box = await page.locator("#messages").bounding_box()
    for number in range(6):  # whatever stretch it stands in
        app.says("general", f"No. {number}\n" + "and so on\n" * 60)
        last = page.locator("#messages .message").last
        await expect(last).to_contain_text(f"No. {number}")
        await page.wait_for_function(
            "(top) => Math.abs([...document.querySelectorAll('#messages .message')].at(-1).getBoundingClientRect().y - top) < 40",
            arg=box["y"],
        )
        await page.locator("#messages").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")
    # Who read to its end is not taken back to its beginning by what happens elsewhere.
    app.says("ta-leads", "Elsewhere")
    await expect(page.locator("#sidebar button.unread", has_text="ta-leads")).to_be_visible()
    below = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"
    assert await page.locator("#messages").evaluate(below) < 2


async def test_the_address_names_who_acts_and_where(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={OTHER}&channel=ta-leads")
    await expect(page.locator("#acting option:checked")).to_have_text("Marcus Teague")
    await expect(page.locator("#place h2")).to_contain_text("ta-leads")
    groups = await page.locator("#acting optgroup").evaluate_all("all => all.map((one) => one.label)")
    assert {"Technical Advisors", "TA managers", "Account Executives", "Guests"} <= set(groups)
    await page.select_option("#acting", label="Gail Guest")
    await expect(page.locator("#place h2")).to_contain_text("project-with-contractors")
    assert "as=guest" in page.url


async def test_the_keyboard_does_it_all(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await expect(page.locator("#line")).to_be_focused()
    await page.keyboard.type("/")
    offers = page.locator("#composer .offers [role=option]")
    await expect(offers.first).to_be_visible()
    count = await offers.count()
    for _ in range(count):
        await page.keyboard.press("ArrowDown")
    await expect(offers.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(offers.first).to_be_hidden()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Ask @marc")
    await expect(offers.first).to_contain_text("Marcus Teague")
    await page.keyboard.press("Enter")
    await expect(page.locator("#line")).to_have_value("Ask @marcus.teague ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mention")).to_have_text("@Marcus Teague")


async def test_a_status_and_paused_notifications_show_to_others(app, open_page) -> None:
    one = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await say(one, "Good morning")
    two = await open_page(f"{app.server.base_url}/#as={OTHER}&channel=general")
    await one.click("#my-status")
    await one.get_by_role("button", name="On leave").click()
    await expect(two.locator(".by .sign[aria-label='On leave']")).to_have_text("🌴")
    await one.click("#my-status")
    await one.get_by_role("button", name="Pause notifications").click()
    await expect(two.locator(".by .sign[aria-label='notifications paused']")).to_be_visible()


async def test_the_apps_home_says_when_there_is_none(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await page.locator("#sidebar").get_by_role("button", name="ta-bot").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("home tab")
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.locator("#composer")).to_be_visible()


async def test_it_fits_a_phone_and_both_themes(app, open_page) -> None:
    app.says("general", "Short")
    for scheme in ("light", "dark"):
        small = {"viewport": {"width": 375, "height": 700}, "color_scheme": scheme}
        page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general", **small)
        await expect(page.locator(".message")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 375
        await expect(page.locator("#sidebar")).to_be_hidden()
        await page.get_by_role("button", name="Conversations").click()
        await page.locator("#sidebar").get_by_role("button", name="ta-leads").click()
        await expect(page.locator("#place h2")).to_contain_text("ta-leads")
        await expect(page.locator("#sidebar")).to_be_hidden()
        ground = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 29, 33)"}[scheme]
