"""The footnotes of a card: where each value comes from, and whether it is older than its group may grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.blocks.footnotes import STALE, Footnotes, origin
from bot.domain.account import Group
from bot.domain.freshness import is_stale
from bot.domain.provenance import Fact, Known, Stamp

T = TypeVar("T")


class Notes(Footnotes):
    """Footnotes that know how old each group of values may grow."""

    def __init__(self, freshness: Mapping[Group, timedelta], now: datetime) -> None:
        super().__init__()
        self._freshness = freshness
        self._now = now
        self._origins: dict[tuple[int, int], str] = {}  # by identity: hashing stamps and enums costs more
        self._worded: dict[int, str] = {}

    def origin(self, stamp: Stamp, group: Group) -> str:
        """A value's source and age in words."""
        key = (id(stamp), id(group))
        said = self._origins.get(key)
        if said is None:
            said = self._origins[key] = self._origin(stamp, group)
        return said

    def of(self, fact: Known[Any], group: Group) -> str:
        """The mark behind a known value."""
        return self.mark(self.origin(fact.stamp, group))

    def of_other(self, stamp: Stamp, group: Group) -> str:
        """The mark of a stamp that nobody keeps, so that its identity would say nothing."""
        said = origin(stamp.source, self._now - stamp.as_of, assumed=stamp.assumed)
        return self.mark(said + STALE if is_stale(stamp, group, self._freshness, self._now) else said)

    def say(self, fact: Fact[T], group: Group, label: str, words: Callable[[T], str]) -> str:
        """A value in words with its mark, or that it is unknown."""
        if not isinstance(fact, Known):
            return self.missing(label)
        return f"{words(fact.value)}{self.of(fact, group)}"

    def _origin(self, stamp: Stamp, group: Group) -> str:
        said = self._worded.get(id(stamp))
        if said is None:
            said = origin(stamp.source, self._now - stamp.as_of, assumed=stamp.assumed)
            self._worded[id(stamp)] = said
        return said + STALE if is_stale(stamp, group, self._freshness, self._now) else said
