"""What the book holds of an account, read raw: most of it is asked for by nobody, so it is decoded where somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.account import FIELDS
from bot.domain.provenance import Stamp
from bot.store import provenance
from bot.store.tables import accounts
from bot.store.types import DAY, decoder

_NAMES = tuple(field.name for field in FIELDS)
_DECODERS = tuple(decoder(accounts.c[name]) for name in _NAMES)
_CATEGORY, _CHURNED = _NAMES.index("health_category"), _NAMES.index("churned_on")
_SKIPPED = 4  # id, name, missing_since, provenance stand before the fields


class HeldRow:
    """Keeps ports.readings.Held, from a raw row of ACCOUNT_COLUMNS: decoded where somebody asks."""

    __slots__ = ("_row",)

    def __init__(self, row: Sequence[Any]) -> None:
        self._row = row

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._row[1])

    @property
    def category(self) -> str | None:
        """Its health category."""
        return self._row[_SKIPPED + _CATEGORY]  # type: ignore[no-any-return] # a raw row holds text

    @property
    def churned_on(self) -> date | None:
        """Since when it is churned."""
        day = self._row[_SKIPPED + _CHURNED]
        return None if day is None else DAY.decode(day)

    def rest(self, spoken: Mapping[str, Any]) -> Iterator[tuple[str, Any, Stamp]]:
        """Each known value of which `spoken` knows none, with its stamp."""
        stamps: tuple[Stamp, ...] | None = None
        for place, name in enumerate(_NAMES):
            value = self._row[place + _SKIPPED]
            if value is None or name in spoken:
                continue
            stamps = stamps or provenance.decode(self._row[3])
            decode = _DECODERS[place]
            yield name, value if decode is None else decode(value), stamps[place]
