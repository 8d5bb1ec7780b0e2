"""Lists of any length inside Slack's limits: what fits is shown, and the rest is counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from bot.blocks import build, limits, native, text
from bot.blocks.answers import Block

Row = TypeVar("Row")
LIST = 2_400
"""Characters of JSON that a list may take where a message holds five."""


def size(value: Any) -> int:
    """What blocks or parts of them weigh: the characters of their JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def within(words: str, limit: int = 120) -> str:
    """Words from elsewhere made harmless, at most twice `limit` long even where every letter needs escaping."""
    said = text.name(words, limit)
    return said if len(said) <= 2 * limit else text.name(words, limit // 4)


def bare(words: str) -> str:
    """Words without bold marks: a notification shows them as they are."""
    return words.replace("*", "")


def fitting(items: Iterable[Row], budget: int, weigh: Callable[[Row], int] = size) -> list[Row]:
    """The first items that together stay within the budget."""
    kept: list[Row] = []
    for item in items:
        budget -= weigh(item) + 1
        if budget < 0:
            break
        kept.append(item)
    return kept


def paged(rows: Sequence[Row], budget: int, weigh: Callable[[Row], int] = size) -> list[list[Row]]:
    """The rows in pages that each stay within the budget; a row that fits none has one of its own."""
    pages = []
    at = 0
    while at < len(rows):
        page = fitting(rows[at:], budget, weigh) or [rows[at]]
        pages.append(page)
        at += len(page)
    return pages


def table_pages(rows: Sequence[Sequence[native.Cell]], budget: int) -> list[list[Sequence[native.Cell]]]:
    """The rows of a table in pages, each of which a message can hold beside other blocks."""
    return paged(rows, budget, lambda row: size(native.table_row(row)))


def listed(title: str, lines: Sequence[str], most: int, total: int, budget: int = LIST) -> tuple[Block, int]:
    """A titled list as one section, how many more there are, and how many lines it shows."""
    kept = fitting(lines[:most], min(budget, limits.TEXT - 300))
    more = [f"_and {total - len(kept):,} more_"] if total > len(kept) else []
    return build.section("\n".join((title, *kept, *more))), len(kept)
