"""People, conversations and user groups of the workspace, as Slack's Web API shows them.

Caches serve answers that only the asker sees (60 s, dropped on events). `readers_of` never reads a cache.

Large conversations: up to 40 members are looked up one by one (users.info, 100 a minute); above that one
sweep of users.list (999 a page, at most 20 pages) gives everybody's flags. Who is not in the sweep, or in a
conversation of more than 20 pages, counts as unknown: nothing is said there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot import log
from bot.asks import Asker, Place, PlaceKind
from bot.errors import SourceError, SourceRefused
from bot.ports.directory import Member, Readers, UserGroup
from bot.slack import judging
from bot.slack.cache import Cache
from bot.slack.handles import Handles
from bot.slack.identity import Identity
from bot.slack.web import SlackWeb

HIDDEN = frozenset(
    {"channel_not_found", "missing_scope", "not_in_channel", "method_not_supported_for_channel_type"}
)
HIDDEN_WHY = "I cannot see that channel: invite me to it first"
LIVES = 60.0
ONE_BY_ONE = 40
FEW = 3
PAGE = 999
PAGES = 20
AT_ONCE = 8

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A conversation and the weightiest reason against speaking there."""

    channel: judging.Channel
    reason: str
    count: int

    def kind_for(self, user_id: str) -> PlaceKind:
        """The place's kind for the person who asks from it."""
        if self.channel.shared or self.reason in judging.OUTSIDERS or self.reason == "unknown":
            return PlaceKind.SHARED
        if self.channel.direct_with:
            return PlaceKind.DIRECT if self.channel.direct_with == user_id else PlaceKind.SHARED
        # Another app of our own workspace reads what is posted, never what only the asker sees.
        return PlaceKind.UNSEEN if self.reason else PlaceKind.OPEN


