"""Lists are cut to what Slack takes, and what was cut is counted."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import limits, listing, native


@given(st.lists(st.text(max_size=40)), st.integers(0, 300))
def test_what_fits_is_the_longest_beginning_within_the_budget(items: list[str], budget: int) -> None:
    kept = listing.fitting(items, budget)
    assert kept == items[: len(kept)]
    weights = [listing.size(one) + 1 for one in items]
    assert sum(weights[: len(kept)]) <= budget
    assert len(kept) == len(items) or sum(weights[: len(kept) + 1]) > budget


@given(st.lists(st.text(max_size=40)), st.integers(0, 300))
def test_pages_hold_every_row_once_and_in_order(rows: list[str], budget: int) -> None:
    pages = listing.paged(rows, budget)
    assert [row for page in pages for row in page] == rows
    assert all(len(page) == 1 or sum(listing.size(one) + 1 for one in page) <= budget for page in pages)


def test_a_page_of_a_table_weighs_what_its_block_weighs() -> None:
    rows = [(f"Name {at}", (at, f"{at:,}")) for at in range(100)]
    (first, *_) = listing.table_pages(rows, 2_000)
    table = native.data_table("", ("Name", "Number"), first, 5)
    assert 1_900 < len(json.dumps(table["rows"][1:], separators=(",", ":"))) <= 2_001


@given(st.text(), st.integers(20, 200))
def test_foreign_words_stay_within_twice_their_limit(words: str, limit: int) -> None:
    assert len(listing.within(words * 20, limit)) <= 2 * limit + 2
    assert "<" not in listing.within(words, limit)


@given(st.lists(st.text(min_size=1, max_size=400), max_size=60), st.integers(1, 60), st.integers(0, 100))
def test_a_list_is_one_section_that_counts_what_it_leaves_out(
    lines: list[str], most: int, beyond: int
) -> None:
    total = len(lines) + beyond
    block, shown = listing.listed("*Title*", lines, most, total)
    assert shown <= min(most, len(lines))
    assert len(block["text"]["text"]) <= limits.TEXT
    assert block["text"]["text"].endswith(f"_and {total - shown} more_") == (total > shown)
