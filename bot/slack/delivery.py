"""Sends the messages of the journal, after asking Slack anew who could read them; and looks whether one arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import log
from bot.blocks.answers import Message
from bot.errors import AudienceRefused, SourceRefused, SourceUnavailable
from bot.ports.audit import Audit, AuditRow
from bot.ports.clock import Clock
from bot.ports.delivery import Parcel
from bot.ports.messenger import Posted
from bot.slack.directory import HIDDEN, HIDDEN_WHY, SlackDirectory
from bot.slack.identity import Identity
from bot.slack.outbox import Outbox
from bot.slack.web import SlackWeb

EVENT = "ta_bot_message"
"""What our messages' metadata call themselves; their payload holds the journal's key and nothing of an account."""
PAGE, PAGES = 200, 15

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDelivery:
    """Keeps ports.delivery.Delivery."""

    web: SlackWeb
    directory: SlackDirectory
    outbox: Outbox
    identity: Identity
    audit: Audit
    clock: Clock

    async def place_of(self, email: str) -> str:
        """The direct message with that person; raises SourceRefused when no full member has the address."""
        user_id = await self.directory.user_id_told(email)
        if user_id is None:
            raise SourceRefused("no full member of the workspace has that address", code="nobody")
        return await self.directory.direct_with(user_id)

    async def check(self, channel_id: str, *, first: bool) -> None:
        """Ask who could read a message there, joining a public channel with the first, to be able to look there later."""
        try:
            readers = await self.directory.readers_told(channel_id, join=first)
        except SourceRefused as error:
            if error.code in HIDDEN:
                raise AudienceRefused(HIDDEN_WHY) from error
            raise
        if readers.unknown:
            raise SourceUnavailable(readers.refused)
        if readers.refused:
            raise AudienceRefused(readers.refused)
        if readers.left:
            raise AudienceRefused("I am not in that channel any more: invite me to it first")

    async def send(self, parcel: Parcel) -> Posted:
        """Post or edit, once; raises SourceLost where it may have arrived all the same."""
        await self._note(parcel)
        message = _message(parcel)
        metadata = {"event_type": EVENT, "event_payload": {"key": parcel.key}}
        if parcel.ts:
            there = Posted(channel_id=parcel.channel_id, ts=parcel.ts)
            return await self.outbox.edit(there, message, metadata=metadata)
        return await self.outbox.post(
            parcel.channel_id, message, thread_ts=parcel.thread_ts, metadata=metadata
        )

    async def find_sent(self, parcel: Parcel, *, since: datetime) -> Posted | None:
        """Our message with this key in the channel's own history, or in the thread it belongs to."""
        me = (await self.identity.get()).user_id
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._page(parcel, since, cursor)
            for said in answer.get("messages") or ():
                if said.get("user") == me and _key(said) == parcel.key:
                    return Posted(channel_id=parcel.channel_id, ts=str(said["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None
        raise SourceUnavailable("too much was said there since to find out whether a message arrived")

    async def permalink(self, posted: Posted) -> str:
        """Slack's link to a message."""
        answer = await self.web.call("chat.getPermalink", channel=posted.channel_id, message_ts=posted.ts)
        return str(answer.get("permalink", ""))

    async def _page(self, parcel: Parcel, since: datetime, cursor: str | None) -> Mapping[str, Any]:
        return await self.web.call(
            "conversations.replies" if parcel.thread_ts else "conversations.history",
            channel=parcel.channel_id,
            oldest=f"{since.timestamp():.6f}",
            include_all_metadata=True,
            limit=PAGE,
            cursor=cursor,
            ts=parcel.thread_ts or None,
        )

    async def _note(self, parcel: Parcel) -> None:
        """Leave an audit row before anything is said; a second attempt leaves none of its own."""
        row = AuditRow(
            at=self.clock.now(),
            request_id=f"{parcel.key}#{parcel.revision}",
            reference=parcel.key,
            user_id="",
            email=None,
            team_id=(await self.identity.get()).team_id,
            channel_id=parcel.channel_id,
            ask=parcel.key.partition(":")[0],
            accounts=parcel.accounts,
            delivered="channel",
        )
        await self.audit.record(row)


def _message(parcel: Parcel) -> Message:
    payload = parcel.payload
    return Message(
        text=str(payload.get("text", "")),
        blocks=tuple(payload.get("blocks") or ()),
        plain=tuple(payload.get("plain") or ()),
    )


def _key(said: Mapping[str, Any]) -> str:
    metadata = said.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT:
        return ""
    payload = metadata.get("event_payload")
    return str(payload.get("key", "")) if isinstance(payload, dict) else ""
