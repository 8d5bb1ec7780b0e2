"""Work is done once, tried again where it fails, told where it ends; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.asks import Due
from bot.blocks.answers import Message
from bot.domain.schedule import Every
from bot.errors import OperatorError, SourceUnavailable
from bot.jobs.presence import AloneOnFile
from bot.ports import Ports
from bot.ports.jobs import DueWork, Job, JobFailed, WorkState
from bot.ports.outgoing import Intent

OPERATOR = "odette@ta.example"


async def posts(due: Due, ports: Ports) -> str:
    """A job that says one thing."""
    async with ports.work.transaction() as tx:
        said = Message(text=f"KPIs of {due.key}")
        await ports.outgoing.post_later(tx, Intent(key=f"{due.key}:head", message=said, email=OPERATOR))
    return "posted"


async def test_work_that_is_due_is_done_once_and_says_what_was_done(launch) -> None:
    async with launch(Job(name="t.post", run=posts)) as bot:
        now = bot.clock.now()
        await bot.plan(
            DueWork(key="t:1", job="t.post", due_at=now),
            DueWork(key="t:2", job="t.post", due_at=now + timedelta(days=1)),
        )
        await bot.settle()
        assert [due.key for due in bot.did] == ["t:1"]
        done = await bot.store.jobs.find_work("t:1")
        assert done is not None
        assert (done.state, done.note) == (WorkState.DONE, "posted")
        assert bot.told(bot.operator) == ["KPIs of t:1"]
        planned = await bot.store.jobs.find_work("t:2")
        assert planned is not None
        assert planned.state is WorkState.PLANNED


async def test_an_engine_without_work_asks_nothing_but_whether_any_waits(launch) -> None:
    asked: list[str] = []
    often, loop = asyncio.Event(), asyncio.get_running_loop()

    def count(words: str) -> int:
        return sum(words in one for one in asked)

    def listen(_connection, _cursor, statement: str, *_) -> None:
        asked.append(" ".join(statement.split()))
        if count("= 'ENQUEUED'") > 5:
            loop.call_soon_threadsafe(often.set)

    async with launch(Job(name="t.post", run=posts)) as bot:
        await bot.settle()
        sa.event.listen(sa.Engine, "before_cursor_execute", listen)
        try:
            await asyncio.wait_for(often.wait(), 20)
            assert not count("RECURSIVE")
            await bot.plan(DueWork(key="t:1", job="t.post", due_at=bot.clock.now()))
            await bot.settle()
            assert count("RECURSIVE"), "that is how it looks for messages; without it nothing was shown above"
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", listen)
        assert bot.told(bot.operator) == ["KPIs of t:1"]


async def test_a_turned_clock_does_what_comes_due_at_its_own_instant(launch) -> None:
    async with launch(Job(name="t.post", run=posts)) as bot:
        tomorrow = bot.clock.now() + timedelta(days=1)
        await bot.plan(DueWork(key="t:1", job="t.post", due_at=tomorrow))
        sweeper = bot.lasting.sweeper
        assert await sweeper.next_due(bot.clock.now()) == tomorrow
        bot.clock.stand_at(tomorrow)
        assert await sweeper.run_due(tomorrow) == ["t:1"]
        assert bot.told(bot.operator) == ["KPIs of t:1"]
        assert await sweeper.next_due(tomorrow) is None


async def test_what_fails_is_tried_again_later_and_then_succeeds(launch) -> None:
    async def fails_twice(due: Due, _ports: Ports) -> str:
        if due.attempt < 3:
            raise SourceUnavailable("the desk is closed")
        return f"done at attempt {due.attempt}"

    wait = timedelta(hours=1)
    async with launch(Job(name="t.fails", run=fails_twice, retries=(wait, wait))) as bot:
        bot.clock.stand_at(bot.clock.now())
        await bot.plan(DueWork(key="t:1", job="t.fails", due_at=bot.clock.now()))
        for attempt in (1, 2):
            await bot.settle()
            row = await bot.store.jobs.find_work("t:1")
            assert row is not None
            assert (row.state, row.attempt) == (WorkState.PLANNED, attempt + 1)
            assert row.note == f"attempt {attempt}: the desk is closed"
            assert row.due_at == bot.clock.now() + wait
            bot.clock.stand_at(row.due_at)
        await bot.settle()
        row = await bot.store.jobs.find_work("t:1")
        assert row is not None
        assert (row.state, row.note) == (WorkState.DONE, "done at attempt 3")
        assert bot.told(bot.operator) == []


@pytest.mark.parametrize("error", [JobFailed("there is no such channel"), ZeroDivisionError()])
async def test_when_the_retries_end_the_operators_are_told_in_slack(launch, error: Exception) -> None:
    heard: list[str] = []

    async def fails(_due: Due, _ports: Ports) -> str:
        raise error

    async def failed(due: Due, _ports: Ports, note: str) -> None:
        heard.append(f"{due.key} {note}")

    async with launch(Job(name="t.fails", run=fails, retries=(), failed=failed)) as bot:
        await bot.plan(DueWork(key="t:1", job="t.fails", due_at=bot.clock.now()))
        await bot.settle()
        row = await bot.store.jobs.find_work("t:1")
        assert row is not None
        assert row.state is WorkState.FAILED
        reason = str(error) or "ZeroDivisionError"
        assert heard == [f"t:1 attempt 1: {reason}"]
        [told] = bot.told(bot.operator)
        assert reason in told


async def test_work_without_a_job_of_that_name_ends_and_says_so(launch) -> None:
    async with launch() as bot:
        await bot.plan(DueWork(key="t:1", job="gone.job", due_at=bot.clock.now()))
        await bot.settle()
        row = await bot.store.jobs.find_work("t:1")
        assert row is not None
        assert (row.state, row.note) == (WorkState.FAILED, "there is no job gone.job")


async def test_work_that_recurs_keeps_one_row_planned_and_makes_up_once_for_missed_slots(launch) -> None:
    job = Job(name="t.hourly", run=posts, recurs=Every(timedelta(hours=1)))
    async with launch(job) as bot:
        bot.clock.stand_at(bot.clock.now())
        await bot.lasting.sweeper.performer.plan_recurring()
        row = await bot.store.jobs.find_work("every:t.hourly")
        assert row is not None
        assert bot.clock.now() < row.due_at <= bot.clock.now() + timedelta(hours=1)
        bot.clock.stand_at(row.due_at + timedelta(hours=5, minutes=10))
        await bot.settle()
        assert len(bot.did) == 1
        row = await bot.store.jobs.find_work("every:t.hourly")
        assert row is not None
        assert row.state is WorkState.PLANNED
        assert bot.clock.now() < row.due_at <= bot.clock.now() + timedelta(hours=1)


async def test_what_a_process_left_is_taken_up_by_the_next(launch) -> None:
    async with launch(start=False) as bot:
        await bot.plan(DueWork(key="t:1", job="t.post", due_at=bot.clock.now()))
    async with launch(Job(name="t.post", run=posts)) as bot:
        await bot.settle()
        assert bot.told(bot.operator) == ["KPIs of t:1"]


async def test_what_the_engine_lost_is_planned_anew(launch) -> None:
    async with launch(Job(name="t.post", run=posts)) as bot:
        now = bot.clock.now()
        await bot.plan(DueWork(key="t:1", job="t.post", due_at=now + timedelta(days=1)))
        async with bot.store.work.transaction() as tx:  # marked as handed over, and never was
            assert await bot.store.jobs.claim_due(tx, now + timedelta(days=1), 10)
        assert await bot.lasting.tender.find_lost() == 0
        bot.clock.stand_at(now + timedelta(days=2))
        assert await bot.lasting.tender.find_lost() == 1
        await bot.settle()
        assert [due.key for due in bot.did] == ["t:1"]


async def test_old_rows_are_forgotten_as_policy_says(launch) -> None:
    async with launch(Job(name="t.post", run=posts)) as bot:
        await bot.plan(DueWork(key="t:1", job="t.post", due_at=bot.clock.now()))
        await bot.settle()
        await bot.lasting.tender.clean()
        assert await bot.store.jobs.find_work("t:1") is not None
        bot.clock.stand_at(bot.clock.now() + timedelta(days=365))
        await bot.lasting.tender.clean()
        assert await bot.store.jobs.find_work("t:1") is None
        assert await bot.store.outgoing.find_outgoing("t:1:head") is None


def test_one_bot_serves_from_a_file(tmp_path: Path) -> None:
    first, second = AloneOnFile(tmp_path / "ta-bot.db"), AloneOnFile(tmp_path / "ta-bot.db")
    first.take()
    with pytest.raises(OperatorError, match=r"another ta-bot serves from ta-bot\.db already"):
        second.take()
    first.let_go()
    second.take()
    second.let_go()


async def test_a_key_runs_again_only_where_its_row_says_so(launch) -> None:
    async with launch(Job(name="t.post", run=posts)) as bot:
        work = DueWork(key="t:1", job="t.post", due_at=bot.clock.now())
        await bot.plan(work)
        await bot.settle()
        await bot.plan(work, replace(work, due_at=bot.clock.now()))
        assert await bot.lasting.sweeper.perform("t:1", 1) == "nothing left to do"
        await bot.settle()
        assert len(bot.did) == 1
