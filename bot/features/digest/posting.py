"""Posts a slot's digest, corrects it, and plans the slot after it: each in one transaction, idempotent by key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from bot.blocks.answers import Message
from bot.domain.person import Team
from bot.domain.schedule import IsoWeek
from bot.domain.slots import Slot, key_of, slots_from, slots_missed
from bot.features.digest import making, rules
from bot.features.digest.making import Said
from bot.features.subscriptions import planning
from bot.features.subscriptions import views as told
from bot.features.subscriptions.rules import SKIPPED
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import WorkState
from bot.ports.outgoing import Intent, MessageState, Outgoing
from bot.ports.work import Transaction

SETTLED = "digest.settled"
"""The job that looks at what became of a digest's messages."""
NOTES = "digest-note:"
"""What the keys of notes to owners begin with, so that they are no part of a slot."""
SHOWN = (MessageState.WAITING, MessageState.SENT)


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows a slot: the slots that are skipped by now, and those that may be planned, soonest first."""

    skipped: Sequence[Slot]
    upcoming: Sequence[Slot]


async def look_onward(ports: Ports, subscription: Subscription, week: IsoWeek) -> Onward:
    """What follows a week's slot; read in a thread, since bank holidays may take a moment."""
    now, policy, calendar = ports.clock.now(), ports.policy.digest, ports.calendar

    def look() -> Onward:
        skipped, following = slots_missed(subscription, week, now, policy, calendar)
        upcoming = slots_from(subscription, following.week, policy, calendar)
        return Onward(skipped, tuple(islice(upcoming, planning.AHEAD)))

    return await asyncio.to_thread(look)


async def plan_onward(tx: Transaction, ports: Ports, subscription: Subscription, onward: Onward) -> datetime:
    """Plan the next slot; those skipped on the way are kept as such. Gives when the next one is due."""
    for slot in onward.skipped:
        why = SKIPPED + _why(ports, slot)
        work = replace(planning.work_of(subscription, slot), state=WorkState.CANCELLED, note=why)
        await ports.jobs.plan_later(tx, work)
    for slot in onward.upcoming:
        if await ports.jobs.plan_later(tx, planning.work_of(subscription, slot)):
            return slot.due_at
    return onward.upcoming[0].due_at


async def tell_skipped(
    tx: Transaction, ports: Ports, subscription: Subscription, slots: Sequence[Slot], next_at: datetime
) -> None:
    """Tell the owner once which slots passed while nothing ran."""
    weeks = [slot.week for slot in slots]
    message = told.skipped(subscription, weeks, _why(ports, slots[0]), next_at)
    await tell(tx, subscription, ports, f"{key_of(subscription.id, weeks[-1])}:skipped", message)


def _why(ports: Ports, slot: Slot) -> str:
    policy = ports.policy.digest
    return rules.why_skipped(slot.due_at, ports.clock.now(), posts_late=policy.posts_late)


async def tell(
    tx: Transaction, subscription: Subscription, ports: Ports, about: str, message: Message
) -> bool:
    """A direct message to the owner, once for what it is about."""
    intent = Intent(key=NOTES + about, message=message, email=subscription.owner_email)
    return await ports.outgoing.post_later(tx, intent)


