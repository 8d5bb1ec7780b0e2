"""Slack is troubled in mid-series: the digest's owner hears of it once, and other channels get theirs in full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.person import Team
from bot.domain.slots import reported_on, slot_of
from bot.features.digest.jobs import JOBS
from bot.features.subscriptions.planning import work_of
from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.ports.digests import Subscription
from bot.standin.faults import Fault
from bot.standin.state import Message

TROUBLED, OTHER = "discuss-scaled-success", "discuss-technical-advisors"
PARTS = ("head", "enterprise.kpis", "enterprise.attention", "enterprise.book")
BEFORE, AMID = "before the head", "in mid-series"
MOMENTS = pytest.mark.parametrize(
    ("database_url", "moment"),
    [
        pytest.param("sqlite", BEFORE, id="before the head"),
        pytest.param("sqlite", AMID, id="in mid-series"),
        pytest.param("postgres", AMID, id="in mid-series on postgres", marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
BOOK = """account_id,name,team,ta_email,arr,mau,licensed_seats,health_score,health_category,renewal_date,as_of
A1,Quelmarra,enterprise,henrike@ta.example,1200000,90,100,8.1,green,{soon},{now}
A2,Ostrava,enterprise,henrike@ta.example,800000,30,100,3.2,red,{soon},{now}
"""


class Series:
    """Two channels' digests, due now: one will be troubled, the other must not notice."""

    def __init__(self, bot: Any) -> None:
        self.bot = bot
        self.workspace = bot.server.workspace
        self.troubled = self.workspace.find_channel(TROUBLED)
        self.other = self.workspace.find_channel(OTHER)

    async def plan(self) -> None:
        bot = self.bot
        due_at = bot.clock.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
        for place, owner in ((self.troubled, bot.owner), (self.other, bot.operator)):
            new = Subscription(
                id=0,
                channel_id=place.id,
                teams=(Team.ENTERPRISE,),
                weekday=due_at.weekday(),
                at=time(due_at.hour, due_at.minute),
                zone="UTC",
                country="",
                owner_email=owner.email,
                created_at=due_at - timedelta(days=1),
            )
            async with bot.ports.work.transaction() as tx:
                kept = await bot.store.digests.save_subscription(tx, new)
                week = reported_on(due_at.date())
                slot = slot_of(kept, week, bot.ports.policy.digest, bot.ports.calendar)
                await bot.store.jobs.plan_later(tx, work_of(kept, slot))

    async def until(self, moment: str) -> None:
        """Nothing was said yet, or the troubled channel has its head and no more."""
        if moment == BEFORE:
            return
        await self.plan()
        await self.wait(lambda: self.said(TROUBLED))
        assert self.said(TROUBLED) == ["head"]

    async def go_on(self, moment: str) -> None:
        if moment == BEFORE:
            await self.plan()

    async def wait(self, is_so: Any, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.01)

    def said(self, channel: str) -> Sequence[str]:
        """The parts that a channel has, in their order."""
        return [key.split(":", 3)[3] for key in self.keys(channel)]

    def keys(self, channel: str) -> Sequence[str]:
        told: list[Message] = self.bot.said(channel)
        return [one.metadata["event_payload"]["key"] for one in told if one.metadata]

    async def other_is_whole(self) -> None:
        """The other channel gets all of it while the trouble lasts; its owner and the operators hear nothing."""
        await self.wait(lambda: len(self.said(OTHER)) == len(PARTS))
        assert self.said(OTHER) == list(PARTS)
        assert self.bot.told(self.bot.operator) == []

    def owner_heard(self, *words: str) -> None:
        """Of the troubled one: one message with these words."""
        [told] = self.bot.told(self.bot.owner)
        for word in words:
            assert word in told, told


@pytest.fixture
async def series(launch, tmp_path: Path) -> AsyncIterator[Series]:
    now = datetime.now(UTC)
    file = tmp_path / "accounts.csv"
    file.write_text(
        BOOK.format(soon=(now + timedelta(days=30)).date(), now=now.isoformat(timespec="seconds"))
    )
    async with launch(*JOBS) as bot:
        await import_file(CsvFile("accounts", file, bot.clock), bot.store)
        yield Series(bot)


@MOMENTS
async def test_a_429_is_waited_out_in_its_channel_alone(series: Series, moment: str) -> None:
    await series.until(moment)
    limited = Fault(kind="ratelimited", method="chat.postMessage", channel=series.troubled.id, seconds=1)
    series.bot.server.desk.faults.add(limited)
    await series.go_on(moment)
    await series.other_is_whole()
    assert len(series.said(TROUBLED)) < len(PARTS)
    series.bot.server.desk.faults.clear()
    await series.bot.settle(60)
    assert series.said(TROUBLED) == list(PARTS)
    assert limited.struck
    assert series.bot.told(series.bot.owner) == []  # it came, whole and in time


