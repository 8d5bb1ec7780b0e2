"""When a reader is told what waits for them, and who hears of it in their place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.alert import AlertRules, Kept
from bot.domain.calendar import Holidays
from bot.domain.leave import Away
from bot.domain.person import Person, Role
from bot.domain.request import Hours
from bot.domain.schedule import instant_of
from bot.domain.working_time import away_at, works_next

_DAY = timedelta(days=1)
SATURDAY = 5
LAST_CALL = timedelta(hours=1)
"""So long before the end of the working day comes the day's last message, which gathers what is over the cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody for whom notices wait. `told` messages told them something today; `away` are their absences."""

    person: Person
    hours: Hours
    away: tuple[Away, ...] = ()
    told: int = 0


def hours_of(person: Person, rules: AlertRules, zone: str) -> Hours:
    """When a person is written to: in their own zone and country; in the organisation's where none is known."""
    return Hours(
        zone=person.timezone or zone,
        country=person.country or "",
        starts=rules.works_from,
        ends=rules.works_to,
    )


def told_as(person: Person) -> frozenset[str]:
    """The words of policy's `tells` under which a person may be told: their role, and whoever runs the bot."""
    words = {person.role.value}
    if person.role in (Role.LEADER, Role.MANAGER):
        words |= {"manager", "operators"}
    if person.role is Role.OPERATOR:
        words.add("operators")
    return frozenset(words)


def day_began(at: datetime, zone: str) -> datetime:
    """When the local day of an instant began."""
    return instant_of(at.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))


def tells_at(reader: Reader, now: datetime, rules: AlertRules, calendar: Holidays) -> datetime:
    """The first instant from now on at which a reader may be told: at work, and with a message of the day left."""
    at = works_next(now, reader.hours, reader.away, calendar)
    zone = ZoneInfo(reader.hours.zone)
    today = now.astimezone(zone).date()
    if at.astimezone(zone).date() != today or reader.told < rules.cap - 1:
        return at
    if reader.told >= rules.cap:
        return works_next(instant_of(today + _DAY, time(), zone), reader.hours, reader.away, calendar)
    last = instant_of(today, reader.hours.ends, zone) - LAST_CALL
    return max(at, works_next(last, reader.hours, reader.away, calendar))


def channel_tells_at(due_at: datetime, now: datetime, rules: AlertRules, zone: ZoneInfo) -> datetime:
    """When a channel is told: at its time of a working day; what was due then and comes late is told at once."""
    day = due_at.astimezone(zone).date()
    while True:
        at = instant_of(day, rules.bundle_at, zone)
        if at >= due_at and day.weekday() < SATURDAY:
            return max(at, now) if at == due_at else at
        day += _DAY


def comes_again(at: datetime, rules: AlertRules, zone: ZoneInfo) -> datetime:
    """When something that is snoozed until an instant comes again: on that day's morning."""
    return instant_of(at.astimezone(zone).date(), rules.bundle_at, zone)


def absence_of(reader: Reader, now: datetime) -> Away | None:
    """Why a reader is not told now, where they are away."""
    return away_at(reader.away, now)


def stands_in(
    kept: Kept, reader: Reader, covers: Mapping[tuple[str, str], str], rules: AlertRules, now: datetime
) -> str | None:
    """Who hears of a notice while its reader is away: the cover, the alerts' channel where the team's covers, else
    the manager where that is for long. None: it waits for them.
    """
    absence = absence_of(reader, now)
    if absence is None or kept.reader != kept.notice.receiver:
        return None
    own = reader.person.email.lower()
    cover = covers.get((own, kept.notice.account_id), covers.get((own, "")))
    if cover is not None:
        return cover.lower() or rules.channel
    if absence.ends_at - now <= rules.waits_for:
        return None
    return (reader.person.manager_email or "").lower() or None


def in_order(kept: Iterable[Kept], rules: AlertRules) -> tuple[Kept, ...]:
    """As they are told: urgent ones first, then by signal as policy has them, then by account."""
    places = {signal: place for place, signal in enumerate(rules.signals)}
    return tuple(
        sorted(
            kept,
            key=lambda one: (
                not one.notice.urgent,
                places.get(one.notice.signal, len(places)),
                one.notice.account_name.casefold(),
                one.id,
            ),
        )
    )
