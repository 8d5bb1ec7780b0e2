"""What the digest does by itself: slots are posted once, late or skipped, and owners hear of what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.asks import Due
from bot.domain.person import Role, Team
from bot.domain.schedule import IsoWeek
from bot.features.digest import jobs, posting, rules
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import DueWork, WorkState
from bot.ports.ledger import Settled
from bot.ports.outgoing import MessageState, Outgoing
from bot.standin.server import StandinServer

Say = Callable[..., Any]
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)  # 08:00 in Berlin
OWNER = "tomas.arrieta@lumenforge.example"


class Turned:
    """The demo's clock, turned by hand."""

    def __init__(self, ports: Ports) -> None:
        self.zone = ports.clock.zone
        self.at = ports.clock.now()

    def now(self) -> datetime:
        return self.at

    def today(self) -> Any:
        return self.at.astimezone(self.zone).date()


class House:
    """The jobs, run by hand as the engine runs them: what is due is claimed, run and ended."""

    def __init__(self, ports: Ports) -> None:
        self.clock = Turned(ports)
        self.ports = replace(ports, clock=self.clock)
        self.ledger: Any = ports.jobs
        self.messages: Any = ports.outgoing
        self.known = {job.name: job for job in jobs.JOBS}

    async def subscribe(self, channel_id: str, **other: Any) -> Subscription:
        new = Subscription(
            id=0,
            channel_id=channel_id,
            teams=(Team.SCALED, Team.DIGITAL),
            weekday=0,
            at=time(8),
            zone="Europe/Berlin",
            country="",
            owner_email=OWNER,
            created_at=self.clock.now(),
        )
        async with self.ports.work.transaction() as tx:
            kept = await self.ports.digests.save_subscription(tx, replace(new, **other))
        await self.run("digest.tend")
        return kept

    async def run(self, name: str, key: str = "", subject: str = "") -> str:
        due = Due(job=name, key=key or name, subject=subject, due_at=self.clock.now())
        return await self.known[name].run(due, self.ports)

    async def run_due(self, *, fail: str = "") -> list[str]:
        """Everything that is due now, once each; with `fail` it is given up for that reason instead."""
        told: list[str] = []
        while True:
            async with self.ports.work.transaction() as tx:
                claimed = await self.ledger.claim_due(tx, self.clock.now(), 10)
            if not claimed:
                return told
            told += [await self._done(one.work, fail) for one in claimed]

    async def _done(self, work: DueWork, fail: str) -> str:
        due = Due(job=work.job, key=work.key, subject=work.subject, due_at=work.due_at, attempt=work.attempt)
        job = self.known[work.job]
        if fail and job.failed:
            await job.failed(due, self.ports, fail)
            ended = replace(work, state=WorkState.FAILED, note=fail)
        else:
            ended = replace(work, state=WorkState.DONE, note=await job.run(due, self.ports))
        async with self.ports.work.transaction() as tx:
            await self.ledger.end_work(tx, work.key, ended)
        return ended.note

    async def settle(
        self, key: str, state: MessageState, note: str = "", revision: int = 1, after: timedelta = timedelta()
    ) -> str:
        """What became of a message so long after it was asked for, and what the journal then asks for."""
        link = "https://standin.example/p1" if state is MessageState.SENT else ""
        settled = Settled(
            state=state, revision=revision, note=note, ts="1.1", permalink=link, sent_at=self.clock.now()
        )
        held = await self.ports.outgoing.find_outgoing(key)
        assert held is not None
        settled = replace(settled, channel_id=held.channel_id)
        async with self.ports.work.transaction() as tx:
            await self.messages.settle(tx, key, settled, held.asked_at + after)
        if not held.then:
            return ""
        return await self.run(held.then, f"then:{key}:{revision}", held.subject)

    async def said(self, prefix: str) -> list[Outgoing]:
        return list(reversed(await self.ports.outgoing.list_outgoing(prefix=prefix)))

    async def text(self, key: str) -> str:
        pending = await self.messages.find_pending(key)
        return str(pending.payload["text"])

    async def planned(self) -> list[tuple[str, datetime]]:
        return [(one.key, one.due_at) for one in await self.ports.jobs.list_work(prefix="digest:")]

    async def notes(self) -> list[str]:
        """What owners were told, oldest first."""
        notes = await self.said("digest-note:")
        assert {one.email for one in notes} <= {OWNER}
        return [await self.text(one.key) for one in notes]


