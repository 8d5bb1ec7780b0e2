"""Those who may be asked: their hours, when they are away, who covers for them, and what they have open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import working_time
from bot.domain.calendar import Holidays
from bot.domain.leave import Away
from bot.domain.person import Person, Role, Team
from bot.domain.request import Hours, RequestRules
from bot.domain.working_time import is_working


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffer:
    """Somebody of the organisation as requests see them.

    `away` are approved absences, past ones left out or not. `cover` says who covers while they are away: by account
    id ("" for all the others) an e-mail address, or "" where the team's channel does. `open_requests` are theirs,
    open or claimed.
    """

    person: Person
    hours: Hours
    away: tuple[Away, ...] = ()
    cover: Mapping[str, str] = field(default_factory=dict)
    open_requests: int = 0

    @property
    def email(self) -> str:
        """The address that requests name them by."""
        return self.person.email

    @property
    def name(self) -> str:
        """As the book has it."""
        return self.person.name


def hours_of(person: Person, rules: RequestRules) -> Hours:
    """A person's working hours: policy's, in their own zone and country, where none is known in their team's."""
    team = rules.hours[person.team or Team.ENTERPRISE]
    return Hours(
        zone=person.timezone or team.zone,
        country=person.country or (team.country if not person.timezone else ""),
        starts=rules.works_from,
        ends=rules.works_to,
    )


def staffer_of(
    person: Person,
    rules: RequestRules,
    *,
    away: Sequence[Away] = (),
    covers: Mapping[tuple[str, str], str] | None = None,
    load: Mapping[str, int] | None = None,
) -> Staffer:
    """A person with what the ports tell of many: whoever's absences, `covers_on` of a day, `count_open`."""
    email = person.email.lower()
    return Staffer(
        person=person,
        hours=hours_of(person, rules),
        away=tuple(one for one in away if one.email.lower() == email),
        cover={account: cover for (who, account), cover in (covers or {}).items() if who.lower() == email},
        open_requests=(load or {}).get(email, 0),
    )


def away_at(staffer: Staffer, at: datetime) -> Away | None:
    """The absence that an instant lies in, the one that lasts longest; their own days, half ones too."""
    return working_time.away_at(staffer.away, at)


def works_at(staffer: Staffer, at: datetime, calendar: Holidays) -> bool:
    """Whether they are at work at an instant: in their hours, and not away."""
    return away_at(staffer, at) is None and is_working(at, staffer.hours, calendar)


def works_next(staffer: Staffer, at: datetime, calendar: Holidays) -> datetime:
    """That instant where they are at work then, else the next at which they are."""
    return working_time.works_next(at, staffer.hours, staffer.away, calendar)


def covering(staffer: Staffer, account_id: str) -> str | None:
    """Who covers an account of theirs, by e-mail; "" the team's channel, None nobody."""
    return staffer.cover.get(account_id, staffer.cover.get(""))


def find_manager(staff: Mapping[str, Staffer], email: str, team: Team | None, at: datetime) -> Staffer | None:
    """The manager of a person, else of the team; where they are away the one above them."""
    asked = staff.get(email)
    above = asked.person.manager_email if asked else _manager_of(staff, team)
    seen = {email}
    while above and (above := above.lower()) not in seen and (manager := staff.get(above)):
        if away_at(manager, at) is None:
            return manager
        seen.add(above)
        above = manager.person.manager_email
    return None


def _manager_of(staff: Mapping[str, Staffer], team: Team | None) -> str | None:
    found = [one.email for one in staff.values() if one.person.role is Role.MANAGER]
    own = [email for email in found if staff[email].person.team is team]
    return min(own or found, default=None)


def by_email(staff: Sequence[Staffer]) -> Mapping[str, Staffer]:
    """Staffers by their address."""
    return {one.email.lower(): one for one in staff}


def moment(at: datetime, zone: str) -> str:
    """An instant in a zone's own words: `Mon 23 Nov 2026 at 09:00 (Europe/London)`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b %Y at %H:%M} ({zone})"
