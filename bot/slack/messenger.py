"""Says things where others can see them, after asking Slack anew who they are."""

from __future__ import annotations

from dataclasses import dataclass

from bot import log
from bot.asks import Ask
from bot.blocks.answers import Message
from bot.errors import AudienceRefused, SourceError
from bot.ports.audit import Audit, AuditRow
from bot.ports.clock import Clock
from bot.ports.messenger import Posted
from bot.slack.directory import SlackDirectory
from bot.slack.outbox import Outbox

_log = log.get(__name__)


def kind_of(ask: Ask) -> str:
    """What was asked, as the audit and the log name it: the command, the action id or the callback id."""
    for name in ("name", "action_id", "callback_id"):
        value = getattr(ask, name, "")
        if value:
            return str(value)
    return type(ask).__name__.lower()


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes audit rows about an ask."""

    audit: Audit
    clock: Clock

    async def record(
        self,
        ask: Ask,
        delivered: str,
        *,
        accounts: tuple[str, ...] = (),
        withheld: str = "",
        part: str = "",
        channel_id: str | None = None,
    ) -> bool:
        """Keep a row; `part` tells apart several rows of one request. False: it was kept before."""
        row = AuditRow(
            at=self.clock.now(),
            request_id=(ask.request_id or ask.reference) + part,
            reference=ask.reference,
            user_id=ask.asker.user_id,
            email=ask.asker.email,
            team_id=ask.asker.team_id,
            channel_id=ask.place.channel_id if channel_id is None else channel_id,
            ask=kind_of(ask),
            accounts=accounts,
            delivered=delivered,
            withheld=withheld,
        )
        return await self.audit.record(row)


class SlackMessenger:
    """Keeps ports.Messenger."""

    def __init__(self, directory: SlackDirectory, outbox: Outbox, journal: Journal) -> None:
        self._directory = directory
        self._outbox = outbox
        self._journal = journal

    async def post(self, channel_id: str, message: Message, *, asked: Ask) -> Posted:
        """Post for everybody in the channel; raises AudienceRefused where an outsider could read it."""
        asker = await self._directory.get_member(asked.asker.user_id, fresh=True)
        readers = await self._directory.readers_of(channel_id)
        refused = "you are not a full member of this workspace" if asker.outside else readers.refused
        if refused:
            await self._refuse(asked, channel_id, refused)
        return await self._say(channel_id, message, asked, "channel")

    async def direct(self, user_id: str, message: Message, *, asked: Ask) -> Posted:
        """Post to a person's direct message with the bot; raises AudienceRefused for an outsider."""
        person = await self._directory.get_member(user_id, fresh=True)
        if person.outside:
            await self._refuse(asked, user_id, "they are not a full member of this workspace")
        channel_id = await self._directory.direct_with(user_id)
        return await self._say(channel_id, message, asked, "direct")

    async def send_file(
        self, user_id: str, name: str, content: bytes, *, comment: str, accounts: tuple[str, ...], asked: Ask
    ) -> None:
        """Send a file into a person's direct message with the bot; raises AudienceRefused for an outsider."""
        person = await self._directory.get_member(user_id, fresh=True)
        if person.outside:
            await self._refuse(asked, user_id, "they are not a full member of this workspace")
        channel_id = await self._directory.direct_with(user_id)
        part = f">{channel_id}"
        kept = await self._journal.record(
            asked, "direct", accounts=accounts, part=part, channel_id=channel_id
        )
        if not kept:
            return
        try:
            await self._outbox.upload(channel_id, name, content, comment)
        except SourceError as error:
            await self._journal.record(
                asked, "failed", withheld=str(error), part=f"{part}!", channel_id=channel_id
            )
            raise

    async def _say(self, channel_id: str, message: Message, asked: Ask, delivered: str) -> Posted:
        part = f">{channel_id}"
        kept = await self._journal.record(
            asked,
            delivered,
            accounts=message.accounts,
            withheld=message.withheld,
            part=part,
            channel_id=channel_id,
        )
        if not kept:
            return Posted(channel_id=channel_id, ts="")
        try:
            return await self._outbox.post(channel_id, message)
        except SourceError as error:
            await self._journal.record(
                asked, "failed", withheld=str(error), part=f"{part}!", channel_id=channel_id
            )
            raise

    async def _refuse(self, asked: Ask, channel_id: str, why: str) -> None:
        _log.warning("not posted", ref=asked.reference, channel=channel_id, error=why)
        await self._journal.record(
            asked, "refused", withheld=why, part=f">{channel_id}", channel_id=channel_id
        )
        raise AudienceRefused(f"I have not posted that: {why}. Nothing was said there.")
