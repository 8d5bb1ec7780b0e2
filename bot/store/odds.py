"""What systems say differently of an account, in one short text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from bot.domain.account import FIELDS, Kind
from bot.domain.joining import Disagreement, Said
from bot.store.types import INSTANT

_DATES = frozenset(field.name for field in FIELDS if field.kind is Kind.DATE)


def text_of(odds: Sequence[Disagreement]) -> str:
    """As it is kept."""
    told = [
        (one.field, [(said.system, said.value, INSTANT.encode(said.as_of)) for said in one.said])
        for one in odds
    ]
    return orjson.dumps(told).decode()


def disagreements_of(text: str) -> tuple[Disagreement, ...]:
    """As it was kept."""
    return tuple(
        Disagreement(
            name, tuple(Said(system, _value(name, value), INSTANT.decode(at)) for system, value, at in said)
        )
        for name, said in orjson.loads(text)
    )


def _value(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DATES and isinstance(value, str) else value
