"""Status updates as both engines keep them: with their history, one a token, and one ask an account a week."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.person import Team
from bot.domain.plan_update import Confidence, PlanAsk, PlanKind, PlanUpdate
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.store import Store

NOW = datetime(2026, 11, 19, 14, 5, 6, 789, tzinfo=UTC)
WEEK, NEXT = date(2026, 11, 16), date(2026, 11, 23)
NEW = PlanUpdate(
    id=0,
    account_id="A-1",
    account_name="Northwind",
    team=Team.ENTERPRISE,
    kind=PlanKind.LIGHTHOUSE,
    week=WEEK,
    progress="Met the “buyer” 🐸\nhalf \ud83d",
    blockers="Single sign-on",
    asks="",
    confidence=Confidence.AT_RISK,
    by_email="Dana@TA.example",
    by_name="Dana Cole",
    given_at=NOW,
)
ASK = PlanAsk(
    account_id="A-1",
    account_name="Northwind",
    team=Team.ENTERPRISE,
    kind=PlanKind.LIGHTHOUSE,
    week=WEEK,
    email="Dana@TA.example",
    asked_at=NOW,
)


async def _add(store: Store, token: str = "", **changes: Any) -> PlanUpdate:
    async with store.work.transaction() as tx:
        return await store.plan_updates.add_update(tx, replace(NEW, **changes), token=token)


async def _ask(store: Store, *asks: PlanAsk) -> int:
    async with store.work.transaction() as tx:
        return await store.plan_updates.save_asks(tx, asks)


async def test_updates_are_kept_whole_with_their_history(store: Store) -> None:
    one = await _add(store)
    assert one == replace(NEW, id=one.id, by_email="dana@ta.example", progress="Met the “buyer” 🐸\nhalf ?")
    two = await _add(store, week=NEXT, team=None, kind=PlanKind.GET_WELL, confidence=Confidence.OFF_TRACK)
    other = await _add(store, account_id="A-2")
    listed = store.plan_updates.list_updates
    assert await listed(account_id="A-1") == (two, one)
    assert await listed(week=WEEK) == (other, one)
    assert await listed(account_id="A-1", week=WEEK) == (one,)
    assert await listed(limit=1) == (other,)
    last = await store.plan_updates.last_updates(["A-1", "A-2", "A-3"])
    assert last == {"A-1": two, "A-2": other}
    assert await store.plan_updates.last_updates([]) == {}


async def test_a_form_that_is_delivered_many_times_at_once_is_one_update(store: Store) -> None:
    told = await asyncio.gather(*(_add(store, token="T1", progress=f"again {at}") for at in range(5)))
    assert await store.plan_updates.list_updates() == (told[0],)
    assert set(told) == {told[0]}


async def test_an_account_is_asked_about_once_a_week(store: Store) -> None:
    kept = replace(ASK, email="dana@ta.example")
    assert await _ask(store, ASK, replace(ASK, account_id="A-2", account_name="acme", team=None)) == 2
    assert await _ask(store, replace(ASK, email="carl@ta.example"), replace(ASK, week=NEXT)) == 1
    assert await _ask(store) == 0
    found = await store.plan_updates.list_asks(WEEK)
    assert found == (replace(kept, account_id="A-2", account_name="acme", team=None), kept)
    assert await store.plan_updates.list_asks(WEEK, email="DANA@ta.example", team="enterprise") == (kept,)
    assert await store.plan_updates.list_asks(WEEK, email="bea@ta.example") == ()
    assert await store.plan_updates.list_asks(WEEK, team="scaled") == ()
    assert await store.plan_updates.list_asks(NEXT) == (replace(kept, week=NEXT),)


async def test_accounts_that_may_have_a_plan_are_found(store: Store) -> None:
    """An active save plan, or a customer since one of the days; not what has churned."""
    today = store.clock.today()
    day = timedelta(days=1)
    values: dict[str, dict[str, Any]] = {
        "saved": {"lighthouse": "active", "customer_since": date(2020, 1, 1)},
        "first": {"customer_since": today - 119 * day},
        "last": {"customer_since": today - 44 * day, "lighthouse": "none"},
        "older": {"customer_since": today - 120 * day},
        "newer": {"customer_since": today - 43 * day},
        "gone": {"lighthouse": "active", "churned_on": today},
        "going": {"lighthouse": "active", "churned_on": today + day},
        "bare": {},
    }
    stamp = Stamp("accounts.csv", NOW)
    rows = [
        AccountRow(id=f"A-{name}", name=name, values=one, stamp=stamp, stamps={})
        for name, one in values.items()
    ]
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=False, seen_on=today)
    found = await store.book.list_planned(customers_since=(today - 119 * day, today - 44 * day))
    assert [one.name for one in found] == ["first", "going", "last", "saved"]