@pytest.fixture
def house(ports: Ports) -> House:
    return House(ports)


@pytest.fixture
def here(server: StandinServer) -> str:
    """A public channel."""
    return next(one.id for one in server.workspace.channels.values() if one.name == "discuss-scaled-success")


async def test_a_due_slot_is_posted_and_the_next_one_planned(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    slot = f"digest:{kept.id}:2026-W47"
    assert await house.planned() == [(slot, MONDAY)]
    house.clock.at = MONDAY
    assert await house.run_due() == ["posted"]
    said = await house.said(slot)
    assert said[0].key == f"{slot}:head"
    assert len(said) > 1
    assert {(one.channel_id, one.then, one.subject) for one in said} == {
        (here, "digest.settled", str(kept.id))
    }
    assert {one.reply_to for one in said[1:]} == {f"{slot}:head"}
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]
    assert await house.notes() == []


async def test_a_second_run_of_the_same_slot_posts_nothing_more(house: House, here: str) -> None:
    """As after a crash between the commit and its record, and on a second replica."""
    kept = await house.subscribe(here)
    slot = f"digest:{kept.id}:2026-W47"
    house.clock.at = MONDAY
    await house.run_due()
    before = await house.said("digest")
    due = Due(job="digest.post", key=slot, subject=str(kept.id), due_at=MONDAY)
    assert await house.known["digest.post"].run(due, house.ports) == "was posted before"
    assert await house.said("digest") == before
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