async def find_head(ports: Ports, subscription: Subscription, week: IsoWeek) -> Outgoing | None:
    """The newest first message of a slot."""
    held = await ports.outgoing.list_outgoing(prefix=f"{key_of(subscription.id, week)}:")
    return next((one for one in held if rules.is_head(one.key)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a digest goes and of whom. Without `then`, the operators hear when it cannot be posted."""

    channel_id: str
    teams: tuple[Team, ...]
    then: str = ""
    subject: str = ""


def target_of(subscription: Subscription) -> Target:
    """A subscription's own channel and teams; its owner hears when it cannot be posted."""
    return Target(
        channel_id=subscription.channel_id,
        teams=subscription.teams,
        then=SETTLED,
        subject=str(subscription.id),
    )


async def make(
    ports: Ports,
    target: Target,
    week: IsoWeek,
    key: str,
    late_for: datetime | None = None,
    corrected_at: datetime | None = None,
) -> Said:
    """A week's digest in words, computed now; that it is late or corrected is said with it."""
    digest = await making.make(ports, target.teams, week)
    token = rules.Token(teams=target.teams, week=week, key=key)
    return making.say(ports, replace(digest, late_for=late_for, corrected_at=corrected_at), token)


async def post(tx: Transaction, ports: Ports, target: Target, key: str, said: Said) -> None:
    """Ask for the messages of a digest; what is asked for already stays as it is."""
    await ports.outgoing.post_later(tx, _intent(target, key, said.head))
    for part, message in said.replies:
        await ports.outgoing.post_later(tx, _intent(target, rules.part_key(key, part), message, key))


async def correct(tx: Transaction, ports: Ports, target: Target, key: str, said: Said) -> None:
    """Put new words in the place of a digest's messages; a part that was not there is added."""
    await ports.outgoing.edit_later(tx, key, said.head)
    await ports.outgoing.edit_later(tx, rules.part_key(key, rules.AGENDA), said.agenda)
    for part, message in said.replies:
        part_key = rules.part_key(key, part)
        if not await ports.outgoing.edit_later(tx, part_key, message):
            await ports.outgoing.post_later(tx, _intent(target, part_key, message, key))


def _intent(target: Target, key: str, message: Message, reply_to: str = "") -> Intent:
    return Intent(
        key=key,
        message=message,
        channel_id=target.channel_id,
        reply_to=reply_to,
        then=target.then,
        subject=target.subject,
    )


class Taken(StrEnum):
    """What becomes of a wish to have a week's digest in its channel now."""

    PLANNED = "planned"  # its own work is due now
    RUNNING = "running"  # that is under way already
    POSTED = "posted"  # asked for directly, as another turn
    CORRECTED = "corrected"  # it stands there, and gets new words


async def bring(ports: Ports, held: Subscription, week: IsoWeek) -> tuple[Taken, Outgoing | None]:
    """Have a slot's digest in its channel now: once, and where it stands already, corrected in place.

    Gives its first message where there is one already.
    """
    head, target = await find_head(ports, held, week), target_of(held)
    if head is not None and head.state in SHOWN:
        said = await make(ports, target, week, head.key, corrected_at=ports.clock.now())
        async with ports.work.transaction() as tx:
            await correct(tx, ports, target, head.key, said)
        return Taken.CORRECTED, head
    slot = Slot(key=key_of(held.id, week), week=week, due_at=ports.clock.now())
    if head is None and (taken := await _own_work(ports, held, slot)):
        return taken, None
    key = rules.head_key(held.id, week, rules.turn_of(head.key) + 1 if head else 1)
    said = await make(ports, target, week, key)
    async with ports.work.transaction() as tx:
        await post(tx, ports, target, key, said)
    return Taken.POSTED, None


async def _own_work(ports: Ports, held: Subscription, slot: Slot) -> Taken | None:
    """Have the slot's own work done now; None where that has ended without a message."""
    async with ports.work.transaction() as tx:
        if await ports.jobs.plan_later(tx, planning.work_of(held, slot)):
            return Taken.PLANNED
    work = await ports.jobs.find_work(slot.key)
    return Taken.RUNNING if work is not None and work.state is WorkState.STARTED else None


async def post_once(ports: Ports, once: rules.Once) -> None:
    """Post a digest beside all subscriptions; what stands already stays as it is."""
    target = Target(channel_id=once.channel_id, teams=once.teams)
    said = await make(ports, target, once.week, once.head)
    async with ports.work.transaction() as tx:
        await post(tx, ports, target, once.head, said)


async def correct_once(ports: Ports, once: rules.Once) -> None:
    """Bring up to date what was posted beside all subscriptions; nothing happens while it is not there."""
    target = Target(channel_id=once.channel_id, teams=once.teams)
    if await ports.outgoing.find_outgoing(once.head) is None:
        return
    said = await make(ports, target, once.week, once.head, corrected_at=ports.clock.now())
    async with ports.work.transaction() as tx:
        await correct(tx, ports, target, once.head, said)
