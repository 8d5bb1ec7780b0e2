"""The people, channels and user groups of our Slack workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as Slack knows them. `outside` is empty for a full member, else why they may not see accounts."""

    user_id: str
    team_id: str
    name: str
    email: str | None
    timezone: str | None = None
    outside: str = ""  # `guest`, `bot`, `deleted`, `external`, `unknown`


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who would read something said in a conversation. `refused` is empty when everybody may, else why not."""

    channel_id: str
    name: str
    count: int | None = None
    refused: str = ""  # names no account and no person; safe to show
    unknown: bool = False  # refused only because Slack did not tell: asking again may help
    left: bool = False  # a public channel that the bot is not in


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """A user group by its handle. `id` is empty where it cannot be mentioned.

    `problem` is empty where all is well, else `missing`, `disabled`, `empty` or `hidden` (Slack did not tell, and
    `why` says what it said); `passing` where asking again may help.
    """

    handle: str
    id: str = ""
    members: tuple[str, ...] = ()  # Slack user ids
    problem: str = ""
    why: str = ""
    passing: bool = False


class Directory(Protocol):
    """Looks people and places up in Slack."""

    async def get_member(self, user_id: str, *, fresh: bool = False) -> Member:
        """The person, cached for 60 s unless `fresh`; an unanswered look-up gives `outside="unknown"`."""

    async def find_user_id(self, email: str) -> str | None:
        """The Slack user id of a full member by e-mail address."""

    async def find_user_ids(self, emails: Collection[str]) -> Mapping[str, str]:
        """The Slack user ids of full members by e-mail address, as far as Slack tells; for many at once."""

    async def find_user_group(self, handle: str) -> str | None:
        """The id of an enabled user group by its handle without `@`."""

    async def get_user_group(self, handle: str) -> UserGroup:
        """The user group by its handle without `@`, cached; what is wrong with it is said, never raised."""

    async def find_channel(self, name: str) -> str | None:
        """The id of a channel by its name without `#`, cached; None as well where Slack does not show it."""

    async def find_link(self, channel_id: str, ts: str) -> str:
        """Slack's link to a message; empty where it gives none."""

    async def readers_of(self, channel_id: str) -> Readers:
        """Who would see a message there; never cached, and refused where anything is unknown."""