@pytest.mark.soak
@pytest.mark.timeout(300)
@MOMENTS
async def test_thirty_seconds_are_waited_out_as_slack_asks(series: Series, moment: str) -> None:
    await series.until(moment)
    limited = Fault(
        kind="ratelimited", method="chat.postMessage", channel=series.troubled.id, times=1, seconds=30
    )
    series.bot.server.desk.faults.add(limited)
    await series.go_on(moment)
    await series.wait(lambda: limited.struck)
    asked_at = asyncio.get_running_loop().time()
    before = len(series.said(TROUBLED))
    await series.other_is_whole()
    await series.wait(lambda: len(series.said(TROUBLED)) > before)
    assert asyncio.get_running_loop().time() - asked_at >= 29.5
    await series.bot.settle(60)
    assert series.said(TROUBLED) == list(PARTS)
    assert series.bot.told(series.bot.owner) == []


@MOMENTS
async def test_a_500_that_passes_is_outlived(series: Series, moment: str) -> None:
    await series.until(moment)
    broken = Fault(kind="server_error", method="chat.postMessage", channel=series.troubled.id, times=2)
    series.bot.server.desk.faults.add(broken)
    await series.go_on(moment)
    await series.other_is_whole()
    await series.bot.settle(60)
    assert series.said(TROUBLED) == list(PARTS)
    assert broken.struck == 2
    assert series.bot.told(series.bot.owner) == []


@MOMENTS
async def test_a_500_that_stays_is_told_with_what_to_do(series: Series, moment: str) -> None:
    await series.until(moment)
    broken = Fault(kind="server_error", method="chat.postMessage", channel=series.troubled.id)
    series.bot.server.desk.faults.add(broken)
    await series.go_on(moment)
    await series.other_is_whole()
    await series.bot.settle(110)
    if moment == BEFORE:
        assert series.said(TROUBLED) == []
        series.owner_heard("could not be posted", "HTTP 500", "`/kpi-digest now`")
    else:
        assert series.said(TROUBLED) == ["head"]
        series.owner_heard("a part of its thread could not be posted", "HTTP 500", "`/kpi-digest preview`")


@MOMENTS
async def test_an_archived_channel_is_told(series: Series, moment: str) -> None:
    await series.until(moment)
    series.troubled.is_archived = True
    await series.go_on(moment)
    await series.other_is_whole()
    await series.bot.settle(60)
    if moment == BEFORE:
        assert series.said(TROUBLED) == []
        series.owner_heard("was not posted", "it is archived", "the subscription is paused", "*Resume*")
    else:
        assert series.said(TROUBLED) == ["head"]
        series.owner_heard("a part of its thread could not be posted", "it is archived")


@MOMENTS
async def test_a_channel_that_the_bot_was_taken_out_of_is_not_entered_again(
    series: Series, moment: str
) -> None:
    me = series.workspace.bot.id
    await series.until(moment)
    if moment == BEFORE:  # there since last week
        await series.bot.say(series.bot.intent("earlier", TROUBLED))
        await series.bot.settle()
        series.workspace.messages.clear()
    series.troubled.members.remove(me)
    await series.go_on(moment)
    await series.other_is_whole()
    await series.bot.settle(60)
    assert me not in series.troubled.members
    if moment == BEFORE:
        assert series.said(TROUBLED) == []
        series.owner_heard("was not posted", "I am not in that channel any more: invite me", "*Resume*")
    else:
        assert series.said(TROUBLED) == ["head"]
        series.owner_heard("a part of its thread could not be posted", "invite me")


@MOMENTS
async def test_a_revoked_token_makes_both_wait_and_its_end_is_told(series: Series, moment: str) -> None:
    bot = series.bot
    await series.until(moment)
    installs = series.workspace.installs.values()
    for install in installs:
        install.revoked = "token_revoked"
    await series.go_on(moment)
    await bot.settle(60)
    bot.clock.stand_at(bot.clock.now() + timedelta(hours=2))
    for install in installs:
        install.revoked = ""
    bot.lasting.sweeper._held_until = None
    await bot.settle(60)
    for channel, person in ((TROUBLED, bot.owner), (OTHER, bot.operator)):
        assert series.said(channel) == list(PARTS)
        [told] = bot.told(person)
        assert "Slack took it only" in told
        assert "Nothing of it is lost or said twice." in told
