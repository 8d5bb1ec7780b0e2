"""The vendors on trial: each `trial_<vendor>.py` beside this file says how its source and its stand-in are made.

A trial is a module with:
    FEED            the feed that is tried, and PATH: a part of the path under which it is asked for
    SECRET          the setting that a refusal names
    book(count)     a stand-in's book with that many records of the feed, in the order in which they are given
    key(number)     the key under which the number-th of them is read (from 0)
    standin(book, page_size)
    source(base_url, line, clock)
    nulled()        one more record, with nothing in every field that may be null
    bad()           records that cannot be read, each for a reason of its own
    add(book, record) puts it, and extended(book) adds fields that nobody knows to every record
    PAGED           whether it gives pages at all; CURSORS: whether it names cursors
    EMBEDDED        a fault whose success holds an error, where the vendor has that; else None
    LIKE            the trial of another feed of the same vendor, whose names stand for those that it lacks
The book's records hold the word PLANTED-a7f3 in every field that people write; no reading may hold it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.domain.reading import Reading, Unreadable
from bot.http.client import Line, Patience, open_session
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.serving import VendorSite, VendorStandin


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if like := getattr(module, "LIKE", None):
        for name, value in vars(_load(path.with_name(f"{like}.py"))).items():
            if not hasattr(module, name):
                setattr(module, name, value)
    return module


TRIALS = [_load(path) for path in sorted(Path(__file__).parent.glob("trial_*.py"))]


class Waits:
    """A sleep that only writes down how long it was to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Bench:
    """One vendor's source before its stand-in, over real HTTP."""

    def __init__(self, trial: Any, standin: VendorStandin, source: Any, waits: Waits) -> None:
        self.trial = trial
        self.standin = standin
        self.source = source
        self.waits = waits

    def fault(self, kind: str, **given: Any) -> VendorFault:
        """Script a fault of the feed's own path."""
        fault = VendorFault(kind=kind, **{"path": self.trial.PATH, **given})
        self.standin.faults.append(fault)
        return fault

    async def read(self, cursor: str = "") -> tuple[list[Reading], list[Unreadable]]:
        """The feed to its end."""
        readings, refused = [], []
        async for page in self.source.pages(self.trial.FEED, cursor=cursor):
            readings.extend(page.readings)
            refused.extend(page.refused)
        return readings, refused

    async def keys(self, cursor: str = "") -> list[str]:
        """The keys of the feed's readings."""
        return [reading.key for reading in (await self.read(cursor))[0]]

    def expected(self, count: int) -> list[str]:
        """The keys that a book of that many records has."""
        return sorted(self.trial.key(number) for number in range(count))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test is made for each vendor, or with `vendors("PAGED")` for each whose trial says that it has that."""
    if "trial" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("vendors")
    of = [trial for trial in TRIALS if marker is None or getattr(trial, marker.args[0])]
    assert of, f"{metafunc.definition.name} would try nobody"
    metafunc.parametrize("trial", of, ids=[trial.__name__.removeprefix("trial_") for trial in of])


@pytest.fixture
def count() -> int:
    """How many records the book has, where a test does not say otherwise."""
    return 7


@pytest.fixture
async def bench(trial: Any, clock: Any, count: int) -> AsyncIterator[Bench]:
    """A vendor's book in pages of three."""
    standin = trial.standin(trial.book(count), 3)
    waits = Waits()
    patience = Patience(seconds=5, quiet=0.15, repeats=3, first_wait=1, sleep=waits)
    site = VendorSite(standin)
    async with open_session() as session:
        base_url = await site.start()
        source = trial.source(base_url, Line(session=session, patience=patience, paced=False), clock)
        yield Bench(trial, standin, source, waits)
        await source.close()
        await site.stop()
