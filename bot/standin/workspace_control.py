"""The control interface to what happens to a whole workspace, and to what was said there; documented in `control`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.standin.actors import Actors, CannotDo
from bot.standin.calls import Json
from bot.standin.changes import Happenings
from bot.standin.control import json_handler, message_json
from bot.standin.pace import BURST, Pace
from bot.standin.state import Channel, Install, Message, User, Workspace
from bot.standin.workspace import OTHER_TEAM, OUTSIDER

HEARD_SECONDS = 3.0
REVOKED = ("token_revoked", "invalid_auth", "account_inactive")


class WorkspaceRoutes:
    """The handlers of channels archived and shared, of the bot removed, of tokens revoked, and of the record."""

    def __init__(self, actors: Actors) -> None:
        self.actors = actors

    @property
    def workspace(self) -> Workspace:
        """The workspace controlled."""
        return self.actors.desk.workspace

    @property
    def happenings(self) -> Happenings:
        """What changes it."""
        return self.actors.happenings

    @property
    def pace(self) -> Pace:
        """How fast the app may post."""
        return self.actors.desk.pace

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/control/messages", self.messages)
        app.router.add_get("/control/pace", self.shown_pace)
        does = (self.channel_archived, self.bot_removed, self.token_revoked, self.share_channel)
        for one in does:
            app.router.add_post(f"/control/{one.__name__}", json_handler(one))
        app.router.add_post("/control/pace", json_handler(self._switch_pace))

    async def channel_archived(self, body: Json) -> Json:
        """A channel is archived, or brought back."""
        channel = self._channel(body)
        by = self.workspace.users[channel.members[0]] if channel.members else self.workspace.bot
        return await _told(self.happenings.archive(channel, by, undo=bool(body.get("undo"))))

    async def bot_removed(self, body: Json) -> Json:
        """The bot is removed from a channel, or brought back."""
        channel, bot = self._channel(body), self.workspace.bot
        if body.get("undo"):
            return await _told(self.happenings.join(channel, bot))
        if bot.id not in channel.members:
            raise CannotDo(f"{bot.real_name} is not in {channel.name}.")
        return await _told(self.happenings.leave(channel, bot))

    async def token_revoked(self, body: Json) -> Json:
        """The bot's token opens nothing any more, or works again; with `user` that person's own."""
        error = str(body.get("error", REVOKED[0]))
        if error not in REVOKED:
            raise CannotDo(f"A token that is revoked is told one of {', '.join(REVOKED)}.")
        tasks = [self._revoke(one, error, undo=bool(body.get("undo"))) for one in self._tokens(body)]
        return await _told(*tasks)

    def _tokens(self, body: Json) -> list[Install]:
        if not body.get("user"):
            return list(self.workspace.installs.values())
        person = self.actors.who(str(body["user"]))
        return [one for one in self.workspace.user_tokens.values() if one.user_id == person.id]

    def _revoke(self, install: Install, error: str, *, undo: bool) -> asyncio.Task[bool] | None:
        if undo:
            install.revoked = ""
            return None
        return self.happenings.revoke(install, error)

    async def share_channel(self, body: Json) -> Json:
        """A channel is shared with another organisation, whose people then read it; or is theirs no more."""
        channel = self._channel(body)
        if channel.kind in ("im", "mpim"):
            raise CannotDo("Direct messages are not shared with organisations.")
        if body.get("undo"):
            channel.is_pending_ext_shared = False
            return await _told(self.happenings.unshare(channel))
        if body.get("pending"):
            self.happenings.invite_organisation(channel)
            return {"told": False}
        team = str(body.get("team", OTHER_TEAM))
        return await _told(self.happenings.share(channel, team, *self._people_of(team, channel)))

    def _people_of(self, team: str, channel: Channel) -> list[User]:
        guest = self.workspace.find_user(OUTSIDER)
        if guest is None or guest.team_id != team or guest.id in channel.members:
            return []
        return [guest]

    def _channel(self, body: Json) -> Channel:
        found = self.workspace.find_channel(str(body["channel"]))
        if found is None:
            raise CannotDo(f"There is no conversation called {body['channel']}.")
        return found

    async def messages(self, request: web.Request) -> web.Response:
        """Everything said that is still there, and how often each value of a metadata key is."""
        try:
            said = self._said(request.query.get("channel", ""), request.query.get("user", ""))
        except CannotDo as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)
        counts = counted(said, request.query.get("by", "key"))
        return web.json_response({"ok": True, "messages": [recorded(one) for one in said], "counts": counts})

    def _said(self, channel: str, user: str) -> list[Message]:
        place = self._channel({"channel": channel}).id if channel else None
        if user:
            place = self.workspace.direct(self.actors.who(user).id).id
        return [one for one in self.workspace.messages if place in (None, one.channel)]

    async def shown_pace(self, _request: web.Request) -> web.Response:
        """Whether the app is held to Slack's pace, and every time that it was too fast."""
        pace = self.pace
        told = {"on": pace.on, "per_second": pace.per_second, "burst": pace.burst}
        return web.json_response({"ok": True, **told, "violations": [asdict(one) for one in pace.violations]})

    async def _switch_pace(self, body: Json) -> None:
        if not isinstance(body.get("on"), bool):
            raise CannotDo("Say {“on”: true} or {“on”: false}.")
        per_second, burst = float(body.get("per_second", 1.0)), int(body.get("burst", BURST))
        self.pace.switch(on=body["on"], per_second=per_second, burst=burst)


async def _told(*events: asyncio.Task[bool] | None) -> Json:
    """Whether the app took every event, as far as manifest.yml subscribes to it."""
    tasks = [one for one in events if one is not None]
    if not tasks:
        return {"told": False}
    done, _ = await asyncio.wait(tasks, timeout=HEARD_SECONDS)
    return {"told": len(done) == len(tasks) and all(one.result() for one in done)}


def recorded(message: Message) -> Json:
    """A message as the page shows it, with the metadata that people do not see."""
    return {**message_json(message), "metadata": message.metadata, "broadcast": message.broadcast}


def counted(messages: Sequence[Message], by: str) -> dict[str, int]:
    """How many messages carry each value of a key of `event_payload`."""
    payloads: list[dict[str, Any]] = [(one.metadata or {}).get("event_payload", {}) for one in messages]
    return dict(Counter(str(one[by]) for one in payloads if by in one))