async def test_a_slot_missed_by_two_days_is_posted_and_labelled_late(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY + timedelta(days=2)
    assert await house.run_due() == ["posted late"]
    assert "late" in (await house.text(f"digest:{kept.id}:2026-W47:head")).casefold()
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


async def test_within_the_hour_it_is_not_called_late(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY + timedelta(minutes=50)
    assert await house.run_due() == ["posted"]
    assert "late" not in (await house.text(f"digest:{kept.id}:2026-W47:head")).casefold()


async def test_a_retry_does_not_make_a_late_slot_punctual(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY + timedelta(days=2)
    again = Due(
        job="digest.post",
        key=f"digest:{kept.id}:2026-W47",
        subject=str(kept.id),
        due_at=house.clock.at,
        attempt=2,
    )
    assert await house.known["digest.post"].run(again, house.ports) == "posted late"


async def test_after_weeks_off_old_slots_are_skipped_with_one_note_and_the_last_is_posted(
    house: House, here: str, say: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY + timedelta(days=16)  # Wednesday, two Mondays later
    told = await house.run_due()
    assert told[0].startswith("skipped: it was due 16 days before the bot ran again")
    assert told[1:] == ["posted late"]
    assert [one.key for one in await house.said("digest:") if one.key.endswith(":head")] == [
        f"digest:{kept.id}:2026-W49:head"
    ]
    (note,) = await house.notes()
    assert "weeks 2026-W47, 2026-W48 was not posted" in note
    assert "policy" in note
    assert await house.planned() == [(f"digest:{kept.id}:2026-W50", MONDAY + timedelta(days=21))]
    status = str((await say("/kpi-digest status", person(Role.TA), ports=house.ports)).blocks)
    assert "Week 2026-W48: skipped, it was due" in status
    assert "Week 2026-W47: skipped, it was due" in status


async def test_where_policy_posts_none_late_it_is_skipped_with_a_note(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    policy = house.ports.policy
    house.ports = replace(
        house.ports, policy=replace(policy, digest=replace(policy.digest, posts_late=False))
    )
    house.clock.at = MONDAY + timedelta(hours=2)
    assert (await house.run_due())[0].endswith("policy posts none late")
    (note,) = await house.notes()
    assert "week 2026-W47 was not posted" in note
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


async def test_what_outsiders_could_read_pauses_it_and_its_owner_hears_once(
    house: House, here: str, press: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    slot = f"digest:{kept.id}:2026-W47"
    house.clock.at = MONDAY
    await house.run_due()
    head, *replies = await house.said(slot)
    for _ in range(2):  # the journal may ask twice
        assert "the owner was told" in await house.settle(
            head.key, MessageState.WITHHELD, "a guest can read it"
        )
    for reply in replies:
        assert await house.settle(
            reply.key, MessageState.WITHHELD, "the message it replies to did not arrive"
        )
    (note,) = await house.notes()
    assert "was not posted" in note
    assert "a guest can read it" in note
    assert "press *Resume*" in note
    paused = await house.ports.digests.find_subscription(kept.id)
    assert paused is not None
    assert paused.paused == "a guest can read it"
    assert await house.planned() == []
    await house.run("digest.tend")
    assert await house.planned() == []
    answer = await press("subscriptions.resume", str(kept.id), person(Role.TA), ports=house.ports)
    assert "goes on" in answer.text
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MessageState.FAILED, "could not be posted"),
        (MessageState.UNCERTAIN, "may or may not have arrived"),
    ],
)
async def test_what_did_not_arrive_is_told_to_its_owner_and_the_next_one_stays(
    house: House, here: str, state: MessageState, said: str
) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    head, *replies = await house.said(f"digest:{kept.id}:2026-W47")
    await house.settle(head.key, state, "Slack answered 500 for ten minutes")
    for reply in replies:
        await house.settle(reply.key, state, "the message it replies to did not arrive")
    (note,) = await house.notes()
    assert said in note
    assert "Slack answered 500" in note
    assert len(await house.planned()) == 1


async def test_parts_that_are_missing_are_told_once(house: House, here: str) -> None:
    """Archived in mid-series, say: the parts fail together, and one note is enough."""
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    head, *replies = await house.said(f"digest:{kept.id}:2026-W47")
    assert await house.settle(head.key, MessageState.SENT) == "arrived"
    assert len(replies) > 1
    for reply in replies:
        await house.settle(reply.key, MessageState.FAILED, "msg_too_long")
    assert ["a part of its thread could not be posted" in note for note in await house.notes()] == [True]


async def test_work_that_is_given_up_is_told_and_does_not_end_the_series(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due(fail="attempt 5: the database cannot be reached")
    (note,) = await house.notes()
    assert "could not be posted" in note
    assert "the database cannot be reached" in note
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


async def test_a_lost_plan_is_mended_within_a_day(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    async with house.ports.work.transaction() as tx:
        await house.ports.jobs.cancel_later(tx, f"digest:{kept.id}:2026-W47")
    assert await house.run("digest.tend") == "1 planned that were not"
    assert await house.planned() == [(f"digest:{kept.id}:2026-W47", MONDAY)]
    assert await house.run("digest.tend") == "0 planned that were not"


async def test_a_plan_that_was_lost_before_it_was_due_is_made_up_for(house: House, here: str) -> None:
    """Nothing is planned; the next tending comes twelve hours after it was due."""
    kept = await house.subscribe(here)
    async with house.ports.work.transaction() as tx:
        await house.ports.jobs.cancel_later(tx, f"digest:{kept.id}:2026-W47")
    house.clock.at = MONDAY + timedelta(hours=12)
    await house.run("digest.tend")
    assert await house.planned() == [(f"digest:{kept.id}:2026-W47", MONDAY)]
    assert await house.run_due() == ["posted late"]
    assert [day for _, day in await house.planned()] == [MONDAY + timedelta(days=7)]


async def test_tending_does_not_bring_back_a_week_from_before_it_was_subscribed(
    house: House, here: str
) -> None:
    house.clock.at = MONDAY + timedelta(hours=2)
    kept = await house.subscribe(here)
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7))]


async def test_a_change_after_the_week_was_posted_starts_with_the_next(
    house: House, here: str, submit: Say, person: Callable[..., Any]
) -> None:
    """Posted on Monday, moved to Friday: this week's is not posted again."""
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    await _moved(house, kept, submit, person, weekday="4")
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", datetime(2026, 12, 4, 7, tzinfo=UTC))]


async def test_a_slot_that_is_overdue_outlives_a_change(
    house: House, here: str, submit: Say, person: Callable[..., Any]
) -> None:
    """Due on Monday while the bot was off, changed on Tuesday to Mondays at noon: Monday's is posted late all the same."""
    kept = await house.subscribe(here)
    house.clock.at = MONDAY + timedelta(days=1)
    await _moved(house, kept, submit, person, time="12:00")
    assert await house.planned() == [
        (f"digest:{kept.id}:2026-W47", MONDAY),
        (f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7, hours=4)),
    ]
    assert await house.run_due() == ["posted late"]
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", MONDAY + timedelta(days=7, hours=4))]


async def test_a_slot_that_is_moved_ahead_of_now_waits_for_its_new_time(
    house: House, here: str, submit: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY - timedelta(hours=1)
    await _moved(house, kept, submit, person, time="17:00")
    assert await house.planned() == [(f"digest:{kept.id}:2026-W47", MONDAY + timedelta(hours=9))]


async def _moved(
    house: House, kept: Subscription, submit: Say, person: Callable[..., Any], **other: str
) -> None:
    values = {
        "channel": kept.channel_id,
        "teams": ["scaled"],
        "weekday": "0",
        "time": "08:00",
        "zone": "Europe/Berlin",
        "country": "none",
    }
    entered = {f"subscriptions.{name}": value for name, value in (values | other).items()}
    modal = await submit("subscriptions.form", str(kept.id), person(Role.TA), ports=house.ports, **entered)
    assert modal.title == "Changed"


async def test_now_posts_the_last_week_once_and_then_corrects_it(
    house: House, here: str, say: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here, weekday=4)
    slot = f"digest:{kept.id}:2026-W47"
    house.clock.at = MONDAY + timedelta(days=1)

    async def now() -> str:
        return str((await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)).text)

    assert "is on its way" in await now()
    assert await house.run_due() == ["posted"]
    assert await house.planned() == [(f"digest:{kept.id}:2026-W48", datetime(2026, 12, 4, 7, tzinfo=UTC))]
    said = await house.said(slot)
    for one in said:
        await house.settle(one.key, MessageState.SENT)
    house.clock.at += timedelta(hours=1)
    answer = await now()
    assert "stands in" in answer
    assert "https://standin.example/p1" in answer
    corrected = await house.said(slot)
    assert [(one.key, one.revision) for one in corrected] == [(one.key, 2) for one in said]
    assert "corrected" in (await house.text(f"{slot}:head")).casefold()
    assert await house.run_due() == []


async def test_now_after_a_failure_is_another_turn(
    house: House, here: str, say: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    slot = f"digest:{kept.id}:2026-W47"
    house.clock.at = MONDAY
    await house.run_due()
    head, *_ = await house.said(slot)
    await house.settle(head.key, MessageState.FAILED, "is_archived")
    await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)
    heads = [one.key for one in await house.said(slot) if one.key.endswith("head")]
    assert heads == [f"{slot}:head", f"{slot}:2:head"]
    await house.settle(heads[1], MessageState.SENT)
    await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)
    assert [one.revision for one in await house.said(f"{slot}:2:head")] == [2]


