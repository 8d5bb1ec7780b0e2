"""What the digest does by itself: post a slot, look at what became of it, and keep every next slot planned."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.asks import Due
from bot.domain.schedule import IsoWeek
from bot.domain.slots import Fate, Slot, fate_of, slot_of, week_of_key
from bot.features.digest import posting, rules
from bot.features.subscriptions import planning
from bot.features.subscriptions import views as told
from bot.features.subscriptions.rules import SKIPPED
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import Job, WorkState
from bot.ports.outgoing import MessageState, Outgoing

TEND = "digest.tend"
LOOKS_BACK = timedelta(days=1)
"""How far back a slot that was lost is made up for."""
_OPEN = (WorkState.PLANNED, WorkState.STARTED)


async def post_slot(due: Due, ports: Ports) -> str:
    """Post the digest of a slot, or skip it with a note, and plan the next one with it."""
    subscription = await ports.digests.find_subscription(int(due.subject))
    if subscription is None or subscription.ended_at is not None:
        return "the subscription has ended"
    if subscription.paused:
        return f"{SKIPPED}the subscription was paused ({subscription.paused})"
    week = week_of_key(due.key)
    due_at = await _due_at(due, ports, subscription)
    fate = fate_of(due_at, ports.clock.now(), ports.policy.digest)
    if fate is Fate.SKIPPED:
        return await _skip(ports, subscription, Slot(key=due.key, week=week, due_at=due_at))
    return await _post(ports, subscription, week, due_at if fate is Fate.LATE else None)


async def _post(ports: Ports, subscription: Subscription, week: IsoWeek, late_for: datetime | None) -> str:
    key = rules.head_key(subscription.id, week)
    head = await posting.find_head(ports, subscription, week)
    target = posting.target_of(subscription)
    said = None if head else await posting.make(ports, target, week, key, late_for=late_for)
    # Making it took a moment, in which somebody may have changed, paused or ended it.
    fresh = await ports.digests.find_subscription(subscription.id)
    if fresh is None or fresh.ended_at is not None or fresh.paused:
        return f"{SKIPPED}the subscription was paused or ended meanwhile"
    onward = await posting.look_onward(ports, fresh, week)
    async with ports.work.transaction() as tx:
        if said is not None:
            await posting.post(tx, ports, posting.target_of(fresh), key, said)
        next_at = await posting.plan_onward(tx, ports, fresh, onward)
        if onward.skipped:
            await posting.tell_skipped(tx, ports, fresh, onward.skipped, next_at)
    return "was posted before" if said is None else "posted late" if late_for else "posted"


async def post_once(due: Due, ports: Ports) -> str:
    """Post a digest that an operator asked for, in a channel without a subscription; operators hear if it fails."""
    await posting.post_once(ports, rules.read_once(due.subject))
    return "posted"


async def _due_at(due: Due, ports: Ports, subscription: Subscription) -> datetime:
    """When it was to be posted: a later attempt's own due date is only when it was tried again."""
    if due.attempt == 1:
        return due.due_at
    policy, calendar, week = ports.policy.digest, ports.calendar, week_of_key(due.key)
    slot = await asyncio.to_thread(slot_of, subscription, week, policy, calendar)
    return min(slot.due_at, due.due_at) if slot.due_at >= subscription.created_at else due.due_at


async def _skip(ports: Ports, subscription: Subscription, slot: Slot) -> str:
    onward = await posting.look_onward(ports, subscription, slot.week)
    async with ports.work.transaction() as tx:
        next_at = await posting.plan_onward(tx, ports, subscription, onward)
        await posting.tell_skipped(tx, ports, subscription, [slot, *onward.skipped], next_at)
    policy = ports.policy.digest
    return SKIPPED + rules.why_skipped(slot.due_at, ports.clock.now(), posts_late=policy.posts_late)


async def give_up(due: Due, ports: Ports, why: str) -> None:
    """Tell the owner that a slot could not be posted; the next one is planned all the same."""
    subscription = await ports.digests.find_subscription(int(due.subject))
    if subscription is None or subscription.ended_at is not None:
        return
    week = week_of_key(due.key)
    onward = await posting.look_onward(ports, subscription, week)
    async with ports.work.transaction() as tx:
        if not subscription.paused:
            await posting.plan_onward(tx, ports, subscription, onward)
        message = told.failed(subscription, week, why)
        await posting.tell(tx, subscription, ports, f"{due.key}:failed", message)


