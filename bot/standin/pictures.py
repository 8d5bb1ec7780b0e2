"""The README's pictures, taken in the running demo: `make pictures` starts one, does what each shows, and keeps it.

python -m bot.standin.pictures [FOLDER [NAME …]]
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.errors import OperatorError
from bot.standin.chromium import Chromium, chromium
from bot.standin.png import with_few_colours

FOLDER = Path("docs/pictures")
LIMIT = 150 * 1024
STOP_SECONDS = 30.0
NEWS_SECONDS = 10.0
SETTLED = "document.fonts.status === 'loaded'"

Step = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is done, by whom and where, what the page then shows, and how large the picture is."""

    name: str
    who: str
    where: str  # a channel's name; empty is the direct message with the bot
    steps: Sequence[Step]
    shows: str  # words on the page
    home: bool = False  # App Home, not the messages
    then: str = ""  # a script in the page: a menu opened, something scrolled to
    size: tuple[int, int] = (1180, 820)
    dark: bool = False


TA, LEADER, MANAGER = "dae-hyun.ryoo", "amara.okonjo-bell", "henrike.vollmer"
ASKER = "bronwyn.pryce-evans"


def typed(text: str) -> Step:
    """A line typed and sent."""
    return ("type", {"text": text})


def pressed(action_id: str) -> Step:
    """A button pressed."""
    return ("press", {"action_id": action_id})


def chosen(action_id: str, option: str) -> Step:
    """A menu chosen from; `#name` stands for the id of a channel."""
    return ("choose", {"action_id": action_id, "option": option})


