"""The story of a leave, told on the demo's page with its clock: plan, agree, share, remind, status, cover, return.

Marcus has an account that renews, one with a Lighthouse save plan, accounts with tickets and customer syncs, and goes
away for two weeks in less than a week. Each kind of step is done once on the page; where others do the same again, the
control interface does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import APIRequestContext, Locator, Page, expect

from bot.blocks import text
from bot.standin.book.cast import everybody
from bot.standin.seeding import DIGESTS

MARCUS, BOSS, AE = "marcus.teague", "henrike.vollmer", "bronwyn.pryce-evans"
TEAM = ("signe.aldstrom", "dae-hyun.ryoo", "leila.farahmand", "oluwaseun.adebanjo")
APPROVERS = (BOSS, "amara.okonjo-bell", "ingrid.solbakken")
LIGHTHOUSE = "Obrixmoor Energy Ltd"
CHANNEL, REQUEST = "discuss-technical-advisors", "who updates the save plan?"
TO_COME, AWAY, BACK = timedelta(days=6), timedelta(days=13), timedelta(days=5)
SLOW = 30_000
TURNING = 200_000
"""Milliseconds: others may run beside."""


@dataclass
class Story:
    """The demo, its control interface, and pages in it as whoever acts."""

    address: str
    open_page: Callable[..., Awaitable[Page]]
    control: APIRequestContext
    base: date
    page: Page | None = None

    @property
    def first(self) -> date:
        """The first day away."""
        return self.base + TO_COME

    @property
    def last(self) -> date:
        """The last one."""
        return self.first + AWAY

    async def do(self, what: str, **said: Any) -> dict[str, Any]:
        """Something done by the control interface; gives its answer."""
        done = await self.try_to(what, **said)
        assert done["ok"], done
        return done

    async def try_to(self, what: str, **said: Any) -> dict[str, Any]:
        """The same where it may be refused."""
        answer = await self.control.post(f"{self.address}/control/{what}", data=said, timeout=TURNING)
        done: dict[str, Any] = await answer.json()
        return done

    async def see(self, what: str) -> dict[str, Any]:
        """What the control interface tells."""
        found: dict[str, Any] = await (await self.control.get(f"{self.address}/control/{what}")).json()
        return found

    async def turn(self, to: date, hour: int) -> None:
        """Turn the clock to an hour of a day, UTC, with everything that is due on the way."""
        await self.do("clock", to=f"{to}T{hour:02}:00:00+00:00")

    async def told(self, user: str) -> list[str]:
        """What the bot wrote to somebody, oldest first."""
        return [one["text"] for one in (await self.see(f"messages?user={user}"))["messages"]]

    async def said_to(self, user: str, since: int | None = None, channel: str = "") -> dict[str, Any]:
        """What somebody sees in a channel, or of the bot; `since` waits until anything has changed in the workspace."""
        later = "" if since is None else f"&since={since}"
        seen = await self.see(f"screen?user={user}&channel={channel}{later}")
        assert seen["version"] != since, f"nothing happens any more; {user} sees {seen['messages']}"
        return seen

    async def hears(self, user: str, words: str, channel: str = "") -> None:
        """Wait until the bot has written something to somebody, or into a channel."""
        seen = await self.said_to(user, channel=channel)
        while words not in json.dumps(seen["messages"], ensure_ascii=False):
            seen = await self.said_to(user, seen["version"], channel)

    async def press_all(self, user: str, action: str, channel: str = "") -> None:
        """Press the last button of each message that somebody sees whose action begins so, until none is left."""
        seen = await self.said_to(user, channel=channel)
        while found := [(one, button) for one in seen["messages"] if (button := last_button(one, action))]:
            message, button = found[0]
            told = {"action_id": button["action_id"], "value": button["value"], "message": message["ts"]}
            pressed = await self.try_to("press", user=user, **told)
            if not pressed["ok"]:  # edited meanwhile; what still stands there must be there to press
                seen = await self.said_to(user, channel=channel)
                assert message not in seen["messages"], pressed
            while message in seen["messages"]:
                seen = await self.said_to(user, seen["version"], channel)

    async def as_(self, user: str, channel: str = "general") -> Page:
        """A page as somebody, in a channel, instead of the one before: each that is open follows all that happens."""
        if self.page:
            await self.page.close()
        self.page = page = await self.open_page(f"{self.address}/#as={user}&channel={channel}")
        await expect(page.locator("#place")).to_contain_text(channel, timeout=SLOW)
        return page

    async def with_bot(self, user: str) -> Page:
        """A page as somebody, in their direct message with the bot."""
        page = await self.as_(user)
        await page.locator("#sidebar").get_by_role("button", name=re.compile("^ta-bot")).click()
        await expect(page.locator("#messages .message").last).to_be_visible(timeout=SLOW)
        return page


def last_button(message: dict[str, Any], action: str) -> dict[str, Any] | None:
    """The last button of a message whose action begins so."""
    found = [
        one
        for block in message["blocks"]
        for one in (*block.get("elements", ()), block.get("accessory", {}))
        if one.get("type") == "button" and one["action_id"].startswith(action)
    ]
    return found[-1] if found else None


@pytest_asyncio.fixture(loop_scope="session")
async def story(fresh_demo: str, open_page: Any) -> Story:
    """A demo at its first day, without its weekly digests: they have tests of their own."""
    page = await open_page(f"{fresh_demo}/#as={MARCUS}&channel=general")
    clock = await (await page.request.get(f"{fresh_demo}/control/clock")).json()
    told = Story(fresh_demo, open_page, page.request, datetime.fromisoformat(clock["now"]).date())
    for person, channel, _ in DIGESTS:
        await told.do("type", user=person, channel=channel, text="/kpi-digest unsubscribe")
    return told


async def asks(page: Page, line: str, answer: str) -> Locator:
    """Type a line; gives the answer."""
    await page.fill("#line", line)
    await page.press("#line", "Enter")
    said = page.locator("#messages .message").last
    await expect(said).to_contain_text(answer, timeout=SLOW)
    return said


async def choose(form: Locator, number: int, typed: str, option: str) -> None:
    """Choose from a menu of the form by typing."""
    await form.get_by_role("combobox").nth(number).click()
    await form.page.keyboard.type(typed)
    await form.get_by_role("option", name=option).click()


async def plans(story: Story) -> None:
    """Marcus makes the plan in the form, from a slip to the customer syncs."""
    page = await story.as_(MARCUS)
    await page.fill("#line", "/ooo plan")
    await page.press("#line", "Enter")
    form = page.locator("#modal")
    await form.get_by_label("First day away").fill(story.first.isoformat(), timeout=SLOW)
    await form.get_by_label("Last day away").fill((story.first - timedelta(days=1)).isoformat())
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("The last day is before the first")
    await form.get_by_label("Last day away").fill(story.last.isoformat())
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text(LIGHTHOUSE, timeout=SLOW)
    for reason in ("renews on", "with an active Lighthouse save plan", "open ticket", "customer sync with"):
        await expect(form).to_contain_text(reason)
    await expect(form).to_contain_text("Same team")
    await choose(form, 0, "chiara", "Chiara Bonfante (away themselves")
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("cannot cover", timeout=SLOW)
    await choose(form, 0, "leila", "Leila Farahmand")
    await form.get_by_role("button", name="Next").click()
    await expect(form).to_contain_text("These are asked by a direct message", timeout=SLOW)
    await form.get_by_role("button", name="Ask them").click()
    await expect(form).to_contain_text("The AE hears of each choice", timeout=SLOW)
    for number in range(await form.get_by_role("combobox").count()):
        await choose(form, number, "cover", "The cover takes it")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text(re.compile(r"AEs? (is|are) told"), timeout=SLOW)
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()


async def agree(story: Story) -> str:
    """The save plan's cover declines it on the page; everybody accepts what they are asked. Gives who declined."""
    declined = await whom(story, LIGHTHOUSE)
    page = await story.with_bot(declined)
    asked = page.locator("#messages .message", has_text="asks you to look after").last
    words = await asked.inner_text()
    place = words[: words.index(LIGHTHOUSE)].count("Decline")
    await asked.get_by_role("button", name="Decline").nth(place).click()
    await expect(asked).to_contain_text("no longer with you", timeout=SLOW)
    await story.hears(MARCUS, f"cannot cover {LIGHTHOUSE}")
    cover = await whom(story, LIGHTHOUSE, but=declined)
    page = await story.with_bot(cover)
    asked = page.locator("#messages .message", has_text=LIGHTHOUSE).last
    await asked.get_by_role("button", name="Accept").first.click()
    await expect(asked).to_contain_text("Thank you", timeout=SLOW)
    for user in TEAM:
        await story.press_all(user, "coverage.accept")
    return declined


