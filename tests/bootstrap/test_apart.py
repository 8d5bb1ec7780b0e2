"""A long feed is read by a second process from some page on, and by the first again where that one is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap import apart, sourcing
from bot.bootstrap.house import House
from bot.clock import FixedClock
from bot.domain.reading import System
from bot.errors import SourceRefused
from bot.features.sync.identity import claim_of
from bot.ports.vendors import Page, Vendor
from bot.standin.vendors import town
from bot.standin.vendors.books import Books
from bot.standin.vendors.business import Business
from bot.standin.vendors.faults import VendorFault
from bot.store import Store
from bot.store.records import entries

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ACCOUNTS, MANY = 950, 300


@pytest.fixture
async def systems() -> AsyncIterator[town.Town]:
    """Systems that hold some accounts."""
    rows = [
        {"account_id": f"A{n}", "name": f"Account {n}", "health_score": n % 100 / 10} for n in range(ACCOUNTS)
    ]
    books = Books(business=Business(accounts=rows), now=NOW).all()
    async with town.opened(books) as opened:
        yield opened


@pytest.fixture
def house(sqlite_store: Store, clock: Any, systems: town.Town) -> House:
    """Beside them."""
    settings = settings_module.Settings(
        **{name.lower(): value for name, value in systems.environment.items()}
    )
    return House(settings, policy_module.load(), FixedClock(NOW, clock.zone), sqlite_store)


def _children() -> set[int]:
    """The second processes of this one."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text().split("\0")
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        if parent == os.getpid() and "bot.worker" in words:
            found.add(int(path.parent.name))
    return found


async def _all(vendor: Vendor, **asked: Any) -> list[Page]:
    return [page async for page in vendor.pages("accounts", **asked)]


async def _into(found: list[Page], vendor: Vendor) -> None:
    async for page in vendor.pages("accounts"):
        found.append(page)  # noqa: PERF401 # what came before it failed is looked at


def _kept(house: House, pages: list[Page]) -> list[Any]:
    claims = partial(claim_of, "vitally", rules=house.policy.join)
    return entries([one for page in pages for one in page.readings], "vitally", "accounts", claims)


async def test_what_is_read_apart_is_what_is_read_here(house: House):
    async with sourcing.opened(house.settings, house.policy, house.clock, [System.VITALLY]) as (vendor,):
        wanted = await _all(vendor)
    async with apart.opened(house, [System.VITALLY], many=MANY) as ((vendor,), _):
        pages = await _all(vendor)
        assert [type(page.readings[0]) is tuple for page in pages] == [False] * 3 + [True] * 7
        assert [page.cursor for page in pages] == [page.cursor for page in wanted]
        assert vendor.calls > len(pages)
        process = _children()
        assert len(process) == 1
        few = await _all(vendor, since=NOW)  # what changed lately
        assert all(type(one) is not tuple for page in few for one in page.readings)
    assert not _children()
    assert len(_kept(house, wanted)) == ACCOUNTS
    assert _kept(house, pages) == _kept(house, wanted)


async def test_a_short_feed_takes_no_second_process(house: House):
    async with apart.opened(house, [System.VITALLY]) as ((vendor,), _):
        assert len(await _all(vendor)) == 10
        assert not _children()


async def test_a_second_process_that_is_lost_is_done_without(house: House):
    """From the page that it had come to, without a gap; what was read may be read once more."""
    found: list[Page] = []
    async with apart.opened(house, [System.VITALLY], many=MANY) as ((vendor,), elsewhere):
        async for page in vendor.pages("accounts"):
            found.append(page)
            if len(found) == 5:
                (pid,) = _children()
                os.kill(pid, signal.SIGKILL)
        assert elsewhere is not None
        assert await elsewhere.prepare(str, 10, "") is None  # so the store does it itself
    keys = {entry[0] for entry in _kept(house, found)}
    assert len(keys) == ACCOUNTS
    assert [type(page.readings[0]) is tuple for page in found[:5]] == [False] * 3 + [True] * 2
    assert type(found[-1].readings[0]) is not tuple


async def test_what_a_system_refuses_there_is_heard_here(house: House, systems: town.Town):
    """As if it were read here: its kind, its own name for the call, and everything before it."""
    refusal = VendorFault(kind="status", path="accounts", skip=6, times=None, status=403)
    refusal.headers = {"X-Request-Id": "abc-1"}
    systems.standins["vitally"].faults.append(refusal)
    found: list[Page] = []
    async with apart.opened(house, [System.VITALLY], many=MANY) as ((vendor,), _):
        with pytest.raises(SourceRefused, match="Vitally") as raised:
            await _into(found, vendor)
        assert _children(), "it was read there"
    assert raised.value.request_id == "abc-1"
    assert len(found) >= 4
