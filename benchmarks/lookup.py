"""Look-ups: mistyped names beside a Jaro-Winkler scan, exact ones beside raw sqlite3."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from benchmarks.book import account_id, filled_store
from benchmarks.names import invented, mistyped
from benchmarks.report import Line, Size, p50_p99
from bot.domain.matching import Entry, NameIndex
from bot.store import Store


def run(size: Size, work: Path) -> list[Line]:
    """Goals 7 and 8."""
    return [*_typos(size), *asyncio.run(_exact(size, work))]


def _typos(size: Size) -> list[Line]:
    names = invented(size.accounts)
    began = time.perf_counter()
    index = NameIndex(Entry(str(number), name) for number, name in enumerate(names))
    built = time.perf_counter() - began
    lowered = [name.lower() for name in names]
    draw = random.Random("queries")
    asked = [
        (wanted, mistyped(names[wanted], draw)) for wanted in draw.sample(range(len(names)), size.queries)
    ]

    def ours(text: str) -> list[int]:
        return [int(match.id) for match in index.search(text, limit=5)]

    def scan(text: str) -> list[int]:
        found = process.extract(text.lower(), lowered, scorer=JaroWinkler.normalized_similarity, limit=5)
        return [place for _, _, place in found]

    def decided(text: str) -> list[int]:
        found = index.find(text)
        matches = (found.chosen,) if found.chosen else (found.candidates or found.nearest)
        return [int(match.id) for match in matches[:5]]

    timed = {_name(way): _timed(way, asked) for way in (ours, scan, decided)}
    (our_times, our_places), (scan_times, scan_places) = timed["ours"], timed["scan"]
    found = f"{_recall(our_places, 1):.3f} / {_recall(our_places, 5):.3f}"
    beside = f"{_recall(scan_places, 1):.3f} / {_recall(scan_places, 5):.3f}"
    better = _recall(our_places, 5) / max(_recall(scan_places, 5), 1e-9)
    return [
        Line(
            what=f"typo look-up, {size.accounts:,} names: p50 / p99",
            ours=p50_p99(our_times),
            beside=f"Jaro-Winkler scan {p50_p99(scan_times)}",
            ratio=median(our_times) / median(scan_times),
            goal=0.3,
            number=7,
            note=f"the index is built in {built:.2f} s; a scan of lower-cased names",
        ),
        Line(
            what="the same: recall@1 / @5",
            ours=found,
            beside=beside,
            ratio=better,
            goal=1.0,
            at_least=True,
            number=7,
            note=f"{size.queries} names with 1–2 slips, half without the legal form; near twins cap recall@1",
        ),
        Line(
            what="the same, decided (one, several or nearest): p50 / p99",
            ours=p50_p99(timed["decided"][0]),
            note=f"the wanted one among the first 5: {_recall(timed['decided'][1], 5):.3f}",
        ),
    ]


def _name(way: Callable[..., Any]) -> str:
    return way.__name__


def _timed(way: Callable[[str], list[int]], asked: list[tuple[int, str]]) -> tuple[list[float], list[int]]:
    """Seconds a query, and at which place the wanted name was found (0: not among the first five)."""
    times, places = [], []
    for wanted, text in asked:
        began = time.perf_counter()
        found = way(text)
        times.append(time.perf_counter() - began)
        places.append(found.index(wanted) + 1 if wanted in found else 0)
    return times, places


def _recall(places: list[int], within: int) -> float:
    return sum(1 for place in places if 0 < place <= within) / len(places)


async def _exact(size: Size, work: Path) -> list[Line]:
    async with filled_store(work, size.accounts) as (store, file):
        await store.book.find_by_name("warms the index")
        raw = sqlite3.connect(file)
        numbers = {name: number for number, name in enumerate(invented(size.accounts))}
        sample = random.Random("exact").sample(list(numbers), size.queries)
        asked = [(account_id(numbers[name]), name) for name in sample]
        lines = await _beside(store, raw, asked)
        raw.close()
    return lines


async def _beside(store: Store, raw: sqlite3.Connection, asked: list[tuple[str, str]]) -> list[Line]:
    raw.execute("create temp table named (id text, name text collate nocase)")
    raw.execute("insert into named select id, name from accounts")
    raw.execute("create index temp.named_name on named (name)")
    times: dict[str, list[float]] = {"id": [], "name": [], "raw id": [], "raw name": []}
    for wanted, name in asked * 3:
        began = time.perf_counter()
        await store.book.find_account(wanted)
        times["id"].append(time.perf_counter() - began)
        began = time.perf_counter()
        raw.execute("select * from accounts where id = ?", (wanted,)).fetchone()
        times["raw id"].append(time.perf_counter() - began)
        began = time.perf_counter()
        await store.book.find_by_name(name)
        times["name"].append(time.perf_counter() - began)
        began = time.perf_counter()
        raw.execute("select id, name from named where name = ?", (name,)).fetchone()
        times["raw name"].append(time.perf_counter() - began)
    return [
        Line(
            what=f"exact look-up by {key}: p50 / p99",
            ours=p50_p99(times[key]),
            beside=f"raw sqlite3 {p50_p99(times[f'raw {key}'])}",
            ratio=median(times[key]) / median(times[f"raw {key}"]),
            goal=10,
            number=8,
            note=note,
        )
        for key, note in (("name", "which account is meant"), ("id", "every value with its source and age"))
    ]
