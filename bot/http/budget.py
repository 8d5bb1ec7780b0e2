"""How many calls a vendor may get: held by spacing them, so that no window ever holds more. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many calls in any window of so many seconds; `at_once` of them without a wait (0: a tenth)."""

    calls: int
    seconds: float
    at_once: int = 0


class Bucket:
    """A token bucket: a part of the budget may go at once, the rest is spread over the window.

    Instants are seconds of a clock that never goes back.
    """

    def __init__(self, budget: Budget) -> None:
        burst = budget.at_once or max(1, budget.calls // 10)
        self._gap = budget.seconds / (budget.calls - burst + 1)
        self._lead = (burst - 1) * self._gap
        self._full_at = float("-inf")  # when the bucket would be full again

    def take(self, now: float) -> float:
        """Take a call; how many seconds to wait before it is made."""
        full_at = max(self._full_at, now)
        self._full_at = full_at + self._gap
        return max(0.0, full_at - self._lead - now)

    def rest(self, now: float, seconds: float) -> None:
        """No call for a while: the vendor says that nothing is left of its own budget."""
        self._full_at = max(self._full_at, now + seconds + self._lead)
