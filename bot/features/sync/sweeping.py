"""Reading one system, feed by feed and page by page; what was read is kept with how far it came, so that it goes on there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from bot import log
from bot.domain.reading import Kept, Reading, System
from bot.errors import SourceError, SourceUnavailable, StoreError
from bot.features.sync import reporting, rules
from bot.features.sync.identity import claim_of
from bot.features.sync.keepers import SyncKeepers
from bot.features.sync.reporting import FeedReport, SourceReport
from bot.features.sync.telling import tell_refusal
from bot.ports.readings import TOLD_REFUSED, Sweep, SweepState
from bot.ports.vendors import Feed, Page, Vendor

BATCH = 2_000
"""Records kept in one transaction, if pages come quickly."""
LONGEST = 2.0
"""Seconds after which what was read is kept, if they do not."""
Told: TypeAlias = Callable[[str, str, int, int | None], None]
"""Told (system, feed, records so far, records in all if that is known)."""

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a sync is asked for: `named` systems are read even where nothing is due."""

    named: tuple[str, ...] = ()
    whole: bool = False
    confirmed: bool = False


@dataclass(kw_only=True)
class Reader:
    """Reads one system."""

    vendor: Vendor
    keepers: SyncKeepers
    asked: Asked
    told: Told
    _reports: list[FeedReport] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)

    async def read(self) -> SourceReport:
        """Read every feed that is due. What fails becomes a sentence: what was read before stays, and so does the rest."""
        drift: tuple[str, ...] = ()
        try:
            planned = await self._planned()
            if any(sweep.whole for _, sweep, _ in planned):
                drift = tuple(map(reporting.of_drift, await self.vendor.check()))
            for feed, sweep, goes_on in planned:
                if not await self._feed(feed, sweep, goes_on=goes_on):
                    break
        except SourceError as error:
            self._problems.append(_said(error))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 # one system's surprise must not keep the others from being read
            _log.error("a system was not read", system=self.vendor.system, trace=log.traced(error))
            called = System(self.vendor.system).called
            self._problems.append(f"{called}: an unexpected {type(error).__name__}; see the log")
        return SourceReport(
            system=self.vendor.system,
            feeds=tuple(self._reports),
            problems=tuple(self._problems),
            drift=drift,
        )

    async def _planned(self) -> list[tuple[Feed, Sweep, bool]]:
        """What is to be read of each feed, and whether that goes on where it stopped."""
        known = await self.keepers.readings.list_sweeps()
        last = {one.feed: one for one in known if one.system == self.vendor.system}
        found = [(feed, self._plan(feed, last.get(feed.name))) for feed in self.vendor.feeds]
        return [(feed, *plan) for feed, plan in found if plan is not None]

    def _plan(self, feed: Feed, last: Sweep | None) -> tuple[Sweep, bool] | None:
        now, join = self.keepers.clock.now(), self.keepers.policy.join
        if last is not None and rules.goes_on(last, now, whole=self.asked.whole):
            return last, True
        whole_due = self.asked.whole or rules.is_whole_due(last, now, join)
        named = self.vendor.system in self.asked.named
        if not whole_due and not named and not (feed.incremental and rules.is_due(last, now, join)):
            return None
        whole = whole_due or not feed.incremental
        sweep = Sweep(
            system=self.vendor.system,
            feed=feed.name,
            number=last.number + 1 if last else 1,
            whole=whole,
            state=SweepState.RUNNING,
            started_at=now,
            since=None if whole or last is None else last.done_at,
            done_at=last.done_at if last else None,
            whole_at=last.whole_at if last else None,
        )
        return sweep, False

    async def _feed(self, feed: Feed, sweep: Sweep, *, goes_on: bool) -> bool:
        """Read one feed; says whether there is a point in reading the next."""
        reading = Sweeping(
            self.vendor, self.keepers, feed, await self._begun(sweep, goes_on=goes_on), self.told
        )
        try:
            await reading.run(self._refuses)
        except SourceUnavailable as error:
            self._problems.append(_said(error))
            return False
        except SourceError as error:
            if goes_on and not reading.has_read:  # its cursor may be too old: it is read anew, once
                return await self._feed(feed, replace(sweep, number=sweep.number + 1), goes_on=False)
            self._problems.append(_said(error))
        finally:
            self._reports.append(reporting.of_sweep(reading.sweep))
        if refusal := reporting.of_refusal(reading.sweep):
            self._problems.append(refusal)
        return True

    async def _begun(self, sweep: Sweep, *, goes_on: bool) -> Sweep:
        if goes_on:
            return sweep
        before = 0
        if sweep.whole and sweep.number > 1:  # nothing was read of it before the first
            before = await self.keepers.readings.count_before(sweep.system, sweep.feed)
        begun = replace(_emptied(sweep), before=before, started_at=self.keepers.clock.now())
        async with self.keepers.work.transaction() as tx:
            await self.keepers.readings.begin_sweep(tx, begun)
        return begun

    def _refuses(self, sweep: Sweep, seen: int) -> bool:
        if self.asked.confirmed:
            return False
        return rules.is_far_fewer(seen, sweep.before, self.keepers.policy.join)


