"""Every value's source and instant, in one short text a row.

One row a value would cost nine times the write (measured). Values that came together share their origin, so
an account keeps the stamp of most of them, and beside it only the groups or fields that have another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bot.domain.account import FIELDS, Group
from bot.domain.provenance import Stamp
from bot.store.types import INSTANT

_GROUPS: dict[str, tuple[str, ...]] = {
    group.value: tuple(field.name for field in FIELDS if field.group is group) for group in Group
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}


class Stamps:
    """Encodes stamps during one write; rows that share their mapping of stamps are encoded once."""

    def __init__(self) -> None:
        # The objects are kept beside the text, so that an id is never that of another one.
        self._seen: dict[tuple[int, int], tuple[Stamp, Mapping[str, Stamp], str]] = {}

    def encode(self, stamp: Stamp, stamps: Mapping[str, Stamp]) -> str:
        """The text for a row whose values take `stamp` unless `stamps` names another."""
        key = (id(stamp), id(stamps))
        known = self._seen.get(key)
        if known is None:
            known = self._seen[key] = (stamp, stamps, encode(stamp, stamps))
            if len(self._seen) > 10_000:
                self._seen.clear()
        return known[2]


def encode(stamp: Stamp, stamps: Mapping[str, Stamp]) -> str:
    """The text for a row whose values take `stamp` unless `stamps` names another."""
    others = {name: other for name, other in stamps.items() if other != stamp}
    return json.dumps([_parts(stamp), dict(_exceptions(others))], ensure_ascii=False, separators=(",", ":"))


class Compact:
    """Encodes stamps of rows that share no mapping of them, since several systems speak of each.

    Where `stamps` names each known value's, the stamp of a group is told once, and beside it what differs from it.
    """

    def __init__(self) -> None:
        # The objects are kept beside the text, so that an id is never that of another one.
        self._texts: dict[int, tuple[Stamp, str]] = {}

    def encode(self, stamps: Mapping[str, Stamp], otherwise: Stamp) -> str:
        """The text for a row whose other values take `otherwise`."""
        texts = {id(otherwise): self._text(otherwise)}
        places = {id(otherwise): 0}
        for stamp in stamps.values():
            if id(stamp) not in places:
                places[id(stamp)] = len(places)
                texts[id(stamp)] = self._text(stamp)
        # Which names share a stamp is the same of many accounts, whatever the stamps are.
        told = _told(tuple(stamps), tuple([places[id(stamp)] for stamp in stamps.values()]))
        of = list(texts.values())
        parts = ",".join([f"{name}{of[place]}" for name, place in told])
        return f"[{of[0]},{{{parts}}}]"

    def _text(self, stamp: Stamp) -> str:
        known = self._texts.get(id(stamp))
        if known is None:
            text = json.dumps(_parts(stamp), ensure_ascii=False, separators=(",", ":"))
            known = self._texts[id(stamp)] = (stamp, text)
        return known[1]


@lru_cache(maxsize=8192)
def _told(names: tuple[str, ...], places: tuple[int, ...]) -> tuple[tuple[str, int], ...]:
    """What is told beside the first stamp: groups with the place of theirs, then names that have another."""
    mains: dict[str, int] = {}
    others: list[tuple[str, int]] = []
    for name, place in zip(names, places, strict=True):
        if mains.setdefault(_GROUP_OF[name], place) != place:
            others.append((name, place))
    told = [(group, place) for group, place in mains.items() if place]
    return tuple((f'"{name}":', place) for name, place in (*told, *others))


@lru_cache(maxsize=8192)
def decode(text: str) -> tuple[Stamp, ...]:
    """The stamp of each of `FIELDS`, in their order."""
    first, exceptions = json.loads(text)
    stamp = _stamp(*first)
    named = {name: _stamp(*parts) for key, parts in exceptions.items() for name in _GROUPS.get(key, (key,))}
    return tuple(named.get(field.name, stamp) for field in FIELDS)


def _exceptions(stamps: Mapping[str, Stamp]) -> Iterator[tuple[str, list[object]]]:
    rest = dict(stamps)
    for group, names in _GROUPS.items():
        shared = {rest.get(name) for name in names}
        if len(shared) == 1 and (stamp := shared.pop()) is not None:
            yield group, _parts(stamp)
            for name in names:
                del rest[name]
    yield from ((name, _parts(stamp)) for name, stamp in rest.items())


def _parts(stamp: Stamp) -> list[object]:
    return [stamp.source, INSTANT.encode(stamp.as_of), int(stamp.assumed)]


@lru_cache(maxsize=8192)
def _stamp(source: str, as_of: str, assumed: int) -> Stamp:
    return Stamp(source, INSTANT.decode(as_of), bool(assumed))
