"""The book of business: accounts and their history, as we hold them. Reads never reach a vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from bot.domain.account import Account, CategoryChange, DrawnWeek, Week
from bot.domain.boundary import SegmentRow
from bot.domain.matching import Found, Match
from bot.domain.person import Contact
from bot.domain.provenance import Stamp
from bot.ports.work import Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account to write: `values` by field name (absent or None: unknown), `stamps` by the same names.

    A value without a stamp of its own takes `stamp`.
    """

    id: str
    name: str
    values: Mapping[str, Any]
    stamp: Stamp
    stamps: Mapping[str, Stamp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an import changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0  # accounts or absences that the file left out: kept and marked
    overruled: Mapping[str, int] = field(default_factory=dict)
    """Of how many accounts a column says otherwise than the system that told it: the system's value stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """A file that was taken: `digest` is the SHA-256 of its bytes."""

    kind: str
    file: str
    digest: str
    rows: int
    imported_at: datetime


class Book(Protocol):
    """Reads and writes the book."""

    async def version(self) -> int:
        """A number that grows with every write."""

    async def find_by_name(self, text: str) -> Found:
        """The account a typed name means, or the candidates, or the nearest names."""

    async def search_names(self, text: str, limit: int = 10) -> tuple[Match, ...]:
        """For a typeahead: the likeliest accounts, best first."""

    async def find_named_in(self, text: str) -> tuple[Match, ...]:
        """The accounts that a message names, in the order in which it names them; nothing is guessed."""

    async def find_account(self, account_id: str) -> Account | None:
        """The account with that id."""

    async def list_accounts(
        self, *, ta_email: str | None = None, team: str | None = None
    ) -> tuple[Account, ...]:
        """Accounts that are not churned, by TA e-mail, by recorded team, both or all; by name."""

    def sift(self, choose: Callable[[Account], T | None]) -> AsyncIterator[tuple[T, ...]]:
        """What `choose` makes of every account that is not churned, some at a time, by id; None: nothing.

        It is pure, and called in a thread. A whole book at once is a heap that holds the loop up when it is dropped.
        """

    async def list_planned(self, *, customers_since: tuple[date, date]) -> tuple[Account, ...]:
        """Accounts that are not churned, with an active save plan or customers since one of those days; by name."""

    async def list_due(
        self,
        counts_from: str,
        by: Mapping[str, date],
        *,
        ta_email: str | None = None,
        limit: int,
        offset: int = 0,
    ) -> tuple[int, tuple[str, ...]]:
        """Customers of which the day named `counts_from`, else their start, is no later than `by` says of their team.

        How many, and the ids of some, the earliest day first; by TA e-mail or of all. What a file has lost is left out.
        """

    async def count_by_ta(self) -> Mapping[str, Mapping[str, int]]:
        """How many accounts that are not churned each TA has, by the segment recorded ("" where none is)."""

    async def list_segment_rows(
        self,
        *,
        ta_email: str | None = None,
        team: str | None = None,
        ae_email: str | None = None,
        stamped: bool = False,
    ) -> tuple[SegmentRow, ...]:
        """The same accounts, or an AE's, with what lists need of each, in no order; `stamped` adds where from."""

    async def list_weeks(self, account_id: str, *, since: date) -> tuple[Week, ...]:
        """The account's weeks that end on or after `since`, oldest first."""

    async def list_drawn_weeks(self, account_id: str, *, since: date) -> tuple[DrawnWeek, ...]:
        """The same weeks, with what a chart needs of them."""

    async def find_week(self, account_id: str, week_ending: date) -> Week | None:
        """The account's week that ended on that day."""

    async def list_latest_weeks(self, account_ids: Sequence[str], *, ending_by: date) -> Mapping[str, Week]:
        """For each account its newest week that ended on or before that day."""

    async def list_category_changes(
        self, *, since: date, ta_email: str | None = None, team: str | None = None, limit: int = 100
    ) -> tuple[CategoryChange, ...]:
        """Health category changes in the weekly history and up to today's category, newest first."""

    async def list_contacts(self, account_id: str) -> tuple[Contact, ...]:
        """The account's contacts, by name."""

    async def list_account_ids(self) -> frozenset[str]:
        """The id of every account, churned and missing ones too."""

    async def count_accounts(self) -> int:
        """How many accounts the book holds."""

    async def last_import(self, kind: str) -> ImportRecord | None:
        """The newest file of that kind that was taken."""

    async def save_accounts(
        self, tx: Transaction, rows: Iterable[AccountRow], *, complete: bool, seen_on: date
    ) -> Written:
        """Write accounts; with `complete` those left out are marked missing since `seen_on`, never dropped."""

    async def save_weeks(self, tx: Transaction, weeks: Iterable[Week]) -> Written:
        """Write weekly history, one row an account a week; the same week again replaces it."""

    async def save_contacts(self, tx: Transaction, contacts: Iterable[Contact], *, source: str) -> Written:
        """Replace the contacts of every account that occurs."""

    async def save_import(self, tx: Transaction, record: ImportRecord) -> None:
        """Remember a file that was taken."""