async def whom(story: Story, account: str, but: str = "") -> str:
    """Wait until somebody is asked to cover an account; gives who."""
    while True:
        version = (await story.said_to(MARCUS))["version"]
        for user in TEAM:
            seen = await story.said_to(user)
            if user != but and any(is_question(one, account) for one in seen["messages"]):
                return user
        await story.said_to(MARCUS, version)


def is_question(message: dict[str, Any], account: str) -> bool:
    return "asks you to cover" in message["text"] and account in json.dumps(message["blocks"])


async def approve(story: Story) -> None:
    """The manager approves on the page; whoever else must, does."""
    page = await story.with_bot(BOSS)
    plan = page.locator("#messages .message", has_text="Coverage plan of Marcus Teague").last
    await plan.get_by_role("button", name="Approve").click()
    await expect(plan).to_contain_text("approved as manager", timeout=SLOW)
    for user in APPROVERS:
        await story.press_all(user, "coverage.approve")


async def share(story: Story) -> None:
    """The checklist follows; the status is let to the bot on Slack's own page, and the plan is shared."""
    page = await story.with_bot(MARCUS)
    steps = page.locator("#messages .message", has_text="You are away").first
    await expect(steps).to_contain_text("approved, and every account is covered", timeout=SLOW)
    async with page.expect_popup() as opened:
        await steps.get_by_role("button", name="Let me set your Slack status").click()
    await expect((await opened.value).locator("body")).to_contain_text("Thank you", timeout=SLOW)
    await steps.get_by_role("button", name="Share it").click()
    await expect(steps).to_contain_text("shared with the account teams", timeout=SLOW)
    await expect(steps).to_contain_text("scheduled with your consent", timeout=SLOW)
    page = await story.as_(BOSS, CHANNEL)
    await expect(page.locator("#messages")).to_contain_text("Marcus Teague is away", timeout=SLOW)


