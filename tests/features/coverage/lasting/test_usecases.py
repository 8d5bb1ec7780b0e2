"""What people do with a plan, and who hears of it: each message arrives, once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.leave import CoverState, PlanState, Step, SyncChoice
from bot.domain.person import Person, Role, Team
from bot.errors import UserError
from bot.features.coverage import usecases

Bot = Any
DANA, CARL, BEA, MIA, ANN, CY = (
    f"{login}@ta.example" for login in ("dana", "carl", "bea", "mia", "ann", "cy")
)


def states(plan) -> dict[str, tuple[str, str]]:
    return {item.account_id: (item.cover_email.split("@")[0], item.state.value) for item in plan.items}


async def test_a_typed_plan_is_drafted_from_the_book_and_its_person_gets_the_checklist(either: Bot) -> None:
    plan = await either.open()
    await either.settle()
    assert (plan.state, plan.generation, plan.source) == (PlanState.DRAFT, 1, "typed")
    assert set(states(plan)) == {"A1", "A2", "A3"}
    assert [one.account_id for one in plan.on_request] == ["A4"]
    assert {item.state for item in plan.items} == {CoverState.SUGGESTED}
    assert not plan.done(Step.LOGGED)
    assert either.counts() == {"ooo:1:1:checklist": 1}
    work = await either.store.jobs.list_work(prefix="ooo:1:1:")
    assert {one.key.removeprefix("ooo:1:1:") for one in work} == {
        *("remind:14", "remind:7", "remind:1", "remind:0"),  # three days before is a Saturday
        *("uncovered", "status_on", "status_off", "end", "return"),
    }


async def test_confirming_asks_each_cover_once_and_shows_the_plan_to_the_manager(either: Bot) -> None:
    plan = await either.open()
    plan, _ = await asyncio.gather(
        *(usecases.confirm(either.ports, plan.id, DANA) for _ in range(2))
    )  # pressed twice
    await either.settle()
    assert plan.state is PlanState.PROPOSED
    covers = {item.cover_email for item in plan.items}
    assert {item.state for item in plan.items} == {CoverState.ASKED}
    assert covers == {CARL, BEA}
    assert either.counts() == {
        "ooo:1:1:checklist": 1,
        "ooo:1:1:ask:bea@ta.example:2": 1,
        "ooo:1:1:ask:carl@ta.example:2": 1,
        "ooo:1:1:approve:mia@ta.example": 1,
    }


async def test_who_declines_is_replaced_and_asked_no_more(bot: Bot) -> None:
    plan = await bot.open()
    plan = await usecases.confirm(bot.ports, plan.id, DANA)
    first = next(item for item in plan.items if item.account_id == "A1")
    other = BEA if first.cover_email == CARL else CARL
    plan = await usecases.answer_cover(bot.ports, plan.id, "A1", first.cover_email, accept=False)
    assert states(plan)["A1"] == (other.split("@")[0], "asked")
    again = await usecases.answer_cover(bot.ports, plan.id, "A1", first.cover_email, accept=False)
    assert again == plan  # the same button again
    plan = await usecases.answer_cover(bot.ports, plan.id, "A1", other, accept=False)
    assert states(plan)["A1"] == ("", "channel")
    with pytest.raises(UserError, match="not with you any more"):
        await usecases.answer_cover(bot.ports, plan.id, "A1", other, accept=True)
    await bot.settle()
    declined = [key for key in bot.counts() if ":declined:" in key]
    assert len(declined) == 2
    assert set(bot.counts().values()) == {1}, bot.counts()
    assert sum("cannot cover" in said for said in bot.told(DANA)) == 2


async def test_a_cover_who_accepted_covers_on_the_days_of_the_absence(bot: Bot) -> None:
    plan = await bot.agreed()
    covers = await bot.store.coverage.covers_on(date(2027, 1, 20))
    assert covers == {(DANA, item.account_id): item.cover_email for item in plan.items}
    assert plan.state is PlanState.APPROVED
    assert plan.done(Step.PLANNED)
    assert await bot.store.coverage.covers_on(date(2027, 1, 30)) == {}
    (away,) = await bot.store.coverage.list_away(date(2027, 1, 20), date(2027, 1, 20))
    assert (away.email, away.ends_on) == (DANA, date(2027, 1, 29))


async def test_a_cover_may_still_say_no_after_accepting(bot: Bot) -> None:
    plan = await bot.agreed()
    item = plan.items[0]
    plan = await usecases.answer_cover(bot.ports, plan.id, item.account_id, item.cover_email, accept=False)
    assert plan.items[0].state is CoverState.ASKED
    assert not plan.done(Step.PLANNED)


async def test_choosing_somebody_releases_the_one_before(bot: Bot) -> None:
    plan = await usecases.confirm(bot.ports, (await bot.open()).id, DANA)
    before = plan.items[0].cover_email
    other = BEA if before == CARL else CARL
    for _ in range(2):
        plan = await usecases.choose_cover(bot.ports, plan.id, plan.items[0].account_id, other, DANA)
    assert (plan.items[0].cover_email, plan.items[0].state) == (other, CoverState.ASKED)
    plan = await usecases.choose_cover(bot.ports, plan.id, plan.items[0].account_id, "", MIA)
    assert plan.items[0].state is CoverState.CHANNEL
    await bot.settle()
    released = [key for key in bot.counts() if ":released:" in key]
    assert released == [f"ooo:1:1:released:{before}:3", f"ooo:1:1:released:{other}:4"]


@pytest.mark.parametrize(
    ("email", "why"),
    [
        (DANA, "they are the one who is away"),
        ("gone@ta.example", "not in the book"),
        (BEA, "away themselves"),
    ],
)
async def test_an_impossible_cover_is_refused_with_the_reason(bot: Bot, email: str, why: str) -> None:
    await bot.open()
    away = replace(bot.away, email=BEA, zone="Europe/London", first=date(2027, 1, 29))
    await usecases.confirm(bot.ports, (await bot.open(away)).id, BEA)
    with pytest.raises(UserError, match=why):
        await usecases.choose_cover(bot.ports, 1, "A1", email, DANA)


async def test_only_those_concerned_may_change_or_approve(bot: Bot) -> None:
    plan = await bot.open()
    for refused in (
        usecases.choose_cover(bot.ports, plan.id, "A1", CARL, CARL),
        usecases.confirm(bot.ports, plan.id, ANN),
        usecases.cancel(bot.ports, plan.id, CARL),
    ):
        with pytest.raises(UserError, match="Only a manager"):
            await refused
    with pytest.raises(UserError, match="not confirmed"):
        await usecases.approve(bot.ports, plan.id, MIA)
    await usecases.confirm(bot.ports, plan.id, DANA)
    with pytest.raises(UserError, match="Mia does"):
        await usecases.approve(bot.ports, plan.id, DANA)


async def test_more_than_ten_days_in_thirty_need_three_approvals(bot: Bot) -> None:
    away = replace(bot.away, last=date(2027, 2, 5))
    plan = await usecases.confirm(bot.ports, (await bot.open(away)).id, DANA)
    for email, state in (
        (MIA, PlanState.PROPOSED),
        ("lea@ta.example", PlanState.PROPOSED),
        ("pat@ta.example", PlanState.APPROVED),
    ):
        plan = await usecases.approve(bot.ports, plan.id, email)
        assert plan.state is state
        assert await usecases.approve(bot.ports, plan.id, email) == plan
    await bot.settle()
    assert sorted(key for key in bot.counts() if ":approve:" in key) == [
        f"ooo:1:1:approve:{login}@ta.example" for login in ("lea", "mia", "pat")
    ]
    assert sum(":approved:" in key for key in bot.counts()) == 1


async def test_sharing_tells_each_of_the_account_teams_and_the_channel_once(bot: Bot) -> None:
    plan = await bot.agreed()
    for _ in range(2):
        plan = await usecases.share(bot.ports, plan.id, DANA)
    await bot.settle()
    shares = {key: count for key, count in bot.counts().items() if ":share:" in key}
    assert shares == {f"ooo:1:1:share:{who}": 1 for who in (ANN, CY, MIA, "channel")}
    assert len(bot.said("discuss-technical-advisors")) == 1
    assert plan.done(Step.SHARED)


async def test_a_draft_is_not_shared(bot: Bot) -> None:
    plan = await bot.open()
    with pytest.raises(UserError, match="Confirm the plan first"):
        await usecases.share(bot.ports, plan.id)


async def test_the_ae_hears_of_each_choice_about_a_sync_once(bot: Bot) -> None:
    plan = await bot.agreed()
    for choice in (SyncChoice.MOVED, SyncChoice.MOVED, SyncChoice.CANCELLED):
        plan = await usecases.choose_sync(bot.ports, plan.id, "A3", choice, DANA)
    await bot.settle()
    assert sum(":sync:A3:" in key for key in bot.counts()) == 2
    assert plan.done(Step.SYNCS)
    with pytest.raises(UserError, match="no customer sync"):
        await usecases.choose_sync(bot.ports, plan.id, "A1", SyncChoice.MOVED, DANA)


async def test_the_checklist_is_kept_up_to_date_where_it_stands(bot: Bot) -> None:
    plan = await bot.open()
    await bot.settle()
    assert len(bot.told(DANA)) == 1
    before = bot.told(DANA)
    for _ in range(2):
        await usecases.tick(bot.ports, plan.id, Step.LOGGED, DANA)
    await bot.settle()
    assert len(bot.told(DANA)) == 1
    assert bot.told(DANA) != before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"last": date(2027, 1, 18)}, "before the first"),
        ({"first": date(2026, 12, 1), "last": date(2026, 12, 4)}, "has passed"),
        ({"last": date(2027, 1, 19), "half_start": True, "half_end": True}, "between the two halves"),
    ],
)
async def test_days_that_cannot_be_are_refused(bot: Bot, change: dict[str, Any], why: str) -> None:
    with pytest.raises(UserError, match=why):
        await bot.open(replace(bot.away, **change))
    assert await bot.store.plans.list_plans() == ()


async def test_the_same_days_again_are_the_same_plan_and_overlapping_ones_are_refused(bot: Bot) -> None:
    plan = await bot.open()
    assert await bot.open() == plan
    with pytest.raises(UserError, match="You are away 19 Jan – 29 Jan 2027"):
        await bot.open(replace(plan.away, first=date(2027, 1, 29), last=date(2027, 2, 1)))


async def test_a_ta_without_accounts_has_a_plan_without_items(bot: Bot) -> None:
    new = Person(email="new@ta.example", name="New", role=Role.TA, team=Team.ENTERPRISE)
    async with bot.ports.work.transaction() as tx:
        await bot.store.people.save_people(tx, [new], source="people.csv")
    plan = await bot.open(replace(bot.away, email=new.email))
    plan = await usecases.confirm(bot.ports, plan.id, new.email)
    assert (plan.items, plan.on_request) == ((), ())
    assert plan.state is PlanState.APPROVED  # the book knows nobody who approves it


async def test_a_manager_opens_and_approves_an_emergency_and_hears_in_the_persons_stead(bot: Bot) -> None:
    """The person hears nothing before they return."""
    with pytest.raises(UserError, match="Only a manager"):
        await bot.open(opened_by=CARL, emergency=True)
    plan = await bot.open(opened_by=MIA, emergency=True)
    plan = await usecases.confirm(bot.ports, plan.id, MIA)
    assert (plan.state, [one.role for one in plan.approvals]) == (PlanState.APPROVED, ["manager"])
    item = plan.items[0]
    await usecases.answer_cover(bot.ports, plan.id, item.account_id, item.cover_email, accept=False)
    await bot.settle()
    assert bot.told(DANA) == []
    assert len(bot.told(MIA)) == 2  # the checklist, and who declined


async def test_an_account_that_went_to_another_ta_leaves_the_plan(bot: Bot) -> None:
    plan = await bot.agreed()
    cover = next(item.cover_email for item in plan.items if item.account_id == "A2")
    await bot.now_has("A2", ta_email=BEA)
    plan = await usecases.regenerate(bot.ports, plan)
    assert set(states(plan)) == {"A1", "A3"}
    assert (DANA, "A2") not in await bot.store.coverage.covers_on(date(2027, 1, 20))
    await bot.settle()
    keys = [key for key in bot.counts() if ":left:A2" in key or f":released:{cover}" in key]
    assert len(keys) == 2


async def test_what_was_agreed_stays_though_its_need_is_gone(bot: Bot) -> None:
    plan = await bot.agreed()
    await bot.now_has("A2", lighthouse="none")
    assert states(await usecases.regenerate(bot.ports, plan)) == states(plan)


async def test_a_ta_with_four_hundred_accounts_is_covered_in_a_few_presses(bot: Bot) -> None:
    """Each of the four presses is done in seconds, not one a covered account."""
    await bot.many(400)
    began = time.monotonic()
    plan = await bot.open()
    assert len(plan.items) == 403
    plan = await usecases.confirm(bot.ports, plan.id, DANA)
    for cover in (CARL, BEA):
        plan = await usecases.accept_all(bot.ports, plan.id, cover)
    assert plan.uncovered == ()
    assert all(item.warning for item in plan.items[-10:])  # policy says how many somebody may have
    assert time.monotonic() - began < 30
    await bot.settle()
    assert sum(":ask:" in key for key in bot.counts()) == 2


async def test_accepting_some_accounts_leaves_the_others_waiting(bot: Bot) -> None:
    plan = await usecases.confirm(bot.ports, (await bot.open()).id, DANA)
    mine = [item.account_id for item in plan.items if item.cover_email == plan.items[0].cover_email]
    await usecases.choose_cover(bot.ports, plan.id, "A2", plan.items[0].cover_email, DANA)
    plan = await usecases.accept_all(bot.ports, plan.id, plan.items[0].cover_email, mine[:1])
    accepted = [item.account_id for item in plan.items if item.state is CoverState.ACCEPTED]
    assert accepted == mine[:1]