async def look_after(due: Due, ports: Ports) -> str:
    """See what became of a message of a digest; where it did not arrive, its subscription's owner hears why."""
    key, _, _ = due.key.removeprefix("then:").rpartition(":")
    message = await ports.outgoing.find_outgoing(key)
    subscription = await ports.digests.find_subscription(int(due.subject))
    if message is None or subscription is None:
        return "nothing is known of it any more"
    if message.state is MessageState.SENT and not message.note:
        return await _arrived(ports, subscription, message)
    if message.state is MessageState.SENT:
        return await _tell(ports, subscription, message)
    if message.state is MessageState.WAITING or await _went_with_its_head(ports, message):
        return "nothing to tell"
    if message.state is MessageState.WITHHELD and rules.is_head(key):
        return await _pause(ports, subscription, message)
    return await _tell(ports, subscription, message)


async def _arrived(ports: Ports, subscription: Subscription, message: Outgoing) -> str:
    """Where Slack kept it waiting for long (it had taken back our token, say), the owner hears once that it is late."""
    if message.sent_revision > 1 or message.settled_at is None:
        return "arrived"
    if message.settled_at - message.asked_at <= ports.policy.digest.late_after:
        return "arrived"
    note = told.delayed(subscription, week_of_key(message.key), message.asked_at, message.settled_at)
    async with ports.work.transaction() as tx:
        await posting.tell(tx, subscription, ports, f"{message.reply_to or message.key}:delayed", note)
    return "arrived late, the owner was told"


async def _went_with_its_head(ports: Ports, message: Outgoing) -> bool:
    head = await ports.outgoing.find_outgoing(message.reply_to) if message.reply_to else None
    return head is not None and head.state is not MessageState.SENT


async def _pause(ports: Ports, subscription: Subscription, head: Outgoing) -> str:
    """Post nothing more until a person says that it may go on."""
    moved = (
        subscription.channel_id != head.channel_id
    )  # the channel was changed meanwhile: the new one may be fine
    before = await ports.jobs.list_work(prefix=planning.prefix_of(subscription))
    note = told.withheld(subscription, week_of_key(head.key), head.note)
    async with ports.work.transaction() as tx:
        if subscription.ended_at is None and not subscription.paused and not moved:
            paused = replace(subscription, paused=head.note or "somebody outside could read it")
            await ports.digests.save_subscription(tx, paused)
            await planning.cancel_all(tx, ports, before, "the subscription was paused")
        await posting.tell(tx, subscription, ports, head.key, note)
    return f"withheld, the owner was told: {head.note}"


async def _tell(ports: Ports, subscription: Subscription, message: Outgoing) -> str:
    week, about = week_of_key(message.key), f"{message.key}:{message.revision}"
    if message.state is MessageState.UNCERTAIN:
        note = told.uncertain(subscription, week, message.note)
    elif message.state is MessageState.SENT:
        note = told.uncorrected(subscription, week, message.note)
    elif rules.is_head(message.key):
        note = told.failed(subscription, week, message.note)
    else:
        note = told.incomplete(subscription, week, message.note)
        about = f"{message.reply_to}:incomplete"  # the parts of a thread most often fail together
    async with ports.work.transaction() as tx:
        await posting.tell(tx, subscription, ports, about, note)
    return f"{message.state}, the owner was told: {message.note}"


async def tend(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Keep a next slot planned for every subscription that is active, whatever was lost; also what was due in the
    last day, which is posted late.
    """
    mended = 0
    for subscription in await ports.digests.list_subscriptions():
        prefix = planning.prefix_of(subscription)
        if subscription.paused or await ports.jobs.list_work(prefix=prefix, states=_OPEN, limit=1):
            continue
        since = max(subscription.created_at, ports.clock.now() - LOOKS_BACK)
        plan = await planning.prepare(ports, subscription, since)
        async with ports.work.transaction() as tx:
            await planning.plan_next(tx, ports, subscription, plan)
        mended += 1
    return f"{mended} planned that were not"


JOBS = (
    Job(name=planning.POST, run=post_slot, failed=give_up),
    Job(name=rules.ONCE, run=post_once),
    Job(name=posting.SETTLED, run=look_after),
    Job(name=TEND, run=tend, tends=True),
)
