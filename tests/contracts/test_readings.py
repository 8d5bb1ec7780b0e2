"""What every keeper of ports.Readings promises, on both engines."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.provenance import Known, Stamp
from bot.domain.reading import AccountReading, ContactReading, Event, EventReading, Unreadable
from bot.errors import SyncUnderWay
from bot.ports.book import AccountRow
from bot.ports.readings import Claimed, Merged, Sweep, SweepState, SyncRecord
from bot.store import Store

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
TODAY = date(2026, 11, 21)
STAMP = Stamp("Vitally", AT)


class Stopped(Exception):
    """Ends a transaction before it is kept."""


def claims(reading: AccountReading) -> Claimed:
    return Claimed(reading.ids.get("salesforce"))


def account(key: str, **values: Any) -> AccountReading:
    return AccountReading(key=key, name=key, ids={"salesforce": key.upper()}, values=values, as_of=AT)


def ticket(key: str, of: str, **told: Any) -> EventReading:
    return EventReading(kind=Event.TICKET, key=key, account_key=of, as_of=AT, **told)


def sweep(feed: str = "accounts", **told: Any) -> Sweep:
    begun = {"number": 1, "whole": True, "state": SweepState.RUNNING, "started_at": AT}
    return Sweep(system="vitally", feed=feed, **{**begun, **told})


async def begin(store: Store, one: Sweep) -> None:
    async with store.work.transaction() as tx:
        await store.readings.begin_sweep(tx, one)


async def save(store: Store, one: Sweep, *readings: Any) -> int:
    async with store.work.transaction() as tx:
        return await store.readings.save_page(tx, one, readings, claims)


async def end(store: Store, one: Sweep, *, gone_on: date | None = TODAY, refuses: bool = False) -> Sweep:
    async with store.work.transaction() as tx:
        return await store.readings.end_sweep(tx, one, gone_on=gone_on, refuses=lambda _seen: refuses)


async def touched(store: Store) -> list[str]:
    """The accounts that wait, taken as merged."""
    found: list[str] = []

    def decide(told: Any, _known: Any) -> Any:
        found.extend(one.account_id for one in told)
        return iter(())

    async with store.work.transaction() as tx:
        await store.readings.gather(tx)
        await store.readings.merge(tx, decide, limit=100, now=AT, today=AT.date())
    return found


async def test_how_far_a_reading_came_is_kept_with_what_was_read(store: Store) -> None:
    """Or neither is: what was not kept is read again."""
    one = sweep(told=(Unreadable(key="x", field="arr", reason="is no amount"),))
    await begin(store, one)
    with suppress(Stopped):
        async with store.work.transaction() as tx:
            await store.readings.save_page(tx, replace(one, cursor="2"), [account("a")], claims)
            raise Stopped
    assert await store.readings.list_sweeps() == (one,)
    assert await store.readings.count_before("vitally", "accounts") == 0
    page = replace(one, cursor="2", pages=1, records=2, calls=3, seconds=0.5)
    assert await save(store, page, account("a"), account("b")) == 2
    assert await store.readings.list_sweeps() == (replace(page, changed=2),)
    assert await store.readings.count_before("vitally", "accounts") == 2


async def test_what_says_the_same_is_no_change_however_much_later_it_was_true(store: Store) -> None:
    await begin(store, sweep())
    await save(store, sweep(), account("a", arr=1, renewal_date=TODAY, aliases=("x", "y")))
    later = account("a", arr=1, renewal_date=TODAY, aliases=("x", "y"))._replace(as_of=AT + timedelta(days=1))
    assert await save(store, sweep(pages=2), later) == 0
    assert await save(store, sweep(pages=3), account("a", arr=2)) == 1
    assert await save(store, sweep(pages=4), account("a", arr=2), account("a", arr=3)) == 1


async def test_what_a_whole_reading_leaves_out_is_gone_unless_that_is_refused(store: Store) -> None:
    """Accounts are kept and marked, everything else goes; another feed's are none of its business."""
    await begin(store, sweep())
    await save(store, sweep(pages=1), account("a"), account("b"), ticket("t", "a"))
    await begin(store, sweep("other"))
    await save(store, sweep("other", pages=1), account("z"))
    await end(store, sweep(pages=1))
    again = sweep(number=2, before=3)
    await begin(store, again)
    await save(store, replace(again, pages=1), account("a"))
    refused = await end(store, replace(again, pages=1), refuses=True)
    assert (refused.state, refused.gone, refused.whole_at) == (SweepState.REFUSED, 0, AT)
    assert await store.readings.count_before("vitally", "accounts") == 3
    await begin(store, again)
    await save(store, replace(again, pages=1), account("a"))
    done = await end(store, replace(again, pages=1))
    assert (done.state, done.gone, done.done_at) == (SweepState.DONE, 2, AT)
    assert await store.readings.count_before("vitally", "accounts") == 1
    assert await store.readings.count_before("vitally", "other") == 1


async def test_what_changed_has_its_accounts_merged_the_former_one_too(store: Store) -> None:
    await begin(store, sweep())
    await save(store, sweep(pages=1), account("a"), account("b"), account("c"), ticket("t", "a"))
    async with store.work.transaction() as tx:
        await store.readings.touch_all(tx, week=False)
    assert await touched(store) == ["A", "B", "C"]
    part = sweep(whole=False)
    await save(store, part, ticket("t", "b"), ContactReading(key="u", account_key="c", name="Cy"))
    assert await touched(store) == ["A", "B", "C"]
    assert await save(store, part, ticket("t", "b", deleted=True)) == 1
    assert await touched(store) == ["B"]
    assert await touched(store) == []


