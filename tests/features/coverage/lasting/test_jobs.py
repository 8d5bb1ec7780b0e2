"""What a plan does as time passes: each reminder, warning, hand-back and briefing once, in working hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.account import Week
from bot.domain.leave import PlanState, Step
from bot.domain.person import Person, Role, Team
from bot.domain.request import Decision, Request, RequestState, Urgency
from bot.features.coverage import returning, usecases

Bot = Any
DANA, CARL, BEA, MIA, ANN, CY = (
    f"{login}@ta.example" for login in ("dana", "carl", "bea", "mia", "ann", "cy")
)
NEW_YORK = ZoneInfo("America/New_York")
AFTER = datetime(2027, 2, 2, tzinfo=UTC)


def keys(bot: Bot, kind: str) -> list[str]:
    return sorted(key.split(":", 3)[3] for key in bot.counts() if f":{kind}" in key)


async def test_a_whole_timeline_says_each_thing_once_at_its_time(either: Bot) -> None:
    plan = await either.agreed()
    await usecases.share(either.ports, plan.id, DANA)
    await either.turn(AFTER)
    assert keys(either, "remind") == ["remind:0", "remind:1", "remind:14", "remind:7"]
    at = {
        due.key.split(":", 3)[3]: due.due_at.astimezone(NEW_YORK) for due in either.did if "remind" in due.key
    }
    assert {what: f"{when:%a %d %H:%M}" for what, when in at.items()} == {
        "remind:14": "Tue 05 09:00",
        "remind:7": "Tue 12 09:00",
        "remind:1": "Fri 15 09:00",  # Monday is a holiday
        "remind:0": "Fri 15 16:30",
    }
    covers = {item.cover_email for item in plan.items}
    assert keys(either, "end") == sorted(f"end:{who}" for who in covers)
    assert keys(either, "uncovered") == []
    assert keys(either, "return") == ["return"]
    assert set(either.counts().values()) == {1}
    assert (await either.plan()).state is PlanState.ENDED
    assert await either.store.coverage.covers_on(date(2027, 1, 20)) == {}
    assert either.told(DANA)[-1].startswith(":wave:") or "Welcome back" in either.told(DANA)[-1]


async def test_nothing_is_reminded_of_once_every_step_is_done(bot: Bot) -> None:
    plan = await bot.agreed()
    for step in Step:
        await usecases.tick(bot.ports, plan.id, step, DANA)
    await bot.turn(AFTER)
    assert keys(bot, "remind") == []


async def test_the_manager_hears_two_working_days_before_of_what_nobody_covers(bot: Bot) -> None:
    await usecases.confirm(bot.ports, (await bot.open()).id, DANA)
    await bot.turn(datetime(2027, 1, 14, 13, tzinfo=UTC))
    assert keys(bot, "uncovered") == []
    await bot.turn(
        datetime(2027, 1, 14, 15, tzinfo=UTC)
    )  # Thursday; Friday is one, Tuesday the first day away
    assert keys(bot, "uncovered") == ["uncovered"]
    assert sum("nobody has agreed" in said.lower() or "nobody" in said for said in bot.told(MIA)) >= 1


async def test_a_bot_that_comes_up_late_reminds_once_and_in_working_hours(bot: Bot) -> None:
    """Three reminders fell due while nothing ran: the last of them is said, in the morning."""
    await bot.open()
    await bot.settle()
    bot.clock.stand_at(datetime(2027, 1, 16, 3, tzinfo=UTC))  # Friday 22:00 in New York
    await bot.settle()
    assert keys(bot, "remind") == []
    await bot.turn(datetime(2027, 1, 18, 23, tzinfo=UTC))
    assert keys(bot, "remind") == []  # a holiday
    await bot.turn(datetime(2027, 1, 20, tzinfo=UTC))
    assert keys(bot, "remind") == []  # and then they are away


async def test_a_reminder_that_is_late_comes_at_the_next_working_moment(bot: Bot) -> None:
    await bot.open()
    await bot.settle()
    bot.clock.stand_at(datetime(2027, 1, 13, 3, tzinfo=UTC))  # Tuesday 22:00 in New York
    await bot.settle()
    assert keys(bot, "remind") == []
    await bot.turn(datetime(2027, 1, 13, 15, tzinfo=UTC))
    assert keys(bot, "remind") == ["remind:7"]
    late = [due for due in bot.did if ":late:" in due.key]
    assert [f"{due.due_at.astimezone(NEW_YORK):%a %H:%M}" for due in late] == ["Wed 09:00"]


async def test_a_draft_is_made_anew_before_each_reminder(bot: Bot) -> None:
    await bot.open()
    await bot.now_has("A4", renewal_date=date(2027, 1, 26))
    await bot.now_has("A2", ta_email=BEA)
    await bot.turn(datetime(2027, 1, 5, 15, tzinfo=UTC))
    assert {item.account_id for item in (await bot.plan()).items} == {"A1", "A3", "A4"}


async def test_a_need_that_arises_later_is_asked_about_by_itself(bot: Bot) -> None:
    await bot.agreed()
    await bot.now_has("A4", renewal_date=date(2027, 1, 26))
    await bot.turn(datetime(2027, 1, 5, 15, tzinfo=UTC))
    item = next(one for one in (await bot.plan()).items if one.account_id == "A4")
    assert item.state == "asked"
    assert sum(f":ask:{item.cover_email}:" in key for key in bot.counts()) == 2


async def test_what_was_planned_for_earlier_dates_does_nothing(bot: Bot) -> None:
    plan = await bot.agreed()
    stale = (
        await bot.store.jobs.find_work("ooo:1:1:end"),
        await bot.store.jobs.find_work("ooo:1:1:remind:7"),
    )
    later = replace(plan.away, first=date(2027, 2, 2), last=date(2027, 2, 5))
    await usecases.change_dates(bot.ports, plan.id, later, DANA)
    async with bot.ports.work.transaction() as tx:
        for work in stale:
            assert work is not None
            await bot.store.jobs.plan_later(tx, work)
    await bot.turn(datetime(2027, 1, 31, tzinfo=UTC))
    assert (await bot.plan()).state is PlanState.PROPOSED
    assert keys(bot, "end:") == []
    assert all(key.startswith("ooo:1:2:") for key in bot.counts() if ":remind:" in key)


async def test_a_cover_whom_slack_does_not_know_is_passed_over(bot: Bot) -> None:
    """The question cannot reach them: the next one is asked, and the person hears."""
    ghost = Person(
        email="ghost@ta.example",
        name="Ghost",
        role=Role.TA,
        team=Team.ENTERPRISE,
        timezone="America/New_York",
    )
    async with bot.ports.work.transaction() as tx:
        await bot.store.people.save_people(tx, [ghost], source="people.csv")
    plan = await bot.open()
    await usecases.choose_cover(bot.ports, plan.id, "A1", ghost.email, DANA)
    await usecases.confirm(bot.ports, plan.id, DANA)
    await bot.settle()
    item = next(one for one in (await bot.plan()).items if one.account_id == "A1")
    assert item.declined == (ghost.email,)
    assert item.cover_email in (CARL, BEA)
    assert len(keys(bot, "declined:A1")) == 1


async def test_the_person_hears_who_could_not_be_told(bot: Bot) -> None:
    await bot.now_has("A1", ie_email="nobody@ta.example")
    nobody = Person(email="nobody@ta.example", name="Nobody", role=Role.IE)
    async with bot.ports.work.transaction() as tx:
        await bot.store.people.save_people(tx, [nobody], source="people.csv")
    plan = await bot.agreed()
    await usecases.share(bot.ports, plan.id, DANA)
    await bot.settle()
    assert keys(bot, "unreached") == ["unreached:nobody@ta.example"]


async def test_the_briefing_says_what_moved_while_they_were_away(bot: Bot) -> None:
    weeks = [
        Week(
            account_id="A1",
            week_ending=date(2027, 1, 17),
            source="h",
            health_score=8.1,
            health_category="green",
        ),
        Week(
            account_id="A2",
            week_ending=date(2027, 1, 17),
            source="h",
            health_category="red",
            help_tickets_90d=1,
        ),
    ]
    async with bot.ports.work.transaction() as tx:
        await bot.store.book.save_weeks(tx, weeks)
    await bot.agreed()
    await bot.turn(datetime(2027, 1, 28, tzinfo=UTC))
    await bot.now_has("A1", health_category="red", health_score=3.0, renewal_date=date(2028, 1, 25))
    await bot.now_has("A2", help_tickets_90d=4, open_tickets=2, save_plan_updated_on=date(2027, 1, 26))
    told = {one.account_id: one for one in await returning.briefing(bot.ports, await bot.plan())}
    assert (told["A1"].before, told["A1"].now) == ("green", "red")
    assert told["A1"].words == (
        "health score 8.1 → 3.0 since the week ending 17 Jan 2027",
        "renewal date 25 Jan 2027 → 25 Jan 2028",
    )
    assert told["A2"].words == (
        "2 open tickets",
        "help tickets of 90 days 1 → 4",
        "save plan updated on 26 Jan 2027",
    )
    assert "A4" not in told


def request(account_id: str, at: datetime, **more: Any) -> Request:
    decision = Decision(team=Team.ENTERPRISE, channel="discuss-technical-advisors", user_group="")
    values: dict[str, Any] = {"state": RequestState.OPEN, "assignee": DANA, **more}
    return Request(
        id=0,
        version=0,
        account_id=account_id,
        account_name=account_id,
        text="Can they <move>?",
        urgency=Urgency.NORMAL,
        due_on=None,
        asker_user_id="U1",
        asker_email="ann@ta.example",
        asker_name="Ann",
        link="",
        decision=decision,
        channel_id="C2",
        created_at=at,
        **values,
    )


async def test_what_somebody_is_to_answer_needs_cover_and_what_the_cover_did_is_told(bot: Bot) -> None:
    """A request of before is in the plan; one of meanwhile, which the cover answered, is in the briefing."""
    async with bot.ports.work.transaction() as tx:
        await bot.store.requests.add_request(tx, request("A4", bot.clock.now()), token="a")
        await bot.store.requests.add_request(tx, request("C1", bot.clock.now()), token="of Carl's")
    plan = await bot.agreed()
    words = {one.account_id: one.reasons[0].words for one in plan.items}
    assert words["A4"] == words["C1"] == "open request of 4 Jan 2027: Can they <move>?"
    await bot.turn(datetime(2027, 1, 21, tzinfo=UTC))
    answered = request("A1", bot.clock.now(), state=RequestState.ANSWERED, assignee="bea@ta.example")
    withdrawn = request("A1", bot.clock.now(), state=RequestState.WITHDRAWN)
    async with bot.ports.work.transaction() as tx:
        await bot.store.requests.add_request(tx, answered, token="b")
        await bot.store.requests.add_request(tx, withdrawn, token="c")
    told = {one.account_id: one.words for one in await returning.briefing(bot.ports, await bot.plan())}
    assert told["A1"][1:] == ("request “Can they <move>?”: Bea answered it",)


async def test_whoever_could_not_plan_hears_of_it_on_their_return(bot: Bot) -> None:
    plan = await bot.open(opened_by=MIA, emergency=True)
    await usecases.confirm(bot.ports, plan.id, MIA)
    await bot.turn(AFTER)
    assert len(bot.told(DANA)) == 1
    assert keys(bot, "return") == ["return"]
