"""Subscriptions and absences as both engines keep them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.person import Team
from bot.errors import UserError
from bot.ports.clock import Clock
from bot.ports.digests import Subscription
from bot.ports.people import Absence
from bot.store import Store, open_store

NEW = Subscription(
    id=0,
    channel_id="C1",
    teams=(Team.SCALED, Team.DIGITAL),
    weekday=0,
    at=time(8, 30),
    zone="Asia/Kolkata",
    country="IN",
    owner_email="tomas@lumenforge.example",
    owner_user_id="U1",
    created_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
)


async def _save(store: Store, subscription: Subscription) -> Subscription:
    async with store.work.transaction() as tx:
        return await store.digests.save_subscription(tx, subscription)


async def test_a_subscription_is_kept_as_it_was_given(store: Store) -> None:
    kept = await _save(store, NEW)
    assert kept == replace(NEW, id=kept.id)
    assert kept.id > 0
    assert await store.digests.find_subscription(kept.id) == kept
    assert await store.digests.find_channel_subscription("C1") == kept
    assert await store.digests.list_subscriptions() == (kept,)
    assert await store.digests.find_subscription(kept.id + 1) is None
    assert await store.digests.find_channel_subscription("C2") is None


async def test_it_is_changed_in_place(store: Store) -> None:
    kept = await _save(store, NEW)
    changed = replace(kept, channel_id="C2", teams=(), paused="a guest can read it", at=time(23, 59))
    assert await _save(store, changed) == changed
    assert await store.digests.find_channel_subscription("C1") is None
    assert await store.digests.find_channel_subscription("C2") == changed


async def test_an_ended_one_is_still_told_of_and_makes_room(store: Store) -> None:
    first = await _save(store, NEW)
    ended = await _save(store, replace(first, ended_at=datetime(2026, 11, 22, tzinfo=UTC)))
    assert await store.digests.list_subscriptions() == ()
    assert await store.digests.find_subscription(first.id) == ended
    second = await _save(store, NEW)
    assert second.id != first.id
    assert await store.digests.find_channel_subscription("C1") == second
    with pytest.raises(UserError, match="has a digest already"):
        await _save(store, first)


async def test_a_channel_has_one(store: Store) -> None:
    await _save(store, NEW)
    with pytest.raises(UserError, match="has a digest already"):
        await _save(store, replace(NEW, teams=()))
    assert len(await store.digests.list_subscriptions()) == 1


async def test_of_two_at_once_one_is_kept(store: Store) -> None:
    told = await asyncio.gather(*(_save(store, NEW) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Subscription) for one in told) == 1
    assert len(await store.digests.list_subscriptions()) == 1


async def test_of_two_processes_at_once_the_later_hears_who_was_first(
    store: Store, database_url: str, clock: Clock
) -> None:
    other = open_store(database_url, clock)
    await other.start()
    async with store.work.transaction() as tx:
        await store.digests.save_subscription(tx, NEW)
        later = asyncio.create_task(_save(other, replace(NEW, owner_email="ida@lumenforge.example")))
        await asyncio.sleep(0.3)  # it has looked, found the channel free, and waits for our lock
    with pytest.raises(UserError, match=r"subscribed by tomas@lumenforge\.example"):
        await later
    assert len(await other.digests.list_subscriptions()) == 1
    await other.close()


async def test_what_fails_beside_it_leaves_no_subscription(store: Store) -> None:
    async def fail() -> None:
        async with store.work.transaction() as tx:
            await store.digests.save_subscription(tx, NEW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await store.digests.list_subscriptions() == ()


async def test_the_approved_absences_that_touch_a_week(store: Store) -> None:
    def away(email: str, first: str, last: str, status: str = "approved") -> Absence:
        return Absence(
            email=email,
            starts_on=date.fromisoformat(first),
            ends_on=date.fromisoformat(last),
            status=status,
        )

    inside = away("b@x.example", "2026-11-24", "2026-11-25")
    over = away("a@x.example", "2026-11-01", "2026-12-31")
    ends = away("c@x.example", "2026-11-20", "2026-11-23")
    begins = away("d@x.example", "2026-11-29", "2026-12-01")
    others = [
        away("e@x.example", "2026-11-20", "2026-11-22"),
        away("f@x.example", "2026-11-30", "2026-12-01"),
        away("g@x.example", "2026-11-24", "2026-11-24", "requested"),
        away("h@x.example", "2026-11-24", "2026-11-24", "cancelled"),
    ]
    async with store.work.transaction() as tx:
        await store.people.save_absences(tx, [inside, over, ends, begins, *others], source="absences.csv")
    found = await store.coverage.list_away(date(2026, 11, 23), date(2026, 11, 29))
    assert found == (over, ends, inside, begins)
    assert await store.coverage.covers_on(date(2026, 11, 24)) == {}
