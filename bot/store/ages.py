"""How old groups of values are over many accounts, read off their provenance without decoding every instant.

Instants are stored as text of one length in UTC, so that they compare as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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


_BITS = dict(zip(_NAMES, (1 << place for place in range(len(_NAMES))), strict=True))
_MASKS = {group: sum(_BITS[name] for name in names) for group, names in MEASURED.items()}
_GROUPS = {group.value for group in Group}


@dataclass(slots=True)
class _Age:
    """A group's age while it is being read."""

    mask: int
    limit: str  # older than this is stale; empty: never
    origins: set[tuple[str, int]] = field(default_factory=set)  # sources, and whether they gave no instant
    newest: str = ""
    oldest: str = "~"
    accounts: int = 0
    stale: int = 0

    def add(self, told: Sequence[tuple[str, str, int]]) -> None:
        """Where the values of some accounts come from, one origin each."""
        if not told:
            return
        instants = [one[1] for one in told]
        self.newest, self.oldest = max(self.newest, *instants), min(self.oldest, *instants)
        self.accounts += len(told)
        if self.oldest < self.limit:
            self.stale += sum([instant < self.limit for instant in instants])
        self.origins.update([(one[0], one[2]) for one in told])


class Ages:
    """Reads (provenance, known values) of many accounts; `oldest` is what is not stale yet, by group."""

    def __init__(self, oldest: Mapping[str, datetime]) -> None:
        limits = {group: INSTANT.encode(limit) for group, limit in oldest.items()}
        self._ages = {group: _Age(_MASKS[group], limits.get(group, "")) for group in MEASURED}

    def add(self, rows: Sequence[tuple[str, int]]) -> None:
        """Some accounts more. In lists, since a hundred thousand of them go through here."""
        known = [(*orjson.loads(text), bits) for text, bits in rows]
        if any(others and not others.keys() <= _GROUPS for _, others, _ in known):
            for group, age in self._ages.items():
                age.add([_oldest(group, *one) for one in known if one[2] & age.mask])
            return
        for group, age in self._ages.items():
            mask = age.mask
            age.add([others.get(group, first) for first, others, bits in known if bits & mask])

    def told(self) -> tuple[GroupAge, ...]:
        """How old each group is."""
        return tuple(
            GroupAge(
                group,
                tuple(sorted({source for source, _ in age.origins})),
                INSTANT.decode(age.newest) if age.accounts else None,
                INSTANT.decode(age.oldest) if age.accounts else None,
                any(assumed for _, assumed in age.origins),
                age.accounts,
                age.stale,
            )
            for group, age in self._ages.items()
        )


def _oldest(group: str, first: Any, others: Mapping[str, Any], bits: int) -> Any:
    """The oldest origin of a group's known values, where some have another than the rest."""
    shared = others.get(group, first)
    told = [others.get(name, shared) for name in MEASURED[group] if bits & _BITS[name]]
    return min(told, key=lambda one: one[1])