class SlackDirectory:
    """Keeps ports.Directory, and knows what kind of place a question came from."""

    def __init__(self, web: SlackWeb, identity: Identity) -> None:
        self._web = web
        self._identity = identity
        self._people: Cache[str, Member] = Cache(LIVES)
        self._emails: Cache[str, str | None] = Cache(LIVES)
        self._places: Cache[str, _Seen] = Cache(LIVES)
        self._sweeps: Cache[str, Mapping[str, Member]] = Cache(LIVES)
        self._handles = Handles(web)

    async def get_member(self, user_id: str, *, fresh: bool = False) -> Member:
        """The person; an unanswered look-up gives `outside="unknown"` and is not kept."""
        if fresh:
            self._people.drop(user_id)
        try:
            return await self._people.get(user_id, lambda: self._member(user_id))
        except SourceError as error:
            _log.warning("person not told", user=user_id, error=str(error))
            return judging.unknown_member(user_id)

    async def find_user_id(self, email: str) -> str | None:
        """The Slack user id of a full member by e-mail address; None as well while Slack does not answer."""
        try:
            return await self._emails.get(email.lower(), lambda: self._user_id(email.lower()))
        except SourceError as error:
            _log.warning("address not told", error=str(error))
            return None

    async def user_id_told(self, email: str) -> str | None:
        """The same, but raises what Slack answers instead of an answer; never cached."""
        return await self._user_id(email.lower())

    async def find_user_ids(self, emails: Collection[str]) -> Mapping[str, str]:
        """For many at once, from one sweep of everybody: Slack takes fifty look-ups of addresses a minute."""
        if len(emails) <= FEW:
            found = [(email, await self.find_user_id(email)) for email in emails]
            return {email: user_id for email, user_id in found if user_id}
        try:
            everybody = await self._sweeps.get("", self._sweep)
        except SourceError as error:
            _log.warning("people not told", error=str(error))
            return {}
        wanted = {email.lower(): email for email in emails}
        return {
            wanted[one.email]: one.user_id
            for one in everybody.values()
            if one.email in wanted and not one.outside
        }

    async def find_user_group(self, handle: str) -> str | None:
        """The id of an enabled user group; None as well while Slack does not answer."""
        return (await self._handles.group(handle)).id or None

    async def get_user_group(self, handle: str) -> UserGroup:
        """The user group with its members, or why it cannot be mentioned."""
        return await self._handles.group(handle)

    async def find_channel(self, name: str) -> str | None:
        """The id of a channel by its name; None as well while Slack does not answer."""
        return await self._handles.channel(name)

    async def find_link(self, channel_id: str, ts: str) -> str:
        """Slack's link to a message; empty where it gives none."""
        try:
            answer = await self._web.call("chat.getPermalink", channel=channel_id, message_ts=ts)
        except SourceError as error:
            _log.info("no link", channel=channel_id, error=str(error))
            return ""
        return str(answer.get("permalink", ""))

    async def readers_of(self, channel_id: str) -> Readers:
        """Who would see a message there, asked of Slack anew; refused where anything is unknown."""
        try:
            return await self.readers_told(channel_id)
        except SourceRefused as error:
            hidden = HIDDEN_WHY if error.code in HIDDEN else ""
            why = hidden or judging.WHY["unknown"]
            return Readers(channel_id=channel_id, name="", refused=why, unknown=not hidden)
        except SourceError:
            return Readers(channel_id=channel_id, name="", refused=judging.WHY["unknown"], unknown=True)

    async def readers_told(self, channel_id: str, *, join: bool = False) -> Readers:
        """The same, but raises what Slack answers instead of an answer; `join` has the bot join a public channel,
        otherwise it tells that the bot is not in it.
        """
        seen = await self._look(channel_id, fresh=True)
        refused = seen.channel.shared or judging.WHY.get(seen.reason, "")
        if not refused and seen.channel.archived:
            refused = "it is archived"
        if join and not refused and seen.channel.can_join:
            await self._join(channel_id)
        return Readers(
            channel_id=channel_id,
            name=seen.channel.name,
            count=seen.count or None,
            refused=refused,
            unknown=not seen.channel.shared and seen.reason == "unknown",
            left=seen.channel.can_join and not join,
        )

    async def _join(self, channel_id: str) -> None:
        """Only members may read a channel's history, which tells after a crash whether a message arrived."""
        try:
            await self._web.call("conversations.join", channel=channel_id)
        except SourceRefused as error:
            _log.warning("channel not joined", channel=channel_id, error=str(error))

    def known(self, asker: Asker, channel_id: str) -> tuple[Member, Place] | None:
        """The person and the place if both are in the caches: no waiting, for the common case."""
        person, seen = self._people.peek(asker.user_id), self._places.peek(channel_id)
        if person is None or seen is None:
            return None
        return person, Place(channel_id, seen.channel.name, seen.kind_for(asker.user_id))

    async def look_up(self, asker: Asker, channel_id: str) -> tuple[Member, Place]:
        """The person and the place, asked for at the same time."""
        person, place = await asyncio.gather(self.get_member(asker.user_id), self.place(channel_id, asker))
        return person, place

    async def place(self, channel_id: str, asker: Asker) -> Place:
        """What kind of place a question came from; cached for 60 s, for answers only the asker sees."""
        if not channel_id:
            return Place("", "", PlaceKind.UNSEEN)
        try:
            seen = await self._places.get(channel_id, lambda: self._look(channel_id, fresh=False))
        except SourceRefused as error:
            # Slack will not show it: the answer depends on the asker alone. Any other refusal is no answer.
            kind = PlaceKind.UNSEEN if error.code in HIDDEN else PlaceKind.SHARED
            return Place(channel_id, "", kind)
        except SourceError as error:
            _log.warning("place not told", channel=channel_id, error=str(error))
            return Place(channel_id, "", PlaceKind.SHARED)
        return Place(channel_id, seen.channel.name, seen.kind_for(asker.user_id))

    def heard_of_person(self, user: Mapping[str, Any]) -> None:
        """Something about a person changed; where they may read changed too, every place is looked at anew.

        Most of these events are a new status line: those must not empty the caches of a large workspace.
        """
        user_id = str(user.get("id", ""))
        myself, before = self._identity.known, self._people.peek(user_id)
        after = judging.member(user, myself.team_id) if myself else judging.unknown_member(user_id)
        self._people.drop(user_id)
        self._emails.clear()
        if after.outside or (before is not None and before.outside):
            self._sweeps.clear()
            self._places.clear()

    def forget_place(self, channel_id: str) -> None:
        """Something about a conversation changed."""
        self._places.drop(channel_id)

    def forget_names(self) -> None:
        """A channel was renamed, or got another id."""
        self._handles.forget_channels()

    def forget_groups(self) -> None:
        """A user group changed."""
        self._handles.forget_groups()

    def forget_all(self) -> None:
        """The token changed."""
        for cache in (self._people, self._emails, self._places, self._sweeps):
            cache.clear()
        self._handles.forget_channels()
        self._handles.forget_groups()

    async def direct_with(self, user_id: str) -> str:
        """The id of the asker's direct message with the bot, checked to be theirs."""
        opened = await self._web.call("conversations.open", users=user_id, return_im=True)
        found = opened.get("channel")
        told = found if isinstance(found, dict) else {}
        if not told.get("user"):
            told = await self._info(str(told.get("id", "")))
        if told.get("user") != user_id or not told.get("id"):
            raise SourceRefused("Slack opened a direct message with somebody else", code="other_person")
        return str(told["id"])

    async def _member(self, user_id: str) -> Member:
        team_id = (await self._identity.get()).team_id
        answer = await self._web.call("users.info", user=user_id)
        user = answer.get("user")
        if not isinstance(user, dict) or user.get("id") != user_id:
            raise SourceRefused("Slack told of somebody else", code="other_person")
        return judging.member(user, team_id)

    async def _user_id(self, email: str) -> str | None:
        team_id = (await self._identity.get()).team_id
        try:
            user = (await self._web.call("users.lookupByEmail", email=email)).get("user")
        except SourceRefused as error:
            if error.code == "users_not_found":
                return None
            raise
        found = judging.member(user if isinstance(user, dict) else {}, team_id)
        return None if found.outside else found.user_id

    async def _info(self, channel_id: str) -> dict[str, Any]:
        answer = (await self._web.call("conversations.info", channel=channel_id)).get("channel")
        if not isinstance(answer, dict) or answer.get("id") != channel_id:
            raise SourceRefused("Slack told of another conversation", code="other_channel")
        return answer

    async def _look(self, channel_id: str, *, fresh: bool) -> _Seen:
        channel = judging.channel(await self._info(channel_id))
        if channel.shared:
            return _Seen(channel, "external", 0)
        if channel.direct_with:
            other = await self.get_member(channel.direct_with, fresh=fresh)
            return _Seen(channel, other.outside, 1)
        me = (await self._identity.get()).user_id
        ids = [
            user_id async for user_id in self._pages("conversations.members", "members", channel=channel_id)
        ]
        if not ids or not all(isinstance(user_id, str) for user_id in ids):
            # Whoever asks from there or posts there is in it, so a list of nobody is not the whole truth.
            return _Seen(channel, "unknown", 0)
        others = [user_id for user_id in ids if user_id != me]
        people = await self._people_of(others, fresh=fresh)
        return _Seen(channel, judging.gravest(people), len(others))

    async def _people_of(self, user_ids: list[str], *, fresh: bool) -> list[Member]:
        if len(user_ids) > ONE_BY_ONE:
            sweep = await self._sweep() if fresh else await self._sweeps.get("", self._sweep)
            return [sweep.get(user_id) or judging.unknown_member(user_id) for user_id in user_ids]
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(user_id: str) -> Member:
            async with turn:
                return await self.get_member(user_id, fresh=fresh)

        return list(await asyncio.gather(*(one(user_id) for user_id in user_ids)))

    async def _sweep(self) -> Mapping[str, Member]:
        team_id = (await self._identity.get()).team_id
        told = [user async for user in self._pages("users.list", "members")]
        found = [judging.member(user, team_id) for user in told if isinstance(user, dict)]
        return {person.user_id: person for person in found}

    async def _pages(self, method: str, key: str, **arguments: Any) -> AsyncIterator[Any]:
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._web.call(method, limit=PAGE, cursor=cursor, **arguments)
            items = answer.get(key)
            if not isinstance(items, list):
                raise SourceRefused(f"Slack’s {method} lists nobody", code="no_list")
            for item in items:
                yield item
            metadata = answer.get("response_metadata") or {}
            cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else ""
            if not isinstance(metadata, dict) or not isinstance(cursor, str | None):
                raise SourceRefused(f"Slack’s {method} does not tell whether there is more", code="no_cursor")
            if not cursor:
                return
        raise SourceRefused(f"too many pages of {method}", code="too_many")
