"""Sums and lists over many accounts, made in the database: a digest never loads a whole book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.account import Week
from bot.domain.sums import Breakdown, Flagged, GroupAge, Moves, Sums, WeekSums

Span = tuple[date, date]
"""The first and the last day, both counted: a week of the history is the newest that ends in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which accounts: a team's by what the book records, or all (`team` None). Prospects count nowhere."""

    team: str | None
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Policy's bounds of the attention lists."""

    renewal_days: int
    seats_level: float
    utilization_below: float
    utilization_day: int  # the day as a customer from which utilization is looked at
    at_most: int  # of each list


class Figures(Protocol):
    """Reads sums and lists; nothing here takes longer for one team than for its accounts."""

    async def sums(self, scope: Scope) -> Sums:
        """The accounts as the book has them now."""

    async def week_sums(
        self, scope: Scope, spans: Sequence[Span], *, counts: bool = False
    ) -> tuple[WeekSums, ...]:
        """The weekly history: for each span, oldest first, the newest week of each account that ends in it.

        An account counts until the span in which it churned; its ARR of a year ago counts on.
        """

    async def breakdown(self, scope: Scope, limits: Limits) -> Breakdown:
        """By category and by TA, now."""

    async def moves(self, scope: Scope, before: Span, now: Span | None, limits: Limits) -> Moves:
        """What moved between the weeks ending in `before` and those in `now` (None: today's values)."""

    async def weeks_of(self, account_ids: Sequence[str], span: Span) -> Mapping[str, Week]:
        """For each account the newest week that ends in the span."""

    async def week_sources(self, scope: Scope, span: Span) -> tuple[str, ...]:
        """Where the weeks that end in the span come from."""

    async def flagged(self, scope: Scope, kind: str, limits: Limits) -> tuple[Flagged, ...]:
        """One list of attention (a kind of `bot.domain.digest`), most pressing first; `breakdown` counts them."""

    async def ages(
        self,
        scope: Scope,
        oldest: Mapping[str, datetime],
        *,
        ta_email: str | None = None,
        ae_email: str | None = None,
    ) -> tuple[GroupAge, ...]:
        """For each group how old its values are; `stale` counts accounts whose value is older than its limit.

        Of a TA's or an AE's accounts in the scope, where one is named.
        """

    async def count_without_team(self, today: date) -> int:
        """The accounts, neither churned nor prospects, for which no team is recorded."""

    async def rows(self, scope: Scope) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """The header and rows underneath: what a CSV of a digest holds, one row an account, by id."""
