"""A status is set with consent, put back, left alone where it is somebody's own; and told where we may do nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.asks import Action, Asker, Due, Happening, HappeningKind, Place
from bot.domain.leave import PlanState, Step
from bot.domain.status import EMPTY, SlackStatus
from bot.errors import SourceUnavailable
from bot.features.leave_status import jobs, usecases
from bot.features.leave_status.rules import Tell

DURING = datetime(2026, 11, 26, 9, tzinfo=UTC)
AFTER = datetime(2026, 12, 5, 9, tzinfo=UTC)
ENDS = datetime(2026, 12, 4, 23, tzinfo=UTC)
OURS = SlackStatus(text="OOO 24 Nov – 4 Dec · cover: /ooo cover", emoji=":palm_tree:", expires_at=ENDS)
BUILDING = SlackStatus(text="Building <things> & more", emoji=":hammer:")
LUNCH = SlackStatus(text="Lunch", emoji=":bento:")


async def test_it_says_both_dates_while_they_are_away_and_what_stood_there_comes_back(world: Any) -> None:
    await world.consent()
    await world.sets(BUILDING)
    assert await world.apply() == "nothing to do"
    world.clock.to(DURING)
    assert await world.apply() == "set"
    assert world.shown == OURS
    assert await world.apply() == "it stands"
    world.clock.to(AFTER)
    assert await world.apply() == "put back"
    assert world.shown == BUILDING
    assert await world.store.status_records.list_records() == ()


async def test_one_they_set_while_away_stays_even_where_slack_told_nothing(world: Any) -> None:
    await world.consent()
    world.clock.to(DURING)
    await world.apply()
    await world.sets(LUNCH, heard=False)
    await world.apply()
    assert world.shown == LUNCH
    world.clock.to(AFTER)
    await world.apply()
    assert world.shown == LUNCH


async def test_slack_tells_of_a_change_and_the_bot_looks_at_once_but_not_at_its_own(world: Any) -> None:
    await world.consent()
    world.clock.to(DURING)
    await world.apply()
    await usecases.noticed(world.happening(), world.ports)
    assert await world.planned() == []
    await world.sets(EMPTY)
    planned = await world.store.jobs.list_work()
    assert [work.job for work in planned] == [usecases.APPLY]
    await jobs.apply(_due(planned[0].subject), world.ports)
    world.clock.to(AFTER)
    await world.apply()
    assert world.shown == EMPTY, "they cleared it, so nothing is put back"


@pytest.mark.parametrize("text", ["Out of office until 4 Dec", "Away (set by Deel)", "OOO"])
async def test_one_that_says_so_already_counts_as_set(world: Any, text: str) -> None:
    """The leave system's, or the person's own: neither replaced nor put back."""
    await world.consent()
    standing = SlackStatus(text=text, emoji=":desert_island:")
    await world.sets(standing)
    world.clock.to(DURING)
    await world.apply()
    assert world.shown == standing
    await world.sets(EMPTY, heard=False)  # the leave system clears its own
    world.clock.to(AFTER)
    await world.apply()
    assert world.shown == EMPTY


@pytest.mark.parametrize(
    "changes",
    [
        {"state": PlanState.CANCELLED},
        {"last": datetime(2026, 11, 25, tzinfo=UTC).date()},
        {"first": datetime(2026, 12, 1, tzinfo=UTC).date()},
    ],
)
async def test_it_is_cleared_when_leave_is_cancelled_shortened_or_moved(
    world: Any, changes: dict[str, Any]
) -> None:
    await world.consent()
    await world.sets(BUILDING)
    world.clock.to(DURING)
    await world.apply()
    if "state" in changes:
        await world.keep(**changes)
    else:
        await world.keep(away=world.away(**changes), generation=2)
    await world.apply()
    assert world.shown == BUILDING


async def test_it_says_the_new_days_when_leave_is_extended(world: Any) -> None:
    await world.consent()
    world.clock.to(DURING)
    await world.apply()
    last = datetime(2026, 12, 11, tzinfo=UTC).date()
    await world.keep(away=world.away(last=last, half_end=True), generation=2)
    assert await world.apply() == "changed"
    assert world.shown.text == "OOO 24 Nov – 11 Dec · cover: /ooo cover"
    assert world.shown.expires_at == datetime(2026, 12, 11, 11, tzinfo=UTC)


async def test_two_absences_in_a_row_are_one_stretch(world: Any) -> None:
    """Whichever plan's work runs first at the seam, the second's days are shown and the first's before comes back."""
    await world.consent()
    await world.sets(BUILDING)
    first = world.plan
    day = datetime(2026, 12, 5, tzinfo=UTC).date()
    world.plan = replace(first, id=0)
    second = await world.keep(away=world.away(first=day, last=day))
    world.clock.to(DURING)
    await usecases.apply(world.ports, first.id)
    world.clock.to(ENDS)
    await usecases.apply(world.ports, second.id)
    await usecases.apply(world.ports, first.id)
    assert world.shown.text == "OOO 5 Dec · cover: /ooo cover"
    world.clock.to(ENDS + timedelta(days=1))
    await usecases.apply(world.ports, second.id)
    assert world.shown == BUILDING


