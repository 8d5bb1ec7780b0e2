"""Forms in the page: refused and corrected, step by step, one over the other."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

TA = "signe.aldstrom"


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def field(block_id: str, label: str, **element: Any) -> dict[str, Any]:
    made = {"type": "plain_text_input", "action_id": f"{block_id}_value", **element}
    return {"type": "input", "block_id": block_id, "label": words(label), "element": made}


def form(title: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "modal", "title": words(title), "submit": words("Send"), "blocks": list(blocks)}


async def opened(app, open_page):
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    await expect(page.locator("#place")).to_contain_text("general")
    await page.fill("#line", "/account-health x")
    await page.press("#line", "Enter")
    await expect(page.locator("#modal")).to_be_visible()
    return page


async def test_an_error_stands_under_its_field_and_what_was_entered_stays(app, open_page) -> None:
    app.form = form("Ask", field("why", "Reason"), field("seats", "Seats"))
    taken = []

    def submitted(values: dict[str, Any]) -> dict[str, Any] | None:
        seats = values["seats"]["seats_value"]["value"]
        if not seats.isdigit():
            return {"response_action": "errors", "errors": {"seats": "Seats are counted: write a number."}}
        taken.append((values["why"]["why_value"]["value"], seats))
        return None

    app.submitted = submitted
    page = await opened(app, open_page)
    await page.get_by_role("button", name="Send").last.click()
    await expect(page.locator("[data-block=why]")).to_contain_text("Please complete this required field.")
    await page.get_by_label("Reason").fill("Growth")
    await page.get_by_label("Seats").fill("many")
    await page.keyboard.press("Enter")
    wrong = page.locator("[data-block=seats] [role=alert]")
    await expect(wrong).to_have_text("Seats are counted: write a number.")
    await expect(page.get_by_label("Seats")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Seats")).to_be_focused()
    await expect(page.get_by_label("Reason")).to_have_value("Growth")
    await page.get_by_label("Seats").fill("40")
    await page.keyboard.press("Enter")
    await expect(page.locator("#modal")).to_be_hidden()
    assert taken == [("Growth", "40")]


async def test_a_form_becomes_the_next_step_and_another_lies_over_it(app, open_page) -> None:
    app.form = form("Step one", field("a", "First"))
    second, third = form("Step two", field("b", "Second")), form("Step three", field("c", "Third"))

    def submitted(values: dict[str, Any]) -> dict[str, Any]:
        if "a" in values:
            return {"response_action": "update", "view": second}
        if "b" in values:
            return {"response_action": "push", "view": third}
        return {"response_action": "clear"}

    app.submitted = submitted
    page = await opened(app, open_page)
    title = page.locator("#modal-title")
    for label, following in (("First", "Step two"), ("Second", "Step three")):
        await page.get_by_label(label).fill(f"my {label}")
        await page.keyboard.press("Enter")
        await expect(title).to_have_text(following)
    await page.get_by_role("button", name="Back").click()
    await expect(title).to_have_text("Step two")
    await expect(page.get_by_label("Second")).to_have_value("my Second")
    await page.keyboard.press("Enter")
    await expect(title).to_have_text("Step three")
    await page.get_by_label("Third").fill("done")
    await page.keyboard.press("Enter")
    await expect(page.locator("#modal")).to_be_hidden()


@pytest.mark.parametrize("kind", ["static_select", "multi_static_select", "radio_buttons", "checkboxes"])
async def test_what_is_chosen_arrives(app, open_page, kind: str) -> None:
    options = [{"text": words(name), "value": name.lower()} for name in ("Red", "Green", "Blue")]
    block = {"type": "input", "block_id": "colour", "label": words("Colour")}
    app.form = form("Choose", {**block, "element": {"type": kind, "action_id": "pick", "options": options}})
    got = []
    app.submitted = lambda values: got.append(values["colour"]["pick"])
    page = await opened(app, open_page)
    if kind.endswith("select"):
        await page.get_by_role("combobox", name="Colour").click()
        await page.keyboard.type("gre")
        await page.keyboard.press("Enter")
    else:
        await page.get_by_text("Green").click()
    await page.get_by_role("button", name="Send").last.click()
    await expect(page.locator("#modal")).to_be_hidden()
    chosen = got[0].get("selected_options") or [got[0].get("selected_option")]
    assert [one["value"] for one in chosen] == ["green"]


async def test_escape_closes_a_form_and_tells_the_app_where_it_asked(app, open_page) -> None:
    app.form = form("Ask", field("a", "First")) | {"notify_on_close": True}
    page = await opened(app, open_page)
    await page.keyboard.press("Escape")
    await expect(page.locator("#modal")).to_be_hidden()
    assert app.heard[-1]["type"] == "view_closed"