async def is_reminded(story: Story) -> None:
    """Reminders come once each, for what is open."""
    counts = (await story.see(f"messages?user={MARCUS}&by=key"))["counts"]
    reminders = {key: count for key, count in counts.items() if ":remind:" in key}
    assert 1 <= len(reminders) <= 4
    assert set(reminders.values()) == {1}
    told = await story.told(MARCUS)
    assert any("time off begins" in one and "open" in one for one in told)


async def is_covered(story: Story, declined: str) -> None:
    """While he is away: his status in the sidebar, who is out, who covers and why, and the account's card."""
    page = await story.as_(AE)
    days = f"OOO {story.first.day} {story.first:%b} – {story.last.day} {story.last:%b}"
    assert days in await status(story, MARCUS)
    await asks(page, "/ooo who", f"Marcus Teague · until {text.day(story.last)}")
    answer = await asks(page, f"/ooo cover {LIGHTHOUSE}", "covers for Marcus Teague")
    await expect(answer).to_contain_text("with an active Lighthouse save plan")
    found = re.search(r"([\w’ -]+) covers for", await answer.inner_text())
    assert found
    cover = found[1].strip()
    assert handle_of(cover) != declined
    await asks(page, f"/account-health {LIGHTHOUSE}", f"covered by {cover} until")
    await is_asked(story, page, cover)


async def is_asked(story: Story, page: Page, cover: str) -> None:
    """A request about his account goes to whoever covers it, who answers it."""
    await asks(page, f"/ask-ta {LIGHTHOUSE}: {REQUEST}", f"It goes to {cover}")
    user = handle_of(cover)
    await story.hears(user, REQUEST, CHANNEL)
    await story.press_all(user, "routing.claim", CHANNEL)
    await story.press_all(user, "routing.answered", CHANNEL)


def handle_of(name: str) -> str:
    """The handle of somebody of the team by their name."""
    return next(one.email for one in everybody() if one.name == name).partition("@")[0]


async def status(story: Story, user: str) -> str:
    """What somebody's profile shows."""
    people = (await story.see("state"))["people"]
    return str(next(one["status"] for one in people if one["handle"] == user))


async def is_back(story: Story) -> None:
    """The end hands back once, the status is gone, and the first working morning brings the briefing once."""
    assert sum("Welcome back" in one for one in await story.told(MARCUS)) == 1
    thanked = [one for user in TEAM for one in await story.told(user) if "Marcus Teague is back" in one]
    assert thanked
    assert "OOO" not in await status(story, MARCUS)
    page = await story.with_bot(MARCUS)
    briefing = page.locator("#messages .message", has_text="Welcome back").last
    await expect(briefing).to_contain_text(LIGHTHOUSE)
    await expect(briefing).to_contain_text("take it back from")
    await expect(briefing).to_contain_text(f"request “{REQUEST}”")


@pytest.mark.timeout(300)
async def test_the_story_of_a_leave(story: Story) -> None:
    await plans(story)
    declined = await agree(story)
    await approve(story)
    await share(story)
    await story.turn(story.first, 20)
    await is_reminded(story)
    await is_covered(story, declined)
    await story.turn(story.last + BACK, 16)
    await is_back(story)
