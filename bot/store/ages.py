"""How old groups of values are over many accounts, read off their provenance without parsing each.

Instants are stored as text of one length in UTC, so that they compare as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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


_BITS = dict(zip(_NAMES, (1 << place for place in range(len(_NAMES))), strict=True))
_MASKS = {group: sum(_BITS[name] for name in names) for group, names in MEASURED.items()}


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

    def add(self, instants: Sequence[str], origins: Iterable[tuple[str, int]]) -> None:
        """The instants of some accounts, which have these origins."""
        if not instants:
            return
        self.newest, self.oldest = max(self.newest, *instants), min(self.oldest, *instants)
        self.accounts += len(instants)
        if self.oldest < self.limit:
            self.stale += sum([instant < self.limit for instant in instants])
        self.origins.update(origins)


class _Layout:
    """What provenances that differ in their instants alone have in common: the place of each value's instant.

    `read` matches a provenance of this layout and has its instants as groups: three times as quick as cutting it up.
    """

    def __init__(self, text: str, instants: Sequence[str]) -> None:
        parts, end = [], 0
        for instant in instants:
            start = text.index(f'"{instant}"', end) + 1
            parts.append(re.escape(text[end:start]))
            end = start + len(instant)
        self.read = re.compile('([^"]*)'.join((*parts, re.escape(text[end:])))).fullmatch
        first, others = orjson.loads(text)
        self._origins = [(one[0], one[2]) for one in (first, *others.values())]
        place = {name: number for number, name in enumerate(others, 1)}
        self._places = {
            group: [(_BITS[name], place.get(name, place.get(group, 0))) for name in names]
            for group, names in MEASURED.items()
        }

    def add_to(self, ages: Mapping[str, _Age], told: Sequence[tuple[Sequence[str], int]]) -> None:
        """Add accounts, each its instants and which values are known."""
        for group, age in ages.items():
            places = self._places[group]
            held = {place for _, place in places}
            if len(held) == 1:  # as a rule a group comes together
                (place,), mask = held, age.mask
                found = [instants[place] for instants, bits in told if bits & mask]
                age.add(found, [self._origins[place]])
                continue
            for instants, bits in told:  # the oldest of what is known
                known = [place for bit, place in places if bits & bit]
                if known:
                    age.add([min(instants[at] for at in known)], [self._origins[at] for at in known])


class Ages:
    """Reads (provenance, known values) of many accounts; `oldest` is what is not stale yet, by group."""

    def __init__(self, oldest: Mapping[str, datetime]) -> None:
        limits = {group: INSTANT.encode(limit) for group, limit in oldest.items()}
        self._ages = {group: _Age(_MASKS[group], limits.get(group, "")) for group in MEASURED}
        self._layouts: dict[tuple[str, ...], _Layout] = {}

    def add(self, rows: Sequence[tuple[str, int]]) -> None:
        """Some accounts more. Every account may have an instant of its own, but few have a layout of their own."""
        told: dict[_Layout, list[tuple[Sequence[str], int]]] = {}
        last, some = None, None
        for text, bits in rows:
            if last is not None and some is not None and (match := last.read(text)):
                some.append((match.groups(), bits))
                continue
            key, instants = _parsed(text) if "\\" in text else _split(text)
            if key not in self._layouts:
                self._layouts[key] = _Layout(text, instants)
            last = self._layouts[key]
            some = told.setdefault(last, [])
            some.append((instants, bits))
        for layout, some in told.items():
            layout.add_to(self._ages, some)

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


def _split(text: str) -> tuple[tuple[str, ...], list[str]]:
    """`[["source","instant",0],{"group":["source","instant",0]}]`: between quotes, every sixth part is an instant."""
    parts = text.split('"')
    instants = parts[3::6]
    del parts[3::6]
    return tuple(parts), instants


def _parsed(text: str) -> tuple[tuple[str, ...], list[str]]:
    """The same where a source's name has a quote or a backslash in it."""
    first, others = orjson.loads(text)
    told = {"": first, **others}
    layout = ("\\", *(f"{name}|{source}|{assumed}" for name, (source, _, assumed) in told.items()))
    return layout, [instant for _, instant, _ in told.values()]
