"""Absences that appear, move, shrink, grow and go: the protocol begins or its plan follows, and each hears of it once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.asks import Due
from bot.domain.leave import Away, CoverState, Plan, PlanState, Step, SyncChoice
from bot.domain.person import Person, Role, Team
from bot.features.coverage import noticing, usecases
from bot.features.coverage.noticing import Leave
from bot.ports.jobs import WorkState
from bot.ports.people import Absence

Bot = Any
DANA, CARL, BEA, MIA, ANN, CY = (
    f"{login}@ta.example" for login in ("dana", "carl", "bea", "mia", "ann", "cy")
)
LEAVE = Absence(email=DANA, starts_on=date(2027, 1, 19), ends_on=date(2027, 1, 29))
DAY = timedelta(days=1)


async def _planned(bot: Bot) -> set[str]:
    work = await bot.store.jobs.list_work(prefix="ooo:", limit=1000)
    return {one.key for one in work}


async def _agreed_leave(bot: Bot) -> Plan:
    """A plan for leave that a file told of, agreed by everybody and shared."""
    await bot.absences(LEAVE)
    await bot.settle()
    plan = await usecases.confirm(bot.ports, 1, DANA)
    for item in plan.items:
        await usecases.answer_cover(bot.ports, 1, item.account_id, item.cover_email, accept=True)
    await usecases.choose_sync(bot.ports, 1, "A3", SyncChoice.MOVED, DANA)
    await usecases.approve(bot.ports, 1, MIA)
    await usecases.share(bot.ports, 1, DANA)
    await bot.settle()
    return await bot.plan()


async def test_a_new_approved_absence_starts_the_protocol_by_one_message(either: Bot) -> None:
    other = replace(LEAVE, email=CARL, status="requested")
    await either.absences(LEAVE, other)
    await either.settle()
    plan = await either.plan()
    assert (plan.state, plan.source, plan.away) == (PlanState.DRAFT, "absences.csv", either.away)
    assert plan.done(Step.LOGGED)
    assert either.counts() == {"ooo:1:1:checklist": 1}
    assert either.told(DANA)[0].startswith("I saw your time off in absences.csv")
    await either.absences(LEAVE, other)  # the same again
    await either.settle()
    assert await either.store.plans.list_plans() == (await either.plan(),)
    await either.absences(LEAVE, replace(other, status="approved"))
    await either.settle()
    assert [one.away.email for one in await either.store.plans.list_plans()] == [DANA, CARL]


@pytest.mark.parametrize(
    ("absence", "approved"),
    [
        (replace(LEAVE, starts_on=date(2027, 2, 2), ends_on=date(2027, 2, 9)), False),
        (replace(LEAVE, starts_on=date(2027, 1, 21)), True),
        (replace(LEAVE, ends_on=date(2027, 2, 1)), False),
        (replace(LEAVE, half_day_end=True), True),
    ],
    ids=["moved", "shorter", "longer", "half a day less"],
)
async def test_other_dates_plan_everything_anew_and_tell_each_once(
    bot: Bot, absence: Absence, *, approved: bool
) -> None:
    before = await _agreed_leave(bot)
    covers = {item.cover_email for item in before.items}
    already = set(bot.counts())
    await bot.absences(absence)
    await bot.settle()
    plan = await bot.plan()
    assert (plan.away.first, plan.away.last) == (absence.starts_on, absence.ends_on)
    assert plan.generation == 2
    assert plan.state is (PlanState.APPROVED if approved else PlanState.PROPOSED)
    held = {item.account_id: item for item in plan.items}
    assert all(
        held[one.account_id].state is CoverState.ACCEPTED for one in before.items if one.account_id in held
    )
    fresh = {key: count for key, count in bot.counts().items() if key not in already}
    assert set(fresh.values()) == {1}
    told = [key.split(":", 3)[3].split(":")[1] for key in fresh if ":checklist" not in key and key[6] == "2"]
    assert sorted(told) == sorted({*covers, ANN, CY, MIA, "channel"})
    assert "ooo:1:2:checklist" in fresh
    assert {key for key in await _planned(bot) if key.startswith("ooo:1:1:")} == set()
    assert "ooo:1:2:end" in await _planned(bot)
    assert any(due.key == "ooo:1:2:status_now" for due in bot.did)
    await bot.absences(absence)
    await bot.settle()
    assert bot.counts() == {**bot.counts(), **fresh}


async def test_cancelled_leave_ends_its_plan_and_tells_each_once(either: Bot) -> None:
    before = await _agreed_leave(either)
    already = set(either.counts())
    await either.absences(replace(LEAVE, status="cancelled"))
    await either.settle()
    assert (await either.plan()).state is PlanState.CANCELLED
    covers = {item.cover_email for item in before.items}
    fresh = {key for key in either.counts() if key not in already}
    assert fresh == {
        *(f"ooo:1:2:cancelled:{who}" for who in {*covers, ANN, CY, MIA, "channel"}),
        "ooo:1:2:called_off",
    }
    assert set(either.counts().values()) == {1}
    assert await _planned(either) == set()
    assert [due.job for due in either.did if due.key == "ooo:1:2:status_off"] == ["status.apply"]
    assert await either.store.coverage.covers_on(date(2027, 1, 20)) == {}


async def test_a_row_that_a_later_file_leaves_out_is_cancelled_leave(bot: Bot) -> None:
    await bot.absences(LEAVE)
    await bot.settle()
    await bot.absences(replace(LEAVE, email=CARL))
    await bot.settle()
    assert [(one.away.email, one.state) for one in await bot.store.plans.list_plans()] == [
        (DANA, PlanState.CANCELLED),
        (CARL, PlanState.DRAFT),
    ]


async def test_leave_that_is_shortened_while_it_runs_ends_at_once(bot: Bot) -> None:
    await _agreed_leave(bot)
    await bot.turn(datetime(2027, 1, 27, 16, tzinfo=UTC))
    await bot.absences(replace(LEAVE, ends_on=date(2027, 1, 22)))
    await bot.settle()
    plan = await bot.plan()
    assert (plan.state, plan.generation) == (PlanState.ENDED, 2)
    covers = {item.cover_email for item in plan.items}
    assert {key for key in bot.counts() if ":2:end:" in key} == {f"ooo:1:2:end:{who}" for who in covers}
    assert await bot.store.coverage.covers_on(date(2027, 1, 27)) == {}


async def test_typed_leave_is_the_same_as_what_the_leave_system_has_later(bot: Bot) -> None:
    """Step 1 is ticked by that evidence; and the leave system's days hold."""
    plan = await bot.agreed()
    assert not plan.done(Step.LOGGED)
    await bot.absences(LEAVE)
    await bot.settle()
    same = await bot.plan()
    assert (same.generation, same.source, same.done(Step.LOGGED)) == (1, "absences.csv", True)
    assert not any(":moved:" in key for key in bot.counts())
    await bot.absences(replace(LEAVE, starts_on=date(2027, 1, 18)))
    await bot.settle()
    moved = await bot.plan()
    assert (moved.generation, moved.away.first) == (2, date(2027, 1, 18))
    assert len(await bot.store.plans.list_plans()) == 1


