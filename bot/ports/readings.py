"""What the systems said, each kept by itself: read page by page, joined, and merged into the book chunk by chunk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bot.domain.account import Cents, Week
from bot.domain.joining import Disagreement
from bot.domain.person import Contact
from bot.domain.provenance import Stamp
from bot.domain.reading import Event, Kept, PersonReading, Reading, Unreadable
from bot.ports.book import AccountRow
from bot.ports.people import Absence
from bot.ports.work import Transaction

TOLD_REFUSED = 20
"""Records that could not be taken, of a sweep: so many are told one by one."""


class SweepState(StrEnum):
    """Where the reading of a feed stands."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # it gave far fewer records than before: nothing is taken as gone until somebody confirms it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One reading of a feed, from its first page to its last. It goes on at `cursor` after a crash.

    `done_at` is when the newest reading that came to its end began, `whole_at` the same of the newest whole one.
    """

    system: str
    feed: str
    number: int
    whole: bool
    state: SweepState
    started_at: datetime
    since: datetime | None = None
    cursor: str = ""
    pages: int = 0
    records: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0
    told: tuple[Unreadable, ...] = ()
    calls: int = 0
    seconds: float = 0.0
    done_at: datetime | None = None
    whole_at: datetime | None = None
    before: int = 0  # records that it had given before, where it is refused


class Claimed(NamedTuple):
    """The account that a reading is of, where its own ids say so. `links` are other systems' ids of it."""

    account_id: str | None
    links: tuple[tuple[str, str], ...] = ()


Claims = Callable[[Any], Claimed]
"""Pure: which account an AccountReading is of."""


class Spoken(NamedTuple):
    """What one system says of an account, as it was kept."""

    system: str
    key: str
    name: str
    values: Mapping[str, Any]
    as_of: datetime
    dated: Mapping[str, datetime]
    gone_on: date | None


class Happened(NamedTuple):
    """One event of an account, as it was kept."""

    system: str
    kind: Event
    key: str
    label: str
    title: str
    whom: str
    on: date | None
    opened_on: date | None
    amount: Cents | None
    done: bool


class Met(NamedTuple):
    """Somebody on the customer's side, as a system knows them."""

    system: str
    key: str
    name: str
    email: str | None
    title: str | None
    roles: tuple[str, ...]


class Held(Protocol):
    """What the book holds of an account."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def category(self) -> str | None:
        """Its health category."""

    @property
    def churned_on(self) -> date | None:
        """Since when it is churned."""

    def rest(self, spoken: Mapping[str, Any]) -> Iterator[tuple[str, Any, Stamp]]:
        """Each known value of which `spoken` knows none, with its stamp."""


class Told(NamedTuple):
    """Everything that is known of an account before it is merged. `week`: its week's row is to be written."""

    account_id: str
    held: Held | None
    spoken: Sequence[Spoken]
    happened: Sequence[Happened]
    met: Sequence[Met]
    week: bool


@dataclass(slots=True, kw_only=True)
class Merged:
    """What becomes of it. `contacts` None leaves them as they are; `moved` is the category before and now."""

    row: AccountRow
    contacts: Sequence[Contact] | None = None
    week: Week | None = None
    disagreements: Sequence[Disagreement] = ()
    moved: tuple[str, str] | None = None


Decide = Callable[[Iterable[Told], Mapping[tuple[str, Event], datetime]], Iterator[Merged]]
"""Pure; called where the transaction's statements run, with the instant as of which each system's events are known."""


class Elsewhere(NamedTuple):
    """Another process, which reads and decides so many of the accounts whose ids come after one.

    What it gives is the store's own, None where it could not. It is worth its while from `many` accounts on. `helped` says
    that this process does its share, since nobody waits for an answer of it meanwhile.
    """

    prepare: Callable[[Decide, int, str], Awaitable[Any]]
    many: int
    helped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCount:
    """What merging some accounts did."""

    accounts: int = 0
    added: int = 0
    changed: int = 0
    churned: int = 0
    moved: int = 0  # health categories

    def plus(self, other: MergedCount) -> MergedCount:
        """Both together."""
        return MergedCount(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__}
        )


