"""What waits for the next product-feedback session, and what the product teams are shown, most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.feedback import Feedback, Weight, is_open, waiting
from bot.domain.provenance import Fact, value_of

_ORDER = tuple(Weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAccount:
    """What was written down of one account. `session` is the day of its last roadmap review and feedback session.

    `reader` is the e-mail of whoever looks at it; empty where Slack does not tell it.
    """

    account_id: str
    account_name: str
    given: tuple[Feedback, ...]
    session: Fact[date]
    now: datetime
    reader: str = ""

    def is_theirs(self, one: Feedback) -> bool:
        """Whether the reader may change an entry: they gave it, and no session has passed it on."""
        mine = self.reader != "" and one.by_email == self.reader.lower()
        return mine and is_open(one, value_of(self.session))

    @property
    def waiting(self) -> int:
        """How many wait for the next session."""
        return len(waiting(self.given, value_of(self.session)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What was written down about one area of the product, what blocks an account first, then the newest."""

    name: str
    given: tuple[Feedback, ...]

    @property
    def accounts(self) -> int:
        """How many accounts it comes from."""
        return len({one.account_id for one in self.given})

    @property
    def blocking(self) -> int:
        """How many accounts cannot go on without it."""
        return len({one.account_id for one in self.given if one.weight is Weight.BLOCKS})


def by_area(given: Iterable[Feedback]) -> tuple[Area, ...]:
    """Areas with feedback: those that block most accounts first, then those that most accounts speak of."""
    found: dict[str, list[Feedback]] = {}
    for one in given:
        found.setdefault(one.area, []).append(one)
    areas = (Area(name=name, given=_pressing(held)) for name, held in found.items())
    return tuple(sorted(areas, key=lambda area: (-area.blocking, -area.accounts, area.name)))


def _pressing(held: Sequence[Feedback]) -> tuple[Feedback, ...]:
    newest = sorted(held, key=lambda one: one.given_at, reverse=True)
    return tuple(sorted(newest, key=lambda one: _ORDER.index(one.weight)))
