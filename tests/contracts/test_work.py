"""What ports.Work promises, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from bot.domain.person import Person, Role
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.store import Store

STAMP = Stamp("accounts.csv", datetime(2026, 11, 21, tzinfo=UTC))


def rows(count: int) -> Iterator[AccountRow]:
    for number in range(count):
        yield AccountRow(id=f"A{number}", name=f"N {number}", values={}, stamp=STAMP, stamps={})


async def test_one_transaction_covers_the_book_and_the_people(store: Store) -> None:
    async def write(*, fail: bool) -> None:
        async with store.work.transaction() as tx:
            await store.book.save_accounts(tx, rows(1), complete=True, seen_on=date(2026, 11, 21))
            ann = Person(email="ann@example.com", name="Ann", role=Role.TA)
            await store.people.save_people(tx, [ann], source="people.csv")
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write(fail=True)
    assert (await store.book.count_accounts(), await store.people.list_people()) == (0, ())
    await write(fail=False)
    assert (await store.book.count_accounts(), len(await store.people.list_people())) == (1, 1)


async def test_transactions_take_turns(store: Store) -> None:
    async def write(version_before: list[int]) -> None:
        async with store.work.transaction() as tx:
            await store.book.save_accounts(tx, rows(3), complete=False, seen_on=date(2026, 11, 21))
            version_before.append(await store.book.version())

    seen: list[int] = []
    await asyncio.gather(*(write(seen) for _ in range(6)))
    assert await store.book.version() == 6
    assert await store.book.count_accounts() == 3


async def test_a_cancelled_write_leaves_nothing_and_blocks_nobody(store: Store) -> None:
    async def write() -> None:
        async with store.work.transaction() as tx:
            await store.book.save_accounts(tx, rows(50_000), complete=False, seen_on=date(2026, 11, 21))

    task = asyncio.create_task(write())
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.book.count_accounts() == 0
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows(2), complete=False, seen_on=date(2026, 11, 21))
    assert await store.book.count_accounts() == 2


async def test_another_stores_transaction_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="was not opened by this store"):
        await store.book.save_accounts(object(), [], complete=False, seen_on=date(2026, 11, 21))
