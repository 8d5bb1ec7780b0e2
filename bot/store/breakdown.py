"""A book by category and by TA, read in one pass: each pair of the two is a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from bot.domain import digest
from bot.domain.sums import Breakdown, CategorySums, TaSums
from bot.ports.figures import Limits, Scope
from bot.store.measures import HAS_UTILIZATION, HERE, SEATS, conditions, counted, held, summed
from bot.store.tables import accounts

_COLOURS = ("green", "yellow", "red")


def statement(scope: Scope, limits: Limits) -> sa.Select[Any]:
    """TA, category; accounts, ARR, score and accounts with one, MAU, seats; then each list of attention."""
    category, score = accounts.c.health_category, accounts.c.health_score
    # An expression, so that SQLite reads the accounts as they lie, not one by one in the order of an index.
    email = accounts.c.ta_email.op("||")(sa.literal_column("''"))
    wanted = conditions(scope.today, limits)
    return (
        sa.select(
            email,
            category,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(accounts.c.arr), 0),
            sa.func.coalesce(sa.func.sum(score), 0.0),
            sa.func.count(score),
            summed(accounts.c.mau, HAS_UTILIZATION),
            summed(SEATS, HAS_UTILIZATION),
            *(held(wanted[kind]) for kind in digest.KINDS),
        )
        .where(*counted(scope), HERE)
        .group_by(email, category)
    )


def of(rows: Iterable[Any]) -> Breakdown:
    """The rows of the statement, added up both ways."""
    by_ta: dict[str | None, list[Any]] = defaultdict(lambda: [0] * 10)
    by_category: dict[str, list[int]] = defaultdict(lambda: [0] * (2 + len(digest.KINDS)))
    for email, category, count, arr, score, scored, mau, seats, *flagged in rows:
        colours = [count if category == colour else 0 for colour in _COLOURS]
        _add(by_ta[email], (count, arr, score, scored, mau, seats, *colours, flagged[0]))
        _add(by_category[category or ""], (count, arr, *flagged))
    ordered = sorted(by_ta.items(), key=lambda one: (-one[1][1], one[0] or ""))
    return Breakdown(
        tuple(
            CategorySums(name, counts[0], counts[1], tuple(counts[2:]))
            for name, counts in sorted(by_category.items())
        ),
        tuple(TaSums(email, *sums) for email, sums in ordered),
    )


def _add(total: list[Any], numbers: Iterable[Any]) -> None:
    for place, number in enumerate(numbers):
        total[place] += number if isinstance(number, float) else int(number)
