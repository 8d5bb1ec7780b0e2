"""One call of the Web API: what was asked, by whom, and how Slack says no."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from bot.standin.faults import Faults
from bot.standin.pace import Pace
from bot.standin.state import Channel, Install, User, Workspace

Json: TypeAlias = dict[str, Any]
TRIGGER_SECONDS = 3.0
SCOPE_OF_KIND = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


class Refusal(Exception):
    """Slack's no: its error code and whatever else the answer carries."""

    def __init__(self, code: str, **more: Any) -> None:
        self.code = code
        self.more = more
        super().__init__(code)


class TooFast(Refusal):
    """Slack's HTTP 429; `seconds` is what Retry-After says."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, int(seconds))
        super().__init__("ratelimited")


@dataclass(slots=True)
class Triggers:
    """Trigger ids: each lives three seconds and works once."""

    workspace: Workspace
    issued: dict[str, tuple[str, float]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def issue(self, user_id: str) -> str:
        """A trigger id for something a person just did."""
        trigger = f"{self.workspace.new_id('')}.{secrets.token_hex(8)}"
        self.issued[trigger] = (user_id, self.workspace.seconds() + TRIGGER_SECONDS)
        return trigger

    def exchange(self, trigger: str) -> str:
        """The person a trigger id belongs to; it is used up by this."""
        if trigger in self.used:
            raise Refusal("exchanged_trigger_id")
        if trigger not in self.issued:
            raise Refusal("invalid_trigger_id")
        user_id, until = self.issued[trigger]
        if self.workspace.seconds() > until:
            raise Refusal("expired_trigger_id")
        self.used.add(trigger)
        return user_id


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the app sent: to `response_url`, as an `ack`, or to a Web API method. `error` is empty when taken."""

    to: str
    payload: Mapping[str, Any]
    error: str = ""


@dataclass(slots=True)
class Desk:
    """What the methods work with."""

    workspace: Workspace
    triggers: Triggers
    faults: Faults
    link_url: Callable[[bool], str]  # a fresh Socket Mode address; True asks for short-lived connections
    heard: list[Heard] = field(default_factory=list)
    upload_url: Callable[[], str] = str  # where files are uploaded to
    pace: Pace = field(default_factory=Pace)
    manifest: Json | None = None  # how the app is set up, where that differs from manifest.yml
    change_user: Callable[[User, Json], object] = lambda _user, _changes: None  # and the app hears of it
    revoke: Callable[[Install], object] = lambda _install: None


@dataclass(slots=True)
class Call:
    """One call. `install` is known except for the few methods that need no bot token."""

    method: str
    args: Mapping[str, Any]
    desk: Desk
    install: Install | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace called."""
        return self.desk.workspace

    @property
    def bot(self) -> str:
        """The user id of the bot, or of the person whose token it is."""
        return self.install.user_id if self.install else ""

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """An argument as yes or no, however it was encoded."""
        value = self.args.get(name)
        return default if value in (None, "") else str(value).lower() in ("true", "1")

    def json(self, name: str) -> Any:
        """An argument that is JSON, sent as such or as a string."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise invalid_arguments(f"{name} is not valid JSON") from None

    def need_scope(self, *any_of: str) -> None:
        """Refuse when none of these scopes is granted."""
        granted = self.install.scopes if self.install else []
        if not any(scope in granted for scope in any_of):
            raise Refusal("missing_scope", needed=",".join(any_of), provided=",".join(granted))

    def channel(self, name: str = "channel") -> Channel:
        """A conversation that the bot can see, in whatever way it is named."""
        return self.channel_named(self.text(name))

    def channel_named(self, wanted: str) -> Channel:
        """A conversation by id or name that the bot can see."""
        found = self.workspace.find_channel(wanted)
        if found is None or (found.kind != "public" and self.bot not in found.members):
            raise Refusal("channel_not_found")
        return found

    def channel_to_read(self) -> Channel:
        """A conversation that the bot sees and whose kind its scopes let it read."""
        found = self.channel()
        self.need_scope(f"{SCOPE_OF_KIND[found.kind]}:read")
        return found

    def user(self, name: str = "user") -> User:
        """A person by id."""
        found = self.workspace.users.get(self.text(name))
        if found is None:
            raise Refusal("user_not_found")
        return found

    def page(self, items: Sequence[Any], default: int, most: int = 1000) -> tuple[list[Any], Json]:
        """One page of a list and the `response_metadata` that names the next."""
        limit = self.text("limit") or str(default)
        if not limit.lstrip("-").isdigit() or int(limit) < 0:
            raise Refusal("invalid_limit") if self.method.startswith("conv") else invalid_arguments("limit")
        size = min(int(limit) or default, most)
        start = self._start(len(items))
        more = start + size < len(items)
        cursor = base64.b64encode(f"next:{start + size}".encode()).decode() if more else ""
        return list(items[start : start + size]), {"next_cursor": cursor}

    def _start(self, count: int) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
        except ValueError:
            raise Refusal("invalid_cursor") from None
        if not 0 < start < max(count, 1):
            raise Refusal("invalid_cursor")
        return start


Handler: TypeAlias = Callable[[Call], Json]


def invalid_arguments(*messages: str) -> Refusal:
    """Slack's answer to arguments that cannot be read."""
    return Refusal(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {line}" for line in messages]}
    )


@cache
def methods() -> Mapping[str, Mapping[str, Any]]:
    """Scopes and required arguments of each method served (data/methods.json)."""
    file = resources.files("bot.standin").joinpath("data", "methods.json")
    found: Mapping[str, Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found