OPENED: Step = ("home", {})
CARD = typed("/account-health Korvaskov Rail")
CHART = "document.querySelector('#messages figure').scrollIntoView({ block: 'center' })"
TRAITS = "document.querySelector('#messages table').scrollIntoView({ block: 'center' })"
REQUEST = typed("/ask-ta Grelimora Networks: can they move to single sign-on this month?")
MONDAY: Step = ("clock", {"next": "monday"})
THREAD = (
    "[...document.querySelectorAll('#messages button')].find((one) => /replies/.test(one.innerText)).click()"
)
PICTURES = (
    Picture(name="card", who=TA, where="general", steps=[CARD], shows="Utilization", size=(1180, 960)),
    Picture(
        name="why", who=TA, where="general", steps=[CARD], shows="Utilization", then=TRAITS, size=(1250, 760)
    ),
    Picture(
        name="book",
        who=TA,
        where="general",
        steps=[typed("/account-health team scaled")],
        shows="The book of",
    ),
    Picture(
        name="candidates",
        who=TA,
        where="",
        steps=[typed("/account-health brindlecot")],
        shows="may mean",
        then="document.querySelector('#messages .combo input').click()",
        size=(1180, 520),
    ),
    Picture(
        name="share",
        who=TA,
        where="general",
        steps=[CARD, pressed("health.share"), chosen("health.share_channel", "#ta-leads"), ("submit", {})],
        shows="ta-leads",
        then=f"({CHART}, document.querySelector('dialog').scrollTo(0, 0))",
        size=(1180, 680),
    ),
    Picture(
        name="refusal",
        who=TA,
        where="shared-customer",
        steps=[CARD],
        shows="Only visible to you",
        size=(1180, 480),
    ),
    Picture(
        name="changes",
        who=LEADER,
        where="general",
        steps=[typed("/account-health changes")],
        shows="for the worse",
    ),
    Picture(
        name="home",
        who=TA,
        where="",
        home=True,
        steps=[OPENED],
        shows="Settings",
        size=(1180, 1290),
    ),
    Picture(
        name="home-manager",
        who=MANAGER,
        where="",
        home=True,
        steps=[OPENED],
        shows="KPIs of",
        size=(1180, 1290),
    ),
    Picture(name="dark", who=TA, where="general", steps=[CARD], shows="Utilization", then=CHART, dark=True),
    Picture(name="phone", who=TA, where="general", steps=[CARD], shows="Utilization", size=(390, 844)),
    Picture(
        name="plain",
        who=TA,
        where="",
        steps=[
            typed("thanks"),
            ("clock", {"by": "1 minute"}),  # whoever writes for the first time has been welcomed by then
            typed("who covers Grelimora Networks"),
            typed("who is out on Friday"),
            typed("how is the weather"),
        ],
        shows="I do not guess",
        then="document.querySelector('#messages').scrollTo(0, 1e6)",
        size=(1180, 700),
    ),
    # Last, since the clock goes forward only.
    Picture(
        name="alerts",
        who=MANAGER,
        where="alerts-customer-usage",
        steps=[("clock", {"next": "monday"}), ("clock", {"by": "2 hours"})],
        shows="Health category changed",
        size=(1180, 900),
    ),
    Picture(
        name="digest",
        who=MANAGER,
        where="discuss-technical-advisors",
        steps=[MONDAY],
        shows="KPI digest, week",
        size=(1180, 900),
    ),
    Picture(
        name="thread",
        who=MANAGER,
        where="discuss-technical-advisors",
        steps=[("clock", {"by": "1 week"})],
        shows="KPI digest, week",
        then=THREAD,
        size=(1500, 1000),
    ),
    Picture(
        name="request",
        who=ASKER,
        where="discuss-technical-advisors",
        steps=[MONDAY, REQUEST],
        shows="The conversation is in the thread",
        size=(1180, 640),
    ),
    Picture(
        name="request-why",
        who=ASKER,
        where="discuss-technical-advisors",
        steps=[REQUEST, pressed("routing.why")],
        shows="Why it went there",
        size=(1180, 640),
    ),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo, spoken to over its control interface."""

    address: str
    web: aiohttp.ClientSession

    async def state(self) -> Any:
        """The team, its people and conversations."""
        return await (await self.web.get("/control/state")).json()

    async def does(self, path: str, **body: Any) -> None:
        """One request of the control interface; raises OperatorError when it is refused."""
        answer = await (await self.web.post(f"/control/{path}", json=body)).json()
        if not answer["ok"]:
            raise OperatorError(f"{path} {body}: {answer['error']}")

    async def screen(self, who: str, since: int | None = None) -> Any:
        """What somebody sees."""
        asked = {"user": who} | ({} if since is None else {"since": str(since)})
        return await (await self.web.get("/control/screen", params=asked)).json()

    async def step(self, who: str, where: str, step: Step) -> None:
        """Do one thing and wait until the app's answer is seen."""
        path, body = step
        if path == "clock":  # it answers when all that was due on the way has been done
            await self.does(path, **body)
            return
        option = str(body.get("option", ""))
        if option.startswith("#"):
            body = {**body, "option": await self.channel(option[1:])}
        before = await self.screen(who)
        await self.does(path, user=who, **({"channel": where} if path == "type" else {}), **body)
        seen = before
        if path == "choose":
            return  # a choice in a form is told when the form is submitted
        # What is said to the bot in plain words is a message itself: the answer comes after it.
        plain = path == "type" and not where and not str(body["text"]).startswith("/")
        bot = (await self.state())["bot"] if plain else ""
        async with asyncio.timeout(NEWS_SECONDS):
            while _seen(seen) == _seen(before) or (plain and seen["messages"][-1]["user"] != bot):
                seen = await self.screen(who, seen["version"])

    async def channel(self, name: str, who: str = "") -> str:
        """The id of a conversation; without a name that of somebody's direct message with the bot."""
        state = await self.state()
        if name:
            return str(next(one["id"] for one in state["channels"] if one["name"] == name))
        user = next(one["id"] for one in state["people"] if one["handle"] == who)
        pair = {user, state["bot"]}
        return str(next(one["id"] for one in state["channels"] if set(one["members"]) == pair))


def _seen(screen: Any) -> Any:
    views = [*screen["modals"], *([screen["home"]] if screen["home"] else [])]
    return [one["ts"] for one in screen["messages"]], [(one["id"], one["hash"]) for one in views]


async def take(demo: Demo, browser: Chromium, picture: Picture) -> bytes:
    """One picture as PNG; raises OperatorError when it is too large for a README."""
    await demo.does("reset")
    for step in picture.steps:
        await demo.step(picture.who, picture.where, step)
    place = picture.where or await demo.channel("", picture.who)
    async with browser.page(*picture.size, dark=picture.dark) as page:
        words = {"as": picture.who, "channel": place, **({"tab": "home"} if picture.home else {})}
        await page.go(f"{demo.address}/#{urlencode(words)}")
        await page.wait_for(f"document.body?.innerText.includes({picture.shows!r}) && {SETTLED}")
        if picture.then:
            await page.read(picture.then)
        await asyncio.sleep(0.3)  # what fades in has faded in
        taken = await asyncio.to_thread(with_few_colours, await page.picture())
    if len(taken) > LIMIT:
        raise OperatorError(f"{picture.name}.png: {len(taken):,} bytes are too many; make it smaller")
    return taken


async def _address(process: Process) -> str:
    assert process.stdout is not None  # noqa: S101 # it was opened with a pipe
    line = (await process.stdout.readline()).decode().strip()
    if not line.startswith("ready: "):
        raise OperatorError("the demo did not start")
    return line.removeprefix("ready: ")


@asynccontextmanager
async def _demo() -> AsyncIterator[Demo]:
    words = ("-m", "bot", "demo", "--no-browser", "--port", "0")
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE)
    try:
        address = await _address(process)
        async with aiohttp.ClientSession(address) as web:
            yield Demo(address, web)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()


async def take_all(folder: Path, names: Sequence[str] = ()) -> None:
    """Take every picture, or those named, into a folder."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with _demo() as demo, chromium() as browser:
        for picture in PICTURES:
            if not names or picture.name in names:
                taken = await take(demo, browser, picture)
                await asyncio.to_thread((folder / f"{picture.name}.png").write_bytes, taken)
                sys.stdout.write(f"{folder / picture.name}.png: {len(taken):,} bytes\n")


def main() -> None:
    """Take the pictures named on the command line, or all."""
    _, *words = sys.argv
    try:
        asyncio.run(take_all(Path(words[0]) if words else FOLDER, words[1:]))
    except OperatorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
