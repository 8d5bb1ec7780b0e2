"""What a sync decides: whether systems agree, who says that an account is gone, what is read whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.joining import JoinRules
from bot.ports.readings import Spoken, Sweep, SweepState

STALE_CURSOR = timedelta(days=1)
"""A reading that stopped longer ago than this begins anew: vendors forget their cursors within hours or days."""


def agree(one: Any, other: Any, rules: JoinRules) -> bool:
    """Whether two systems say the same, within policy's tolerance; words whatever their case."""
    if isinstance(one, date) and isinstance(other, date):
        return abs((one - other).days) <= rules.days_within
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(abs(one - other) <= rules.amounts_within * max(abs(one), abs(other)))
    return bool(one == other)


def deciding(spoken: Iterable[Spoken], rules: JoinRules) -> Spoken | None:
    """Whose word it is whether the account is still there: the first of policy's that ever knew it."""
    by_system = {one.system: one for one in spoken}
    return next((by_system[system] for system in rules.lives_in if system in by_system), None)


def is_far_fewer(seen: int, before: int, rules: JoinRules) -> bool:
    """Whether a whole reading gave so few records that the system is likelier wrong than they are gone."""
    return before - seen > rules.few and seen < rules.fewer_share * before


def goes_on(last: Sweep | None, now: datetime, *, whole: bool) -> bool:
    """Whether an unfinished reading goes on where it stopped."""
    if last is None or last.state is not SweepState.RUNNING or now - last.started_at > STALE_CURSOR:
        return False
    return last.whole or not whole


def is_whole_due(last: Sweep | None, now: datetime, rules: JoinRules) -> bool:
    """Whether everything is to be read again, not only what changed."""
    return last is None or last.whole_at is None or now - last.whole_at >= rules.whole_every


def is_due(last: Sweep | None, now: datetime, rules: JoinRules) -> bool:
    """Whether what changed is to be read again; a little early rather than a whole round late."""
    return last is None or last.done_at is None or now - last.done_at >= rules.every * 0.9


def in_words(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
