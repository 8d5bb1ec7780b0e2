"""What happens in a workspace that the app hears of: messages, joins, shared channels, changed people.

Each happening changes the state and, when manifest.yml subscribes to it, sends the event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.standin import manifest, payloads
from bot.standin.api_people import user_json
from bot.standin.calls import Call, Desk, Json
from bot.standin.delivery import RETRY_DELAYS, Transport, deliver_event
from bot.standin.state import Channel, Install, Message, User, UserGroup

MESSAGE_EVENT = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


@dataclass(slots=True)
class Happenings:
    """Changes the workspace and tells the app."""

    desk: Desk
    transport: Callable[[], Transport]
    retry_delays: tuple[float, ...] = RETRY_DELAYS
    tasks: set[asyncio.Task[bool]] = field(default_factory=set)

    def tell(self, subscribed_as: str, payload: Json) -> asyncio.Task[bool] | None:
        """Send an event when the manifest subscribes to it; retries go on behind the scenes."""
        if subscribed_as not in manifest.load().events:
            return None
        task = asyncio.create_task(deliver_event(self.transport(), payload, self.retry_delays))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def tell_of(self, body: Json, *, shared: bool = False) -> asyncio.Task[bool] | None:
        """Send an event that is subscribed to by its own type."""
        self.desk.workspace.changed()
        return self.tell(str(body["type"]), payloads.event(self.desk.workspace, body, shared=shared))

    async def said(self, message: Message, channel: Channel) -> None:
        """Somebody said something; the app hears it only where it is a member."""
        workspace = self.desk.workspace
        bot = workspace.bot.id
        if bot in channel.members:
            self.tell(MESSAGE_EVENT[channel.kind], payloads.message_event(workspace, message))
            if f"<@{bot}>" in message.text:
                self.tell("app_mention", payloads.message_event(workspace, message, "app_mention"))

    def join(self, channel: Channel, user: User) -> asyncio.Task[bool] | None:
        """Somebody joins a channel."""
        if user.id not in channel.members:
            channel.members.append(user.id)
        body = {"type": "member_joined_channel", "user": user.id, "channel": channel.id, "team": user.team_id}
        body |= {"channel_type": "C" if channel.kind == "public" else "G"}
        return self.tell_of(body, shared=channel.is_ext_shared)

    def leave(self, channel: Channel, user: User) -> asyncio.Task[bool] | None:
        """Somebody leaves a channel or is removed; the bot itself is told that it left."""
        if user.id in channel.members:
            channel.members.remove(user.id)
        if user.id == self.desk.workspace.bot.id:
            kind = "channel_left" if channel.kind == "public" else "group_left"
            return self.tell_of({"type": kind, "channel": channel.id})
        body = {"type": "member_left_channel", "user": user.id, "channel": channel.id, "team": user.team_id}
        return self.tell_of({**body, "channel_type": "C" if channel.kind == "public" else "G"})

    def archive(self, channel: Channel, by: User, *, undo: bool = False) -> asyncio.Task[bool] | None:
        """Somebody archives a channel, or brings it back."""
        channel.is_archived = not undo
        kind = "channel" if channel.kind == "public" else "group"
        body = {"type": f"{kind}_{'unarchive' if undo else 'archive'}", "channel": channel.id, "user": by.id}
        return self.tell_of(body, shared=channel.is_ext_shared)

    def share(self, channel: Channel, with_team: str, *members: User) -> asyncio.Task[bool] | None:
        """A channel is shared with another organisation."""
        channel.is_ext_shared, channel.is_pending_ext_shared = True, False
        channel.connected_team_ids.append(with_team)
        channel.members += [one.id for one in members]
        body = {"type": "channel_shared", "channel": channel.id, "connected_team_id": with_team}
        return self.tell_of(body, shared=True)

    def unshare(self, channel: Channel) -> asyncio.Task[bool] | None:
        """The other organisations leave a channel."""
        workspace = self.desk.workspace
        gone, channel.connected_team_ids = channel.connected_team_ids, []
        channel.is_ext_shared = False
        channel.members = [one for one in channel.members if workspace.is_ours(workspace.users[one])]
        body = {"type": "channel_unshared", "channel": channel.id, "is_ext_shared": False}
        return self.tell_of({**body, "previously_connected_team_id": gone[0] if gone else ""})

    def invite_organisation(self, channel: Channel) -> None:
        """An invitation to another organisation goes out; Slack sends no event for it."""
        channel.is_pending_ext_shared = True
        self.desk.workspace.changed()

    def rename_id(self, channel: Channel, new_id: str) -> asyncio.Task[bool] | None:
        """A private channel that is shared gets another id."""
        workspace = self.desk.workspace
        old, channel.id = channel.id, new_id
        workspace.channels[new_id] = workspace.channels.pop(old)
        for message in workspace.messages:
            message.channel = new_id if message.channel == old else message.channel
        body = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new_id}
        return self.tell_of(body)

    def change_user(self, user: User, **changes: Any) -> asyncio.Task[bool] | None:
        """A person's account or profile changes (guest, deactivated, status …)."""
        for name, value in changes.items():
            setattr(user, name, value)
        install = next(iter(self.desk.workspace.installs.values()), None)
        shown = user_json(Call("users.info", {}, self.desk, install), user)
        return self.tell_of(
            {"type": "user_change", "user": shown, "cache_ts": int(self.desk.workspace.seconds())}
        )

    def change_group(self, group: UserGroup, members: list[str]) -> asyncio.Task[bool] | None:
        """A user group's members change."""
        group.members = members
        shown = {"id": group.id, "handle": group.handle, "name": group.name, "users": members}
        return self.tell_of({"type": "subteam_updated", "subteam": shown})

    def revoke(self, install: Install, error: str = "token_revoked") -> asyncio.Task[bool] | None:
        """A token opens nothing from now on; every call with it is told that error."""
        install.revoked = error
        kind = "bot" if install.bot_id else "oauth"
        return self.tell_of({"type": "tokens_revoked", "tokens": {kind: [install.user_id]}})

    def uninstall(self) -> list[asyncio.Task[bool] | None]:
        """The app is removed: its tokens work no more."""
        revoked = self.tell_of({"type": "tokens_revoked", "tokens": {"bot": [self.desk.workspace.bot.id]}})
        removed = self.tell_of({"type": "app_uninstalled"})
        self.desk.workspace.installs.clear()
        self.desk.workspace.user_tokens.clear()
        return [revoked, removed]

    def open_home(self, user: User) -> asyncio.Task[bool] | None:
        """Somebody opens the app's home tab."""
        channel = self.desk.workspace.direct(user.id)
        return self.tell_of(
            {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
        )
