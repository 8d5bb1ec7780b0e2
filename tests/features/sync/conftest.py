"""A desk for syncs over the real store, and vendors that say what a test has them say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.reading import (
    AccountReading,
    ContactReading,
    Drift,
    Event,
    EventReading,
    Reading,
    Unreadable,
)
from bot.features.sync.reporting import SyncReport
from bot.features.sync.sweeping import Asked
from bot.features.sync.syncing import sync
from bot.policy import Policy
from bot.ports.vendors import Feed, Page
from bot.store import Store

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)


@dataclass
class Scripted:
    """A vendor: its feeds with what they hold, page by page; `fails` says before which page of a feed it fails."""

    system: str
    holds: dict[str, list[Reading]]
    size: int = 2
    incremental: bool = True
    windowed: frozenset[str] = frozenset()
    fails: dict[str, tuple[int, Exception]] = field(default_factory=dict)
    refused: dict[str, tuple[Unreadable, ...]] = field(default_factory=dict)
    drift: tuple[Drift, ...] = ()
    calls: int = 0
    asked: list[tuple[str, str, datetime | None]] = field(default_factory=list)

    @property
    def feeds(self) -> Sequence[Feed]:
        return [
            Feed(name=name, incremental=self.incremental, windowed=name in self.windowed)
            for name in self.holds
        ]

    async def pages(
        self, feed: str, *, cursor: str = "", since: datetime | None = None
    ) -> AsyncIterator[Page]:
        self.asked.append((feed, cursor, since))
        found = [one for one in self.holds[feed] if since is None or getattr(one, "as_of", since) >= since]
        for page in range(int(cursor or 0), max(1, -(-len(found) // self.size))):
            fails_at, error = self.fails.get(feed, (-1, None))
            if page == fails_at and error is not None:
                raise error
            self.calls += 1
            begins = page * self.size
            last = begins + self.size >= len(found)
            yield Page(
                readings=tuple(found[begins : begins + self.size]),
                cursor=None if last else str(page + 1),
                refused=self.refused.get(feed, ()) if page == 0 else (),
                total=len(found),
            )

    async def check(self) -> tuple[Drift, ...]:
        return self.drift

    async def close(self) -> None:
        pass


def account(key: str, *, sf: str = "", name: str = "", **values: Any) -> AccountReading:
    """A reading; `sf` is the Salesforce id that it names."""
    return AccountReading(
        key=key,
        name=name or f"Account {key}",
        ids={"salesforce": sf} if sf else {},
        values=values,
        as_of=AS_OF,
    )


def event(kind: Event, key: str, of: str, **told: Any) -> EventReading:
    return EventReading(kind=kind, key=key, account_key=of, **{"as_of": AS_OF, **told})


@dataclass
class Desk:
    """Keeps what a sync needs, over a store; and syncs."""

    store: Store
    policy: Policy

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def sync(self, *vendors: Scripted, **asked: Any) -> SyncReport:
        return await sync(vendors, self, Asked(**asked))

    def with_join(self, **changes: Any) -> Desk:
        return Desk(self.store, replace(self.policy, join=replace(self.policy.join, **changes)))


@pytest.fixture
def desk(store: Store) -> Desk:
    """On both engines."""
    return Desk(store, policy_module.load())


@pytest.fixture
def sqlite_desk(sqlite_store: Store) -> Desk:
    """On SQLite alone."""
    return Desk(sqlite_store, policy_module.load())


@pytest.fixture
def say() -> Any:
    """How tests make what systems say."""
    return Say


class Say:
    scripted = Scripted
    account = staticmethod(account)
    event = staticmethod(event)
    contact = ContactReading
    as_of = AS_OF


__all__: Iterable[str] = ()
_: Mapping[str, str] = {}
