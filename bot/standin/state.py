"""Everything a Slack workspace remembers: people, conversations, messages, views, installs.

Plain dataclasses that change in place; `Workspace` finds and adds. Who may do what is the Web API's business.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from bot.clock import TurnableClock

Kind: TypeAlias = Literal["public", "private", "im", "mpim"]

DEMO_BOT_TOKEN = "xoxb-standin-bot"  # noqa: S105 # plays a token: it opens nothing outside this process
DEMO_APP_TOKEN = "xapp-standin-app"  # noqa: S105 # as above
DEMO_SIGNING_SECRET = "standin-signing-secret"  # noqa: S105 # as above
DEMO_CLIENT_SECRET = "standin-client-secret"  # noqa: S105 # as above


class Now(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware."""


@dataclass(slots=True, kw_only=True)
class User:
    """Somebody in the workspace, or somebody of another one who shares a channel."""

    id: str
    team_id: str
    name: str  # the handle, without @
    real_name: str
    email: str | None = None
    tz: str = "UTC"
    title: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_stranger: bool = False
    deleted: bool = False
    bot_id: str | None = None
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    is_away: bool = False
    snooze_until: int = 0


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation of any kind; `members` are user ids in order of joining."""

    id: str
    name: str
    kind: Kind = "public"
    members: list[str] = field(default_factory=list)
    topic: str = ""
    is_archived: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    connected_team_ids: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class UserGroup:
    """A group that can be mentioned."""

    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)
    date_delete: int = 0


@dataclass(slots=True, kw_only=True)
class Message:
    """Something said. `only_for` names the one person who sees an ephemeral message."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False  # a reply that is shown in the channel too
    only_for: str | None = None
    edited_ts: str | None = None
    metadata: dict[str, Any] | None = None
    bot_id: str | None = None
    files: list[dict[str, str]] = field(default_factory=list)  # each with id, name and title


@dataclass(slots=True, kw_only=True)
class File:
    """An upload: an address first (`key`), then its bytes, then where it is shared (channel to timestamp)."""

    id: str
    name: str
    title: str
    user: str
    length: int
    key: str
    created: int
    content: bytes | None = None
    shared: bool = False
    shares: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class View:
    """A modal on somebody's screen, or their home tab. `body` is what the app sent."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Install:
    """A token and what it may do: the bot's, or without `bot_id` a person's own.

    `revoked` is what every call with it is told once it opens nothing more; `expires_at` is in seconds, 0 for never.
    """

    token: str
    scopes: list[str]
    user_id: str
    bot_id: str = ""
    revoked: str = ""
    expires_at: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody agreed to: what the bot may do, and what it may do with that person's own token."""

    user_id: str
    scopes: tuple[str, ...] = ()
    user_scopes: tuple[str, ...] = ()


@dataclass(slots=True)
class Workspace:
    """One team and all it holds; `version` grows with every change that somebody could see."""

    team_id: str = "T0STANDIN1"
    name: str = "Stand-in"
    domain: str = "stand-in"
    app_id: str = "A0STANDIN1"
    client_id: str = "1.2"
    home_tab: bool = False  # whether the app has a home tab
    clock: Now = field(default_factory=lambda: TurnableClock(ZoneInfo("UTC")))
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    installs: dict[str, Install] = field(default_factory=dict)
    user_tokens: dict[str, Install] = field(default_factory=dict)  # people's own
    codes: dict[str, Grant] = field(default_factory=dict)  # what was agreed to, by its code
    rotation: int = 0  # seconds that a token lives where the app rotates its tokens
    refreshes: dict[str, Install] = field(default_factory=dict)  # by refresh token, each good once
    version: int = 0
    counter: int = 0
    last_ts: int = 0
    watchers: set[asyncio.Event] = field(default_factory=set)  # woken by every change

    @property
    def bot(self) -> User:
        """The app's bot user."""
        return next(user for user in self.users.values() if user.is_bot and user.bot_id == "B0STANDIN1")

    @property
    def somebody(self) -> User:
        """The person whom a browser belongs to that does not say."""
        return next(user for user in self.users.values() if not user.is_bot)

    def seconds(self) -> float:
        """The present instant as Slack counts it."""
        return self.clock.now().timestamp()

    def changed(self) -> None:
        """Note that somebody could see something new."""
        self.version += 1
        for watcher in self.watchers:
            watcher.set()

    async def wait_until(self, wanted: Callable[[], bool]) -> None:
        """Wait until something holds, looking again after every change."""
        woken = asyncio.Event()
        self.watchers.add(woken)
        try:
            while not wanted():
                await woken.wait()
                woken.clear()
        finally:
            self.watchers.discard(woken)

    def new_ts(self) -> str:
        """A timestamp that no other message has."""
        self.last_ts = max(self.last_ts + 1, int(self.seconds() * 1_000_000))
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id that no other thing has."""
        self.counter += 1
        return stable_id(prefix, f"{prefix}{self.counter}")

    def find_user(self, wanted: str) -> User | None:
        """A person by id, e-mail, handle or full name."""
        bare = wanted.removeprefix("@")
        for user in self.users.values():
            if bare in (user.id, user.email, user.name, user.real_name):
                return user
        return None

    def find_channel(self, wanted: str) -> Channel | None:
        """A conversation by id or by name, with or without #."""
        if wanted in self.channels:
            return self.channels[wanted]
        bare = wanted.removeprefix("#")
        return next((one for one in self.channels.values() if one.name == bare), None)

    def direct(self, user_id: str) -> Channel:
        """The direct message between a person and the bot, opened when need be."""
        channel_id = stable_id("D", user_id)
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(
                id=channel_id, name="directmessage", kind="im", members=[user_id, self.bot.id]
            )
            self.changed()
        return self.channels[channel_id]

    def say(self, message: Message) -> Message:
        """Add a message."""
        self.messages.append(message)
        self.changed()
        return message

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """A message by its place and timestamp, ephemeral ones too."""
        return next((one for one in self.messages if one.channel == channel_id and one.ts == ts), None)

    def forget(self, message: Message) -> None:
        """Take a message away."""
        self.messages.remove(message)
        self.changed()

    def seen_by(self, user_id: str, channel_id: str | None = None) -> Iterator[Message]:
        """What a person can read, oldest first: where they are a member, and what is for them alone."""
        for message in self.messages:
            if channel_id is not None and message.channel != channel_id:
                continue
            if message.only_for is None:
                if user_id in self.channels[message.channel].members:
                    yield message
            elif message.only_for == user_id:
                yield message

    def is_ours(self, user: User) -> bool:
        """Whether somebody belongs to this workspace."""
        return user.team_id == self.team_id

    def find_view(self, view_id: str) -> View | None:
        """An open modal or a home tab by id or external id."""
        views = [*self.homes.values(), *(one for stack in self.modals.values() for one in stack)]
        return next((one for one in views if view_id in (one.id, one.body.get("external_id") or None)), None)


def stable_id(prefix: str, seed: str) -> str:
    """An id in Slack's form that is the same in every run."""
    digest = hashlib.sha256(seed.encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:10]
