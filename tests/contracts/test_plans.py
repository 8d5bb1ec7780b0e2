"""Coverage plans, and which absences were looked at, as both engines keep them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.leave import (
    Approval,
    Away,
    CoverState,
    Item,
    Need,
    OnRequest,
    Plan,
    PlanState,
    Reason,
    Step,
    SyncChoice,
    Ticked,
)
from bot.domain.person import Person, Role, Team
from bot.errors import StaleRow, UserError
from bot.ports.people import Absence
from bot.store import Store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DANA, CARL, BEA = "dana@ta.example", "carl@ta.example", "bea@ta.example"
ITEM = Item(
    account_id="A1",
    account_name="Acme <Robotics>",
    reasons=(Reason(need=Need.RENEWS, words="renews on 3 Dec 2026", on=date(2026, 12, 3)),),
    todo=("Resolve: legal review",),
    until=date(2026, 12, 3),
    cover_email=CARL,
    state=CoverState.ACCEPTED,
    why_cover="same team",
    warning="12 accounts, policy says 10",
    declined=(BEA,),
    ae_email="ae@ta.example",
    sync_on=date(2026, 11, 26),
    sync_with="their champion",
    sync=SyncChoice.TAKEN,
)
PLAN = Plan(
    id=0,
    away=Away(
        email=DANA,
        first=date(2026, 11, 24),
        last=date(2026, 12, 4),
        zone="Pacific/Auckland",
        half_start=True,
    ),
    team=Team.ENTERPRISE,
    state=PlanState.APPROVED,
    generation=2,
    source="typed",
    items=(ITEM, replace(ITEM, account_id="A2", cover_email="", state=CoverState.CHANNEL, reasons=())),
    on_request=(OnRequest(account_id="A3", account_name="Birch"),),
    ticked=(Ticked(step=Step.LOGGED, at=NOW, by_hand=True, how="said so"),),
    approvals=(Approval(email="mia@ta.example", role="manager", at=NOW),),
    emergency=True,
    opened_by="mia@ta.example",
    wants_dnd=True,
    shared_at=NOW,
    created_at=NOW,
    confirmed_at=NOW,
    pool_days=((date(2026, 11, 24), 3, 5),),
    active_channels=("A1",),
)
TODAY = date(2026, 11, 24)


async def _save(store: Store, plan: Plan, expected: int | None = None) -> Plan:
    async with store.work.transaction() as tx:
        return await store.plans.save_plan(tx, plan, expected=expected)


def _of(email: str, first: int, last: int, **changes: Any) -> Plan:
    away = Away(email=email, first=date(2026, 12, first), last=date(2026, 12, last), zone="UTC")
    return replace(PLAN, away=away, **changes)


async def test_a_plan_is_kept_as_it_was_given(store: Store) -> None:
    kept = await _save(store, PLAN)
    assert kept == replace(PLAN, id=kept.id)
    assert await store.plans.find_plan(kept.id) == kept
    assert await store.plans.find_plan(kept.id + 1) is None
    bare = replace(PLAN, team=None, items=(), shared_at=None, confirmed_at=None, pool_days=())
    other = await _save(store, replace(bare, away=replace(PLAN.away, email=CARL)))
    assert await store.plans.find_plan(other.id) == other


async def test_of_two_who_change_it_at_once_one_wins(store: Store) -> None:
    kept = await _save(store, PLAN)
    version = await store.plans.version_of(kept.id)
    first = replace(kept, generation=3)
    tried = [_save(store, first, version), _save(store, replace(kept, generation=4), version)]
    done = await asyncio.gather(*tried, return_exceptions=True)
    assert sorted(isinstance(one, StaleRow) for one in done) == [False, True]
    assert await store.plans.version_of(kept.id) == version + 1
    assert await store.plans.version_of(kept.id + 1) == 0


async def test_nothing_of_a_refused_change_is_kept(store: Store) -> None:
    kept = await _save(store, PLAN)
    with pytest.raises(StaleRow):
        await _save(store, replace(kept, items=()), 7)
    assert await store.plans.find_plan(kept.id) == kept
    assert len(await store.coverage.covers_on(TODAY)) == 2


async def test_a_person_has_one_open_plan_a_first_day(store: Store) -> None:
    kept = await _save(store, PLAN)
    with pytest.raises(UserError, match="24 Nov 2026"):
        await _save(store, PLAN)
    await _save(store, replace(kept, state=PlanState.CANCELLED))
    assert (await _save(store, PLAN)).id != kept.id


async def test_plans_are_listed_by_person_state_and_days(store: Store) -> None:
    first = await _save(store, _of(DANA, 1, 4))
    second = await _save(store, _of(DANA, 7, 8, state=PlanState.DRAFT))
    other = await _save(store, _of(CARL, 4, 7))
    listed = store.plans.list_plans
    assert await listed() == (first, other, second)
    assert await listed(email="Dana@TA.example") == (first, second)
    assert await listed(states=(PlanState.APPROVED, PlanState.ENDED)) == (first, other)
    assert await listed(touching=(date(2026, 12, 4), date(2026, 12, 6))) == (first, other)
    assert await listed(touching=(date(2026, 12, 5), date(2026, 12, 6))) == (other,)
    assert await listed(email=CARL, states=(PlanState.DRAFT,)) == ()


async def test_cover_holds_on_the_days_of_the_absence_once_accepted(store: Store) -> None:
    """A half day counts; who was only asked, a draft, and what is over or cancelled do not cover."""
    asked = replace(ITEM, account_id="A9", state=CoverState.ASKED)
    kept = await _save(store, replace(PLAN, items=(*PLAN.items, asked)))
    covers = {(DANA, "A1"): CARL, (DANA, "A2"): ""}
    for day, held in (
        (date(2026, 11, 23), {}),
        (date(2026, 11, 24), covers),
        (date(2026, 12, 4), covers),
        (date(2026, 12, 5), {}),
    ):
        assert await store.coverage.covers_on(day) == held
    for state in PlanState:
        await _save(store, replace(kept, state=state))
        held = covers if state in (PlanState.PROPOSED, PlanState.APPROVED) else {}
        assert await store.coverage.covers_on(TODAY) == held


async def test_an_account_that_is_covered_no_longer_is_not_covered(store: Store) -> None:
    kept = await _save(store, PLAN)
    await _save(store, replace(kept, items=(replace(ITEM, cover_email=BEA),)))
    assert await store.coverage.covers_on(TODAY) == {(DANA, "A1"): BEA}


async def test_who_covers_is_found_and_counted_by_days(store: Store) -> None:
    kept = await _save(store, PLAN)
    asked = replace(ITEM, account_id="A9", state=CoverState.ASKED)
    declined = replace(ITEM, account_id="A8", state=CoverState.DECLINED)
    other = await _save(store, _of(BEA, 4, 8, items=(asked, declined)))
    await _save(store, _of(BEA, 14, 18, items=(asked,), state=PlanState.DRAFT))
    plans = store.plans
    assert await plans.list_covered_by(CARL, date(2026, 12, 4), date(2026, 12, 20)) == (kept, other)
    assert await plans.list_covered_by("CARL@ta.example", date(2026, 12, 5), date(2026, 12, 6)) == (other,)
    assert await plans.list_covered_by(BEA, date(2026, 11, 1), date(2026, 12, 31)) == ()
    assert await plans.count_covered(date(2026, 12, 4), date(2026, 12, 20)) == {CARL: 2}
    assert await plans.count_covered(date(2026, 12, 4), date(2026, 12, 20), but=kept.id) == {CARL: 1}
    assert await plans.count_covered(date(2026, 12, 9), date(2026, 12, 20)) == {}


async def test_a_plan_that_no_absence_tells_of_counts_as_away(store: Store) -> None:
    """Until the leave system has it: then its days are those of the absence."""
    kept = await _save(store, PLAN)
    typed = Absence(email=DANA, starts_on=date(2026, 11, 24), ends_on=date(2026, 12, 4), half_day_start=True)
    assert await store.coverage.list_away(TODAY, TODAY) == (typed,)
    assert await store.coverage.list_away(date(2026, 12, 5), date(2026, 12, 9)) == ()
    await _save(store, replace(kept, state=PlanState.DRAFT))
    assert await store.coverage.list_away(TODAY, TODAY) == ()
    await _save(store, kept)
    told = Absence(email=DANA, starts_on=date(2026, 11, 23), ends_on=date(2026, 12, 4))
    await _absent(store, told, replace(told, email=CARL, status="requested"))
    assert await store.coverage.list_away(TODAY, TODAY) == (told,)


async def _absent(store: Store, *absences: Absence, **how: Any) -> None:
    async with store.work.transaction() as tx:
        await store.people.save_absences(tx, absences, source="absences.csv", **how)


async def _mark(store: Store, email: str) -> None:
    seen = await store.people.list_absences(email)
    async with store.work.transaction() as tx:
        await store.plans.mark_noticed(tx, email, seen)


async def test_absences_that_changed_are_found_until_they_were_looked_at(store: Store) -> None:
    away = Absence(email=DANA, starts_on=TODAY, ends_on=date(2026, 12, 4))
    nobody = replace(away, email="nobody@ta.example")
    await _absent(store, away, replace(away, email=CARL), nobody)
    unnoticed = store.plans.list_unnoticed
    assert await unnoticed(10) == ()  # the book knows none of them
    people = [Person(email=email, name=email, role=Role.TA) for email in (DANA, CARL, BEA)]
    async with store.work.transaction() as tx:
        await store.people.save_people(tx, people, source="people.csv")
    assert await store.plans.has_noticed() is False
    assert await unnoticed(10) == (CARL, DANA)
    assert await unnoticed(1) == (CARL,)
    assert await unnoticed(10, after=CARL) == (DANA,)
    await _mark(store, CARL)
    await _mark(store, DANA)
    assert await store.plans.has_noticed() is True
    assert await unnoticed(10) == ()
    for changed in (replace(away, ends_on=TODAY), replace(away, status="cancelled", ends_on=TODAY)):
        await _absent(store, changed)
        assert await unnoticed(10) == (DANA,)
        await _mark(store, DANA)
    await _absent(store, replace(away, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 5)))
    assert await unnoticed(10) == (DANA,)


async def test_of_two_who_look_at_once_one_is_told_that_it_was_second(store: Store) -> None:
    await _absent(
        store,
        Absence(email=DANA, starts_on=TODAY, ends_on=date(2026, 12, 4)),
        Absence(email=DANA, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 4)),
    )
    done = await asyncio.gather(*(_mark(store, DANA) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(one, StaleRow) for one in done) == [False, True]
