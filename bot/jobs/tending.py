"""Keeps the house clean: forgets what ended long ago, and hands over again what the engine lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import log
from bot.domain.keeping import WorkRules
from bot.errors import TaBotError
from bot.jobs.engine import LOST, Engine, message_id, work_id
from bot.jobs.performing import Performer
from bot.ports.clock import Clock
from bot.ports.jobs import WorkState
from bot.ports.ledger import Claimed, MessageLedger, WorkLedger
from bot.ports.work import Work

EVERY = 60.0
CLEAN_EVERY = 60
"""Rounds between two cleanings, and two looks for what should not be broken."""
OVERDUE = timedelta(minutes=2)
MOST = 200
ENGINE_KEEPS = timedelta(days=2)
"""The engine's own records: our rows, kept longer, know what was done."""

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """Looks after work once a minute. `wall` is the machine's own clock, which the engine goes by."""

    engine: Engine
    performer: Performer
    jobs: WorkLedger
    messages: MessageLedger
    work: Work
    clock: Clock
    wall: Clock
    rules: WorkRules

    async def run(self) -> None:
        """Tend until cancelled."""
        rounds = 0
        while True:
            await asyncio.sleep(EVERY)
            rounds += 1
            try:
                await self.find_lost()
                if rounds % CLEAN_EVERY == 1:
                    await self.clean()
                    await self.performer.tend()
            except TaBotError as error:
                _log.warning("work is not tended", error=str(error))
            except Exception as error:  # noqa: BLE001 # it is tried again in a minute
                _log.error("work is not tended", cause=type(error).__name__, trace=log.traced(error))

    async def find_lost(self) -> int:
        """Plan anew what the engine ended without our rows hearing of it; says how much."""
        before = self.clock.now() - OVERDUE
        started = await self.jobs.list_started(before, MOST)
        handed = await self.messages.list_handed(before, MOST)
        ids = [work_id(one) for one in started] + [message_id(one) for one in handed]
        states = await self.engine.states_of(ids)
        lost_work = [
            one for one in started if _is_lost(states.get(work_id(one))) and await self._is_started(one)
        ]
        lost_messages = [one for one in handed if _is_lost(states.get(message_id(one)))]
        for claimed in lost_work:
            _log.error("work was lost by the engine and is planned anew", key=claimed.work.key)
            async with self.work.transaction() as tx:
                again = replace(claimed.work, state=WorkState.PLANNED, due_at=self.clock.now())
                await self.jobs.end_work(tx, claimed.work.key, again)
        for message in lost_messages:
            _log.error("a message was lost by the engine and is handed over anew", key=message.key)
            await self.messages.take_back(message.key)
        return len(lost_work) + len(lost_messages)

    async def _is_started(self, claimed: Claimed) -> bool:
        """Whether it still has not ended: it may have, between our rows and what the engine said of them."""
        return await self.jobs.find_claimed(claimed.work.key, claimed.claim) is not None

    async def clean(self) -> None:
        """Forget what policy no longer keeps."""
        now = self.clock.now()
        await self.jobs.forget_work(now - self.rules.keep_work)
        await self.messages.forget_messages(now - self.rules.keep_messages, now - self.rules.keep_texts)
        await self.engine.forget(self.wall.now() - ENGINE_KEEPS)


def _is_lost(state: str | None) -> bool:
    """Unknown to the engine, ended badly, or ended well without our row saying so."""
    return state is None or state in LOST or state == "SUCCESS"
