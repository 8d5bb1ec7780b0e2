"""Nothing a person types or an app sends can run script in the page, wherever it is shown."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

TA, OTHER = "signe.aldstrom", "marcus.teague"
HOSTILE = (
    "<img src=x onerror='window.ran=1'>",
    "<script>window.ran=1</script>",
    "<svg/onload=window.ran=1>",
    "\"><iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    ":<img src=x onerror=window.ran=1>:",
    "<javascript:window.ran=1|click me>",
    "<JaVaScRiPt:window.ran=1>",
    "<data:text/html,<script>window.ran=1</script>|click>",
    "javascript:window.ran=1",
    "<!date^0^{date}^javascript:window.ran=1|now>",
    "```<b onmouseover=window.ran=1>x</b>```",
)


async def harmless(page) -> None:
    """Press everything that could be a trap, then look for what it would have left."""
    for place in await page.locator("#messages a, #messages .message b, #messages time").all():
        await place.hover()
    assert await page.evaluate("window.ran") is None
    assert await page.locator("#messages :is(script, iframe, img[src='x'])").count() == 0
    links = await page.locator("a[href]").evaluate_all("all => all.map((one) => one.protocol)")
    assert set(links) <= {"http:", "https:", "mailto:"}


async def test_what_is_typed_is_only_text(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={TA}&channel=general")
    for text in HOSTILE:
        await page.fill("#line", text)
        await page.press("#line", "Escape")
        await page.press("#line", "Enter")
        await expect(page.locator("#line")).to_have_value("")
    await expect(page.locator("#messages .message")).to_have_count(len(HOSTILE))
    await expect(page.locator("#messages")).to_contain_text("<script>window.ran=1</script>")
    await harmless(page)


async def test_names_and_what_the_app_sends_are_only_text(app, open_page) -> None:
    workspace, all_of_it = app.server.workspace, " ".join(HOSTILE)
    place = workspace.find_channel("general")
    place.topic = all_of_it
    workspace.find_channel("ta-leads").name = all_of_it
    authors = [workspace.users[one] for one in place.members if one != app.server.people.who(OTHER).id]
    for author, hostile in zip(authors, HOSTILE, strict=False):
        author.real_name = author.status_emoji = author.status_text = author.title = hostile
        app.says("general", hostile).user = author.id
        app.says("general", hostile, sent(hostile))
    page = await open_page(f"{app.server.base_url}/#as={OTHER}&channel=general")
    await expect(page.locator("#messages .message")).to_have_count(2 * len(HOSTILE))
    await page.get_by_role("button", name="members").click()
    await page.keyboard.press("Escape")
    await page.locator("button[data-action=go]").first.click()
    await harmless(page)


def sent(hostile: str) -> list[dict[str, Any]]:
    """The hostile words wherever an account's name or an app's address can stand."""
    plain, marked = {"type": "plain_text", "text": hostile}, {"type": "mrkdwn", "text": hostile}
    link = {"type": "link", "url": "javascript:window.ran=1", "text": hostile}
    button = {"type": "button", "text": plain, "action_id": "go", "url": "javascript:window.ran=1"}
    cell = {"type": "raw_text", "text": hostile}
    point = {"label": hostile, "value": 1}
    return [
        {"type": "header", "text": plain},
        {"type": "section", "text": marked, "accessory": button},
        {"type": "markdown", "text": f"[{hostile}](javascript:window.ran=1) {hostile}"},
        {"type": "image", "image_url": "javascript:window.ran=1", "alt_text": hostile},
        {"type": "data_table", "caption": hostile, "rows": [[cell], [cell]]},
        {"type": "data_visualization", "title": hostile, "chart": {"type": "pie", "segments": [point]}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]},
    ]


async def test_the_browser_is_told_to_run_nothing_else(app, open_page) -> None:
    page = await open_page(f"{app.server.base_url}/#as={TA}")
    answer = await page.request.get(app.server.base_url)
    rules = dict(rule.split(maxsplit=1) for rule in answer.headers["content-security-policy"].split("; "))
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    # Had anything got in all the same, the browser would not run it.
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    await page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
    )
    await page.wait_for_timeout(100)
    assert await page.evaluate("window.ran") is None