async def test_typed_leave_stays_where_the_leave_system_says_nothing_of_it(bot: Bot) -> None:
    plan = await bot.agreed()
    await bot.absences(replace(LEAVE, starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 5)))
    await bot.settle()
    plans = await bot.store.plans.list_plans(email=DANA)
    assert [one.state for one in plans] == [PlanState.APPROVED, PlanState.DRAFT]
    assert plans[0].away == plan.away


async def test_leave_that_has_begun_unseen_is_the_managers_to_see_to(bot: Bot) -> None:
    """Not what ran already when the bot first looked at the book."""
    ran = replace(LEAVE, email=CARL, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 8))
    await bot.absences(ran)
    await bot.settle()
    assert await bot.store.plans.list_plans() == ()
    sick = replace(LEAVE, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 27))
    await bot.absences(ran, sick)
    await bot.settle()
    (plan,) = await bot.store.plans.list_plans()
    assert (plan.emergency, plan.opened_by, plan.away.email) == (True, MIA, DANA)
    assert bot.told(DANA) == []
    assert len(bot.told(MIA)) == 1


async def test_what_is_over_and_who_is_no_ta_start_nothing(bot: Bot) -> None:
    await bot.absences(
        replace(LEAVE, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 4)), replace(LEAVE, email=ANN)
    )
    await bot.settle()
    assert await bot.store.plans.list_plans() == ()
    assert bot.counts() == {}


async def test_a_cover_who_takes_leave_themselves_is_replaced_at_once(bot: Bot) -> None:
    """They hear that they need not, the next one is asked, and the person hears of both."""
    plan = await bot.agreed()
    theirs = [item.account_id for item in plan.items if item.cover_email == CARL]
    assert theirs
    await bot.absences(replace(LEAVE, email=CARL, starts_on=date(2027, 1, 29), ends_on=date(2027, 2, 5)))
    await bot.settle()
    plan = await bot.plan()
    assert {item.cover_email for item in plan.items if item.account_id in theirs} == {BEA}
    assert {item.state for item in plan.items if item.account_id in theirs} == {CoverState.ASKED}
    keys = [key.split(":", 3)[3] for key in bot.counts()]
    assert sum(key.startswith(f"released:{CARL}") for key in keys) == 1
    assert sum(key.startswith("declined:") for key in keys) == len(theirs)
    assert await bot.store.coverage.covers_on(date(2027, 1, 20)) == {
        (DANA, item.account_id): BEA for item in plan.items if item.account_id not in theirs
    }


