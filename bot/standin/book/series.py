"""A year of an account, week by week, as plain rows by column name.

A plan is made for its base day; what it gives on a later day goes on from there, with the same dates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from bot.domain.person import Team
from bot.standin.book.shapes import SHAPES, Shape, ripple, season

Row = dict[str, Any]
OVERDUE_DAYS = 60
WEEKS = 53  # a year and the newest week, so that "a year ago" is there to read

TRAITS = (
    *("ta_sentiment", "versions_behind", "precise_code_nav", "defect_tickets_90d", "help_tickets_90d"),
    *("active_champion", "access_to_buyer", "last_activity_on"),
)


@dataclass(kw_only=True)
class Plan:
    """What an account is to be. `fixed` overrides single columns; `weeks` is how much history it has.

    `off` moves the score that Vitally gives away from what the traits add up to.
    """

    id: str
    name: str
    team: Team
    shape: str
    developers: int
    seats: tuple[int, int]  # a year ago, now
    price: float  # dollars a seat a year
    renewal_in: int
    years: int  # a customer for so many whole years at the last renewal
    ta: str | None = None
    weeks: int = WEEKS
    off: float = 0.0
    turn: float | None = (
        None  # its own, in weeks before the base day (below 0: after it), in place of its shape's
    )
    fixed: Row = field(default_factory=dict)
    everywhere: Row = field(default_factory=dict)  # overrides in the history too

    @cached_property
    def chance(self) -> tuple[float, float, float, int]:
        """Its own: the phase of its wave, its share of defects, of help tickets, and its newest activity."""
        draw = random.Random(f"{self.id} of the book")
        return (
            draw.random() * 6,
            draw.uniform(0.8, 1.2),
            draw.uniform(0.8, 1.2),
            draw.randrange(self.form.gap),
        )

    @property
    def term(self) -> int:
        """Days from the first signature to the next renewal."""
        return 365 * (self.years + 1)

    @cached_property
    def form(self) -> Shape:
        """How it moves."""
        shape = SHAPES[self.shape]
        return shape if self.turn is None else replace(shape, turn=self.turn)


def last_sunday(today: date) -> date:
    """The end of the newest whole week: the Sunday before `today`, or today."""
    return today - timedelta(days=(today.weekday() + 1) % 7)


def customer_since(plan: Plan, base: date) -> date:
    """The day of the first signature: whole years before the next renewal."""
    return base + timedelta(days=plan.renewal_in - plan.term)


def renewal_on(plan: Plan, base: date, today: date) -> date:
    """The next renewal. One that is overdue stays in sight for a while, then a year was signed."""
    renewal = base + timedelta(days=plan.renewal_in)
    overdue = (today - renewal).days - OVERDUE_DAYS
    return renewal + timedelta(days=365 * max(-(-overdue // 365), 0))


def seats_on(plan: Plan, day: date, base: date) -> int:
    """Licensed seats: they step at the renewal."""
    renewed_on = base + timedelta(days=plan.renewal_in - 365)
    return plan.seats[1] if day >= renewed_on else plan.seats[0]


def arr_on(plan: Plan, day: date, base: date) -> int:
    """ARR in whole dollars, by seats."""
    return round(seats_on(plan, day, base) * plan.price / 100) * 100


def mau_on(plan: Plan, day: date, base: date) -> int:
    """The MAU of the last full calendar month before a day."""
    month_end = day.replace(day=1) - timedelta(days=1)
    weeks = (base - month_end).days / 7
    ago = max(weeks - 2, 0) if weeks > 0 else weeks
    use = _between(plan.form.use, plan.form.progress(ago)) * ripple(ago, plan.chance[0])
    return round(seats_on(plan, month_end, base) * use * season(month_end.month))


def snapshot(plan: Plan, day: date, base: date) -> Row:
    """Everything the systems would have said on a day, before health is read."""
    ago = (base - day).days / 7
    form = plan.form
    phase, defects, helps, _ = plan.chance
    step = form.progress(ago)
    mau = mau_on(plan, day, base)
    turned = int(form.turned(ago))
    row: Row = {
        "mau": mau,
        "dau_4w_avg": round(mau * _between(form.daily, step) * ripple(ago, phase + 1), 1),
        "licensed_seats": seats_on(plan, day, base),
        "arr": arr_on(plan, day, base),
        "ta_sentiment": form.sentiment[turned],
        "versions_behind": round(_between(form.versions, step)),
        "precise_code_nav": form.navigation[turned],
        "defect_tickets_90d": round(_between(form.defects, step) * defects),
        "help_tickets_90d": round(_between(form.helps, step) * helps),
        "active_champion": form.champion[turned],
        "access_to_buyer": form.buyer[turned],
        "last_activity_on": _last_activity(plan, day, base),
    }
    row.update(plan.everywhere)
    return row


def weeks_of(plan: Plan, base: date, today: date, since: date) -> Iterator[Row]:
    """The account's weeks that end after `since`, up to today, oldest first, without health."""
    signed = customer_since(plan, base)
    ending = last_sunday(base) - timedelta(weeks=plan.weeks - 1)
    while ending <= today:
        if ending >= signed and ending > since:
            yield {"account_id": plan.id, "week_ending": ending, **snapshot(plan, ending, base)}
        ending += timedelta(weeks=1)


def _between(ends: tuple[float, float], step: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * step


def _last_activity(plan: Plan, day: date, base: date) -> date:
    """Activities lie a gap apart, counted from the newest at the base day; the newest on or before the day."""
    gap = plan.form.gap
    newest = base - timedelta(days=plan.chance[3])
    return newest + timedelta(days=(day - newest).days // gap * gap)
