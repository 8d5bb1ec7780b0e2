"""What the page needs beyond the control interface: one look at everything a person sees, kept small.

GET  /control/page?user=&channel=&thread=&from=&since=   sidebar, unread counts, the newest messages of one
                                                         conversation (all since `from`) and how many are earlier,
                                                         a thread, modals and home, in one answer
GET  /control/older?user=&channel=&before=&last=         the last messages before one
POST /control/read     {user, channel, ts}               read up to here
POST /control/shortcut {user, callback_id, message?}     a shortcut of the manifest chosen
POST /control/direct   {user, with}                      a direct message between two people opened
POST /control/status   {user, emoji, text, minutes?}     a status set; empty clears it
POST /control/pause    {user, minutes}                   notifications paused; 0 resumes
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.standin import manifest, shortcuts
from bot.standin.actors import Actors, CannotDo
from bot.standin.calls import Json
from bot.standin.control import LONGEST_WAIT, ControlRoutes, json_handler, message_json, view_seen
from bot.standin.state import Channel, Message, User, Workspace, stable_id

NEWEST = 100
MOST = 2000


class PageRoutes:
    """The handlers that only the page uses. What was read is remembered here by person and conversation."""

    def __init__(self, control: ControlRoutes) -> None:
        self.control = control
        self.read_up_to: dict[str, dict[str, str]] = defaultdict(dict)

    @property
    def actors(self) -> Actors:
        """The people acting."""
        return self.control.actors

    @property
    def workspace(self) -> Workspace:
        """The workspace looked at."""
        return self.control.workspace

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/control/page", self.page)
        app.router.add_get("/control/older", self.older)
        for does in (self.read, self.shortcut, self.direct, self.status, self.pause):
            app.router.add_post(f"/control/{does.__name__}", json_handler(does))

    async def page(self, request: web.Request) -> web.Response:
        """Everything on the page of one person, now or as soon as there is news."""
        asked = request.query
        await self._wait_for_news(asked.get("since", ""))
        try:
            person = self.actors.who(asked.get("user", ""))
            place = self.actors.where(person, asked["channel"]) if asked.get("channel") else None
        except CannotDo as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)
        return web.json_response(
            {
                "ok": True,
                **self.control.state_json(),
                "version": self.workspace.version,
                **self._offered(person),
                "home_tab": self.workspace.home_tab,
                "now": self.workspace.seconds(),
                **self._seen(person, place, asked),
            }
        )

    def _offered(self, person: User) -> Json:
        if not self.workspace.is_ours(person):  # the app is not installed in another organisation's workspace
            return {"commands": [], "shortcuts": []}
        return {"shortcuts": [_shortcut(one) for one in manifest.load().shortcuts]}

    async def older(self, request: web.Request) -> web.Response:
        """The messages of one conversation before those that one has."""
        asked = request.query
        try:
            person = self.actors.who(asked.get("user", ""))
            place = self.actors.where(person, asked.get("channel", ""))
        except CannotDo as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)
        here = [one for one in self.workspace.seen_by(person.id) if one.channel == place.id]
        return web.json_response({"ok": True, **self._some(here, asked)})

    async def _wait_for_news(self, since: str) -> None:
        if not since.isdigit():
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self.workspace.wait_until(lambda: self.workspace.version != int(since))
        except TimeoutError:
            pass

    def _seen(self, person: User, place: Channel | None, asked: Mapping[str, str]) -> Json:
        thread = asked.get("thread", "")
        seen = list(self.workspace.seen_by(person.id))
        here = [one for one in seen if place is not None and one.channel == place.id]
        screen = self.actors.screen(person.id, "")
        return {
            **self._some(here, asked),
            "thread": [message_json(one) for one in here if thread in (one.ts, one.thread_ts)],
            "unread": self._unread(person, seen),
            "read": self.read_up_to[person.id],
            "modals": [view_seen(self.workspace, one) for one in screen.modals],
            "home": view_seen(self.workspace, screen.home) if screen.home else None,
        }

    def _some(self, here: Sequence[Message], asked: Mapping[str, str]) -> Json:
        roots = [one for one in here if one.broadcast or one.thread_ts in (None, one.ts)]
        stamps = [one.ts for one in roots]
        end = bisect_left(stamps, asked["before"]) if asked.get("before") else len(roots)
        start = (
            bisect_left(stamps, asked["from"]) if asked.get("from") else end - int(asked.get("last", NEWEST))
        )
        start = max(0, start, end - MOST)
        replies = _replies(here)
        return {
            "messages": [self._root(one, replies.get(one.ts, [])) for one in roots[start:end]],
            "earlier": start,
        }

    def _root(self, message: Message, replies: Sequence[Message]) -> Json:
        shown = message_json(message)
        if replies:
            people = list(dict.fromkeys(one.user for one in replies))
            shown["replies"] = {"count": len(replies), "last": replies[-1].ts, "people": people[:4]}
        return shown

    def _unread(self, person: User, seen: Iterable[Message]) -> Json:
        found: dict[str, Json] = {}
        marks = self.read_up_to[person.id]
        for one in seen:
            if one.user != person.id and one.ts > marks.get(one.channel, ""):
                entry = found.setdefault(one.channel, {"count": 0, "mention": False})
                entry["count"] += 1
                entry["mention"] = entry["mention"] or f"<@{person.id}>" in one.text
        return found

    async def read(self, body: Json) -> None:
        """Remember how far somebody read."""
        marks = self.read_up_to[self.actors.who(body["user"]).id]
        channel = str(body["channel"])
        marks[channel] = max(marks.get(channel, ""), str(body["ts"]))

    async def shortcut(self, body: Json) -> None:
        """Choose a shortcut."""
        await shortcuts.use(self.actors, body["user"], body["callback_id"], message=body.get("message"))

    async def direct(self, body: Json) -> Json:
        """Open a direct message; the app sees only the ones with its own bot."""
        person, other = self.actors.who(body["user"]), self.actors.who(body["with"])
        if self.workspace.bot.id in (person.id, other.id):
            human = other if person.is_bot else person
            return {"channel": self.workspace.direct(human.id).id}
        pair = sorted({person.id, other.id})
        channel_id = stable_id("D", "/".join(pair))
        if channel_id not in self.workspace.channels:
            opened = Channel(id=channel_id, name="directmessage", kind="im", members=pair)
            self.workspace.channels[channel_id] = opened
            self.workspace.changed()
        return {"channel": channel_id}

    async def status(self, body: Json) -> None:
        """Set or clear a status."""
        minutes = int(body.get("minutes") or 0)
        until = int(self.workspace.seconds()) + 60 * minutes if minutes else 0
        self._change(
            body,
            status_emoji=str(body.get("emoji", "")),
            status_text=str(body.get("text", ""))[:100],
            status_expiration=until,
        )

    async def pause(self, body: Json) -> None:
        """Pause or resume notifications."""
        minutes = int(body.get("minutes") or 0)
        self._change(body, snooze_until=int(self.workspace.seconds()) + 60 * minutes if minutes else 0)

    def _change(self, body: Json, **changes: Any) -> None:
        self.actors.happenings.change_user(self.actors.who(body["user"]), **changes)


def _replies(here: Iterable[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = defaultdict(list)
    for one in here:
        if one.thread_ts not in (None, one.ts):
            found[str(one.thread_ts)].append(one)
    return found


def _shortcut(one: manifest.Shortcut) -> Json:
    return {
        "name": one.name,
        "kind": one.kind,
        "callback_id": one.callback_id,
        "description": one.description,
    }