async def test_overlapping_absences_of_one_person_are_one_leave(bot: Bot) -> None:
    more = replace(LEAVE, starts_on=date(2027, 1, 28), ends_on=date(2027, 2, 3), half_day_end=True)
    await bot.absences(LEAVE, more)
    await bot.settle()
    (plan,) = await bot.store.plans.list_plans()
    assert (plan.away.first, plan.away.last, plan.away.half_end) == (
        date(2027, 1, 19),
        date(2027, 2, 3),
        True,
    )


async def test_many_people_are_looked_at_in_pieces_and_each_once(bot: Bot) -> None:
    count = noticing.AT_ONCE * 2 + 3
    people = [
        Person(email=f"ta{number:03}@ta.example", name=f"TA {number}", role=Role.TA, team=Team.DIGITAL)
        for number in range(count)
    ]
    async with bot.ports.work.transaction() as tx:
        await bot.store.people.save_people(tx, people, source="people.csv")
    await bot.absences(*(replace(LEAVE, email=one.email) for one in people))
    async with asyncio.timeout(60):
        while len(await bot.store.plans.list_plans()) < count:  # noqa: ASYNC110 # their messages need not arrive
            await asyncio.sleep(0.1)
    looked = [due for due in bot.did if due.job == "ooo.notice"]
    assert len(looked) == 3
    assert await bot.store.plans.list_unnoticed(10) == ()
    done = await bot.store.jobs.list_work(prefix="ooo.notice", states=(WorkState.DONE, WorkState.STARTED))
    assert len(done) == 3


async def test_two_bots_that_look_at_once_begin_one_plan(bot: Bot) -> None:
    async with bot.ports.work.transaction() as tx:
        await bot.store.people.save_absences(tx, [LEAVE], source="absences.csv")
    await asyncio.gather(*(noticing.tend(_tending(), bot.ports) for _ in range(4)))
    await bot.settle()
    assert len(await bot.store.plans.list_plans()) == 1
    assert bot.counts() == {"ooo:1:1:checklist": 1}


def _tending() -> Due:
    return Due(job="ooo.tend", key="tend:ooo.tend", subject="", due_at=datetime(2027, 1, 4, tzinfo=UTC))


# ------------------------------------------------------------------------------------------------ which is whose


def _away(first: int, days: int = 5, month: int = 3) -> Away:
    begins = date(2027, month, first)
    return Away(email=DANA, first=begins, last=begins + (days - 1) * DAY, zone="UTC")


def _plan(number: int, away: Away, source: str = "absences.csv") -> Plan:
    return Plan(
        id=number,
        away=away,
        team=None,
        state=PlanState.DRAFT,
        generation=1,
        source=source,
        items=(),
        on_request=(),
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("plans", "leaves", "followed", "gone", "fresh"),
    [
        ([_away(1)], [_away(1)], {1: 0}, [], []),
        ([_away(1)], [_away(4)], {1: 0}, [], []),  # they overlap
        ([_away(1)], [_away(20)], {1: 0}, [], []),  # they do not, and nothing else is near
        ([_away(1)], [_away(20, month=5)], {}, [1], [0]),  # too far: another leave
        ([_away(1)], [_away(8), _away(1)], {1: 1}, [], [0]),  # a second leave
        ([_away(1), _away(10)], [_away(9), _away(2)], {1: 1, 2: 0}, [], []),
        ([_away(1), _away(10)], [_away(12)], {2: 0}, [1], []),  # the first was cancelled
        ([_away(1, 14)], [_away(1, 2), _away(6, 9)], {1: 1}, [], [0]),  # cut in two: the longer part goes on
        ([_away(1)], [], {}, [1], []),
        ([], [_away(1)], {}, [], [0]),
    ],
)
def test_a_plan_belongs_to_the_leave_it_shares_most_with_else_to_the_nearest(
    plans: list[Away], leaves: list[Away], followed: dict[int, int], gone: list[int], fresh: list[int]
) -> None:
    told = [Leave(away, "absences.csv") for away in leaves]
    found = noticing.pair([_plan(number, away) for number, away in enumerate(plans, 1)], told)
    assert {plan.id: told.index(leave) for plan, leave in found.followed} == followed
    assert [plan.id for plan in found.gone] == gone
    assert [told.index(leave) for leave in found.fresh] == fresh


def test_what_was_typed_is_neither_moved_to_other_days_nor_gone() -> None:
    leave = Leave(_away(20), "absences.csv")
    found = noticing.pair([_plan(1, _away(1), "typed")], [leave])
    assert (found.followed, found.gone, found.fresh) == ((), (), (leave,))


def test_no_plan_takes_a_day_that_another_has_not_left_yet() -> None:
    first, second = _plan(1, _away(1)), _plan(2, _away(8))
    pairs = [(first, Leave(_away(8), "x")), (second, Leave(_away(15), "x"))]
    assert [plan.id for plan, _ in noticing.in_order(pairs)] == [2, 1]
