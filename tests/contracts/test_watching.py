"""What alerts remember of accounts, as both engines keep it, read beside the accounts in one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.provenance import Stamp
from bot.domain.watching import Fired, Look, Pass, Seen, WatchRules
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


RULES = policy_module.load().watch
TODAY = date(2026, 11, 21)


async def looks(store: Store, today: date = TODAY, rules: WatchRules = RULES) -> dict[str, tuple[Look, Any]]:
    """What has to be looked at."""
    found = {}

    def note(look: Look, memory: Any) -> Seen:
        found[look.id] = (look, dict(memory))
        return Seen(memory)

    looked = await store.watching.look(note, rules, today)
    assert [one.account_id for one in looked.found] == list(found)
    assert looked.version == await store.watching.version()
    return found


async def look_at_all(store: Store, memory: Any = None, wakes_on: date | None = None) -> None:
    """Look at whatever has to be, and remember it."""
    looked = await store.watching.look(lambda _, held: Seen(memory or held, wakes_on), RULES, TODAY)
    async with store.work.transaction() as tx:
        await store.watching.remember(tx, looked.found)


async def test_every_value_is_seen_as_the_book_has_it(store: Store) -> None:
    await save(store, "A1", **WHOLE)
    await save(store, "A2")
    found = await looks(store)
    assert found["A1"] == (Look(id="A1", **WHOLE), {})  # type: ignore[arg-type]
    assert found["A2"] == (Look(id="A2"), {})
    await save(store, "A2", complete=True)
    assert (await looks(store))["A1"][0].missing_since == date(2026, 11, 21)


MATTERS: Mapping[str, Any] = {
    "team": "digital",
    "seats_unlimited": True,
    "licensed_seats": 320,
    "tam": 0,
    "mau": None,
    "mau_28d": 440,
    "health_category": "red",
    "active_champion": False,
    "lighthouse": "none",
    **{name: date(2026, 7, 7) for name, value in WHOLE.items() if isinstance(value, date)},
}
"""For each value what matters of it: another one, or a figure beyond its next mark."""


@pytest.mark.parametrize("name", MATTERS)
async def test_an_account_of_which_something_that_matters_has_changed_is_looked_at(
    sqlite_store: Store, name: str
) -> None:
    await save(sqlite_store, "A1", "A2", **WHOLE)
    await look_at_all(sqlite_store)
    assert await looks(sqlite_store) == {}
    await save(sqlite_store, "A2", **{**WHOLE, name: MATTERS[name]})
    assert set(await looks(sqlite_store)) == {"A2"}


async def test_all_of_them_are_tried() -> None:
    others = {"id", "health_score", "missing_since"}
    assert set(MATTERS) == set(Look._fields) - others


async def test_figures_between_the_same_marks_are_not_looked_at(store: Store) -> None:
    await save(store, "A1", **WHOLE)
    await look_at_all(store)
    await save(
        store, "A1", **{**WHOLE, "mau": 299, "mau_28d": 330, "licensed_seats": 481, "health_score": 1.0}
    )
    assert await looks(store) == {}


@pytest.mark.parametrize(
    ("used", "new"),
    [
        (89, True),
        (92, False),
        (86, True),
        (97, True),
        (101, True),
    ],  # from 90 of 100
)
async def test_the_marks_of_seats_are_those_of_policy(sqlite_store: Store, used: int, new: bool) -> None:
    for mau_28d in (90, used):
        await save(sqlite_store, "A1", licensed_seats=100, mau_28d=mau_28d)
        if mau_28d == 90:
            await look_at_all(sqlite_store)
    assert bool(await looks(sqlite_store)) is new


async def test_a_score_is_looked_at_where_it_makes_a_category(store: Store) -> None:
    for score, new in ((6.0, True), (3.4, False), (3.3, True), (20 / 3, True), (6.7, True), (9.0, False)):
        await save(store, "A1", health_score=score)
        assert bool(await looks(store)) is new, score
        await look_at_all(store)


async def test_an_account_is_looked_at_when_its_day_has_come(store: Store) -> None:
    await save(store, "A1")
    await look_at_all(store, wakes_on=date(2026, 11, 25))
    assert await looks(store, date(2026, 11, 24)) == {}
    assert set(await looks(store, date(2026, 11, 25))) == {"A1"}
    assert set(await looks(store, date(2026, 12, 25))) == {"A1"}


async def test_everything_is_looked_at_where_policy_has_changed(store: Store) -> None:
    await save(store, "A1", **WHOLE)
    await look_at_all(store)
    assert set(await looks(store, rules=replace(RULES, renewal_days=(90, 30)))) == {"A1"}


async def test_what_is_remembered_is_there_at_the_next_look(store: Store) -> None:
    memory = {"since": "2026-11-21", "seats": "1:1:2026-11-21", "word": "“Ж” 🐸"}
    for kept in ({"since": "old"}, memory):
        await save(store, "A1", mau=None if kept is memory else 1)
        await look_at_all(store, kept)
        async with store.work.transaction() as tx:
            await store.watching.note(tx, "~other", kept)
    await save(store, "A1", "A2", team="scaled")
    assert {name: one[1] for name, one in (await looks(store)).items()} == {"A1": memory, "A2": {}}
    assert await store.watching.recall("~other") == memory
    assert await store.watching.recall("A2") == {}


async def test_what_is_found_is_given_back(store: Store) -> None:
    await save(store, "A1")
    fired = Fired("seats", "90", "90:2026-11-21", date(2026, 11, 21))
    seen = Seen({}, None, (fired,))
    (found,) = (await store.watching.look(lambda _, __: seen, RULES, TODAY)).found
    assert (found.account_id, found.seen) == ("A1", seen)


async def test_what_goes_wrong_in_a_look_is_raised(store: Store) -> None:
    await save(store, "A1")

    def decide(look: Look, memory: Any) -> Seen:
        raise ZeroDivisionError(look, memory)

    with pytest.raises(ZeroDivisionError):
        await store.watching.look(decide, RULES, TODAY)


async def test_the_last_look_is_remembered(store: Store) -> None:
    assert await store.watching.find_pass() is None
    done = Pass(3, date(2026, 11, 21), NOW)
    for one in (done, done._replace(version=7)):
        async with store.work.transaction() as tx:
            await store.watching.finish(tx, one)
    assert await store.watching.find_pass() == done._replace(version=7)
