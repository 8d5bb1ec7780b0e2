"""Durable work beside the edge: launched once the edge listens, stopped before it lets go of its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from bot import log
from bot.bootstrap import apart
from bot.bootstrap.answering import jobs
from bot.bootstrap.house import House
from bot.clock import SystemClock, TurnableClock
from bot.features.alerts import jobs as alerts
from bot.jobs.engine import POLLS, POLLS_OF_A_TURNED_CLOCK, Calls, Engine
from bot.jobs.performing import Performer
from bot.jobs.presence import AloneOnFile, Replicas, new_executor_id
from bot.jobs.sending import Sender
from bot.jobs.sweeping import PokingWork, Sweeper
from bot.jobs.telling import Teller
from bot.jobs.tending import Tender
from bot.ports import Ports
from bot.ports.jobs import Job
from bot.slack.wiring import SlackSide
from bot.store.database import SqliteDatabase

ALONE = "ta-bot"
"""The executor of a SQLite file: always the same, so that a restart finds what the process before it left."""
FINISH = 10.0
"""Seconds that a stop waits for work under way; what is not done by then is done after the next start."""

_log = log.get(__name__)


@dataclass(kw_only=True, eq=False)
class Lasting:
    """Durable work, built and not yet launched. `ports` are those whose transactions have work looked for at once."""

    house: House
    ports: Ports
    sweeper: Sweeper
    tender: Tender
    engine: Engine
    executor_id: str
    finish: float = FINISH
    _background: list[asyncio.Task[None]] = field(default_factory=list)
    _let_go: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self, stop: Callable[[], None]) -> None:
        """Take up work from now on; `stop` is called when this process must not go on.

        Raises OperatorError when another bot serves from the same SQLite file.
        """
        database = self.house.store.database
        tending: list[Coroutine[Any, Any, None]] = [self.tender.run()]
        if isinstance(database, SqliteDatabase):
            alone = AloneOnFile(database.path)
            alone.take()
            self._let_go.callback(alone.let_go)
        else:
            replicas = Replicas(database.url, self.executor_id)
            await replicas.take()
            self._let_go.push_async_callback(replicas.close)
            tending.append(replicas.run(self.engine, stop))
        self._background.append(asyncio.create_task(self._run(tending, stop)))

    async def close(self) -> None:
        """Finish what is nearly done; the rest is taken up after the next start, or by another replica."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if left := await self.sweeper.drained(self.finish):
            _log.warning("stopped with durable work under way: it goes on at the next start", count=left)
        await self.engine.close()
        await self._let_go.aclose()

    async def _run(self, tending: list[Coroutine[Any, Any, None]], stop: Callable[[], None]) -> None:
        try:
            await self.engine.launch(Calls(self.sweeper.perform, self.sweeper.send))
            await self.sweeper.performer.plan_recurring()
            await self.sweeper.performer.tend()
            async with asyncio.TaskGroup() as group:
                group.create_task(self.sweeper.run())
                for one in tending:
                    group.create_task(one)
        except Exception as error:  # noqa: BLE001 # a bot that cannot keep promises must not go on as if it could
            _log.error("durable work stopped", cause=type(error).__name__, trace=log.traced(error))
            stop()
        finally:
            for one in tending:
                one.close()


def _jobs_of(house: House) -> Mapping[str, Job]:
    """Every feature's work, with what settings and policy add to it."""
    by_day = isinstance(house.clock, TurnableClock)
    watching = alerts.recurring(house.policy.alerts, by_day=by_day)
    return {**jobs(), **apart.jobs_of(house), **{job.name: job for job in watching}}


def make_lasting(
    house: House, side: SlackSide, ports: Ports, known: Mapping[str, Job] | None = None
) -> Lasting:
    """Everything that durable work needs, over the store and the Slack side; `known` replaces the features' jobs."""
    store, wall = house.store, SystemClock(house.clock.zone)
    alone = isinstance(store.database, SqliteDatabase)
    executor_id = ALONE if alone else new_executor_id()
    polls = POLLS_OF_A_TURNED_CLOCK if isinstance(house.clock, TurnableClock) else POLLS
    engine = Engine(store.database.url, executor_id, polls)
    teller = Teller(people=store.people, outgoing=store.outgoing)
    poked = asyncio.Event()
    ports = replace(ports, work=PokingWork(store.work, poked.set))
    sender = Sender(
        ledger=store.outgoing,
        jobs=store.jobs,
        work=store.work,
        delivery=side.delivery,
        teller=teller,
        clock=house.clock,
        wall=wall,
        rules=house.policy.work,
    )
    performer = Performer(
        jobs=_jobs_of(house) if known is None else known,
        ledger=store.jobs,
        teller=teller,
        ports=ports,
    )
    sweeper = Sweeper(
        engine=engine,
        performer=performer,
        sender=sender,
        jobs=store.jobs,
        messages=store.outgoing,
        work=store.work,
        clock=house.clock,
        wall=wall,
        poked=poked,
    )
    tender = Tender(
        engine=engine,
        performer=performer,
        jobs=store.jobs,
        messages=store.outgoing,
        work=store.work,
        clock=house.clock,
        wall=wall,
        rules=house.policy.work,
    )
    return Lasting(
        house=house, ports=ports, sweeper=sweeper, tender=tender, engine=engine, executor_id=executor_id
    )