async def test_merged_accounts_wait_no_more_and_are_written_whole_or_not_at_all(store: Store) -> None:
    await begin(store, sweep())
    await save(store, sweep(pages=1), account("a", arr=5))
    async with store.work.transaction() as tx:
        await store.readings.touch_all(tx, week=False)
        await store.readings.gather(tx)

    def decide(told: Any, _known: Any) -> Any:
        for one in told:
            values = dict(one.spoken[0].values)
            row = AccountRow(
                id=one.account_id, name="A", values=values, stamp=STAMP, stamps=dict.fromkeys(values, STAMP)
            )
            yield Merged(row=row)

    with suppress(Stopped):
        async with store.work.transaction() as tx:
            await store.readings.merge(tx, decide, limit=10, now=AT, today=AT.date())
            raise Stopped
    assert (await store.readings.count_touched(), await store.book.count_accounts()) == (1, 0)
    async with store.work.transaction() as tx:
        count = await store.readings.merge(tx, decide, limit=10, now=AT, today=AT.date())
    assert count is not None
    assert (count.accounts, count.added, await store.readings.count_touched()) == (1, 1, 0)
    found = await store.book.find_account("A")
    assert found is not None
    assert found.arr == Known(5, STAMP)
    async with store.work.transaction() as tx:
        assert await store.readings.merge(tx, decide, limit=10, now=AT, today=AT.date()) is None


async def test_what_is_written_while_the_next_accounts_are_read_ahead_is_not_lost(store: Store) -> None:
    """They are read anew then: an import between two parts of a merge is merged like one before it."""
    await begin(store, sweep())
    await save(store, sweep(pages=1), *(account(key, arr=5) for key in "abc"))
    async with store.work.transaction() as tx:
        await store.readings.touch_all(tx, week=False)
        await store.readings.gather(tx)
    seen: list[tuple[str, bool]] = []
    is_read_ahead = threading.Event()

    def decide(told: Any, _known: Any) -> Any:
        for one in told:
            seen.append((one.account_id, one.held is not None))
            if one.account_id == "B":
                is_read_ahead.set()
            kept = {name: (value, stamp) for name, value, stamp in one.held.rest({})} if one.held else {}
            values = {**{name: value for name, (value, _) in kept.items()}, **one.spoken[0].values}
            stamps = {name: kept[name][1] if name in kept else STAMP for name in values}
            row = AccountRow(id=one.account_id, name="A", values=values, stamp=STAMP, stamps=stamps)
            yield Merged(row=row)

    async def merge_one() -> None:
        async with store.work.transaction() as tx:
            await store.readings.merge(tx, decide, limit=1, now=AT, today=AT.date())

    await merge_one()
    assert await asyncio.to_thread(is_read_ahead.wait, 10)
    csv = Stamp("accounts.csv", AT)
    row = AccountRow(id="B", name="B", values={"team": "scaled"}, stamp=csv, stamps={})
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, [row], complete=False, seen_on=TODAY)
    await merge_one()
    await merge_one()
    found = await store.book.find_account("B")
    assert found is not None
    assert (found.arr, found.team) == (Known(5, STAMP), Known("scaled", csv))
    assert seen[:3] == [("A", False), ("B", False), ("B", True)]
    assert (await store.readings.count_touched(), await store.book.count_accounts()) == (0, 3)


async def test_one_at_a_time_until_whoever_is_at_it_ends(store: Store) -> None:
    async with store.readings.alone():
        with pytest.raises(SyncUnderWay):
            async with asyncio.timeout(10), store.readings.alone():
                pass
    async with store.readings.alone():
        pass


async def test_the_newest_report_is_given_back(store: Store) -> None:
    assert await store.readings.last_sync() is None
    for count in (1, 2):
        record = SyncRecord(started_at=AT, ended_at=AT, report={"count": count})
        async with store.work.transaction() as tx:
            await store.readings.save_sync(tx, record)
    assert await store.readings.last_sync() == record


async def test_with_whom_conversations_went_on_is_known(store: Store) -> None:
    """By mail or of no known kind, of an account of ours; the newest day of each."""
    begun, day = sweep("accounts"), timedelta(days=1)
    await begin(store, begun)
    await save(store, begun, account("1"), account("2"), account("3"))
    talk = sweep("conversations")
    await begin(store, talk)

    def said(
        key: str, of: str, on: date, label: str = "mail", kind: Event = Event.CONVERSATION
    ) -> EventReading:
        return EventReading(kind=kind, key=key, account_key=of, label=label, on=on, as_of=AT)

    await save(
        store,
        talk,
        said("a", "1", TODAY - 2 * day),
        said("b", "1", TODAY - day, label=""),
        said("c", "2", TODAY, label="slack"),
        said("d", "2", TODAY, kind=Event.MEETING),
        said("e", "3", TODAY - 30 * day),
        said("f", "unknown", TODAY),
    )
    ids = {one.key: claims(one).account_id for one in (account("1"), account("3"))}
    listed = store.readings.list_written
    assert await listed(since=TODAY - 29 * day) == {ids["1"]: TODAY - day}
    assert await listed(since=date.min) == {ids["1"]: TODAY - day, ids["3"]: TODAY - 30 * day}
    assert await listed(since=date.min, account_id=ids["3"]) == {ids["3"]: TODAY - 30 * day}
