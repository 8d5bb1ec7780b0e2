"""When a plan's reminders, changes of status and briefing are due: in the working hours of whoever is written to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.calendar import Holidays, add_business_days, is_working_day
from bot.domain.leave import Away, OooRules, Plan, PlanState
from bot.domain.schedule import instant_of

_DAY = timedelta(days=1)
REMIND = "remind"
"""`remind:7`: so many days before; `remind:0` is the last reminder."""
UNCOVERED = "uncovered"
STATUS_ON = "status_on"
STATUS_OFF = "status_off"
END = "end"
RETURN = "return"
LAST_CALL = timedelta(hours=1)
"""So long before the end of the last working day comes the last reminder, where the first day away is a whole one."""
FURTHEST = 1_100
"""Days that are looked through for a working day: three years, for people who take a very long leave."""


class Moment(NamedTuple):
    """What is due, and the instant."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody works: nobody is written to at any other time.

    `country` is empty where nobody knows it. `absences` are those besides the one that a timeline is of.
    """

    zone: str
    country: str
    rules: OooRules
    calendar: Holidays
    absences: Sequence[Away] = ()

    def works_on(self, day: date) -> bool:
        """Whether that is a working day of theirs, the whole of it."""
        rests = any(one.share_of(day) for one in self.absences)
        return not rests and is_working_day(day, self.country, self.calendar)

    def at(self, day: date, clock: time) -> datetime:
        """The instant of a local time, moved into the working hours of that day."""
        return instant_of(
            day, max(self.rules.works_from, min(clock, self.rules.works_to)), ZoneInfo(self.zone)
        )

    def next_at(self, after: datetime, clock: time) -> datetime:
        """The first such time of a working day that is later than an instant."""
        return next((at for at in self._times(after, clock, 1) if at > after), after)

    def last_at(self, until: datetime, clock: time) -> datetime:
        """The last such time of a working day that is no later than an instant."""
        return next((at for at in self._times(until, clock, -1) if at <= until), until)

    def moment_from(self, start: datetime, clock: time) -> datetime:
        """The first working moment from an instant on, and of its day not before such a time."""
        ends = self._times(start, self.rules.works_to, 1)
        begins = self._times(start, clock, 1)
        moments = (max(begin, start) for begin, end in zip(begins, ends, strict=True) if start <= end)
        return next(moments, start)

    def last_working_day(self, day: date) -> date:
        """That day where they work on it, else the last one before it; long past where there is none."""
        days = (day - back * _DAY for back in range(FURTHEST))
        return next((one for one in days if self.works_on(one)), day - FURTHEST * _DAY)

    def _times(self, around: datetime, clock: time, step: int) -> Iterator[datetime]:
        """A local time of each working day, from the day around an instant on, forwards or backwards."""
        day = around.astimezone(ZoneInfo(self.zone)).date()
        days = (day + ahead * step * _DAY for ahead in range(FURTHEST))
        return (self.at(one, clock) for one in days if self.works_on(one))


def timeline_of(plan: Plan, hours: Hours, managers: Hours | None, now: datetime) -> tuple[Moment, ...]:
    """Everything that is due for a plan from an instant on, soonest first and each `what` once.

    `hours` are those of its person, `managers` those of their manager, where there is one. Reminders are for the
    person: one that falls on a day off comes on the working day before it; of two on one day the later rung stays;
    none is in the past, and none comes once the absence began. `uncovered` is for the manager. Of a cancelled plan
    only the status is left to take away, of an ended one nothing.
    """
    if plan.state is PlanState.ENDED:
        return ()
    if plan.state is PlanState.CANCELLED:
        return (Moment(STATUS_OFF, now),)
    moments = (
        *_reminders(plan.away, hours, now),
        *_uncovered(plan.away, hours, managers or hours, now),
        *_turns(plan.away, now),
        Moment(RETURN, hours.moment_from(max(plan.away.ends_at, now), hours.rules.return_at)),
    )
    return tuple(sorted(moments, key=lambda one: one.at))


def _reminders(away: Away, hours: Hours, now: datetime) -> Iterator[Moment]:
    rungs: dict[date, Moment] = {}
    for days in sorted(hours.rules.ladder_days, reverse=True):
        day = hours.last_working_day(away.first - days * _DAY)
        rungs[day] = Moment(f"{REMIND}:{days}", hours.at(day, hours.rules.remind_at))
    moments = (*rungs.values(), Moment(f"{REMIND}:0", _last_call(away, hours)))
    return (one for one in moments if now < one.at < away.starts_at)


def _last_call(away: Away, hours: Hours) -> datetime:
    """That morning, where they work on it (a half day); else shortly before they leave: no day off is disturbed."""
    morning = hours.at(away.first, hours.rules.remind_at)
    if morning < away.starts_at and hours.works_on(away.first):
        return morning
    day = hours.last_working_day(away.first - _DAY)
    return max(hours.at(day, hours.rules.works_from), hours.at(day, hours.rules.works_to) - LAST_CALL)


def _uncovered(away: Away, hours: Hours, managers: Hours, now: datetime) -> Iterator[Moment]:
    """The manager's last morning by then; where that has passed, their next one, while the absence lasts."""
    rules = hours.rules
    day = add_business_days(away.first, -rules.uncovered_business_days, hours.country, hours.calendar)
    at = managers.last_at(hours.at(day, rules.works_to), rules.remind_at)
    if at <= now:
        at = managers.next_at(now, rules.remind_at)
    if at < away.ends_at:
        yield Moment(UNCOVERED, at)


def _turns(away: Away, now: datetime) -> Iterator[Moment]:
    """The absence begins and ends at its instants, or at once where they have passed."""
    if now < away.ends_at:
        yield Moment(STATUS_ON, max(away.starts_at, now))
    yield Moment(STATUS_OFF, max(away.ends_at, now))
    yield Moment(END, max(away.ends_at, now))
