"""How an account's usage and its traits move over a year: a dozen characters that real books have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Usage from a year ago (`then`) to today (`now`); with `turn`, all at once that many weeks ago (below 0: to come).

    `use` is MAU ÷ seats, `daily` is 4-week DAU ÷ MAU. `gap` is the usual number of days between activities.
    `sentiment`, `champion`, `buyer` and `navigation` are (then, now); a trait turns when usage does.
    """

    use: tuple[float, float]
    daily: tuple[float, float]
    turn: float | None = None
    gap: int = 8
    versions: tuple[int, int] = (1, 1)
    defects: tuple[int, int] = (0, 1)
    helps: tuple[int, int] = (3, 7)
    sentiment: tuple[str, str] = ("healthy", "healthy")
    champion: tuple[bool, bool] = (True, True)
    buyer: tuple[bool, bool] = (True, True)
    navigation: tuple[bool, bool] = (True, True)

    def progress(self, weeks_ago: float) -> float:
        """How far from `then` (0) to `now` (1) the account was."""
        if self.turn is None:
            return min(max(1 - weeks_ago / 52, 0.0), 1.0)
        return min(max((self.turn - weeks_ago) / 2 + 1, 0.0), 1.0)

    def turned(self, weeks_ago: float) -> bool:
        """Whether the traits already were as they are now."""
        return weeks_ago <= (26 if self.turn is None else self.turn)


SHAPES: Mapping[str, Shape] = {
    "thriving": Shape(use=(0.76, 0.93), daily=(0.36, 0.42), gap=5, helps=(2, 5)),
    "growing": Shape(use=(0.48, 0.87), daily=(0.24, 0.36), gap=7, sentiment=("concerning", "healthy")),
    "steady": Shape(use=(0.82, 0.84), daily=(0.33, 0.34), gap=9, versions=(1, 2), helps=(6, 11)),
    "lukewarm": Shape(
        use=(0.62, 0.66), daily=(0.24, 0.26), gap=16, versions=(2, 3), defects=(1, 3), buyer=(True, False)
    ),
    "quiet": Shape(
        use=(0.71, 0.64),
        daily=(0.28, 0.25),
        gap=21,
        versions=(2, 3),
        helps=(9, 12),
        sentiment=("healthy", "concerning"),
    ),
    "drifting": Shape(
        use=(0.84, 0.52),
        daily=(0.33, 0.22),
        gap=17,
        versions=(1, 3),
        defects=(1, 4),
        helps=(6, 13),
        sentiment=("healthy", "concerning"),
        buyer=(True, False),
    ),
    "struggling": Shape(
        use=(0.44, 0.37),
        daily=(0.17, 0.16),
        gap=45,
        versions=(3, 5),
        defects=(4, 6),
        helps=(11, 16),
        sentiment=("concerning", "poor"),
        champion=(True, False),
        buyer=(False, False),
        navigation=(False, False),
    ),
    "dropped": Shape(
        use=(0.86, 0.72),
        daily=(0.37, 0.17),
        turn=3,
        gap=14,
        defects=(1, 3),
        sentiment=("healthy", "concerning"),
        champion=(True, False),
    ),
    "collapsed": Shape(
        use=(0.61, 0.41),
        daily=(0.26, 0.15),
        turn=2,
        gap=25,
        versions=(2, 4),
        defects=(2, 5),
        helps=(8, 15),
        sentiment=("concerning", "poor"),
        champion=(True, False),
        buyer=(True, False),
    ),
    "recovered": Shape(
        use=(0.66, 0.85),
        daily=(0.19, 0.35),
        turn=4,
        gap=6,
        versions=(3, 1),
        sentiment=("concerning", "healthy"),
        champion=(False, True),
    ),
    "rescued": Shape(
        use=(0.38, 0.63),
        daily=(0.15, 0.27),
        turn=3,
        gap=6,
        versions=(4, 2),
        defects=(5, 2),
        sentiment=("poor", "concerning"),
        champion=(False, True),
        buyer=(False, True),
    ),
    "silent": Shape(
        use=(0.30, 0.0),
        daily=(0.14, 0.0),
        turn=11,
        gap=80,
        versions=(3, 6),
        sentiment=("concerning", "poor"),
        champion=(True, False),
        buyer=(False, False),
        navigation=(True, False),
    ),
    "mended": Shape(
        use=(0.72, 0.74),
        daily=(0.26, 0.34),
        turn=1,
        gap=7,
        versions=(5, 1),
        defects=(6, 1),
        helps=(16, 4),
        sentiment=("poor", "healthy"),
        champion=(False, True),
        buyer=(False, True),
        navigation=(False, True),
    ),
    "slipping": Shape(
        use=(0.83, 0.60),
        daily=(0.34, 0.19),
        turn=-1,
        gap=9,
        versions=(1, 3),
        helps=(6, 11),
        sentiment=("healthy", "concerning"),
        champion=(True, False),
    ),
    "lifting": Shape(
        use=(0.62, 0.86),
        daily=(0.24, 0.36),
        turn=-1,
        gap=8,
        versions=(3, 1),
        sentiment=("concerning", "healthy"),
        buyer=(False, True),
    ),
    "starting": Shape(use=(0.0, 0.34), daily=(0.10, 0.31), turn=3, gap=4, helps=(8, 12), defects=(0, 1)),
}
"""By name. `starting` is an account in its first weeks; `slipping` and `lifting` turn after the base day."""


def season(month: int) -> float:
    """What holidays take from a month's users: December and August are thin."""
    return {12: 0.94, 8: 0.95, 7: 0.98}.get(month, 1.0)


def ripple(weeks_ago: float, phase: float) -> float:
    """A gentle wave around a trend, so that a line looks lived in."""
    return 1 + 0.02 * math.sin(weeks_ago / 3.1 + phase) + 0.012 * math.sin(weeks_ago / 1.3 + 2 * phase)
