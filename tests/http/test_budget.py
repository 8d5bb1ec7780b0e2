"""A vendor's budget: however fast we ask, no window holds more calls than it allows."""

from __future__ import annotations

import bisect
import random

import pytest

from bot.http.budget import Bucket, Budget


def _made(budget: Budget, asked_at: list[float]) -> list[float]:
    """When calls are made that one after the other are asked for at these instants."""
    bucket, made, now = Bucket(budget), [], 0.0
    for at in asked_at:
        now = max(now, at)
        now += bucket.take(now)
        made.append(now)
    return made


@pytest.mark.parametrize(
    "budget", [Budget(1000, 60), Budget(10, 60), Budget(9, 60, at_once=3), Budget(2, 1), Budget(1, 5)]
)
def test_no_window_holds_more(budget: Budget) -> None:
    """Asked in a rush, after a rest and at random: counted in the window that begins at each call."""
    drawn = random.Random(7)
    rush = [0.0] * (budget.calls * 3)
    later = sorted(1000 + drawn.uniform(0, budget.seconds * 3) for _ in range(budget.calls * 4))
    made = _made(budget, [*rush, *later])
    for number, at in enumerate(made):
        within = bisect.bisect_left(made, at + budget.seconds - 1e-6) - number
        assert within <= budget.calls


def test_most_of_the_budget_can_be_used() -> None:
    """Ten windows' worth of calls take about ten windows."""
    budget = Budget(1000, 60)
    assert _made(budget, [0.0] * 10_000)[-1] < 11.2 * 60


def test_a_rest_holds_back_the_next_call_alone() -> None:
    """Nothing left of the vendor's own budget: the next call waits until there is."""
    bucket = Bucket(Budget(1000, 60))
    assert bucket.take(5) == 0
    bucket.rest(5, 12)
    assert bucket.take(5) == pytest.approx(12)
    assert bucket.take(30) == 0
