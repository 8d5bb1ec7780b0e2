"""The line of a card that says which systems say different things. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks import build, text
from bot.blocks.answers import Block
from bot.domain.account import FIELDS
from bot.domain.joining import Disagreement
from bot.domain.provenance import Stamp
from bot.domain.reading import System
from bot.features.health.notes import Notes

COMPARED = {
    "arr": "ARR",
    "ta_email": "Owner",
    "ae_email": "AE",
    "renewal_date": "Renewal",
    "segment": "Segment",
    "health_score": "Health score",
    "licensed_seats": "Licensed seats",
    "developers": "Developers",
}
_GROUPS = {field.name: field.group for field in FIELDS}


def systems_at_odds(odds: Sequence[Disagreement], notes: Notes) -> list[Block]:
    """What the systems say where they disagree; the first is the one whose value is shown."""
    lines = [f"*{COMPARED.get(one.field, one.field)}*: {_says(one, notes)}" for one in odds]
    return [build.section("\n".join((":warning: *Systems disagree*", *lines)))] if lines else []


def _says(odds: Disagreement, notes: Notes) -> str:
    said: list[str] = []
    for one in odds.said:
        called = System(one.system).called
        mark = notes.of_other(Stamp(called, one.as_of), _GROUPS[odds.field])
        said.append(f"{called}{'' if said else ' says'} {_worded(odds.field, one.value)}{mark}")
    return ", ".join(said)


def _worded(field: str, value: object) -> str:
    if isinstance(value, date):
        return text.day(value)
    return text.money(value) if field == "arr" and isinstance(value, int) else text.name(str(value))