class Unmatched(NamedTuple):
    """A record that belongs to no account or person of the book. `why` says what its ids say."""

    system: str
    key: str
    name: str
    why: str


class SourceState(NamedTuple):
    """One system as the book has it: how many accounts of it, and how many of them joined."""

    system: str
    accounts: int
    joined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRecord:
    """A sync that ended: `report` is what it told, as plain values."""

    started_at: datetime
    ended_at: datetime
    report: Mapping[str, Any] = field(default_factory=dict)


class Readings(Protocol):
    """Keeps what the systems said."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """One sync at a time, over all processes; raises SyncUnderWay at once where another runs."""

    async def list_sweeps(self) -> tuple[Sweep, ...]:
        """The newest reading of each feed."""

    async def begin_sweep(self, tx: Transaction, sweep: Sweep) -> None:
        """Keep a reading that begins; what an unfinished one of the same feed had seen is forgotten."""

    async def save_page(
        self,
        tx: Transaction,
        sweep: Sweep,
        readings: Sequence[Reading | Kept],
        claims: Claims,
    ) -> int:
        """Keep some readings and how far the sweep is by then; says how many were new or other than before."""

    async def count_before(self, system: str, feed: str) -> int:
        """How many records that feed had given, without those that are gone."""

    async def end_sweep(
        self, tx: Transaction, sweep: Sweep, *, gone_on: date | None, refuses: Callable[[int], bool]
    ) -> Sweep:
        """Keep that a sweep came to its end, and give it as it is kept.

        With a day, what it has not seen is gone since, unless `refuses` says of the number seen that this cannot be.
        """

    async def touch_all(self, tx: Transaction, *, week: bool) -> None:
        """Have every account merged that any system speaks of, with `week` its week's row written too."""

    async def gather(self, tx: Transaction) -> None:
        """Join over other systems' ids what did not say which account it is of, and list what waits to be merged."""

    async def count_touched(self) -> int:
        """How many accounts wait to be merged."""

    async def merge(
        self,
        tx: Transaction,
        decide: Decide,
        *,
        limit: int,
        now: datetime,
        today: date,
        elsewhere: Elsewhere | None = None,
    ) -> MergedCount | None:
        """Merge some of the accounts that wait; None where none does. The next ones are decided meanwhile, `elsewhere` if given."""

    async def list_people(self, system: str) -> tuple[PersonReading, ...]:
        """The people whom a system knows."""

    async def list_absences(self, system: str) -> tuple[tuple[str, Absence], ...]:
        """What a system tells of absences, by its key of the person; the e-mail is that system's."""

    async def list_written(self, *, since: date, account_id: str | None = None) -> Mapping[str, date]:
        """The accounts, or that one, with which a conversation outside of Slack went on since a day: its newest day."""

    async def find_disagreements(self, account_id: str) -> tuple[Disagreement, ...]:
        """What systems say differently of an account."""

    async def list_disagreements(self, limit: int) -> tuple[tuple[str, str, Sequence[Disagreement]], ...]:
        """The same of many accounts: id, name and what differs, by name."""

    async def count_disagreeing(self) -> int:
        """How many accounts there are of which systems say different things."""

    async def count_disagreements(self) -> Mapping[str, int]:
        """The same by the value that they differ in."""

    async def list_unmatched(self, limit: int) -> tuple[Unmatched, ...]:
        """Records of accounts that belong to none of the book's."""

    async def count_unmatched(self) -> Mapping[str, int]:
        """How many such records each system has."""

    async def list_states(self) -> tuple[SourceState, ...]:
        """What the book has of each system."""

    async def save_sync(self, tx: Transaction, record: SyncRecord) -> None:
        """Remember a sync that ended."""

    async def last_sync(self) -> SyncRecord | None:
        """The newest sync that ended."""
