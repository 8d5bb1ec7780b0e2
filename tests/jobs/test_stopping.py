"""A bot starts and stops in the middle of things: nothing waits without end, nothing is lost or begun anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.asks import Due
from bot.ports import Ports
from bot.ports.jobs import DueWork, Job, WorkState
from bot.standin.faults import Fault


async def test_a_stop_that_meets_news_of_work_is_a_stop(launch) -> None:
    """The two may arrive in one turn of the loop; a stop that was lost there would be waited for without end."""
    async with launch(start=False) as bot:
        for turns in range(6):
            looking = asyncio.create_task(bot.lasting.sweeper.run())
            await asyncio.sleep(0.05)
            bot.lasting.sweeper.poked.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            looking.cancel()
            done, _ = await asyncio.wait([looking], timeout=5)
            assert done, f"it goes on after {turns} turns"


async def test_a_write_under_way_does_not_hold_up_the_start(launch) -> None:
    """The engine writes as it starts, to the same file: on the loop it would wait for who waits for the loop."""
    async with launch(start=False) as bot:
        async with bot.store.work.transaction():
            await bot.lasting.start(bot.stopped.set)
            await asyncio.sleep(2)
        async with asyncio.timeout(15):
            while not bot.lasting.engine.is_running:  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.02)
        assert not bot.stopped.is_set()


async def test_what_a_stop_does_not_wait_for_goes_on_at_the_next_start(launch) -> None:
    """It is left where it is: in a bot that is closed down it could only fail, and say so in the log."""
    begun, left = asyncio.Event(), []

    async def takes_long(due: Due, _ports: Ports) -> str:
        begun.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            left.append(due.key)
            raise
        return "done"

    async def is_quick(_due: Due, _ports: Ports) -> str:
        return "done by the next"

    async with launch(Job(name="t.long", run=takes_long)) as bot:
        bot.lasting.finish = 0.2
        await bot.plan(DueWork(key="t:1", job="t.long", due_at=bot.clock.now()))
        await begun.wait()
    assert left == ["t:1"]
    async with launch(Job(name="t.long", run=is_quick)) as bot:
        await bot.settle()
        row = await bot.store.jobs.find_work("t:1")
        assert row is not None
        assert (row.state, row.attempt, row.note) == (WorkState.DONE, 1, "done by the next")


async def test_what_ends_while_it_is_looked_after_is_not_begun_anew(launch) -> None:
    """Between our rows and the engine's answer work may come to its end; it was not lost then."""
    may_end = asyncio.Event()

    async def waits(_due: Due, _ports: Ports) -> str:
        await may_end.wait()
        return "done"

    class Late:
        """The engine, which answers when work has ended."""

        async def states_of(self, ids: Any) -> Any:
            may_end.set()
            async with asyncio.timeout(10):
                while set((found := await bot.lasting.engine.states_of(ids)).values()) != {"SUCCESS"}:  # noqa: ASYNC110 # it has no event to wait for
                    await asyncio.sleep(0.02)
            return found

    async with launch(Job(name="t.waits", run=waits)) as bot:
        await bot.plan(DueWork(key="t:1", job="t.waits", due_at=bot.clock.now()))
        async with asyncio.timeout(10):
            while not bot.did:  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.02)
        bot.clock.stand_at(bot.clock.now() + timedelta(hours=1))
        assert await replace(bot.lasting.tender, engine=Late()).find_lost() == 0
        await bot.settle()
        assert len(bot.did) == 1


async def test_a_stop_does_not_wait_for_a_retry(launch, server) -> None:
    """A message whose turn comes again in minutes is left to the next start."""
    async with launch() as bot:
        bot.lasting.finish = 0.2

        async def sleeps(_seconds: float) -> None:
            await asyncio.sleep(30)

        bot.lasting.sweeper.sender = replace(bot.lasting.sweeper.sender, sleep=sleeps)
        server.desk.faults.add(Fault(kind="drop_before", method="conversations.info"))
        await bot.say(bot.intent())
        async with asyncio.timeout(10):
            while not server.desk.faults.active[0].struck:  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.02)
    server.desk.faults.clear()
    async with launch() as bot:
        await bot.settle()
        assert bot.counts("general") == {"d:head": 1}
