"""Looks for what is due and hands it over, as time passes or as the clock is turned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import log
from bot.errors import StoreError
from bot.jobs.engine import Engine
from bot.jobs.performing import Performer
from bot.jobs.sending import Overtakes, Sender, TokenRefused
from bot.ports.clock import Clock
from bot.ports.ledger import MessageLedger, WorkLedger
from bot.ports.work import Work

AT_ONCE = 50
"""Rows handed over in one transaction."""
LOOK = 2.0
"""Seconds between two looks: other processes ask for work too."""
FINISH = 100.0
"""Seconds that a turned clock waits for what came due."""
POLL = 0.1
LET_PASS = 1.0
"""Seconds that a message leaves to one that it would overtake."""
HELD = timedelta(seconds=30)
"""How long messages wait after Slack refused our token."""

_log = log.get(__name__)


@dataclass(kw_only=True, eq=False)
class Sweeper:
    """Keeps ports.due.DueSource. `wall` is the machine's own clock."""

    engine: Engine
    performer: Performer
    sender: Sender
    jobs: WorkLedger
    messages: MessageLedger
    work: Work
    clock: Clock
    wall: Clock
    poked: asyncio.Event
    _under_way: set[asyncio.Task[Any]] = field(default_factory=set)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _held_until: datetime | None = None

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                handed = await self.sweep()
            except StoreError as error:
                _log.error("work cannot be looked for", error=str(error))
                handed = 0
            except Exception as error:  # noqa: BLE001 # promises outlive a mistake in one look
                _log.error("work cannot be looked for", cause=type(error).__name__, trace=log.traced(error))
                handed = 0
            if handed < AT_ONCE:
                # Not wait_for: Python 3.11's loses a cancellation that arrives in the same turn as what it waits for.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self.poked.wait()
            self.poked.clear()

    async def sweep(self) -> int:
        """Hand over what is due now; says how much that was."""
        async with self._one:
            now, held = self.clock.now(), self._is_held()
            if not await self.jobs.is_due(now) and (held or not await self.messages.is_waiting()):
                return 0
            async with self.work.transaction() as tx:
                work = await self.jobs.claim_due(tx, now, AT_ONCE)
                messages = () if held else await self.messages.hand_over(tx, AT_ONCE)
                await self.engine.enqueue(tx, work, messages)  # type: ignore[arg-type] # the store's own, opaque to others
            return len(work) + len(messages)

    async def perform(self, key: str, claim: int) -> str:
        """The engine's call for work."""
        with self._noted():
            return await self.performer.perform(key, claim)

    async def send(self, key: str) -> str:
        """The engine's call for a message."""
        with self._noted():
            try:
                return await self.sender.send(key)
            except TokenRefused as error:
                if not self._is_held():
                    _log.error("messages wait: Slack refuses our token", error=str(error))
                self._held_until = self.wall.now() + HELD
                await self.messages.take_back(key)
                return "waits for a token"
            except Overtakes:
                await asyncio.sleep(LET_PASS)
                await self.messages.take_back(key)
                return "waits for an earlier one"

    @contextmanager
    def _noted(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # for the type checker: the engine runs each in a task of its own
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)
            self.poked.set()

    async def next_due(self, after: datetime) -> datetime | None:
        """The first instant later than `after` at which work is planned."""
        return await self.jobs.next_due(after)

    async def run_due(self, at: datetime) -> Sequence[str]:
        """Do what is due at that instant and what it asks for, to the end."""
        before = {work.key for work in await self.jobs.list_work(limit=1_000) if work.due_at <= at}
        await self.settle(FINISH)
        return sorted(before)

    async def drained(self, seconds: float) -> int:
        """Wait until nothing that this process took up is under way; leaves the rest as it is and says how much.

        To the engine that is as a crash is: it goes on with it at the next start, or in another process.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:  # noqa: ASYNC110 # it ends in ones and twos, seldom
                    await asyncio.sleep(POLL)
        left = tuple(self._under_way)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=FINISH)
        return len(left)

    async def settle(self, seconds: float) -> bool:
        """Wait until nothing is due, under way or to be sent; False when that takes longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.sweep() or not await self._is_settled():  # noqa: ASYNC110 # other processes may end the work: only rows tell
                    await asyncio.sleep(POLL)
                return True
        return False

    async def _is_settled(self) -> bool:
        return await self.jobs.is_settled(self.clock.now(), messages=not self._is_held())

    def _is_held(self) -> bool:
        return self._held_until is not None and self.wall.now() < self._held_until


class PokingWork:
    """Opens transactions like the store's, and has work looked for when one is kept."""

    def __init__(self, work: Work, poke: Callable[[], None]) -> None:
        self._work = work
        self._poke = poke

    def transaction(self) -> _Poking:
        """Everything written with it is kept together when the block ends."""
        return _Poking(self._work, self._poke)


class _Poking:
    def __init__(self, work: Work, poke: Callable[[], None]) -> None:
        self._inner = work.transaction()
        self._poke = poke

    async def __aenter__(self) -> object:
        return await self._inner.__aenter__()

    async def __aexit__(self, *raised: object) -> bool | None:
        try:
            return await self._inner.__aexit__(*raised)  # type: ignore[arg-type] # the protocol's three
        finally:
            self._poke()
