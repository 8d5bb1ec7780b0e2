"""A large sync takes two processes: what a system says of thousands of accounts, and what becomes of them, is worked out apart.

The bot goes on answering meanwhile, and a machine's second processor is made use of. Small syncs stay where they are: a
process takes a second to start. If it is lost, what it did is done here, from where it was.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from bot import log
from bot.bootstrap import sourcing
from bot.bootstrap.house import House
from bot.domain.reading import Drift, System
from bot.features.sync.identity import claim_of
from bot.features.sync.jobs import Opened, recurring
from bot.policy import Policy
from bot.ports.clock import Clock
from bot.ports.jobs import Job
from bot.ports.readings import Decide, Elsewhere
from bot.ports.vendors import Feed, Page, Vendor
from bot.settings import Settings
from bot.store.preparing import Apart
from bot.store.records import entries
from bot.worker import Worker, WorkerLostError

MANY = 5_000
"""Records of a feed after which the rest is read apart, and accounts from which on they are decided apart."""
READ_APART = frozenset({System.VITALLY})
"""It says the most of every account: reading it takes as long as all others and writing together."""

_log = log.get(__name__)


class _Given(NamedTuple):
    """What the second process needs to know of the first."""

    settings: Settings
    policy: Policy
    clock: Clock
    database: str
    paced: bool


class Second:
    """What the second process makes. It asks the systems and reads the book; it writes nothing."""

    def __init__(self, given: _Given) -> None:
        settings = given.settings
        log.configure(level=settings.ta_bot_log_level, form=settings.ta_bot_log_format)
        collect_seldom()
        self._given = given
        self._open = AsyncExitStack()  # to the end of the process
        self._vendors: dict[str, Vendor] = {}
        self._prepare = Apart(given.database).prepare
        self._decide: Decide | None = None

    async def pages(self, system: str, feed: str, cursor: str) -> AsyncIterator[tuple[Page, int]]:
        """A feed's pages, everything there is; with each how many calls were made so far."""
        vendor = await self._vendor(system)
        claims = partial(claim_of, system, rules=self._given.policy.join)
        async for page in vendor.pages(feed, cursor=cursor):
            kept = tuple(entries(page.readings, system, feed, claims))
            yield replace(page, readings=kept), vendor.calls

    async def prepare(self, decide: Decide | None, limit: int, after: str) -> Any:
        """What becomes of some accounts; None decides as before, with what it has found out by then."""
        self._decide = decide or self._decide
        assert self._decide is not None  # noqa: S101 # for the type checker: it is told first
        return await self._prepare(self._decide, limit, after)

    async def _vendor(self, system: str) -> Vendor:
        if system not in self._vendors:
            settings, policy, clock, _, paced = self._given
            opened = sourcing.opened(settings, policy, clock, [System(system)], paced=paced)
            (self._vendors[system],) = await self._open.enter_async_context(opened)
        return self._vendors[system]


class _ReadApart:
    """A vendor whose long feeds are read by another process."""

    def __init__(self, vendor: Vendor, worker: Worker, many: int) -> None:
        self._vendor, self._worker, self._many = vendor, worker, many
        self._calls = 0

    @property
    def system(self) -> str:
        """Its name."""
        return self._vendor.system

    @property
    def feeds(self) -> Sequence[Feed]:
        """What it gives."""
        return self._vendor.feeds

    @property
    def calls(self) -> int:
        """How many calls were made by both processes."""
        return self._vendor.calls + self._calls

    async def pages(
        self, feed: str, *, cursor: str = "", since: datetime | None = None
    ) -> AsyncIterator[Page]:
        """The feed's pages: the first ones here, more of them there. What changed lately is little, and read here."""
        read, at = 0, cursor
        async for page in self._vendor.pages(feed, cursor=cursor, since=since):
            yield page
            if page.cursor is None:
                return
            read, at = read + len(page.readings), page.cursor
            if since is None and read >= self._many:
                break
        try:
            async for page in self._apart(feed, at):
                yield page
                at = page.cursor or at
        except WorkerLostError as error:
            _log.warning("read_here", system=self.system, feed=feed, error=str(error))
            async for page in self._vendor.pages(feed, cursor=at):
                yield page

    async def _apart(self, feed: str, cursor: str) -> AsyncIterator[Page]:
        async for page, calls in self._worker.stream("pages", self.system, feed, cursor):
            self._calls = calls
            yield page

    async def check(self) -> tuple[Drift, ...]:
        """Reaches the system."""
        return await self._vendor.check()

    async def close(self) -> None:
        """Let go of connections."""
        await self._vendor.close()


class _Deciding:
    """Has the second process decide."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._told: Decide | None = None

    async def prepare(self, decide: Decide, limit: int, after: str) -> Any:
        """Keeps ports.readings.Elsewhere: None where the process is lost."""
        again, self._told = decide == self._told, decide
        try:
            return await self._worker.call("prepare", None if again else decide, limit, after)
        except WorkerLostError as error:
            _log.warning("decided_here", error=str(error))
            return None


@asynccontextmanager
async def opened(
    house: House, systems: Sequence[System], *, paced: bool = True, many: int = MANY, helped: bool = True
) -> AsyncIterator[Opened]:
    """The sources of these systems, and where else accounts may be decided; what was started for it ends with it.

    `helped` False leaves deciding to the second process: for a bot, of which somebody may wait for an answer.
    """
    given = _Given(house.settings, house.policy, house.clock, house.store.url, paced)
    worker = Worker(Second, given)
    async with sourcing.opened(house.settings, house.policy, house.clock, systems, paced=paced) as vendors:
        try:
            apart = [_apart(vendor, worker, many) for vendor in vendors]
            yield Opened(apart, Elsewhere(_Deciding(worker).prepare, many, helped))
        finally:
            await worker.close()


def _apart(vendor: Vendor, worker: Worker, many: int) -> Vendor:
    return _ReadApart(vendor, worker, many) if vendor.system in READ_APART else vendor


def jobs_of(house: House) -> Mapping[str, Job]:
    """The work of reading the systems, by name; none where none is configured."""
    systems = sourcing.configured(house.settings)
    if not systems:
        return {}

    def again() -> AbstractAsyncContextManager[Opened]:
        return opened(house, systems, helped=False)

    return {job.name: job for job in recurring(again, house.policy.join)}


def collect_seldom() -> None:
    """A sync makes millions of small objects that drop by themselves; looking for them each 700 costs a tenth of its time."""
    gc.freeze()
    gc.set_threshold(500_000, 10, 10)
