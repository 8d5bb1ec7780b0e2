"""What ports.Turns promises, on both engines, within a process and over two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import StoreError
from bot.store import Store, open_store
from bot.store.turns import StoredTurns


@pytest.fixture
async def other(database_url: str, store: Store) -> AsyncIterator[Store]:
    """Another process's store on the same PostgreSQL; on SQLite there is but one, so the same."""
    if database_url.startswith("sqlite"):
        yield store
        return
    opened = open_store(database_url, store.clock)
    await opened.start()
    yield opened
    await opened.close()


async def test_those_who_name_the_same_take_turns(store: Store, other: Store) -> None:
    """Twelve read, wait and write a number; nothing is lost, whichever process each is in."""
    held = {"number": 0}

    async def count(turns: StoredTurns) -> None:
        async with turns.turn("number"):
            seen = held["number"]
            await asyncio.sleep(0.005)
            held["number"] = seen + 1

    await asyncio.gather(*(count(one.turns) for one in (store, other) * 6))
    assert held["number"] == 12


async def test_those_who_name_another_do_not_wait(store: Store, other: Store) -> None:
    async with store.turns.turn("ana"), asyncio.timeout(5), other.turns.turn("ben"):
        pass


async def test_a_turn_ends_with_an_error_too(store: Store, other: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.turns.turn("ana"):
            raise ZeroDivisionError
    async with asyncio.timeout(5), other.turns.turn("ana"):
        pass


async def test_who_waits_too_long_is_told(store: Store, other: Store) -> None:
    quick = StoredTurns(other.database, longest=0.3)
    if other is store:
        quick = StoredTurns(store.database, longest=0.3)
        store_turns = quick
    else:
        store_turns = store.turns
    async with store_turns.turn("ana"):
        with pytest.raises(StoreError, match="too long"):
            async with quick.turn("ana"):
                pytest.fail("two at a time")
