"""Alerts as both engines keep them: each key once for ever, told once by one message, and what readers do with them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.alert import Kept, Notice, NoticeState, Press
from bot.errors import StaleRow
from bot.ports.alerts import DELIVER
from bot.ports.jobs import WorkState
from bot.store import Store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = "ann@ae.example"
SEATS = Notice(
    key="seats:A1:100:ann@ae.example",
    signal="seats",
    receiver=ANN,
    headline="*Northwind* uses 100 % of its seats “Ж” 🐸",
    account_id="A1",
    account_name="Northwind",
    lines=("480 of 480", "half \ud83d"),
    source="Looker",
    as_of=NOW - HOUR,
    assumed=True,
    press=Press("Open", "health.card", "A1"),
)


def seats(number: int, **changes: Any) -> Notice:
    """Another notice to the same person."""
    return replace(SEATS, key=f"seats:A{number}", account_id=f"A{number}", **changes)


async def tell(store: Store, *notices: Notice) -> int:
    async with store.work.transaction() as tx:
        return await store.alerts.tell_later(tx, notices)


async def mark(store: Store, *kept: Kept, bundle: str = "alert:1") -> None:
    async with store.work.transaction() as tx:
        await store.alerts.mark_told(tx, [one.id for one in kept], bundle=bundle, at=NOW)


async def planned(store: Store) -> dict[str, datetime]:
    work = await store.jobs.list_work(prefix=DELIVER)
    assert all(one.job == DELIVER for one in work)
    return {one.subject: one.due_at for one in work}


async def test_a_notice_is_kept_as_it_was_given_and_its_delivery_asked_for(store: Store) -> None:
    assert await tell(store, SEATS) == 1
    (kept,) = await store.alerts.list_waiting("Ann@AE.example ", NOW)
    assert kept.notice == replace(SEATS, lines=("480 of 480", "half ?"))
    assert (kept.reader, kept.state, kept.kept_at, kept.rounds) == (ANN, NoticeState.WAITING, NOW, 0)
    assert await planned(store) == {ANN: NOW + HOUR}
    assert await store.alerts.list_readers() == (ANN,)
    assert await store.alerts.find_notice(kept.id) == kept


async def test_an_urgent_one_is_asked_for_at_once_and_nothing_is_lost_to_a_delivery_that_began(
    store: Store,
) -> None:
    await tell(store, seats(1, urgent=True))
    assert await planned(store) == {ANN: NOW}
    async with store.work.transaction() as tx:
        (begun,) = await store.jobs.claim_due(tx, NOW, 10)
        await store.jobs.end_work(tx, begun.work.key, replace(begun.work, state=WorkState.DONE))
    await tell(store, seats(2, urgent=True))
    assert await planned(store) == {ANN: NOW + HOUR}


async def test_a_key_is_kept_once_for_ever(store: Store) -> None:
    """Also many at once, from many at once, and after it was told."""
    many = [seats(number) for number in range(120)]
    told = await asyncio.gather(*(tell(store, *many) for _ in range(3)))
    assert sorted(told) == [0, 0, 120]
    waiting = await store.alerts.list_waiting(ANN, NOW)
    assert [one.notice.key for one in waiting] == [one.key for one in many]
    await mark(store, *waiting)
    assert await tell(store, *many, headlined := seats(500)) == 1
    assert [one.notice.key for one in await store.alerts.list_waiting(ANN, NOW)] == [headlined.key]


async def test_what_fails_beside_it_leaves_no_notice(store: Store) -> None:
    async def fail() -> None:
        async with store.work.transaction() as tx:
            await store.alerts.tell_later(tx, [SEATS])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await store.alerts.list_readers() == ()
    assert await planned(store) == {}


async def test_a_notice_is_told_by_one_message(store: Store) -> None:
    await tell(store, seats(1), seats(2), seats(3))
    one, two, three = await store.alerts.list_waiting(ANN, NOW)
    await mark(store, one, two)
    with pytest.raises(StaleRow, match="was told meanwhile"):
        await mark(store, two, three, bundle="alert:2")
    assert [kept.id for kept in await store.alerts.list_waiting(ANN, NOW)] == [three.id]
    told = await store.alerts.list_bundle("alert:1")
    assert [(kept.id, kept.state, kept.told_at, kept.rounds) for kept in told] == [
        (number, NoticeState.TOLD, NOW, 1) for number in (one.id, two.id)
    ]
    assert await store.alerts.count_bundles(ANN, NOW) == 1
    assert await store.alerts.count_bundles(ANN, NOW + HOUR) == 0


async def test_a_snoozed_one_waits_again_and_is_told_again_by_another_message(store: Store) -> None:
    await tell(store, SEATS)
    (kept,) = await store.alerts.list_waiting(ANN, NOW)
    await mark(store, kept)
    async with store.work.transaction() as tx:
        await store.alerts.acknowledge(tx, [kept.id], ANN, NOW)
        await store.alerts.snooze(tx, kept.id, NOW + 24 * HOUR)
    assert await store.alerts.list_waiting(ANN, NOW + 23 * HOUR) == ()
    (again,) = await store.alerts.list_waiting(ANN, NOW + 24 * HOUR)
    assert await store.alerts.list_bundle("alert:1") == (again,)
    await mark(store, again, bundle="alert:1:2")
    (told,) = await store.alerts.list_told(ANN)
    assert (told.rounds, told.bundle, told.not_before, told.acknowledged_by) == (2, "alert:1:2", None, "")


async def test_the_first_to_take_note_stays(store: Store) -> None:
    await tell(store, SEATS)
    (kept,) = await store.alerts.list_waiting(ANN, NOW)
    for email, at in (("Bea@TA.example", NOW), (ANN, NOW + HOUR)):
        async with store.work.transaction() as tx:
            await store.alerts.acknowledge(tx, [kept.id], email, at)
    (kept,) = await store.alerts.list_of_account("A1")
    assert (kept.acknowledged_by, kept.acknowledged_at) == ("bea@ta.example", NOW)


async def test_others_hear_of_what_is_redirected_and_nobody_of_what_is_silenced(store: Store) -> None:
    await tell(store, seats(1), seats(2))
    one, two = await store.alerts.list_waiting(ANN, NOW)
    async with store.work.transaction() as tx:
        await store.alerts.redirect(tx, [one.id], "Bea@TA.example")
        await store.alerts.silence(tx, [two.id])
    assert await store.alerts.list_readers() == ("bea@ta.example",)
    (kept,) = await store.alerts.list_waiting("bea@ta.example", NOW)
    assert kept.notice.receiver == ANN
    (off,) = await store.alerts.list_of_account("A2")
    assert off.state is NoticeState.OFF


async def test_signals_are_turned_off_and_on_by_person(store: Store) -> None:
    for signal, on in (("seats", False), ("seats", False), ("renewal", False), ("renewal", True)):
        async with store.work.transaction() as tx:
            await store.alerts.turn(tx, "Ann@AE.example", signal, on=on, at=NOW)
    assert await store.alerts.list_off(ANN) == {"seats"}
    assert await store.alerts.list_off("bea@ta.example") == frozenset()
