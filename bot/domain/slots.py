"""Which week's digest is due when: one slot a subscription and week, once and for all.

A slot is named by the week it reports, the last whole ISO week before the day it is due; so what it says, and
that it is posted once, depends on nothing that is changed later. Two features share these rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.calendar import Holidays, next_working_day
from bot.domain.digest import DigestRules
from bot.domain.schedule import IsoWeek, instant_of


class Timed(Protocol):
    """When a channel gets its digest, of which a subscription is one."""

    @property
    def id(self) -> int:
        """Names the slots."""

    @property
    def weekday(self) -> int:
        """Monday is 0."""

    @property
    def at(self) -> time:
        """Local time."""

    @property
    def zone(self) -> str:
        """The time zone's name."""

    @property
    def country(self) -> str:
        """Whose bank holidays move it; none where empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The digest of one week: the week it reports, and the instant it is due. `holiday` is what moved it."""

    key: str
    week: IsoWeek
    due_at: datetime
    holiday: str = ""


class Fate(StrEnum):
    """What becomes of a slot at an instant."""

    EARLY = "early"
    ON_TIME = "on time"
    LATE = "late"  # posted, and labelled late
    SKIPPED = "skipped"


def key_of(subscription_id: int, week: IsoWeek) -> str:
    """`digest:3:2026-W47`: the same work, whenever and however often it is planned."""
    return f"digest:{subscription_id}:{week}"


def week_of_key(key: str) -> IsoWeek:
    """The week that a slot's key reports."""
    year, _, number = key.split(":")[2].partition("-W")
    return IsoWeek(int(year), int(number))


def reported_on(day: date) -> IsoWeek:
    """The last whole ISO week before a day."""
    return IsoWeek.of(day).plus(-1)


def slot_of(timed: Timed, week: IsoWeek, rules: DigestRules, calendar: Holidays) -> Slot:
    """The slot that reports a week. On a bank holiday it moves to the next working day, where policy says so."""
    on = week.plus(1).monday + timedelta(days=timed.weekday)
    holiday = timed.country and rules.moves_for_holidays and calendar.holiday(timed.country, on)
    if holiday:
        on = next_working_day(on, timed.country, calendar)
    due_at = instant_of(on, timed.at, ZoneInfo(timed.zone))
    return Slot(key=key_of(timed.id, week), week=week, due_at=due_at, holiday=holiday or "")


def slots_from(timed: Timed, week: IsoWeek, rules: DigestRules, calendar: Holidays) -> Iterator[Slot]:
    """The slots of a week and those after it, in turn.

    Where holidays push one to where the next one is due (a week and more of rest), it is left out: the next one
    says what is new, and nobody reads two digests at once.
    """
    slot = slot_of(timed, week, rules, calendar)
    while True:
        later = slot_of(timed, slot.week.plus(1), rules, calendar)
        if later.due_at > slot.due_at:
            yield slot
        slot = later


def slots_after(timed: Timed, after: datetime, rules: DigestRules, calendar: Holidays) -> Iterator[Slot]:
    """The slots that are due later than an instant, soonest first."""
    start = reported_on(after.astimezone(ZoneInfo(timed.zone)).date()).plus(-2)
    return (slot for slot in slots_from(timed, start, rules, calendar) if slot.due_at > after)


def fate_of(slot_due_at: datetime, now: datetime, rules: DigestRules) -> Fate:
    """Whether a slot is posted now, labelled late, or skipped since it is too old or policy posts none late."""
    late = now - slot_due_at
    if late < timedelta():
        return Fate.EARLY
    if late <= rules.late_after:
        return Fate.ON_TIME
    return Fate.LATE if rules.posts_late and late <= rules.skip_after else Fate.SKIPPED


def slots_missed(
    timed: Timed, week: IsoWeek, now: datetime, rules: DigestRules, calendar: Holidays
) -> tuple[tuple[Slot, ...], Slot]:
    """After a week's slot: those that are skipped by now, and the first that is not."""
    skipped: list[Slot] = []
    for slot in slots_from(timed, week.plus(1), rules, calendar):
        if fate_of(slot.due_at, now, rules) is not Fate.SKIPPED:
            return tuple(skipped), slot
        skipped.append(slot)
    raise AssertionError("weeks do not end")
