"""What ports.Connectors promises, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store import Store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


async def test_a_connector_is_on_since_its_person_last_said_so(store: Store) -> None:
    for said_at in (NOW, NOW + timedelta(days=1)):
        async with store.work.transaction() as tx:
            await store.connectors.save(tx, "Ana@ta.example", "gmail", said_at)
    assert await store.connectors.list_on("ana@TA.example") == {"gmail": NOW + timedelta(days=1)}
    assert await store.connectors.list_on("ben@ta.example") == {}


async def test_one_that_is_off_is_off_and_leaves_the_others(store: Store) -> None:
    async with store.work.transaction() as tx:
        await store.connectors.save(tx, "ana@ta.example", "gmail", NOW)
        await store.connectors.save(tx, "ana@ta.example", "salesforce", NOW)
        await store.connectors.save(tx, "ana@ta.example", "gmail", None)
        await store.connectors.save(tx, "ana@ta.example", "gmail", None)
    assert await store.connectors.list_on("ana@ta.example") == {"salesforce": NOW}
