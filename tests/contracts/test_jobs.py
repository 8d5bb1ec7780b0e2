"""What ports.Jobs and its ledger promise, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.answers import Message
from bot.ports.jobs import DueWork, WorkState
from bot.ports.outgoing import Intent
from bot.store import Store, open_store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORK = DueWork(key="digest:3:2026-W47", job="digest.post", subject="3", due_at=NOON)


async def plan(store: Store, *works: DueWork) -> list[bool]:
    async with store.work.transaction() as tx:
        return [await store.jobs.plan_later(tx, work) for work in works]


async def claimed(store: Store, now: datetime, limit: int = 100) -> list[str]:
    async with store.work.transaction() as tx:
        return [one.work.key for one in await store.jobs.claim_due(tx, now, limit)]


async def test_work_and_what_asks_for_it_are_kept_together(store: Store) -> None:
    async def failing() -> None:
        async with store.work.transaction() as tx:
            await store.jobs.plan_later(tx, WORK)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await store.jobs.find_work(WORK.key) is None


async def test_planned_work_is_listed_soonest_first_and_by_prefix(store: Store) -> None:
    later = replace(WORK, key="digest:4:2026-W47", due_at=NOON + timedelta(hours=1))
    other = replace(WORK, key="other:1", due_at=NOON - timedelta(hours=1))
    percent = replace(WORK, key="digest%", due_at=NOON)
    await plan(store, later, other, WORK, percent)
    assert [one.key for one in await store.jobs.list_work(prefix="digest:")] == [WORK.key, later.key]
    assert [one.key for one in await store.jobs.list_work(prefix="digest%")] == ["digest%"]
    assert [one.key for one in await store.jobs.list_work(limit=1)] == ["other:1"]


async def test_the_same_key_moves_planned_work_and_leaves_started_work_alone(store: Store) -> None:
    moved = replace(WORK, due_at=NOON + timedelta(days=1))
    assert await plan(store, WORK, moved) == [True, True]
    found = await store.jobs.find_work(WORK.key)
    assert found is not None
    assert found.due_at == moved.due_at
    assert await claimed(store, NOON + timedelta(days=2)) == [WORK.key]
    assert await plan(store, WORK) == [False]
    assert not await _changes(store, WORK.key)


async def _changes(store: Store, key: str) -> bool:
    async with store.work.transaction() as tx:
        moved = await store.jobs.move_later(tx, key, NOON)
        return moved or await store.jobs.cancel_later(tx, key)


async def test_cancelled_work_is_not_claimed_and_may_be_planned_anew(store: Store) -> None:
    await plan(store, WORK)
    async with store.work.transaction() as tx:
        assert await store.jobs.cancel_later(tx, WORK.key, "unsubscribed")
    assert await claimed(store, NOON) == []
    found = await store.jobs.find_work(WORK.key)
    assert found is not None
    assert (found.state, found.note) == (WorkState.CANCELLED, "unsubscribed")
    assert await plan(store, WORK) == [True]
    assert await claimed(store, NOON) == [WORK.key]


async def test_what_is_due_is_known_and_so_is_what_comes_next(store: Store) -> None:
    assert not await store.jobs.is_due(NOON)
    assert await store.jobs.next_due(NOON) is None
    await plan(store, WORK, replace(WORK, key="b", due_at=NOON + timedelta(seconds=1)))
    assert not await store.jobs.is_due(NOON - timedelta(microseconds=1))
    assert await store.jobs.is_due(NOON)
    assert await store.jobs.next_due(NOON - timedelta(days=1)) == NOON
    assert await store.jobs.next_due(NOON) == NOON + timedelta(seconds=1)


async def test_what_is_due_under_way_or_to_be_said_is_not_settled(store: Store) -> None:
    before = NOON - timedelta(seconds=1)
    await plan(store, WORK)
    assert await store.jobs.is_settled(before, messages=True)
    assert not await store.jobs.is_settled(NOON, messages=True)
    assert await claimed(store, NOON) == [WORK.key]
    assert not await store.jobs.is_settled(before, messages=False)
    started = await store.jobs.find_claimed(WORK.key, 1)
    assert started is not None
    async with store.work.transaction() as tx:
        await store.jobs.end_work(tx, WORK.key, replace(started, state=WorkState.DONE))
        said = Message(text="KPIs")
        await store.outgoing.post_later(tx, Intent(key="d:head", message=said, channel_id="C1"))
    assert not await store.jobs.is_settled(NOON, messages=True)
    assert await store.jobs.is_settled(NOON, messages=False)


async def test_of_two_processes_that_claim_at_once_each_piece_goes_to_one(store: Store, clock) -> None:
    other = open_store(store.database.url.render_as_string(hide_password=False), clock)
    await other.start()
    await plan(store, *(replace(WORK, key=f"k{number:02}") for number in range(40)))
    sides = [store, other] * 10
    found = await asyncio.gather(*(claimed(side, NOON, limit=5) for side in sides))
    keys = [key for some in found for key in some]
    assert sorted(keys) == [f"k{number:02}" for number in range(40)]
    await other.close()


async def test_a_claim_ends_once_and_a_later_attempt_is_another_claim(store: Store) -> None:
    await plan(store, WORK)
    assert await claimed(store, NOON) == [WORK.key]
    assert not await store.jobs.is_settled(NOON, messages=False)
    started = await store.jobs.find_claimed(WORK.key, 1)
    assert started is not None
    again = replace(started, state=WorkState.PLANNED, attempt=2, due_at=NOON + timedelta(minutes=1))
    async with store.work.transaction() as tx:
        await store.jobs.end_work(tx, WORK.key, again)
    assert await store.jobs.find_claimed(WORK.key, 1) is None
    assert await claimed(store, NOON) == []
    assert await claimed(store, NOON + timedelta(minutes=1)) == [WORK.key]
    second = await store.jobs.find_claimed(WORK.key, 2)
    assert second is not None
    assert second.attempt == 2
    assert await store.jobs.find_claimed(WORK.key, 1) is None


async def test_old_work_is_forgotten_once_it_has_ended(store: Store, clock) -> None:
    await plan(store, WORK, replace(WORK, key="open"))
    assert await claimed(store, NOON, limit=1) == [WORK.key]
    async with store.work.transaction() as tx:
        await store.jobs.end_work(tx, WORK.key, replace(WORK, state=WorkState.DONE, note="posted"))
    assert await store.jobs.forget_work(clock.now()) == 0
    assert await store.jobs.forget_work(clock.now() + timedelta(seconds=1)) == 1
    assert await store.jobs.find_work("open") is not None
