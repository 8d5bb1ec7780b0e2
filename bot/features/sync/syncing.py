"""A whole sync: every configured system read at once, what they said joined and merged into the book, and what it came to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.features.sync import people
from bot.features.sync.keepers import SyncKeepers
from bot.features.sync.merging import Merging
from bot.features.sync.reporting import SyncReport, read_report
from bot.features.sync.sweeping import Asked, Reader, Told
from bot.ports.readings import Elsewhere, MergedCount, SweepState, SyncRecord
from bot.ports.vendors import Vendor

CHUNK = 500
"""Accounts merged in one transaction: others that write wait no longer than for these."""
Merged: TypeAlias = Callable[[int, int], None]
"""Told (accounts merged so far, accounts in all)."""


def _silent(*_said: object) -> None:
    pass


async def sync(
    vendors: Sequence[Vendor],
    keepers: SyncKeepers,
    asked: Asked,
    *,
    told: Told = _silent,
    merged: Merged = _silent,
    elsewhere: Elsewhere | None = None,
) -> SyncReport:
    """Read, join, merge and report; raises SyncUnderWay where another process does.

    Many accounts are decided `elsewhere`, if there is such a place.

    Safe to stop at any instant: it goes on at the page that was reached, and with the accounts not merged yet.
    """
    async with keepers.readings.alone():
        began = keepers.clock.now()
        readers = [Reader(vendor=vendor, keepers=keepers, asked=asked, told=told) for vendor in vendors]
        sources = await asyncio.gather(*(reader.read() for reader in readers))
        count = await merge(keepers, merged, elsewhere)
        absences = await people.take(keepers, [vendor.system for vendor in vendors])
        report = SyncReport(
            started_at=began,
            ended_at=keepers.clock.now(),
            sources=tuple(sources),
            merged=count,
            unmatched=await keepers.readings.count_unmatched(),
            disagreements=await keepers.readings.count_disagreements(),
            absences=absences,
        )
        await _remember(keepers, report)
        return report


async def merge(
    keepers: SyncKeepers, told: Merged = _silent, elsewhere: Elsewhere | None = None
) -> MergedCount:
    """Merge every account that waits, some at a time; goes on after a crash with those that still wait."""
    readings, policy = keepers.readings, keepers.policy
    async with keepers.work.transaction() as tx:
        if await _is_cut_short(keepers):
            await readings.touch_all(tx, week=False)
        await readings.gather(tx)
    merging = Merging(join=policy.join, health=policy.health, today=keepers.clock.today())
    waiting, total = await readings.count_touched(), MergedCount()
    place = elsewhere if elsewhere and waiting >= elsewhere.many else None
    while True:
        async with keepers.work.transaction() as tx:
            clock = keepers.clock
            some = await readings.merge(
                tx,
                merging.decide,
                limit=CHUNK,
                now=clock.now(),
                today=clock.today(),
                elsewhere=place,
            )
        if some is None:
            return total
        total = total.plus(some)
        told(total.accounts, waiting)


async def _is_cut_short(keepers: SyncKeepers) -> bool:
    """Whether a whole reading stopped on its way: what it read so far is merged all the same."""
    sweeps = await keepers.readings.list_sweeps()
    return any(one.whole and one.changed and one.state is SweepState.RUNNING for one in sweeps)


async def last_report(keepers: SyncKeepers) -> SyncReport | None:
    """What the newest sync came to."""
    found = await keepers.readings.last_sync()
    return None if found is None else read_report(found.report)


async def _remember(keepers: SyncKeepers, report: SyncReport) -> None:
    record = SyncRecord(started_at=report.started_at, ended_at=report.ended_at, report=report.as_values())
    async with keepers.work.transaction() as tx:
        await keepers.readings.save_sync(tx, record)
