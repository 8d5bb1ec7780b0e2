"""What alerts remember of accounts, as both engines keep it, read beside the accounts in one look."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.provenance import Stamp
from bot.domain.watching import Fired, Look, Pass, Seen
from bot.ports.book import AccountRow
from bot.store import Store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
STAMP = Stamp("vitally", NOW)
WHOLE = {
    "team": "scaled",
    "seats_unlimited": False,
    "licensed_seats": 480,
    "tam": 900,
    "mau": 300,
    "mau_28d": 310,
    "customer_since": date(2026, 1, 2),
    "production_since": date(2026, 2, 3),
    "renewal_date": date(2027, 3, 4),
    "health_score": 6.5,
    "health_category": "yellow",
    "active_champion": True,
    "lighthouse": "active",
    "save_plan_updated_on": date(2026, 11, 2),
    "success_plan_updated_on": date(2026, 10, 2),
    "last_cbr_on": date(2026, 9, 2),
    "last_roadmap_review_on": date(2026, 8, 2),
    "kickoff_on": date(2026, 1, 12),
    "expected_close_on": date(2026, 1, 1),
    "churned_on": date(2028, 1, 1),
}


async def save(store: Store, *accounts: str, complete: bool = False, **values: Any) -> None:
    rows = [AccountRow(id=one, name=f"N {one}", values=values, stamp=STAMP, stamps={}) for one in accounts]
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=complete, seen_on=date(2026, 11, 21))


async def looks(store: Store, since: int | None = None) -> dict[str, tuple[Look, Any]]:
    found = {}

    def note(look: Look, memory: Any) -> None:
        found[look.id] = (look, dict(memory))

    looked = await store.watching.look(note, since=since)
    assert looked.accounts == len(found)
    assert looked.found == ()
    assert looked.version == await store.watching.version()
    return found


async def test_every_value_is_seen_as_the_book_has_it(store: Store) -> None:
    await save(store, "A1", **WHOLE)
    await save(store, "A2")
    found = await looks(store)
    assert found["A1"] == (Look(id="A1", name="N A1", **WHOLE), {})  # type: ignore[arg-type]
    assert found["A2"] == (Look(id="A2", name="N A2"), {})
    await save(store, "A2", complete=True)
    assert (await looks(store))["A1"][0].missing_since == date(2026, 11, 21)


async def test_only_what_changed_since_is_looked_at(store: Store) -> None:
    await save(store, "A1", "A2", mau=1)
    version = await store.watching.version()
    assert await looks(store, since=version) == {}
    await save(store, "A2", "A3", mau=2)
    assert set(await looks(store, since=version)) == {"A2", "A3"}
    assert set(await looks(store)) == {"A1", "A2", "A3"}


async def test_what_is_remembered_is_there_at_the_next_look(store: Store) -> None:
    await save(store, "A1", "A2")
    memory = {"since": "2026-11-21", "seats": "1:1:2026-11-21", "word": "“Ж” 🐸"}
    for kept in ({"since": "old"}, memory):
        async with store.work.transaction() as tx:
            await store.watching.remember(tx, {"A1": kept, "~other": kept})
    assert {name: one[1] for name, one in (await looks(store)).items()} == {"A1": memory, "A2": {}}
    assert await store.watching.recall("~other") == memory
    assert await store.watching.recall("A2") == {}


async def test_what_is_found_is_given_back(store: Store) -> None:
    await save(store, "A1", "A2")
    fired = Fired("seats", "90", "90:2026-11-21", date(2026, 11, 21))

    def decide(look: Look, memory: Any) -> Seen | None:
        return Seen(memory, (fired,)) if look.id == "A2" else None

    (found,) = (await store.watching.look(decide, since=None)).found
    assert (found.account_id, found.seen.fired) == ("A2", (fired,))


async def test_what_goes_wrong_in_a_look_is_raised(store: Store) -> None:
    await save(store, "A1")

    def decide(look: Look, memory: Any) -> Seen | None:
        raise ZeroDivisionError(look, memory)

    with pytest.raises(ZeroDivisionError):
        await store.watching.look(decide, since=None)


async def test_the_last_look_is_remembered(store: Store) -> None:
    assert await store.watching.find_pass() is None
    done = Pass(3, date(2026, 11, 21), NOW)
    for one in (done, done._replace(version=7)):
        async with store.work.transaction() as tx:
            await store.watching.finish(tx, one)
    assert await store.watching.find_pass() == done._replace(version=7)
