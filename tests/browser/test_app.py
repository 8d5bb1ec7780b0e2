"""What the app has of its own in the page: its home tab and the shortcuts of a message's menu."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

TA, OTHER = "signe.aldstrom", "marcus.teague"
ACCOUNT = "Ostervane Robotics GmbH"


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def home(*texts: str) -> dict[str, Any]:
    options = [{"text": words(name), "value": name.lower()} for name in ("Daily", "Weekly")]
    often = {
        "type": "static_select",
        "action_id": "often",
        "placeholder": words("How often"),
        "options": options,
    }
    more = {"type": "button", "action_id": "more", "text": words("More"), "value": str(len(texts))}
    sections = [{"type": "section", "text": words(text)} for text in texts]
    return {"type": "home", "blocks": [*sections, {"type": "actions", "elements": [more, often]}]}


async def menu_of(page: Page, text: str) -> None:
    """Open the menu of a message by its text."""
    message = page.locator("#messages .message", has_text=text).last
    await message.hover()
    await message.get_by_role("button", name="More actions").click()


async def test_the_home_tab_is_shown_pressed_and_changed_in_place(app, open_page) -> None:
    app.server.workspace.home_tab = True
    user = app.server.people.who(TA).id
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await page.locator("#sidebar").get_by_role("button", name="ta-bot").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("has not published its home tab yet")
    assert page.url.endswith("tab=home")

    said = ["Your book"]
    app.call("views.publish", user_id=user, view=home(*said))
    await expect(page.locator("#home .section")).to_have_text(["Your book"])

    def pressed(payload: dict[str, Any]) -> None:
        said.append(payload["actions"][0]["action_id"])
        app.call("views.publish", user_id=user, view=home(*said), hash=payload["view"]["hash"])

    app.pressed = pressed
    await page.locator("#home").get_by_role("button", name="More").click()
    await expect(page.locator("#home .section")).to_have_text(["Your book", "more"])
    await page.locator("#home").get_by_role("combobox").click()
    await page.get_by_role("option", name="Weekly").click()
    await expect(page.locator("#home .section")).to_have_text(["Your book", "more", "often"])
    told = [one for one in app.heard if one.get("type") == "block_actions"]
    assert [one["container"]["type"] for one in told] == ["view", "view"]
    assert told[1]["actions"][0]["selected_option"]["value"] == "weekly"
    assert {one["view"]["type"] for one in told} == {"home"}


async def test_each_person_has_a_home_tab_of_their_own(app, open_page) -> None:
    app.server.workspace.home_tab = True
    app.call("views.publish", user_id=app.server.people.who(TA).id, view=home("The book of Signe"))
    bot = app.server.workspace.direct(app.server.people.who(TA).id).id
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel={bot}&tab=home")
    await expect(page.locator("#home")).to_contain_text("The book of Signe")
    await page.select_option("#acting", label="Marcus Teague")
    await expect(page.locator("#place h2")).to_contain_text("general")
    await page.locator("#sidebar").get_by_role("button", name="ta-bot").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("has not published its home tab yet")
    await expect(page.locator("#home")).not_to_contain_text("Signe")


async def test_a_form_is_opened_from_the_home_tab(app, open_page) -> None:
    app.server.workspace.home_tab = True
    app.call("views.publish", user_id=app.server.people.who(TA).id, view=home("Your book"))
    form = {
        "type": "modal",
        "title": words("More"),
        "blocks": [{"type": "section", "text": words("Details")}],
    }
    app.pressed = lambda payload: app.call("views.open", trigger_id=payload["trigger_id"], view=form)
    bot = app.server.workspace.direct(app.server.people.who(TA).id).id
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel={bot}&tab=home")
    await page.locator("#home").get_by_role("button", name="More").click()
    await expect(page.locator("#modal")).to_contain_text("Details")
    await page.keyboard.press("Escape")
    await expect(page.locator("#modal")).to_be_hidden()
    await expect(page.locator("#home")).to_contain_text("Your book")


async def test_a_messages_shortcut_tells_the_app_which_message(app, open_page) -> None:
    said = app.says("general", f"*{ACCOUNT}* wants 40 seats")
    app.form = {
        "type": "modal",
        "title": words("About it"),
        "blocks": [{"type": "section", "text": words("Here")}],
    }
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await menu_of(page, ACCOUNT)
    item = page.get_by_role("menuitem", name="Segment of this account")
    await expect(item).to_contain_text("Which segment and team")
    await item.click()
    await expect(page.locator("#modal")).to_contain_text("Here")
    told = app.heard[-1]
    assert (told["type"], told["callback_id"]) == ("message_action", "segments.of_message")
    assert (told["message"]["ts"], told["message"]["text"]) == (said.ts, said.text)
    assert told["user"]["id"] == app.server.people.who(TA).id
    assert told["response_url"]


async def test_the_shortcut_is_reached_by_keyboard_and_in_a_thread(app, open_page) -> None:
    said = app.says("general", "What about it?")
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general&thread={said.ts}")
    await page.fill("#reply-line", ACCOUNT)
    await page.press("#reply-line", "Enter")
    reply = page.locator("#replies .message").last
    await expect(reply).to_contain_text(ACCOUNT)
    await reply.focus()
    await page.keyboard.press("Tab")
    await expect(reply.get_by_role("button", name="More actions")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Segment of this account")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(reply.get_by_role("button", name="More actions")).to_be_focused()
    await page.keyboard.press("Enter")
    app.form = {
        "type": "modal",
        "title": words("About it"),
        "blocks": [{"type": "section", "text": words("Here")}],
    }
    await page.keyboard.press("Enter")
    await expect(page.locator("#modal")).to_contain_text("Here")
    assert app.heard[-1]["message"]["thread_ts"] == said.ts


async def test_the_bot_says_the_segment_of_the_account_in_a_message(demo: str, open_page) -> None:
    page = await open_page(f"{demo}/#as={TA}&channel=general")
    await expect(page.locator("#place h2")).to_contain_text("general")
    await page.fill("#line", f"{ACCOUNT} asks who serves them")
    await page.press("#line", "Enter")
    await menu_of(page, "asks who serves them")
    await page.get_by_role("menuitem", name="Segment of this account").click()
    told = page.locator("#messages .ephemeral").last
    await expect(told).to_contain_text(ACCOUNT)
    await expect(told).to_contain_text("Strategic")
