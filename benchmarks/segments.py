"""Segments of a whole book: classifying every account, and the drift list from the database to its blocks."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.book import CLOCK, filled_store
from benchmarks.report import Line, Size
from bot.domain.boundary import SegmentRow
from bot.domain.segment import Classified, Classifier, SegmentModel
from bot.features.segment_lists import rules
from bot.policy import Policy, load
from bot.store import Store


def run(size: Size, work: Path) -> list[Line]:
    """The goals of /segment: seconds over the whole book."""
    return asyncio.run(_measured(size, work))


async def _measured(size: Size, work: Path) -> list[Line]:
    policy = load()
    async with filled_store(work, size.accounts) as (store, file):
        rows = await store.book.list_segment_rows()
        model = policy.model_on(CLOCK.today())
        _put_right(file, rows, model)
        classifying = _timed(size, lambda: _classified(rows, model))
        listing = []
        for _ in range(size.rounds):
            began = time.process_time()
            found = await _drift(store, policy)
            listing.append(time.process_time() - began)
        ids = [one.row.id for one in found]
    scale = size.accounts / 100_000
    return [
        Line(
            what=f"{size.accounts:,} accounts classified",
            ours=f"{median(classifying) * 1000:.0f} ms",
            ratio=median(classifying),
            goal=1.0 * scale,
            note="seconds of one core",
        ),
        Line(
            what=f"the drift list over {size.accounts:,} accounts",
            ours=f"{median(listing) * 1000:.0f} ms",
            ratio=median(listing),
            goal=2.0 * scale,
            note=f"seconds of one core: read from the database, decided, sorted and added up; {len(ids):,} drift in this book",
        ),
    ]


def _put_right(file: Path, rows: Sequence[SegmentRow], model: SegmentModel) -> None:
    """Record what the rules say, but for every twentieth account: an invented book drifts nearly everywhere."""
    find = Classifier(model)
    found = [(find(row.developers, row.arr), row.id) for row in rows]
    told = [(one.rule.segment, one.rule.team, id_) for one, id_ in found if isinstance(one, Classified)]
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.executemany(
            "update accounts set segment = ?, team = ? where id = ?",
            [one for place, one in enumerate(told) if place % 20],
        )


def _classified(rows: Any, model: Any) -> None:
    find = Classifier(model)
    for row in rows:
        find(row.developers, row.arr)


async def _drift(store: Store, policy: Policy) -> list[rules.Listed]:
    today = CLOCK.today()
    model = policy.model_on(today)
    rows = await store.book.list_segment_rows()
    found = rules.drifting(rules.read(rows, model), model, policy.drift, today)
    rules.parts_of(found, policy.health, by_record=True)
    return found


def _timed(size: Size, work: Callable[[], None]) -> list[float]:
    times = []
    for _ in range(size.rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return times