async def test_what_slack_kept_waiting_for_hours_is_told_once(house: House, here: str) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    head, first, *others = await house.said(f"digest:{kept.id}:2026-W47")
    assert await house.settle(head.key, MessageState.SENT, after=timedelta(minutes=59)) == "arrived"
    for one in (first, *others):
        told = await house.settle(one.key, MessageState.SENT, after=timedelta(hours=3))
        assert told == "arrived late, the owner was told"
    (note,) = await house.notes()
    assert f"was ready for <#{here}>" in note
    assert "There is nothing to do." in note


async def test_a_correction_of_an_old_digest_is_not_called_late(
    house: House, here: str, say: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    head, *_ = await house.said(f"digest:{kept.id}:2026-W47")
    await house.settle(head.key, MessageState.SENT)
    await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)
    await house.settle(head.key, MessageState.SENT, revision=2, after=timedelta(days=2))
    assert await house.notes() == []


async def test_a_correction_that_fails_is_told(
    house: House, here: str, say: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    house.clock.at = MONDAY
    await house.run_due()
    head, *_ = await house.said(f"digest:{kept.id}:2026-W47")
    await house.settle(head.key, MessageState.SENT)
    await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)
    await house.settle(head.key, MessageState.SENT, "not corrected: message_not_found", revision=2)
    (note,) = await house.notes()
    assert "could not be corrected: message_not_found" in note