class Sweeping:
    """One reading of a feed under way. While a batch is kept, the next page is asked for."""

    def __init__(self, vendor: Vendor, keepers: SyncKeepers, feed: Feed, sweep: Sweep, told: Told) -> None:
        self.sweep = sweep
        self.has_read = False
        self._vendor, self._keepers, self._feed, self._told = vendor, keepers, feed, told
        self._claims = partial(claim_of, sweep.system, rules=keepers.policy.join)
        self._waiting: list[Reading | Kept] = []
        self._read = sweep  # as it will be once what waits is kept
        self._keeping: asyncio.Task[None] | None = None
        self._calls = vendor.calls
        self._since = self._kept_at = asyncio.get_running_loop().time()

    async def run(self, refuses: Callable[[Sweep, int], bool]) -> None:
        """Read to the end, and take as gone what is gone; raises SourceError with everything before it kept."""
        try:
            pages = self._vendor.pages(self._feed.name, cursor=self.sweep.cursor, since=self.sweep.since)
            async for page in pages:
                self._take(page)
                if len(self._waiting) >= BATCH or self._time() - self._kept_at > LONGEST:
                    await self._keep()
        except SourceError:
            await self._keep()
            await self._kept()
            raise
        await self._kept()
        await self._end(refuses)

    def _take(self, page: Page) -> None:
        self.has_read = True
        self._waiting.extend(page.readings)
        read = self._read
        self._read = replace(
            read,
            cursor=page.cursor or read.cursor,
            pages=read.pages + 1,
            records=read.records + len(page.readings),
            refused=read.refused + len(page.refused),
            told=(*read.told, *page.refused)[:TOLD_REFUSED],
        )
        self._told(read.system, read.feed, self._read.records, page.total)

    async def _keep(self) -> None:
        """Have what waits kept while the next page is asked for."""
        await self._kept()
        if self._waiting or self._read is not self.sweep:
            some, self._waiting = self._waiting, []
            self._keeping = asyncio.create_task(self._save(self._counted(), some))

    async def _kept(self) -> None:
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            await keeping

    async def _save(self, sweep: Sweep, some: Sequence[Reading | Kept]) -> None:
        async with self._keepers.work.transaction() as tx:
            changed = await self._keepers.readings.save_page(tx, sweep, some, self._claims)
        self._settle(sweep, changed)

    def _settle(self, sweep: Sweep, changed: int) -> None:
        self.sweep = replace(sweep, changed=sweep.changed + changed)
        self._read = replace(self._read, changed=self.sweep.changed)

    async def _end(self, refuses: Callable[[Sweep, int], bool]) -> None:
        """The last records, the end of the sweep and what is to be merged because of it, in one transaction."""
        readings, sweep = self._keepers.readings, self._counted()
        takes_gone = sweep.whole and not self._feed.windowed
        async with self._keepers.work.transaction() as tx:
            changed = await readings.save_page(tx, sweep, self._waiting, self._claims)
            self.sweep = await readings.end_sweep(
                tx,
                replace(sweep, changed=sweep.changed + changed),
                gone_on=self._keepers.clock.today() if takes_gone else None,
                refuses=lambda seen: refuses(sweep, seen),
            )
            if self.sweep.state is SweepState.REFUSED:
                await tell_refusal(self._keepers.people, self._keepers.outgoing, tx, self.sweep)
            if sweep.whole:
                week = sweep.system == self._keepers.policy.join.history_from
                await readings.touch_all(tx, week=week)

    def _counted(self) -> Sweep:
        """With the seconds and calls since it was last kept."""
        now, calls = self._time(), self._vendor.calls
        read = self._read
        self._read = replace(
            read, seconds=read.seconds + now - self._since, calls=read.calls + calls - self._calls
        )
        self._since, self._kept_at, self._calls = now, now, calls
        return self._read

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()


def _emptied(sweep: Sweep) -> Sweep:
    """As it begins."""
    return replace(
        sweep, cursor="", pages=0, records=0, changed=0, gone=0, refused=0, told=(), calls=0, seconds=0.0
    )


def _said(error: SourceError) -> str:
    """The sentence, with the system's own name for the call where it gave one."""
    said = str(error)
    return (
        f"{said} (request {error.request_id})" if error.request_id and error.request_id not in said else said
    )
