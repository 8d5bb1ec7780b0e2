"""A book in one line: how many accounts, their ARR, and how many of each health category."""

from __future__ import annotations

from collections.abc import Iterable

from bot.blocks import text

CATEGORIES = ("red", "yellow", "green")


def in_one_line(
    count: int, arr: int, arr_unknown: int, categories: Iterable[tuple[str | None, int]], healthy: str = ""
) -> str:
    """`9 accounts · $7.2M ARR · mean health 6.9 · 1 red`; ARR in cents, `healthy` says the mean score."""
    of = dict(categories)
    counts = [f"{text.CIRCLES[one]} {of[one]:,} {one}" for one in CATEGORIES if of.get(one)]
    if of.get(None):
        counts.append(f"{of[None]:,} without a category")
    money = f"{text.money(arr)} ARR"
    if arr_unknown:
        money += f" (unknown for {arr_unknown:,})"
    return " · ".join(part for part in (text.plural(count, "account"), money, healthy, *counts) if part)
