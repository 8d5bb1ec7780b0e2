"""Product feedback as both engines keep it: one entry a token, newest first, and whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.feedback import Feedback, Weight
from bot.domain.person import Team
from bot.store import Store

NOW = datetime(2026, 11, 23, 14, 5, 6, 789, tzinfo=UTC)
NEW = Feedback(
    id=0,
    account_id="A-1",
    account_name="Northwind",
    team=Team.SCALED,
    area="Search",
    weight=Weight.BLOCKS,
    text="Search over “Ж” 🐸\nnever ends, half \ud83d",
    for_session=True,
    link="https://lumenforge.slack.example/archives/C1/p1",
    by_email="Bea@TA.example",
    by_name="Bea Ito",
    given_at=NOW,
)


async def _add(store: Store, token: str = "", **changes: Any) -> Feedback:
    async with store.work.transaction() as tx:
        return await store.feedback.add_feedback(tx, replace(NEW, **changes), token=token)


async def test_what_is_written_down_is_kept_whole(store: Store) -> None:
    kept = await _add(store)
    whole = replace(NEW, id=kept.id, by_email="bea@ta.example", text="Search over “Ж” 🐸\nnever ends, half ?")
    assert kept == whole
    bare = await _add(store, team=None, link="", for_session=False)
    assert await store.feedback.list_feedback() == (bare, whole)
    assert (bare.team, bare.for_session) == (None, False)


async def test_it_is_found_by_account_and_by_day_newest_first(store: Store) -> None:
    one = await _add(store)
    two = await _add(store, account_id="A-2", given_at=NOW + timedelta(days=1))
    three = await _add(store, given_at=NOW + timedelta(days=2))
    listed = store.feedback.list_feedback
    assert await listed(account_id="A-1") == (three, one)
    assert await listed(since=NOW + timedelta(days=1)) == (three, two)
    assert await listed(account_id="A-2", since=NOW + timedelta(days=2)) == ()
    assert await listed(limit=2) == (three, two)


async def test_what_is_changed_is_shown_so_and_what_is_withdrawn_not_at_all(store: Store) -> None:
    one, two = await _add(store, token="T1"), await _add(store)
    changed = replace(one, text="half \ud83d", area="Other", weight=Weight.WISH, for_session=False)
    kept = replace(changed, text="half ?")
    async with store.work.transaction() as tx:
        assert await store.feedback.change_feedback(tx, replace(changed, account_id="A-9", by_name="Eve"))
        assert await store.feedback.withdraw_feedback(tx, two.id, NOW)
        assert not await store.feedback.withdraw_feedback(tx, two.id, NOW)
        assert not await store.feedback.change_feedback(tx, two)
    assert await store.feedback.list_feedback() == (kept,)
    assert await store.feedback.find_feedback(one.id) == kept
    assert await store.feedback.find_feedback(two.id) is None
    assert await _add(store, token="T1") == kept


async def test_a_form_that_is_delivered_many_times_at_once_is_one_entry(store: Store) -> None:
    told = await asyncio.gather(*(_add(store, token="T1", text=f"again {at}") for at in range(5)))
    assert len({one.id for one in told}) == 1
    assert await store.feedback.list_feedback() == (told[0],)
    assert (await _add(store)).id != (await _add(store)).id
