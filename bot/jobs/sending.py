"""Sends one message of the journal: looks before it repeats, waits where Slack asks, and knows when to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import log
from bot.domain.keeping import WorkRules
from bot.errors import AudienceRefused, SourceError, SourceLost, SourceRefused, SourceUnavailable
from bot.jobs.telling import Teller
from bot.ports.clock import Clock
from bot.ports.delivery import Delivery, Parcel
from bot.ports.jobs import DueWork
from bot.ports.ledger import MessageLedger, Pending, Settled, WorkLedger
from bot.ports.messenger import Posted
from bot.ports.outgoing import MessageState
from bot.ports.work import Work

APART = timedelta(seconds=1.05)
"""Slack takes one message a second in a channel; a twentieth more keeps us clear of its rounding."""
SETTLES = timedelta(seconds=2)
"""How long after an attempt with an unknown outcome the channel's history is believed."""
SKEW = timedelta(minutes=5)
"""How far Slack's clock may be from ours when its history is looked through."""
OUR_TOKEN = frozenset({"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"})
"""Slack does not take our token: nothing is wrong with the message, and it waits until the token is mended."""

_log = log.get(__name__)


class TokenRefused(Exception):
    """Slack refuses our token; messages wait."""


class Overtakes(Exception):
    """An earlier message of its lane is not settled, having been taken back: this one comes after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Keeps what `bot.ports.outgoing` promises, one message at a time. `wall` is the machine's own clock."""

    ledger: MessageLedger
    jobs: WorkLedger
    work: Work
    delivery: Delivery
    teller: Teller
    clock: Clock
    wall: Clock
    rules: WorkRules
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def send(self, key: str) -> str:
        """Bring a message to its end, or raise TokenRefused or Overtakes; says what became of it."""
        pending = await self.ledger.find_pending(key)
        if pending is None or pending.is_settled:
            return "nothing left to do"
        if await self.ledger.overtakes(key):
            raise Overtakes(key)
        settled = _fate_of_parent(pending) or await self._tried(key)
        await self._settle(pending, settled)
        return f"{settled.state.value} {settled.note}".rstrip()

    async def _tried(self, key: str) -> Settled:
        problem = ""
        for wait in (timedelta(), *self.rules.message_retries):
            if wait:
                await self.sleep(wait.total_seconds())
            try:
                return await self._attempt(await self._pending(key))
            except AudienceRefused as refused:
                return Settled(state=MessageState.WITHHELD, revision=1, note=str(refused))
            except SourceRefused as error:
                if error.code in OUR_TOKEN:
                    raise TokenRefused(str(error)) from error
                return Settled(state=MessageState.FAILED, revision=1, note=str(error))
            except SourceUnavailable as error:
                _log.warning("not sent yet", key=key, error=str(error))
                problem = str(error)
                await self.sleep(error.retry_after or 0)
        return await self._given_up(await self._pending(key), problem)

    async def _pending(self, key: str) -> Pending:
        pending = await self.ledger.find_pending(key)
        if pending is None:
            raise LookupError(key)  # rows that wait are never forgotten
        return pending

    async def _attempt(self, pending: Pending) -> Settled:
        channel_id = pending.channel_id or await self.delivery.place_of(pending.email)
        parcel = _parcel(pending, channel_id)
        if pending.attempted_at is not None and (found := await self._look(pending, parcel)):
            return await self._sent(pending, found)
        last = await self.ledger.last_sent_at(channel_id)
        await self.delivery.check(channel_id, first=last is None and not pending.email)
        await self._take_turn(last)
        if pending.ts:  # an edit may be made twice: it says the same
            return await self._sent(pending, await self.delivery.send(parcel))
        await self.ledger.note_attempt(pending.key, self.clock.now(), channel_id)
        try:
            posted = await self.delivery.send(parcel)
        except SourceLost:
            raise
        except SourceError:
            await self.ledger.clear_attempt(pending.key)
            raise
        return await self._sent(pending, posted)

    async def _look(self, pending: Pending, parcel: Parcel) -> Posted | None:
        """Whether an earlier attempt arrived; its answer was lost with a connection or with our process."""
        assert pending.attempted_at is not None  # noqa: S101 # for the type checker: the caller asked
        await self.sleep(SETTLES.total_seconds())
        try:
            return await self.delivery.find_sent(parcel, since=pending.attempted_at - SKEW)
        except SourceRefused as error:
            if error.code in OUR_TOKEN:
                raise
            raise SourceUnavailable(f"Slack does not show whether it arrived ({error})") from error

    async def _take_turn(self, last: datetime | None) -> None:
        left = last + APART - self.wall.now() if last else timedelta()
        if left > timedelta():
            await self.sleep(min(left, APART).total_seconds())

    async def _sent(self, pending: Pending, posted: Posted) -> Settled:
        permalink = ""
        if not pending.reply_to and not pending.email:
            with suppress(SourceError):  # it is there even where Slack gives no link to it
                permalink = await self.delivery.permalink(posted)
        return Settled(
            state=MessageState.SENT,
            revision=pending.revision,
            channel_id=posted.channel_id,
            ts=posted.ts,
            permalink=permalink,
            sent_at=self.wall.now(),
        )

    async def _given_up(self, pending: Pending, problem: str) -> Settled:
        if pending.attempted_at is None:
            return Settled(state=MessageState.FAILED, revision=1, note=problem)
        try:
            found = await self._look(pending, _parcel(pending, pending.channel_id))
        except SourceError as error:
            note = f"it may have arrived; {error}. It is not sent again."
            return Settled(state=MessageState.UNCERTAIN, revision=1, note=note)
        if found:
            return await self._sent(pending, found)
        return Settled(state=MessageState.FAILED, revision=1, note=problem)

    async def _settle(self, pending: Pending, settled: Settled) -> None:
        """Record it, with whatever is to follow, in one transaction."""
        lost_edit = bool(pending.ts) and settled.state is not MessageState.SENT
        if lost_edit:  # what was sent stands, in its earlier words
            note = f"not corrected: {settled.note}"
            settled = Settled(
                state=MessageState.SENT,
                revision=pending.revision,
                channel_id=pending.channel_id,
                ts=pending.ts,
                note=note,
            )
        async with self.work.transaction() as tx:
            await self.ledger.settle(tx, pending.key, settled, self.clock.now())
            if pending.then:
                key = f"then:{pending.key}:{pending.revision}"
                due = DueWork(key=key, job=pending.then, subject=pending.subject, due_at=self.clock.now())
                await self.jobs.plan_later(tx, due)
            elif settled.note:
                await self.teller.tell_operators(
                    tx, pending.key, f"A message was not sent as meant: {settled.note}"
                )
        if settled.note:
            _log.warning("message settled", key=pending.key, state=settled.state.value, error=settled.note)


def _fate_of_parent(pending: Pending) -> Settled | None:
    """A reply goes nowhere when the message that it replies to did not arrive."""
    if not pending.reply_to or pending.parent_state is MessageState.SENT:
        return None
    state = pending.parent_state or MessageState.FAILED
    return Settled(state=state, revision=1, note="the message it replies to did not arrive")


def _parcel(pending: Pending, channel_id: str) -> Parcel:
    return Parcel(
        key=pending.key,
        channel_id=channel_id,
        payload=pending.payload,
        thread_ts=pending.parent_ts,
        ts=pending.ts,
        revision=pending.revision,
        accounts=pending.accounts,
    )
