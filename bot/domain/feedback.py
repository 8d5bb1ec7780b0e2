"""Product feedback: what an account needs of the product, written down for the product teams.

Handbook: raise customers' needs with the Product teams; a product-feedback session twice a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.person import Team


class Weight(StrEnum):
    """How much it matters to the account; in this order."""

    BLOCKS = "blocks"  # they cannot go on without it
    MATTERS = "matters"
    WISH = "wish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody of ours wrote down. `team` is the one that served the account then."""

    id: int
    account_id: str
    account_name: str
    team: Team | None
    area: str  # one of policy's
    weight: Weight
    text: str
    for_session: bool  # to be brought up in the next product-feedback session
    link: str  # to the message it was written from; empty where there is none
    by_email: str
    by_name: str
    given_at: datetime


def is_open(one: Feedback, last_session: date | None) -> bool:
    """Whether whoever gave it may still change it: no session of the account has passed it on."""
    return last_session is None or one.given_at.date() >= last_session


def waiting(given: Iterable[Feedback], last_session: date | None) -> tuple[Feedback, ...]:
    """What is to be brought up in the next session: given since the last one, on its day too."""
    return tuple(one for one in given if one.for_session and is_open(one, last_session))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRules:
    """What `policy.toml` says of it: the areas of the product, and how far back the product teams are shown it."""

    areas: tuple[str, ...]
    gathered: timedelta
