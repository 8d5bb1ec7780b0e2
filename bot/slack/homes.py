"""The App Home tabs that people look at: shown when they are opened, and again when what they show has changed.

Slack tells when a tab is opened and never when it is left, so one counts as open for a while. Whether anything
changed is seen from the book's version, from what people did here, and now and then without any sign: another
replica may have done it. A tab that would look the same is not published again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from bot import log
from bot.asks import HomeOpened
from bot.slack.attending import Attendant, Handler
from bot.slack.payloads import Teams
from bot.slack.tabs import STALE

OPEN_FOR = 1800.0
MOST = 500
LOOK_EVERY = 1.0
UNSIGNED = 60.0  # so often without a sign
APART = 1.0  # no sooner after a round does the next begin, nor before as long as it took: half a core at most
AT_ONCE = 4  # tabs made at a time: a hundred people may open theirs within a second

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Open:
    """A tab that somebody looks at."""

    ask: HomeOpened
    teams: Teams
    until: float


class Homes:
    """Shows tabs and keeps them true."""

    def __init__(self, attendant: Attendant, handler: Handler | None) -> None:
        self._attendant = attendant
        self._handler = handler
        self._open: dict[str, _Open] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._stirred = False

    async def opened(self, ask: HomeOpened, teams: Teams) -> None:
        """Show the tab of somebody who opened it: at once what is quick, then the whole."""
        user_id = ask.asker.user_id
        self._open.pop(user_id, None)  # whoever opened last comes first
        self._open[user_id] = _Open(ask, teams, asyncio.get_running_loop().time() + OPEN_FOR)
        while len(self._open) > MOST:
            del self._open[next(iter(self._open))]
        self._attendant.tabs.forget(user_id)
        if await self._show(ask, teams) == "unfinished":
            await self._show(_again(ask), teams)

    def stir(self) -> None:
        """Somebody did something: tabs are looked at soon."""
        self._stirred = True

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Keep the tabs true as long as this is held."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self) -> None:
        loop, version = asyncio.get_running_loop(), None
        ended, took = loop.time(), 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            since = loop.time() - ended
            if not self._open or since < max(APART, took):
                continue
            try:
                newest = await self._attendant.ports.book.version()
                if not (self._stirred or newest != version or since > UNSIGNED):
                    continue
                began, version, self._stirred = loop.time(), newest, False
                await self._round(began)
                ended = loop.time()
                took = ended - began
            except Exception as error:  # noqa: BLE001 # whatever it was, tabs are looked at again
                _log.error("tabs not looked at", cause=type(error).__name__, trace=log.traced(error))

    async def _round(self, now: float) -> None:
        for user_id in [one for one, held in self._open.items() if held.until < now]:
            del self._open[user_id]
        newest_first = list(reversed(self._open.values()))
        for some in _batches(newest_first):
            await asyncio.gather(*(self._show(_again(held.ask), held.teams) for held in some))

    async def _show(self, ask: HomeOpened, teams: Teams) -> str:
        async with self._turns:
            outcome = await self._attendant.attend(ask, teams, self._handler, "home")
            if outcome == STALE:
                outcome = await self._attendant.attend(_again(ask), teams, self._handler, "home")
        if outcome == "refused":
            self._open.pop(ask.asker.user_id, None)  # their page says why, and nothing that changes
        return outcome


def _again(ask: HomeOpened) -> HomeOpened:
    reference = secrets.token_hex(4)
    return replace(ask, whole=True, reference=reference, request_id=f"home:{ask.asker.user_id}:{reference}")


def _batches(held: list[_Open]) -> Iterator[list[_Open]]:
    for at in range(0, len(held), AT_ONCE):
        yield held[at : at + AT_ONCE]
