"""Every block and every view renders without a notice; what is not known says so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from bot.standin.element_shapes import elements
from bot.standin.gallery import gallery_app, samples, snapshots
from bot.standin.shapes import surfaces
from bot.standin.validate import problems, walk

TESTS = Path(__file__).parent.parent
SLACKS_OWN = json.loads((TESTS / "data" / "slack" / "blocks.json").read_text(encoding="utf-8"))


@pytest_asyncio.fixture(loop_scope="session")
async def gallery() -> AsyncIterator[str]:
    runner = web.AppRunner(gallery_app(TESTS))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("sample", samples(), ids=lambda one: one["name"])
def test_slack_would_take_each_sample(sample: dict[str, Any]) -> None:
    assert problems(sample["blocks"], sample["surface"]) == []


def test_there_is_a_sample_of_everything() -> None:
    used = {str(one.get("type")) for sample in samples() for one in walk(sample["blocks"])}
    assert set().union(*surfaces().values()) <= used
    assert set(elements()) <= used


async def test_every_sample_and_every_view_renders_without_a_notice(gallery: str, open_page) -> None:
    page = await open_page(gallery)
    count = len(samples()) + len(snapshots(TESTS))
    await expect(page.locator("body")).to_have_attribute("data-drawn", str(count))
    assert count > 80
    notices = await page.locator("#pieces .notice").all_text_contents()
    assert notices == []
    panes = page.locator(".piece").first.locator(".pane")
    kinds = await panes.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert kinds == ["light, wide", "light, phone", "dark, wide", "dark, phone"]


async def test_slacks_own_samples_render_without_a_notice(app, open_page) -> None:
    for one in SLACKS_OWN:
        app.says("general", "x", [one["block"]])
    page = await open_page(f"{app.server.base_url}/#as=signe.aldstrom&channel=general")
    await expect(page.locator("#messages .message")).to_have_count(len(SLACKS_OWN))
    assert await page.locator(".notice").all_text_contents() == []


async def test_what_is_not_known_says_so(app, open_page) -> None:
    hologram = {"type": "hologram"}
    app.says("general", "x", [hologram, {"type": "actions", "elements": [hologram]}])
    page = await open_page(f"{app.server.base_url}/#as=signe.aldstrom&channel=general")
    await expect(page.locator(".notice")).to_have_text(
        [
            "A block of type hologram that this page cannot show",
            "An element of type hologram that this page cannot show",
        ]
    )


async def test_a_data_table_is_sorted_filtered_and_turned(gallery: str, open_page) -> None:
    page = await open_page(f"{gallery}/#only=data_table, full")
    table = page.locator(".pane").first.locator(".table.data")
    first = table.locator("tbody tr").first
    await expect(table.locator(".table-foot")).to_contain_text("1–5 of 12")
    await table.get_by_role("button", name="Next page").click()
    await expect(table.locator(".table-foot")).to_contain_text("6–10 of 12")
    for order in ("ascending", "descending"):
        await table.get_by_role("button", name="ARR").click()
        await expect(table.locator("thead th").nth(3)).to_have_attribute("aria-sort", order)
    await expect(first).to_contain_text("Larch Optics")
    await table.get_by_label("Filter rows").fill("foods")
    await expect(table.locator("tbody tr")).to_have_count(1)
    await expect(first).to_contain_text("Fenwick Foods")


async def test_a_chart_speaks_to_those_who_do_not_see_it(gallery: str, open_page) -> None:
    page = await open_page(f"{gallery}/#only=data_visualization: line")
    chart = page.locator(".pane").first.locator(".chart")
    picture = chart.get_by_role("img", name="Active users")
    await expect(picture.locator("desc")).to_contain_text("Daily: from 310 to 455")
    await expect(chart.get_by_role("row", name="Nov")).to_contain_text("1,160")
    strokes = await picture.locator("polyline").evaluate_all(
        "all => all.map((one) => one.getAttribute('stroke-dasharray'))"
    )
    assert len(set(strokes)) == 3
