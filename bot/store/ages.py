"""How old groups of values are over many accounts, read off their provenance without decoding every instant.

Instants are stored as text of one length in UTC, so that they compare as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from bot.domain.account import Group
from bot.domain.sums import GroupAge
from bot.store.measures import known
from bot.store.types import INSTANT

MEASURED: Mapping[str, tuple[str, ...]] = {
    Group.USAGE.value: ("mau", "dau_4w_avg"),
    Group.REVENUE.value: ("arr", "licensed_seats"),
    Group.HEALTH.value: ("health_score",),
    Group.TICKETS.value: ("defect_tickets_90d", "help_tickets_90d"),
    Group.PROGRAMME.value: ("goals_set", "goals_met"),
}
"""The values that figures are made of, by their group."""
_NAMES = tuple(name for names in MEASURED.values() for name in names)
KNOWN = known(*_NAMES)
"""Which of these values are known of an account, a bit for each."""


@dataclass(slots=True)
class _Age:
    """A group's age while it is being read."""

    limit: str  # older than this is stale; empty: never
    sources: set[str] = field(default_factory=set)
    newest: str = ""
    oldest: str = "~"
    assumed: bool = False
    accounts: int = 0
    stale: int = 0

    def add(self, told: list[tuple[str, str, int]], count: int) -> None:
        """So many accounts whose values are told to come from there; the oldest of an account's counts."""
        as_of = min(one[1] for one in told)
        self.newest, self.oldest = max(self.newest, as_of), min(self.oldest, as_of)
        self.accounts += count
        self.stale += count if as_of < self.limit else 0
        for source, _, assumed in told:
            self.sources.add(source)
            self.assumed = self.assumed or bool(assumed)


def of(counts: Mapping[tuple[str, int], int], oldest: Mapping[str, datetime]) -> tuple[GroupAge, ...]:
    """From how many accounts share each (provenance, known values); `oldest` is what is not stale yet, by group."""
    limits = {group: INSTANT.encode(limit) for group, limit in oldest.items()}
    ages = {group: _Age(limits.get(group, "")) for group in MEASURED}
    for (text, bits), count in counts.items():
        for group, told in _told(text, bits):
            ages[group].add(told, count)
    return tuple(
        GroupAge(
            group,
            tuple(sorted(age.sources)),
            INSTANT.decode(age.newest) if age.accounts else None,
            INSTANT.decode(age.oldest) if age.accounts else None,
            age.assumed,
            age.accounts,
            age.stale,
        )
        for group, age in ages.items()
    )


def _told(text: str, bits: int) -> Iterator[tuple[str, list[tuple[str, str, int]]]]:
    first, others = orjson.loads(text)
    place = 0
    for group, names in MEASURED.items():
        shared = others.get(group, first)
        told = [others.get(name, shared) for at, name in enumerate(names, place) if bits >> at & 1]
        place += len(names)
        if told:
            yield group, told
