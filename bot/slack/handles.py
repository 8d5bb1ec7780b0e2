"""User groups and channels by the handles that policy names them by; kept ten minutes, dropped on events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot import log
from bot.errors import SourceError, SourceRefused
from bot.ports.directory import UserGroup
from bot.slack.cache import Cache
from bot.slack.web import SlackWeb

LIVES = 600.0
WAIT, REST = 2.0, 30.0
"""How long a question is waited for, and how long after an unanswered one none is asked."""
MISSED = 3.0
"""Seconds between two looks for a channel that is not there: Slack lists them twenty times a minute."""
PAGE, PAGES = 999, 20

_log = log.get(__name__)


class Handles:
    """Looks handles up. What Slack does not tell in time is not there: an answer without a mention beats a late one."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._groups: Cache[str, Mapping[str, UserGroup]] = Cache(LIVES)
        self._channels: Cache[str, Mapping[str, str]] = Cache(LIVES)
        self._groups_rest_until = self._channels_rest_until = 0.0
        self._missed_again_at = 0.0
        self._why, self._passing = "", True

    async def group(self, handle: str) -> UserGroup:
        """The user group by its handle, or why it cannot be mentioned."""
        name = handle.removeprefix("@").lower()
        groups = self._groups.peek("")
        if groups is None:
            groups = await self._groups_told()
        if groups is None:
            return UserGroup(handle=name, problem="hidden", why=self._why, passing=self._passing)
        return groups.get(name) or UserGroup(
            handle=name, problem="missing", why="there is no such user group"
        )

    async def channel(self, name: str) -> str | None:
        """The id of a channel that is not archived, by its name."""
        channels = self._channels.peek("")
        if channels is None:
            channels = await self._channels_told()
        found = channels.get(name.removeprefix("#").lower())
        if found is None and time.monotonic() >= self._missed_again_at:
            self._channels.clear()  # it may be made, renamed or opened to us before somebody tries again
            self._missed_again_at = time.monotonic() + MISSED
        return found

    def forget_groups(self) -> None:
        """A user group changed."""
        self._groups.clear()
        self._groups_rest_until = 0.0

    def forget_channels(self) -> None:
        """A channel was renamed."""
        self._channels.clear()
        self._channels_rest_until = 0.0

    async def _groups_told(self) -> Mapping[str, UserGroup] | None:
        if time.monotonic() < self._groups_rest_until:
            return None
        try:
            async with asyncio.timeout(WAIT):
                return await self._groups.get("", self._user_groups)
        except (SourceError, TimeoutError) as error:
            self._why, self._passing = _why(error), not isinstance(error, SourceRefused)
            _log.warning("user groups not told", error=self._why)
            self._groups_rest_until = time.monotonic() + REST
            return None

    async def _channels_told(self) -> Mapping[str, str]:
        if time.monotonic() < self._channels_rest_until:
            return {}
        try:
            return await self._channels.get("", self._named)
        except SourceError as error:
            _log.warning("channels not told", error=str(error))
            self._channels_rest_until = time.monotonic() + REST
            return {}

    async def _user_groups(self) -> Mapping[str, UserGroup]:
        answer = await self._web.call("usergroups.list", include_users=True, include_disabled=True)
        listed = answer.get("usergroups")
        found = [_group(one) for one in _dicts(listed) if not one.get("is_external")]
        # A disabled group may have left its handle to another one.
        return {one.handle: one for one in sorted(found, key=lambda one: bool(one.id))}

    async def _named(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._web.call(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor,
            )
            listed = answer.get("channels")
            found |= {str(one.get("name", "")).lower(): str(one.get("id", "")) for one in _dicts(listed)}
            metadata = answer.get("response_metadata")
            cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
            if not cursor:
                break
        return found


def _group(told: Mapping[str, Any]) -> UserGroup:
    handle, members = str(told.get("handle", "")).lower(), told.get("users")
    people = tuple(str(one) for one in members) if isinstance(members, list) else ()
    if told.get("date_delete"):
        return UserGroup(handle=handle, problem="disabled", why="it is disabled")
    empty = isinstance(members, list) and not people
    return UserGroup(
        handle=handle,
        id=str(told.get("id", "")),
        members=people,
        problem="empty" if empty else "",
        why="it has no members" if empty else "",
    )


def _why(error: Exception) -> str:
    if isinstance(error, SourceRefused):
        return f"Slack does not show me the user groups ({error.code or error})"
    return "Slack did not tell me the user groups in time"


def _dicts(listed: Sequence[Any] | None) -> Iterator[dict[str, Any]]:
    return (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))
