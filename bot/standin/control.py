"""The control interface: JSON over loopback, for the page, for tests and for screenshots.

GET  /control/state                     the team, its people, conversations, user groups and commands
GET  /control/screen?user=&channel=     what a person sees; with `since=VERSION` it waits (≤ 20 s) for news
POST /control/type     {user, channel, text, thread?}              a line typed and sent
POST /control/press    {user, action_id, value?, message?}         a button pressed
POST /control/choose   {user, action_id, option, query?, message?} a menu chosen from
POST /control/suggest  {user, action_id, typed, message?}          what a menu offers for some letters
POST /control/submit   {user, values}                              the modal on top filled in and submitted
POST /control/close    {user, all?}                                the modal on top closed
POST /control/home     {user}                                      the app's home tab opened
POST /control/reset    {}                                          what was said and opened is forgotten

The clock goes forward only; turning it answers when everything that was due on the way has finished.

GET  /control/clock                                                the demo's time, and how far ahead it is
POST /control/clock    {by: "1 hour"} or {to: ISO} or {next: "morning" or "monday"}   turned; `passed` says what was due
GET  /control/clock/follow                                         a web socket: the demo's bot follows the clock

What can go wrong, for one method of the Web API, `response_url`, `upload` or `*`; in one `channel` (its id), or
anywhere; for a number of times, or until calm; each time, or by a `chance` from 0 to 1 that a `seed` makes the same
in every run:

    slow, ratelimited, server_error, not_json   before anything is done
    drop_before (or drop)                       the connection is lost before the call is taken
    drop_after                                  the call is taken, then the connection is lost
    slow_after                                  the call is taken, its answer comes after so many `seconds`
    native_blocks_refused                       charts and data tables

POST /control/fault    {kind, method?, channel?, times?, seconds?, chance?, seed?}   something goes wrong from now on
POST /control/away     {user, away?: false, by?, to?, next?}       somebody goes away, for so long, or comes back
GET  /control/faults                                               what goes wrong now and how often it did; who is away
POST /control/calm     {}                                          all faults off, everybody back
POST /control/socket   {what: drop|warning|refresh_requested|link_disabled}   Slack ends the bot's connections

What happens to the workspace. The app hears of it where manifest.yml subscribes to the event in brackets; `told`
says whether it took the event. With `undo: true` it is as before.

POST /control/channel_archived {channel, undo?}                    [channel_archive, group_archive, …_unarchive]
POST /control/bot_removed      {channel, undo?}                    [channel_left, group_left; member_joined_channel]
POST /control/share_channel    {channel, team?, pending?, undo?}   [channel_shared, channel_unshared]; an outsider joins
POST /control/token_revoked    {user?, error?, undo?}              [tokens_revoked]; token_revoked, invalid_auth or
                                                                   account_inactive from now on: the bot's token, or
                                                                   that person's own
POST /control/pace     {on, per_second?, burst?}                   chat.postMessage is held to 1 a second a channel, 3 at
                                                                   once, a profile to 10 changes a minute: HTTP 429
                                                                   beyond; begun anew by each switch
GET  /control/pace                                                 the limits, and `violations`: [{channel, wait}]
GET  /control/messages?channel=&user=&by=                          all that was said and not deleted, oldest first, with
                                                                   metadata; `counts` of each value of the metadata's
                                                                   event_payload[by] (`key`); user= is a direct message

People are named by id, e-mail, handle or full name; a conversation by id or name (empty: the direct message with
the bot). What Slack would not let a person do answers 409 with the reason; an app that does not answer in time 504.
What only the page needs is described in `bot.standin.page_control`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.standin import manifest, modals
from bot.standin.actors import Actors, CannotDo, Screen
from bot.standin.api_views import view_json
from bot.standin.away import come_back
from bot.standin.calls import Json
from bot.standin.delivery import NotAnswered
from bot.standin.faults import FAULT_KINDS, Fault
from bot.standin.presence import status_json
from bot.standin.socket_mode import SocketHub
from bot.standin.state import Message, User, View, Workspace

LONGEST_WAIT = 20.0


class ControlRoutes:
    """The handlers of /control."""

    def __init__(self, actors: Actors, sockets: SocketHub) -> None:
        self.actors = actors
        self.sockets = sockets

    @property
    def workspace(self) -> Workspace:
        """The workspace controlled."""
        return self.actors.desk.workspace

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/control/state", self.state)
        app.router.add_get("/control/screen", self.screen)
        does: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "type": self._type,
            "press": self._press,
            "choose": self._choose,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "fault": self._fault,
            "calm": self._calm,
            "socket": self._socket,
            "reset": self._reset,
        }
        for name, handler in does.items():
            app.router.add_post(f"/control/{name}", json_handler(handler))

    async def state(self, _request: web.Request) -> web.Response:
        """The workspace as a sidebar needs it."""
        return web.json_response(self.state_json())

    def state_json(self) -> Json:
        """The team, its people, conversations, user groups and the app's commands."""
        workspace = self.workspace
        commands = [
            {"command": one.command, "description": one.description, "hint": one.usage_hint}
            for one in manifest.load().commands
        ]
        return {
            "team": {"id": workspace.team_id, "name": workspace.name},
            "bot": workspace.bot.id,
            "version": workspace.version,
            "connections": len(self.sockets.connections),
            "people": [self._person(one) for one in workspace.users.values()],
            "channels": [self._channel(one) for one in workspace.channels],
            "groups": [
                {"id": one.id, "handle": one.handle, "name": one.name, "members": one.members}
                for one in workspace.groups.values()
            ],
            "commands": commands,
        }

    def _person(self, user: User) -> Json:
        kinds = {
            "bot": user.is_bot or user.id == "USLACKBOT",
            "deactivated": user.deleted,
            "other organisation": not self.workspace.is_ours(user),
            "guest": user.is_restricted,
        }
        kind = next((name for name, holds in kinds.items() if holds), "member")
        return {
            "id": user.id,
            "handle": user.name,
            "name": user.real_name,
            "email": user.email,
            "title": user.title,
            "kind": kind,
            "tz": user.tz,
            "away": user.is_away,
            "status": status_json(self.workspace, user),
        }

    def _channel(self, channel_id: str) -> Json:
        channel = self.workspace.channels[channel_id]
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "topic": channel.topic,
            "members": channel.members,
            "archived": channel.is_archived,
            "shared": channel.is_ext_shared,
            "pending": channel.is_pending_ext_shared,
        }

    async def screen(self, request: web.Request) -> web.Response:
        """What a person sees now, or as soon as there is news."""
        since = request.query.get("since", "")
        if since.isdigit():
            try:
                async with asyncio.timeout(LONGEST_WAIT):
                    await self.workspace.wait_until(lambda: self.workspace.version != int(since))
            except TimeoutError:
                pass
        try:
            seen = self.actors.screen(request.query.get("user", ""), request.query.get("channel"))
        except CannotDo as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)
        return web.json_response({"ok": True, **screen_json(self.workspace, seen)})

    async def _type(self, body: Json) -> None:
        await self.actors.type(
            body["user"], body.get("channel", ""), body["text"], thread=body.get("thread") or None
        )

    async def _press(self, body: Json) -> None:
        value, message = body.get("value"), body.get("message")
        await self.actors.press(body["user"], body["action_id"], value=value, message=message)

    async def _choose(self, body: Json) -> None:
        query, message = body.get("query"), body.get("message")
        await self.actors.choose(
            body["user"], body["action_id"], body["option"], query=query, message=message
        )

    async def _suggest(self, body: Json) -> Json:
        message = body.get("message")
        found = await self.actors.suggest(
            body["user"], body["action_id"], body.get("typed", ""), message=message
        )
        return {"options": found}

    async def _submit(self, body: Json) -> Json:
        done = await modals.submit(self.actors, body["user"], body.get("values"))
        return {"errors": dict(done.errors), "action": done.action}

    async def _close(self, body: Json) -> None:
        await modals.close(self.actors, body["user"], all_of_them=bool(body.get("all")))

    async def _home(self, body: Json) -> None:
        self.actors.happenings.open_home(self.actors.who(body["user"]))

    async def _fault(self, body: Json) -> None:
        if body.get("kind") not in FAULT_KINDS:
            raise CannotDo(f"A fault is one of {', '.join(FAULT_KINDS)}.")
        fault = Fault(**body)
        if not all(isinstance(one, int | float) for one in (fault.seconds, fault.chance)):
            raise CannotDo("`seconds` and `chance` are numbers.")
        if not isinstance(fault.times, int | None) or not isinstance(fault.seed, int):
            raise CannotDo("`times` and `seed` are whole numbers, or absent.")
        self.actors.desk.faults.add(fault)

    async def _calm(self, _body: Json) -> None:
        self.actors.desk.faults.clear()
        for user in self.workspace.users.values():
            if user.is_away:
                come_back(self.actors.happenings, user)

    async def _socket(self, body: Json) -> None:
        if body.get("what") == "drop":
            await self.sockets.drop()
        else:
            await self.sockets.say_goodbye(body.get("what", "refresh_requested"))

    async def _reset(self, _body: Json) -> None:
        workspace = self.workspace
        for kept in (workspace.messages, workspace.modals, workspace.homes, self.actors.desk.heard):
            kept.clear()
        self.actors.desk.faults.clear()
        self.actors.desk.pace.switch(on=False)
        workspace.changed()


def screen_json(workspace: Workspace, seen: Screen) -> Json:
    """What a person sees, as JSON."""
    return {
        "version": workspace.version,
        "messages": [message_json(one) for one in seen.messages],
        "modals": [view_seen(workspace, one) for one in seen.modals],
        "home": view_seen(workspace, seen.home) if seen.home else None,
    }


def message_json(message: Message) -> Json:
    """A message as the page shows it."""
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "files": message.files,
        "thread_ts": message.thread_ts,
        "ephemeral": message.only_for is not None,
        "edited": message.edited_ts is not None,
    }


def view_seen(workspace: Workspace, view: View) -> Json:
    """A view as its reader sees it: with what is wrong in it."""
    return {**view_json(workspace, view), "errors": view.errors}


def json_handler(does: Callable[[Json], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that reads JSON, does something and says how it went."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = await request.json()
            result = await does(body)
        except (CannotDo, KeyError, TypeError, ValueError) as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)
        except NotAnswered as failure:
            return web.json_response({"ok": False, "error": failure.code}, status=504)
        more: Mapping[str, Any] = result if isinstance(result, dict) else {}
        return web.json_response({"ok": True, **more})

    return handle
