"""A small cache with a time to live, in which many askers of the same thing wait for one look-up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Keeps answers for `seconds`. Failures are not kept; a look-up that was dropped meanwhile is not either."""

    def __init__(
        self, seconds: float, *, limit: int = 10_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._limit = limit
        self._now = now
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._flying: dict[Key, asyncio.Task[Value]] = {}

    def peek(self, key: Key) -> Value | None:
        """The kept answer if there is one; no waiting."""
        held = self._kept.get(key)
        return held[1] if held is not None and held[0] > self._now() else None

    async def get(self, key: Key, fetch: Callable[[], Awaitable[Value]]) -> Value:
        """The kept answer, or that of `fetch`; callers that miss at the same time share one `fetch`."""
        held = self._kept.get(key)
        if held is not None and held[0] > self._now():
            return held[1]
        task = self._flying.get(key)
        if task is None:
            task = asyncio.create_task(_awaited(fetch))
            self._flying[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        # Shielded: one asker who gives up must not take the answer from the others.
        return await asyncio.shield(task)

    def drop(self, key: Key) -> None:
        """Forget one answer, also one that is still under way."""
        self._kept.pop(key, None)
        self._flying.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._flying.clear()

    def _landed(self, key: Key, task: asyncio.Task[Value]) -> None:
        current = self._flying.get(key) is task
        if current:
            del self._flying[key]
        if task.cancelled() or task.exception() is not None or not current:
            return
        while len(self._kept) >= self._limit:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._now() + self._seconds, task.result())


class Seen:
    """Request ids of the last minutes, so that a second delivery is told from the first."""

    def __init__(
        self, seconds: float = 900, *, limit: int = 50_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._limit = limit
        self._now = now
        self._until: dict[str, float] = {}

    def again(self, request_id: str) -> bool:
        """Whether it came before; from now on it has."""
        now = self._now()
        if not request_id:
            return False
        if self._until.get(request_id, 0) > now:
            return True
        self._until.pop(request_id, None)
        self._until[request_id] = now + self._seconds
        self._forget(now)
        return False

    def _forget(self, now: float) -> None:
        # Insertion order is expiry order, so the oldest come first.
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now and len(self._until) <= self._limit:
                return
            del self._until[oldest]


async def _awaited(fetch: Callable[[], Awaitable[Value]]) -> Value:
    return await fetch()
