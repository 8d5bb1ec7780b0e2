"""How what waits is told: bundled, in working hours, within the cap, to whoever covers, and as its reader wishes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.asks import Due
from bot.domain.alert import NoticeState
from bot.domain.leave import Away, CoverState, Item, Plan, PlanState
from bot.domain.person import Team
from bot.errors import UserError
from bot.features.alerts import jobs, usecases, views
from bot.ports.ledger import Settled
from bot.ports.outgoing import MessageState
from bot.ports.people import Absence

World = Any
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DANA, ANN, MIA, BEA = "dana@ta.example", "ann@ae.example", "mia@ta.example", "bea@ta.example"
ODETTE, CHANNEL = "odette@ta.example", "alerts-customer-usage"
ONE = "Account {} turned red"


async def away(world: World, email: str, first: date, last: date) -> None:
    async with world.store.work.transaction() as tx:
        one = Absence(email=email, starts_on=first, ends_on=last)
        await world.store.people.save_absences(tx, [one], source="absences.csv")


async def covered(world: World, *covers: tuple[str, str]) -> None:
    """A plan of Dana's for all of that week: (account, cover), "" for the team's channel."""
    items = tuple(
        Item(
            account_id=account,
            account_name=account,
            reasons=(),
            todo=(),
            until=date(2026, 11, 27),
            cover_email=cover,
            state=CoverState.ACCEPTED if cover else CoverState.CHANNEL,
        )
        for account, cover in covers
    )
    plan = Plan(
        id=0,
        away=Away(email=DANA, first=date(2026, 11, 23), last=date(2026, 11, 27), zone="UTC"),
        team=Team.ENTERPRISE,
        state=PlanState.APPROVED,
        generation=1,
        source="typed",
        items=items,
        on_request=(),
        created_at=MONDAY,
    )
    async with world.store.work.transaction() as tx:
        await world.store.plans.save_plan(tx, plan)


async def test_what_comes_in_an_hour_is_one_message_at_its_end(world: World) -> None:
    await world.tell(world.notice(1), world.notice(2))
    await world.until(MONDAY + HOUR / 2)
    await world.tell(world.notice(3))
    await world.until(MONDAY + 3 * HOUR)
    await world.tell(world.notice(1))  # a key that was told
    await world.until(MONDAY + 5 * HOUR)
    assert await world.said() == {DANA: ["Mon 10:00 3 alerts: Account 1 turned red"]}


async def test_an_urgent_one_waits_for_working_hours_alone(world: World) -> None:
    await world.tell(world.notice(1, urgent=True), world.notice(2, ANN, urgent=True))
    await world.until(MONDAY + DAY)
    new_york_opens = "Mon 14:00"
    assert await world.said() == {
        DANA: ["Mon 09:00 Account 1 turned red"],
        ANN: [f"{new_york_opens} Account 2 turned red"],
    }


@pytest.mark.parametrize(
    ("kept_at", "receiver", "told_at"),
    [
        (datetime(2026, 11, 23, 17, 20, tzinfo=UTC), DANA, "Tue 09:00"),  # 18:00 is after her hours
        (datetime(2026, 11, 21, 12, tzinfo=UTC), DANA, "Mon 09:00"),  # a Saturday
        (
            datetime(2026, 11, 21, 12, tzinfo=UTC),
            "who@else.example",
            "Mon 09:00",
        ),  # not in the book of people
        (datetime(2026, 11, 25, 22, 30, tzinfo=UTC), ANN, "Fri 14:00"),  # Thanksgiving lies between
    ],
)
async def test_nobody_is_told_outside_their_hours(
    world: World, kept_at: datetime, receiver: str, told_at: str
) -> None:
    world.clock.at = kept_at
    await world.tell(world.notice(1, receiver))
    await world.until(kept_at + 7 * DAY)
    assert await world.said() == {receiver: [f"{told_at} Account 1 turned red"]}


async def test_a_channel_is_told_once_a_working_day_in_one_thread(world: World) -> None:
    many = [world.notice(number, CHANNEL) for number in range(90)]
    world.clock.at = MONDAY + HOUR
    await world.tell(*many[:60])
    await world.until(MONDAY + 5 * HOUR)
    await world.tell(*many[60:])
    await world.until(MONDAY + 2 * DAY)
    (said,) = (await world.said()).values()
    assert {line[:9] for line in said} == {"Tue 09:00"}
    assert sum(int(line[10:].split()[0]) for line in said) == 90
    heads = [one for one in await world.store.outgoing.list_outgoing(prefix="alert:") if not one.reply_to]
    assert len(heads) == 1


async def test_friday_afternoon_s_are_a_channel_s_on_monday(world: World) -> None:
    world.clock.at = datetime(2026, 11, 20, 15, tzinfo=UTC)
    await world.tell(world.notice(1, CHANNEL))
    await world.until(MONDAY + DAY)
    assert await world.said() == {f"C-{CHANNEL}": ["Mon 09:00 Account 1 turned red"]}


async def test_the_day_s_last_message_gathers_what_is_over_the_cap_and_nothing_is_dropped(
    world: World,
) -> None:
    """An alert every half hour for two days; five messages a day, and each alert in exactly one of them."""
    for step in range(2 * 48):
        await world.until(MONDAY + step * HOUR / 2)
        await world.tell(world.notice(step))
    await world.until(MONDAY + 3 * DAY)
    said = (await world.said())[DANA]
    assert [line[:9] for line in said] == [
        *("Mon 10:00", "Mon 11:00", "Mon 12:00", "Mon 13:00", "Mon 16:30"),
        *("Tue 09:00", "Tue 10:00", "Tue 11:00", "Tue 12:00", "Tue 16:30"),
        "Wed 09:00",
    ]
    told = await world.store.alerts.list_told(DANA, limit=200)
    assert len({one.notice.key for one in told}) == 96
    assert {one.rounds for one in told} == {1}


async def test_what_one_message_cannot_hold_comes_with_the_next(world: World) -> None:
    await world.tell(*(world.notice(number) for number in range(200)))
    await world.until(MONDAY + DAY)
    said = (await world.said())[DANA]
    assert [line[:9] for line in said] == ["Mon 10:00", "Mon 11:00"]
    assert sum(int(line[10:].split()[0]) for line in said) == 200


async def test_whoever_covers_hears_what_their_account_s_ta_would(world: World) -> None:
    await away(world, DANA, date(2026, 11, 23), date(2026, 11, 27))
    await covered(world, ("A1", BEA), ("A2", ""))
    await world.tell(world.notice(1), world.notice(2), world.notice(3))
    await world.until(MONDAY + DAY)
    assert await world.said() == {
        BEA: ["Mon 10:00 Account 1 turned red"],
        f"C-{CHANNEL}": ["Tue 09:00 Account 2 turned red"],
        MIA: ["Mon 10:00 Account 3 turned red"],  # nobody covers it: the manager
    }
    (kept,) = await world.store.alerts.list_told(BEA)
    reading = await usecases.reading_of(world.ports, BEA, [kept])
    assert "for Dana, who cannot be reached now" in str(views.bundle([kept], reading, "alert:1").blocks)


async def test_what_nobody_covers_waits_for_a_short_absence_to_end(world: World) -> None:
    await away(world, DANA, date(2026, 11, 23), date(2026, 11, 24))
    await world.tell(world.notice(1))
    await world.until(MONDAY + 3 * DAY)
    assert await world.said() == {DANA: ["Wed 09:00 Account 1 turned red"]}


async def test_what_does_not_arrive_is_told_to_the_manager_and_the_operators_know(world: World) -> None:
    await world.tell(world.notice(1))
    await world.until(MONDAY + HOUR)
    (sent,) = await world.store.outgoing.list_outgoing(prefix="alert:")
    await lost(world, sent.key, DANA)
    await world.until(MONDAY + 2 * HOUR)
    said = await world.said()
    assert said[MIA] == ["Mon 10:00 Account 1 turned red"]
    assert said[ODETTE] == [
        "Mon 10:00 1 alert for dana@ta.example could not be told: nobody has that address."
    ]
    again = next(one for one in await world.store.outgoing.list_outgoing(prefix="alert:1:2"))
    await lost(world, again.key, MIA)  # a message that no one takes goes no further round
    await world.until(MONDAY + DAY)
    assert len((await world.said())[MIA]) == 1


async def lost(world: World, key: str, reader: str) -> None:
    """Slack does not know whom it is for."""
    settled = Settled(state=MessageState.FAILED, revision=1, note="nobody has that address")
    async with world.store.work.transaction() as tx:
        await world.store.outgoing.settle(tx, key, settled, world.clock.now())
    due = Due(job=usecases.SETTLED, key=f"then:{key}:1", subject=reader, due_at=world.clock.now())
    await jobs.look_after(due, world.ports)


async def test_a_channel_that_is_not_there_is_told_to_those_who_run_the_bot(world: World) -> None:
    world.ports.directory.known = ()
    await world.tell(world.notice(1, CHANNEL))
    await world.until(MONDAY + 2 * DAY)
    assert set(await world.said()) == {ODETTE}
    (kept,) = await world.store.alerts.list_told(ODETTE)
    assert kept.notice.receiver == CHANNEL


async def told_one(world: World, number: int = 1, **changes: Any) -> Any:
    await world.tell(world.notice(number, **changes))
    await world.until(world.clock.at + HOUR)
    return (await world.store.alerts.list_told(DANA))[0]


async def test_a_snoozed_alert_comes_again_once(world: World) -> None:
    kept = await told_one(world)
    shown = await world.press(usecases.choose, f"{views.DAY}:{kept.id}:0")
    assert shown.replaces
    assert ":zzz: comes again" in str(shown.blocks)
    assert views.MENU not in str(shown.blocks)
    await world.until(MONDAY + 7 * DAY)
    assert (await world.said())[DANA] == [f"{at} Account 1 turned red" for at in ("Mon 10:00", "Tue 09:00")]


async def test_what_is_snoozed_in_a_channel_is_in_its_bundle_of_that_day(world: World) -> None:
    await world.tell(world.notice(1, CHANNEL))
    await world.until(MONDAY + DAY + HOUR)
    (kept,) = await world.store.alerts.list_told(CHANNEL)
    await world.press(usecases.choose, f"{views.WEEK}:{kept.id}:0")
    await world.until(MONDAY + 14 * DAY)
    (said,) = (await world.said()).values()
    assert said == ["Tue 09:00 Account 1 turned red"] * 2


async def test_an_acknowledged_alert_says_so_and_stays(world: World) -> None:
    kept = await told_one(world)
    shown = await world.press(usecases.acknowledge_all, f"{kept.bundle}\n0")
    assert ":white_check_mark: acknowledged" in str(shown.blocks)
    assert views.ALL not in str(shown.blocks)
    (kept,) = await world.store.alerts.list_told(DANA)
    assert kept.acknowledged_by == DANA


async def test_what_is_pressed_in_a_channel_shows_in_its_message_for_everybody(world: World) -> None:
    await world.tell(world.notice(1, CHANNEL), world.notice(2, CHANNEL))
    await world.until(MONDAY + DAY)
    (kept, _) = (await world.store.alerts.list_told(CHANNEL))[::-1]
    before = await world.store.outgoing.find_outgoing(kept.bundle)
    shown = await world.press(usecases.choose, f"{views.ACKNOWLEDGE}:{kept.id}:0", BEA)
    assert shown.text == views.noted().text
    pending = await world.store.outgoing.find_pending(kept.bundle)
    assert pending.revision == before.revision + 1
    assert str(pending.payload).count(":white_check_mark: acknowledged by Bea") == 1


async def test_a_signal_that_is_off_is_told_to_nobody_until_it_is_on_again(world: World) -> None:
    kept = await told_one(world)
    await world.press(usecases.choose, f"{views.OFF}:{kept.id}:0")
    await world.tell(world.notice(2), world.notice(3, signal="seats"), world.notice(4, BEA))
    await world.until(MONDAY + DAY)
    said = await world.said()
    assert said[DANA][1:] == ["Mon 11:00 Account 3 turned red"]
    assert said[BEA] == ["Mon 11:00 Account 4 turned red"]
    (off,) = await world.store.alerts.list_of_account("A2")
    assert off.state is NoticeState.OFF
    shown = await world.press(usecases.turn, f"{views.ON}:category")
    assert shown.text == "You hear of every signal that concerns you."
    assert await world.store.alerts.list_off(DANA) == frozenset()


async def test_only_its_receiver_turns_a_signal_off(world: World) -> None:
    kept = await told_one(world)
    await world.press(usecases.choose, f"{views.OFF}:{kept.id}:0", BEA)
    assert await world.store.alerts.list_off(BEA) == await world.store.alerts.list_off(DANA) == frozenset()


async def test_an_alert_that_is_gone_is_said_to_be(world: World) -> None:
    with pytest.raises(UserError, match="not kept any more"):
        await world.press(usecases.choose, "ack:99:0")
    with pytest.raises(UserError, match="not kept any more"):
        await world.press(usecases.see_more, "alert:99:1\n1")


async def test_a_delivery_that_was_lost_is_planned_again(world: World) -> None:
    await world.tell(world.notice(1))
    async with world.store.work.transaction() as tx:
        for work in await world.store.jobs.list_work():
            await world.store.jobs.cancel_later(tx, work.key)
    due = Due(job=jobs.TEND, key="tend", subject="", due_at=MONDAY)
    assert await jobs.tend(due, world.ports) == "1 planned that were not"
    assert await jobs.tend(due, world.ports) == "0 planned that were not"
    await world.until(MONDAY + HOUR)
    assert await world.said() == {DANA: ["Mon 09:00 Account 1 turned red"]}


async def test_every_alert_of_a_large_message_can_be_seen_in_full(world: World) -> None:
    await world.tell(*(world.notice(number) for number in range(1, 26)))
    await world.until(MONDAY + HOUR)
    told = await world.store.alerts.list_told(DANA)
    assert len(told) == 25
    reading = await usecases.reading_of(world.ports, DANA, told)
    pages = [views.bundle(told, reading, told[0].bundle, page) for page in range(3)]
    for number in range(1, 26):
        in_full = [page for page in pages if f"ack:{number}:" in str(page.blocks)]
        assert len(in_full) == 1
