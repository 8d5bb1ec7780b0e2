"""What people wrote of an account is in the alerts about it: no update is asked for twice, agendas say what was written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.feedback import Feedback, Weight
from bot.domain.person import Team
from bot.domain.plan_update import Confidence, PlanAsk, PlanKind, PlanUpdate

World = Any
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DANA = "dana@ta.example"
PLAN = {
    "team": "enterprise",
    "ta_email": DANA,
    "lighthouse": "active",
    "save_plan_updated_on": date(2026, 11, 16),
}


async def settled(world: World, **values: Any) -> None:
    """A book that was looked at the day before."""
    world.clock.at = MONDAY - DAY
    await world.book("A1", **values)
    await world.look()
    world.clock.at = MONDAY
    assert await world.keys() == []


def update(at: datetime) -> PlanUpdate:
    return PlanUpdate(
        id=0,
        account_id="A1",
        account_name="Account A1",
        team=Team.ENTERPRISE,
        kind=PlanKind.LIGHTHOUSE,
        week=at.date() - timedelta(days=at.weekday()),
        progress="Two <teams>",
        blockers="",
        asks="An hour",
        confidence=Confidence.AT_RISK,
        by_email=DANA,
        by_name="Dana",
        given_at=at,
    )


async def write(world: World, at: datetime) -> None:
    async with world.store.work.transaction() as tx:
        await world.store.plan_updates.add_update(tx, update(at), token="")


async def ask(world: World, at: datetime) -> None:
    one = update(at)
    asked = PlanAsk(
        account_id="A1",
        account_name=one.account_name,
        team=one.team,
        kind=one.kind,
        week=one.week,
        email=DANA,
        asked_at=at,
    )
    async with world.store.work.transaction() as tx:
        await world.store.plan_updates.save_asks(tx, [asked])


CASES: dict[str, tuple[datetime | None, datetime | None, int]] = {
    "nothing is written": (None, None, 1),
    "written six days ago": (MONDAY - 6 * DAY, None, 0),
    "written a week ago": (MONDAY - 7 * DAY, None, 1),
    "asked for this week": (None, MONDAY - timedelta(hours=8), 0),
    "asked for last week": (None, MONDAY - 4 * DAY, 1),
}


@pytest.mark.parametrize("case", CASES)
async def test_an_update_that_is_written_or_asked_for_is_not_asked_for_again(case: str, world: World) -> None:
    written, asked, told = CASES[case]
    await settled(world, **PLAN)
    if written:
        await write(world, written)
    if asked:
        await ask(world, asked)
    await world.look()
    kept = await world.store.alerts.list_of_account("A1")
    assert [one.notice.signal for one in kept] == ["save_plan_update"] * told
    assert [one.notice.press.action_id for one in kept] == ["plan_updates.write"] * told


async def test_the_program_syncs_agenda_has_the_update_and_what_was_asked_in_vain(world: World) -> None:
    await settled(world, **PLAN)
    due = MONDAY + 13 * DAY
    await write(world, due - 5 * DAY)
    await ask(world, due - 2 * DAY)
    world.clock.at = due
    await world.look()
    (sync,) = [
        one.notice
        for one in await world.store.alerts.list_of_account("A1")
        if one.notice.signal == "lighthouse_sync"
    ]
    said = "\n".join(sync.lines)
    assert "• Status update (1 Dec 2026, Dana): at risk; progress: Two &lt;teams&gt;; asks: An hour" in said
    assert "is not written yet" not in said, "the update is of the week that was asked about"
    assert "save_plan_update" not in [key.split(":")[0] for key in await world.keys()][-1:]


async def test_an_agenda_names_the_update_that_is_not_written(world: World) -> None:
    await settled(world, **PLAN)
    due = MONDAY + 13 * DAY
    await ask(world, due - 3 * DAY)
    world.clock.at = due
    await world.look()
    kept = await world.store.alerts.list_of_account("A1")
    said = "\n".join(
        line for one in kept if one.notice.signal == "lighthouse_sync" for line in one.notice.lines
    )
    assert "• The update that was asked for on 3 Dec 2026 is not written yet" in said


async def test_the_feedback_session_is_told_with_what_waits_for_it(world: World) -> None:
    last = date(2026, 5, 23)
    await settled(world, team="scaled", customer_since=date(2024, 1, 1), last_roadmap_review_on=last)
    given = Feedback(
        id=0,
        account_id="A1",
        account_name="Account A1",
        team=Team.SCALED,
        area="Search",
        weight=Weight.BLOCKS,
        text="They need <!here> more",
        for_session=True,
        link="",
        by_email=DANA,
        by_name="Dana",
        given_at=MONDAY - 3 * DAY,
    )
    async with world.store.work.transaction() as tx:
        await world.store.feedback.add_feedback(tx, given, token="")
    await world.look()
    kept = await world.store.alerts.list_of_account("A1")
    (session,) = [one.notice for one in kept if one.notice.signal == "roadmap_review"]
    assert session.lines[1:] == (
        "1 entry of product feedback to bring up:",
        "• They need &lt;!here&gt; more",
    )
