"""Work that outlives the request it came with: kept track of until it ends, so that a stop can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot import log

TURNS = 2  # of the loop: aiohttp runs a request's handler in a task of its own and writes what it gave in the next
_log = log.get(__name__)


class Working:
    """The tasks under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start_after_ack(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """The same, once the loop has sent what is ready: the ack, which the web server writes a turn later."""
        return self.start(_after_ack(work))

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it in a task of its own; whatever it raises is logged, never lost."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def __len__(self) -> int:
        return len(self._tasks)

    async def drained(self, seconds: float) -> int:
        """Wait until everything under way has ended; gives how many had not in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._tasks:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            # Work may start more work, hence the loop.
            await asyncio.wait(set(self._tasks), timeout=left)
        return len(self._tasks)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            _log.error("work failed", cause=type(error).__name__, trace=log.traced(error))


async def _after_ack(work: Coroutine[Any, Any, Any]) -> Any:
    for _ in range(TURNS):
        await asyncio.sleep(0)
    return await work
