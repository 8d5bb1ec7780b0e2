"""What fires of an account's state: seats, health category, utilization, renewal, Lighthouse. Pure.

Each rule reads what it remembered the last time and gives what to remember now, with what fired, or None where nothing
is new. A value that is not known changes nothing: what was remembered stays until it is known again. The weekly history
is not asked, so that weeks which are missing or come late fire nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from bot.domain.calendar import add_months
from bot.domain.health import Category
from bot.domain.watching import HAIR, Fired, Look, WatchRules

_DAY = timedelta(days=1)
ACTIVE = "active"
SEATS, CATEGORY, UTILIZATION = "seats", "category", "utilization"
RENEWAL, LIGHTHOUSE = "renewal", "lighthouse"
SAVE_PLAN, SYNC, HANDOFF, KICKOFF = "save_plan_update", "lighthouse_sync", "handoff", "kickoff"
SAME_RENEWAL = timedelta(days=30)
"""A renewal that is moved by no more is still the same one."""
PASSED = timedelta(days=30)
"""So long after its day something that is due on a day only is still said."""
_ORDER = [one.value for one in Category]  # green first

Said: TypeAlias = tuple[str, Fired | None] | None
"""What to remember, and what fired; None where nothing is new."""


class Moment:
    """The day of a look at the book, the day of the one before it, and policy; asked for each account."""

    def __init__(self, today: date, last: date | None, rules: WatchRules) -> None:
        self.today = today
        self.last = last
        self.rules = rules
        self.iso = today.isoformat()
        self.levels = tuple(one - HAIR for one in rules.levels)  # as ratios are compared
        self.lighthouse_until = add_months(today, rules.lighthouse_months)
        self.renewal_until = today + max(rules.renewal_days) * _DAY
        self.utilization_since = today - (rules.utilization_days[-1] - 1) * _DAY - PASSED
        self.utilization_until = today - (rules.utilization_days[0] - 1) * _DAY
        self._quiet = {key: (today - span).isoformat() for key, span in rules.quiet.items()}

    def is_quiet(self, signal: str, told_on: str) -> bool:
        """Whether a signal that was told on a day is not told again yet."""
        return bool(told_on) and told_on > self._quiet.get(signal, self.iso)

    def is_first(self, on: date, since: date) -> bool:
        """Whether something was due before we could have seen it: known only now, or moved."""
        return on <= since or (self.last is not None and on <= self.last)


class Watched(NamedTuple):
    """An account as the rules see it: its values, its category, and since when it is watched."""

    look: Look
    category: str | None
    since: date
    at: Moment


def category_of(look: Look, rules: WatchRules) -> str | None:
    """The category recorded; where only the score is known, the one that it falls into."""
    if look.health_category is not None or look.health_score is None:
        return look.health_category
    red_below, green_above = rules.bounds
    if look.health_score < red_below:
        return Category.RED.value
    return (Category.GREEN if look.health_score > green_above else Category.YELLOW).value


def seats(one: Watched, held: str | None) -> Said:
    """Seats used reach a level; remembered as `level:highest told:on`."""
    look, at = one.look, one.at
    users = look.mau if look.mau_28d is None else look.mau_28d
    if users is None or not look.licensed_seats or look.seats_unlimited:
        return None
    used = users / look.licensed_seats
    level = sum([used >= bound for bound in at.levels])
    if held is None:
        return _first_level(level, at)
    before, told, told_on = held.split(":")
    if level == int(before):
        return None
    if level < int(before):
        level = sum([used >= bound - at.rules.falls_by for bound in at.levels])
        return (f"{level}:{told}:{told_on}", None) if level < int(before) else None
    if level <= int(told) and at.is_quiet(SEATS, told_on):
        return f"{level}:{told}:{told_on}", None
    return f"{level}:{level}:{at.iso}", _level(level, at)


def _first_level(level: int, at: Moment) -> Said:
    if not level:
        return "0:0:", None
    return f"{level}:{level}:{at.iso}", _level(level, at)._replace(is_first=True)


def _level(level: int, at: Moment) -> Fired:
    what = f"{at.rules.levels[level - 1] * 100:g}"
    return Fired(SEATS, what, f"{what}:{at.iso}", at.today)


def category(one: Watched, held: str | None) -> Said:
    """The health category is not the one that was told last; remembered as `told:on:before`.

    Worse than the last change's both ends is told at once, any other change once that one's quiet is over.
    """
    now, at = one.category, one.at
    if now is None:
        return None
    if held is None:
        return f"{now}::", None
    told, told_on, before = held.split(":")
    if now == told:
        return None
    is_worse = _ORDER.index(now) > max(_ORDER.index(was) for was in (told, before or told))
    if not is_worse and at.is_quiet(CATEGORY, told_on):
        return None
    fired = Fired(CATEGORY, now, f"{now}:{at.iso}", at.today, before=told)
    return f"{now}:{at.iso}:{told}", fired


def utilization(one: Watched, held: str | None) -> Said:
    """Utilization is under target on a day of policy; remembered as `start:day looked at`."""
    look, at = one.look, one.at
    start = look.customer_since or look.production_since
    if start is None:
        return None
    if not at.utilization_since <= start <= at.utilization_until:
        return None
    days, day = at.rules.utilization_days, (at.today - start).days + 1
    due = max(one for one in days if one <= day)
    text = f"{start}:{due}"
    of = look.tam if look.seats_unlimited else look.licensed_seats
    if held == text or look.mau is None or not of:
        return None
    if look.mau / of >= at.rules.utilization_below - HAIR:
        return text, None
    on = start + (due - 1) * _DAY
    return text, Fired(UTILIZATION, str(due), text, on, at.is_first(on, one.since))


def renewal(one: Watched, held: str | None) -> Said:
    """The renewal comes within a number of days; remembered as `renewal:days told`."""
    at, day = one.at, one.look.renewal_date
    if day is None or not at.today <= day <= at.renewal_until:
        return None
    due = min(days for days in at.rules.renewal_days if at.today >= day - days * _DAY)
    text = f"{day}:{due}"
    if held is not None:
        of, told = date.fromisoformat(held[:10]), int(held[11:])
        if abs(of - day) <= SAME_RENEWAL and told <= due:
            return None
    on = day - due * _DAY
    return text, Fired(RENEWAL, str(due), text, on, at.is_first(on, one.since))


def lighthouse(one: Watched, held: str | None) -> Said:
    """It renews soon and is not well, and no save plan runs; remembered as `1 or 0:told on`."""
    look, at = one.look, one.at
    day = look.renewal_date
    near = day is not None and at.today <= day <= at.lighthouse_until and look.lighthouse != ACTIVE
    if near and one.category is None and look.active_champion is None:
        return None
    has_none = look.active_champion is not None and not look.active_champion
    poor = has_none or one.category in (Category.RED, Category.YELLOW)
    is_candidate = near and poor
    before, _, told_on = (held or "").partition(":")
    if before == str(int(is_candidate)):
        return None
    if not is_candidate or at.is_quiet(LIGHTHOUSE, told_on):
        return f"{int(is_candidate)}:{told_on}", None
    return f"1:{at.iso}", Fired(LIGHTHOUSE, "", at.iso, at.today, is_first=held is None)
