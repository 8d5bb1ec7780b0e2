"""The demo's clock in the bot: follows the local workspace's clock, and does what comes due while it is turned.

Runs under `ta-bot demo` alone, which sets TA_BOT_DEMO_CLOCK; the frames are described in `bot.standin.clock`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot import log
from bot.clock import TurnableClock
from bot.errors import OperatorError, TaBotError
from bot.ports.due import DueSource

FIRST_SECONDS = 20.0
AGAIN_SECONDS = 0.5

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Turnable:
    """A clock, the work that its turning brings due, what waits for work that is under way anyway, and what imports
    the book of a new day. In this process: to start one for it took ten times as long as the import.
    """

    clock: TurnableClock
    sources: Sequence[DueSource]
    settled: Callable[[], Awaitable[object]]
    take: Callable[[Path], Awaitable[object]]

    async def answer(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        """Do what one frame asks."""
        match frame["ask"]:
            case "next":
                after = _instant(frame["after"])
                self.clock.stand_at(after)
                await self.settled()
                due = await self.next_due(after, _instant(frame["until"]))
                return {"due": due and due.isoformat()}
            case "run":
                return {"did": await self.run(_instant(frame["at"]))}
            case "import":
                return {"refused": await self._taken(Path(frame["folder"]))}
            case "go":
                self.clock.run_on(timedelta(seconds=frame["ahead"]))
        return {}

    async def _taken(self, folder: Path) -> str:
        """Import a folder; why it could not be, where it could not."""
        try:
            await self.take(folder)
        except Exception as error:  # noqa: BLE001 # the book stays as it was, and time goes on
            _log.exception("the book of a new day was not imported")
            return str(error) if isinstance(error, TaBotError) else type(error).__name__
        return ""

    async def next_due(self, after: datetime, until: datetime) -> datetime | None:
        """The first instant in between at which any source has something to do."""
        told = [await _next_of(source, after) for source in self.sources]
        return min((due for due in told if due is not None and after < due <= until), default=None)

    async def run(self, at: datetime) -> list[str]:
        """Stand at an instant until everything due there has finished; gives what was done."""
        before = at - timedelta(microseconds=1)
        due = [source for source in self.sources if await _next_of(source, before) == at]
        self.clock.stand_at(at)
        did: list[str] = []
        for source in due:
            did.extend(await _run(source, at))
        await self.settled()
        return did


async def _next_of(source: DueSource, after: datetime) -> datetime | None:
    try:
        return await source.next_due(after)
    except Exception:  # noqa: BLE001 # one that cannot say what it plans must not stop time for the others
        _log.exception("a source of due work did not answer")
        return None


async def _run(source: DueSource, at: datetime) -> Sequence[str]:
    try:
        return await source.run_due(at)
    except Exception as error:  # noqa: BLE001 # what fails at one instant must not stop time
        _log.exception("work that came due failed", at=at.isoformat())
        return [f"failed: {type(error).__name__}"]


@asynccontextmanager
async def following(
    url: str, turnable: Turnable, *, first_seconds: float = FIRST_SECONDS
) -> AsyncIterator[None]:
    """Follow the clock at that address while the block runs; raises OperatorError when it does not answer."""
    on_time = asyncio.Event()
    task = asyncio.create_task(_follow(url, turnable, on_time))
    try:
        try:
            await asyncio.wait_for(on_time.wait(), first_seconds)
        except TimeoutError:
            raise OperatorError(f"TA_BOT_DEMO_CLOCK: nothing answers at {url}") from None
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(url: str, turnable: Turnable, on_time: asyncio.Event) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            # The demo may be a moment away, at its start and at its end.
            with suppress(aiohttp.ClientError, OSError):
                async with session.ws_connect(url) as socket:
                    async for message in socket:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            frame = message.json()
                            answer = await turnable.answer(frame)
                            await socket.send_json({"number": frame["number"], **answer})
                            on_time.set()
            await asyncio.sleep(AGAIN_SECONDS)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
