"""Why a score is what it is: every trait with its rule, its verdict and the points it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.blocks import build, native, text
from bot.blocks.answers import Block
from bot.domain.freshness import group_of_trait
from bot.domain.health import TraitReading, TraitRule
from bot.domain.provenance import Known
from bot.features.health.notes import Notes
from bot.features.health.rules import Card

Made: TypeAlias = Callable[[], list[Block]]
TRAIT_HEAD = ("Trait", "Value", "Healthy when", "Poor when", "Verdict", "Points it costs", "Source and age")


def why(card: Card, notes: Notes) -> tuple[list[Block], Made]:
    """The traits as a native table, and what makes the same in lines."""
    known = sum(1 for one in card.traits if one.verdict is not None)
    if not known:
        names = text.escape("; ".join(one.rule.label for one in card.traits))
        nothing = build.section(f"*Why*\nNo trait is known, so nothing explains a score. Unknown: {names}.")
        return [nothing], lambda: [nothing]
    title = "*Why: every trait, most costly first*"
    if known < len(card.traits):
        title += f"\n{text.plural(len(card.traits) - known, 'trait')} unknown: left out of the reading, not counted as 0."
    rows = [_row(one, notes) for one in card.traits]
    caption = f"Traits of {text.one_line(card.account.name)}, most costly first"
    heading = build.section(title)

    def lines() -> list[Block]:
        return [heading, *build.paragraphs([text.escape(_line(row)) for row in rows], 5)]

    return [heading, native.data_table(caption, TRAIT_HEAD, rows, len(rows))], lines


def _row(one: TraitReading, notes: Notes) -> list[native.Cell]:
    rule, value = one.rule, one.value
    if not isinstance(value, Known) or one.verdict is None:
        reason = "" if isinstance(value, Known) else value.reason
        said = ("unknown", rule.healthy_when, rule.poor_when, "? unknown", "–", reason or "–")
        return [rule.label, *said]
    shown = in_words(rule, value.value)
    cost = one.cost or 0.0
    return [
        rule.label,
        f"{shown} ({one.detail})" if one.detail else shown,
        rule.healthy_when,
        rule.poor_when,
        f"{text.MARKS[one.verdict]} {one.verdict}",
        (round(cost, 2), text.score(cost)),
        notes.origin(value.stamp, group_of_trait(rule)),
    ]


def _line(row: Sequence[native.Cell]) -> str:
    label, value, healthy, poor, verdict, cost, origin = row
    costs = cost if isinstance(cost, str) else cost[1]
    return f"{verdict} · *{label}* {value} · costs {costs} · healthy {healthy}, poor {poor} · {origin}"


def in_words(rule: TraitRule, value: object) -> str:
    """A trait's value in the words of its rule."""
    return text.quantity(value, rule.unit, yes=rule.healthy_when, no=rule.poor_when)