async def test_the_agenda_comes_once_in_the_thread_and_is_corrected_with_it(
    house: House, here: str, say: Say, press: Say, person: Callable[..., Any]
) -> None:
    kept = await house.subscribe(here)
    slot = f"digest:{kept.id}:2026-W47"
    house.clock.at = MONDAY
    await house.run_due()
    await house.settle(f"{slot}:head", MessageState.SENT)
    token = f"scaled,digital|2026-W47|{slot}:head"
    who = person(Role.AE)
    assert (
        await press("digest.agenda", token, who, ports=house.ports)
    ).text == "The agenda comes in the thread."
    assert "already" in (await press("digest.agenda", token, who, ports=house.ports)).text
    (agenda,) = await house.said(f"{slot}:agenda")
    assert (agenda.reply_to, agenda.channel_id) == (f"{slot}:head", here)
    await say("/kpi-digest now", person(Role.TA), channel=here, ports=house.ports)
    assert [one.revision for one in await house.said(f"{slot}:agenda")] == [2]


async def test_a_digest_beside_all_subscriptions_is_posted_once_and_corrected(
    house: House, here: str
) -> None:
    """As `ta-bot digest post CHANNEL --team digital` asks for it."""
    once = rules.Once(channel_id=here, teams=(Team.DIGITAL,), week=IsoWeek(2026, 46))
    assert rules.read_once(once.subject) == once
    for _ in range(2):
        await house.run("digest.once", once.key, once.subject)
    said = await house.said("digest-once:")
    assert said[0].key == f"digest-once:{here}:2026-W46:digital:head"
    assert {one.revision for one in said} == {1}
    assert {(one.channel_id, one.then) for one in said} == {(here, "")}
    await house.settle(said[0].key, MessageState.SENT)
    await posting.correct_once(house.ports, once)
    assert [one.revision for one in await house.said(f"{once.key}:head")] == [2]


async def test_a_previews_agenda_is_for_the_asker(press: Say, person: Callable[..., Any]) -> None:
    message = await press("digest.agenda", "scaled|2026-W47|", person(Role.TA))
    assert "agenda" in message.text.casefold()
    assert message.blocks


async def test_the_rows_come_as_a_file_in_the_askers_direct_message(
    press: Say, person: Callable[..., Any], server: StandinServer
) -> None:
    message = await press("digest.csv", "scaled,digital|2026-W47|", person(Role.TA, Team.SCALED))
    assert "in our direct message" in message.text
    (file,) = server.workspace.files.values()
    assert file.name == "kpi-digest-scaled-digital-2026-11-21.csv"


async def test_the_definitions_open(press: Say, person: Callable[..., Any]) -> None:
    assert (await press("digest.definitions", "scaled|2026-W47|", person(Role.TA))).blocks
