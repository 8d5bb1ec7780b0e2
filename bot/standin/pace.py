"""Slack's pace: one message a second in a channel, a few at once, and ten changes a minute to a profile.

Held only when switched on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BURST = 3
PROFILE, PROFILE_SECONDS = 10, 60.0


@dataclass(frozen=True, slots=True)
class Violation:
    """A message that came too soon: where, and how many seconds it should have waited."""

    channel: str
    wait: float


@dataclass(slots=True)
class Pace:
    """How fast an app may post, by channel. It counts real seconds: the demo's clock may stand while it is turned."""

    on: bool = False
    per_second: float = 1.0
    burst: int = BURST
    violations: list[Violation] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    left: dict[str, tuple[float, float]] = field(
        default_factory=dict
    )  # messages left in a channel, and since when

    profiles: dict[str, list[float]] = field(default_factory=dict)  # when each was changed, lately

    def switch(self, *, on: bool, per_second: float = 1.0, burst: int = BURST) -> None:
        """Begin anew with these limits, or hold nobody to any."""
        if per_second <= 0 or burst < 1:
            raise ValueError("`per_second` is above 0 and `burst` at least 1.")
        self.on, self.per_second, self.burst = on, per_second, burst
        self.left.clear()
        self.profiles.clear()
        self.violations.clear()

    def take(self, channel: str) -> int:
        """Count one message; 0 when it may be posted, else the whole seconds that Retry-After says."""
        if not self.on:
            return 0
        now = self.clock()
        left, since = self.left.get(channel, (float(self.burst), now))
        left = min(left + (now - since) * self.per_second, float(self.burst))
        if left >= 1:
            self.left[channel] = (left - 1, now)
            return 0
        self.left[channel] = (left, now)
        wait = (1 - left) / self.per_second
        self.violations.append(Violation(channel, round(wait, 3)))
        return max(1, math.ceil(wait))

    def take_profile(self, user_id: str) -> int:
        """Count one change to a profile; 0 when it may be made, else the whole seconds that Retry-After says."""
        if not self.on:
            return 0
        now = self.clock()
        lately = [at for at in self.profiles.get(user_id, ()) if at > now - PROFILE_SECONDS]
        if len(lately) < PROFILE:
            self.profiles[user_id] = [*lately, now]
            return 0
        wait = lately[0] + PROFILE_SECONDS - now
        self.violations.append(Violation(user_id, round(wait, 3)))
        return max(1, math.ceil(wait))
