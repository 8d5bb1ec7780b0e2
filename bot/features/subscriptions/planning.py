"""Which slot of a subscription is planned: the one plan that the form, the posting and the tending share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.domain.slots import Slot, key_of, slots_after
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import DueWork
from bot.ports.work import Transaction

POST = "digest.post"
"""The job that posts a slot."""
AHEAD = 6
"""Slots looked at: this week's may be posted already, and so may one that was moved ahead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be planned, soonest first, and what was planned as it was read; made outside the transaction."""

    slots: Sequence[Slot]
    before: Sequence[DueWork]


def prefix_of(subscription: Subscription) -> str:
    """How the keys of everything about a subscription's slots begin."""
    return f"digest:{subscription.id}:"


def work_of(subscription: Subscription, slot: Slot) -> DueWork:
    """The row of a slot."""
    key = key_of(subscription.id, slot.week)
    return DueWork(key=key, job=POST, due_at=slot.due_at, subject=str(subscription.id))


async def prepare(ports: Ports, subscription: Subscription, after: datetime | None = None) -> Plan:
    """The slots after an instant (now); read in a thread, since bank holidays may take a moment."""
    instant = after or ports.clock.now()
    upcoming = slots_after(subscription, instant, ports.policy.digest, ports.calendar)
    slots = await asyncio.to_thread(lambda: tuple(islice(upcoming, AHEAD)))
    before = await ports.jobs.list_work(prefix=prefix_of(subscription)) if subscription.id else ()
    return Plan(slots, before)


async def plan_next(tx: Transaction, ports: Ports, subscription: Subscription, plan: Plan) -> Slot:
    """Plan the first slot that is not posted yet, and cancel those of the plan before that are not it.

    What was due before now and has not begun stays: it belongs to the time it was planned for, and is posted late.
    """
    chosen = plan.slots[-1]
    for slot in plan.slots:
        if await ports.jobs.plan_later(tx, work_of(subscription, slot)):
            chosen = slot
            break
    now = ports.clock.now()
    for work in plan.before:
        if work.key != key_of(subscription.id, chosen.week) and work.due_at > now:
            await ports.jobs.cancel_later(tx, work.key, "the subscription was changed")
    return chosen


async def cancel_all(tx: Transaction, ports: Ports, before: Sequence[DueWork], why: str) -> None:
    """Cancel everything that is planned."""
    for work in before:
        await ports.jobs.cancel_later(tx, work.key, why)