async def test_notifications_are_paused_where_they_wish_and_go_on_when_leave_ends_early(world: Any) -> None:
    await world.consent()
    await world.keep(wants_dnd=True)
    world.clock.to(DURING)
    await world.apply()
    assert world.ana.snooze_until == int(ENDS.timestamp())
    await world.keep(state=PlanState.CANCELLED)
    await world.apply()
    assert world.ana.snooze_until == 0


@pytest.mark.parametrize("lost", ["drop_before", "drop_after"])
async def test_a_call_whose_answer_was_lost_is_made_up_for(world: Any, lost: Any) -> None:
    await world.consent()
    await world.sets(BUILDING)
    for at, shown in ((DURING, OURS), (AFTER, BUILDING)):
        world.clock.to(at)
        world.fails(lost, "users.profile.set", times=3)
        with pytest.raises(SourceUnavailable):
            await world.apply()
        await world.apply()
        assert world.shown == shown


async def test_slack_down_at_the_end_leaves_nothing_wrong(world: Any) -> None:
    """Ours goes by itself; what stood there before is put back by the hourly look."""
    await world.consent()
    await world.sets(BUILDING)
    world.clock.to(DURING)
    await world.apply()
    world.clock.to(AFTER)
    world.fails("server_error", "*", times=None)
    with pytest.raises(SourceUnavailable):
        await world.apply()
    assert await jobs.tend(_due(""), world.ports) == "1 looked at, 1 not reached"
    assert world.shown == EMPTY
    world.server.faults.clear()
    assert await jobs.tend(_due(""), world.ports) == "1 looked at, 0 not reached"
    assert world.shown == BUILDING


async def test_a_start_that_was_missed_is_made_up_for_by_the_hourly_look(world: Any) -> None:
    await world.consent()
    world.clock.to(DURING)
    await jobs.tend(_due(""), world.ports)
    assert world.shown == OURS


@pytest.mark.parametrize("set_by", ["deel", "person"])
async def test_policy_may_leave_it_to_others(world: Any, set_by: str) -> None:
    await world.consent()
    ports = _set_by(world, set_by)
    world.clock.to(DURING)
    assert await usecases.apply(ports, world.plan.id) == "nothing to do"
    ticked = await usecases.evidence_of(ports, world.plan)
    assert bool(ticked) == (set_by == "deel")


async def test_a_plan_that_is_only_typed_sets_nothing(world: Any) -> None:
    await world.consent()
    await world.keep(state=PlanState.DRAFT, source="typed")
    world.clock.to(DURING)
    assert await world.apply() == "nothing to do"


# ---- consent


async def test_the_sixth_step_is_ticked_while_there_is_consent(world: Any) -> None:
    await world.consent()
    await usecases.consent_changed(_consent(world, HappeningKind.CONSENT_GIVEN), world.ports)
    plan = await world.store.plans.find_plan(world.plan.id)
    assert plan.done(Step.STATUS)
    assert [one.how for one in plan.ticked] == ["scheduled with your consent for 24 Nov"]
    await world.side.consents.drop(world.ana.id)
    await usecases.consent_changed(_consent(world, HappeningKind.CONSENT_WITHDRAWN), world.ports)
    plan = await world.store.plans.find_plan(world.plan.id)
    assert not plan.done(Step.STATUS)


