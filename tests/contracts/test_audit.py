"""What every keeper of ports.Audit promises, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot.ports.audit import AuditRow
from bot.store import Store, open_store

ROW = AuditRow(
    at=datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC),
    request_id="R1",
    reference="ref-1",
    user_id="U1",
    email="ann@example.com",
    team_id="T1",
    channel_id="C1",
    ask="/account-health",
    accounts=("A1", "A2"),
    delivered="ephemeral",
    withheld="shared channel",
)


async def test_a_row_comes_back_as_written_newest_first(store: Store) -> None:
    other = replace(ROW, request_id="R2", email=None, accounts=(), withheld="")
    assert await store.audit.record(ROW)
    assert await store.audit.record(other)
    assert await store.audit.list_rows() == (other, ROW)
    assert await store.audit.list_rows(limit=1) == (other,)


async def test_a_request_is_answered_once(store: Store) -> None:
    assert await store.audit.record(ROW)
    assert not await store.audit.record(replace(ROW, reference="ref-2"))
    assert await store.audit.list_rows() == (ROW,)


async def test_of_many_deliveries_at_once_one_wins(store: Store) -> None:
    same = [store.audit.record(ROW) for _ in range(20)]
    others = [store.audit.record(replace(ROW, request_id=f"X{number}")) for number in range(50)]
    outcomes = await asyncio.gather(*same, *others)
    assert sum(outcomes[:20]) == 1
    assert all(outcomes[20:])
    assert len(await store.audit.list_rows(limit=1000)) == 51


async def test_what_has_no_request_id_is_always_kept(store: Store) -> None:
    assert await store.audit.record(replace(ROW, request_id=""))
    assert await store.audit.record(replace(ROW, request_id=""))
    assert len(await store.audit.list_rows()) == 2


async def test_another_process_knows_the_row_once_record_returned(store: Store, database_url: str) -> None:
    await store.audit.record(ROW)
    other = open_store(database_url, store.clock)
    await other.start()
    assert await other.audit.list_rows() == (ROW,)
    assert not await other.audit.record(ROW)
    await other.close()


async def test_a_cancelled_caller_takes_nobody_with_it(store: Store) -> None:
    first = asyncio.create_task(store.audit.record(ROW))
    second = asyncio.create_task(store.audit.record(replace(ROW, request_id="R2")))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert {row.request_id for row in await store.audit.list_rows()} == {"R1", "R2"}


async def test_text_that_no_database_takes_is_kept_readable(store: Store) -> None:
    assert await store.audit.record(replace(ROW, ask="nul\0 and half \ud83d"))
    assert (await store.audit.list_rows())[0].ask == "nul? and half ?"


async def test_an_answer_does_not_wait_for_an_import(store: Store) -> None:
    async with store.work.transaction() as tx:
        await store.people.save_people(tx, [], source="people.csv")
        assert await asyncio.wait_for(store.audit.record(ROW), timeout=5)