async def test_without_consent_they_are_asked_once_in_their_hours(world: Any) -> None:
    world.clock.to(datetime(2026, 11, 23, 23, tzinfo=UTC))  # midnight in Berlin: their time off begins
    assert await world.apply() == "no consent: ask"
    await world.apply()
    [work] = await world.store.jobs.list_work()
    assert work.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    world.clock.to(work.due_at)
    assert await jobs.tell(_due(work.subject, work.key), world.ports) == "told"
    [message] = await world.store.outgoing.list_outgoing(prefix=f"ooo:{world.plan.id}:1:status")
    assert message.email == world.plan.away.email


async def test_the_ladder_asks_in_its_stead(world: Any) -> None:
    from bot.ports.jobs import DueWork

    async with world.store.work.transaction() as tx:
        key = f"ooo:{world.plan.id}:1:remind:0"
        await world.store.jobs.plan_later(tx, DueWork(key=key, job="ooo.due", due_at=DURING))
    world.clock.to(DURING)
    await world.apply()
    assert await world.planned() == [key]


async def test_a_revoked_token_is_dropped_and_the_person_told_what_stands_wrong(world: Any) -> None:
    await world.consent()
    await world.sets(BUILDING)
    world.clock.to(DURING)
    await world.apply()
    world.revoke()
    await world.keep(state=PlanState.CANCELLED)
    assert await world.apply() == "no consent: stuck"
    assert not await world.ports.statuses.has_consent(world.plan.away.email)
    [work] = await world.store.jobs.list_work()
    assert await jobs.tell(_due(work.subject, work.key), world.ports) == "told"
    await world.consent()
    assert await world.apply() == "put back"
    assert world.shown == BUILDING


async def test_what_cannot_be_put_back_is_told_with_its_words(world: Any) -> None:
    await world.consent()
    await world.sets(BUILDING)
    world.clock.to(DURING)
    await world.apply()
    world.revoke()
    world.clock.to(AFTER + timedelta(days=2))
    assert await world.apply() == "no consent: back"
    [work] = await world.store.jobs.list_work()
    await jobs.tell(_due(work.subject, work.key), world.ports)
    assert await world.store.status_records.list_records() == ()
    assert world.shown == EMPTY


async def test_taking_consent_back_undoes_what_was_set_and_revokes_the_token(world: Any) -> None:
    await world.consent()
    await world.sets(BUILDING)
    world.clock.to(DURING)
    await world.apply()
    pressed = Action(
        asker=Asker(world.ana.id, email=world.plan.away.email),
        place=Place("D1"),
        reference="r",
        action_id="x",
    )
    await usecases.forget(pressed, world.ports)
    assert world.shown == BUILDING
    assert [one.revoked for one in world.server.workspace.user_tokens.values()] == ["token_revoked"]
    assert not await world.ports.statuses.has_consent(world.plan.away.email)


async def test_who_is_not_in_slack_has_no_status(world: Any) -> None:
    world.ana.email = "renamed@ta.example"
    world.clock.to(DURING)
    assert await world.apply() == "they are not in Slack"


async def test_giving_up_is_told_unless_it_was_done_meanwhile(world: Any) -> None:
    await world.consent()
    world.clock.to(DURING)
    await jobs.give_up(_due(str(world.plan.id)), world.ports, "Slack is down")
    [work] = await world.store.jobs.list_work()
    await world.apply()
    assert await usecases.tell(world.ports, world.plan.id, Tell.FAILED, work.key) == "it is no longer so"


def _due(subject: str, key: str = "k") -> Due:
    return Due(job="j", key=key, subject=subject, due_at=DURING)


def _consent(world: Any, kind: HappeningKind) -> Happening:
    return Happening(kind=kind, user_id=world.ana.id, email=world.plan.away.email, key="k")


def _set_by(world: Any, who: str) -> Any:
    policy = world.ports.policy
    return replace(world.ports, policy=replace(policy, ooo=replace(policy.ooo, status_set_by=who)))
