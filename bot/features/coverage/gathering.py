"""Everything that a plan is made from and told with, read from the book before anything is decided."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.account import Account
from bot.domain.leave import Away, Candidate, Notice, OpenRequest, Plan, PlanState
from bot.domain.person import Person, Role
from bot.domain.provenance import value_of
from bot.domain.request import RequestState
from bot.errors import UnknownPerson
from bot.features.coverage import notice, rules, timeline
from bot.features.coverage.needs import Drafting
from bot.features.coverage.timeline import Hours, Moment
from bot.ports import Ports
from bot.ports.people import Absence
from bot.ports.requests import Wanted

OPEN = (PlanState.DRAFT, PlanState.PROPOSED, PlanState.APPROVED)
"""Plans that still run; those in force are the last two."""
IN_FORCE = OPEN[1:]
_APPROVED = "approved"
_DAY = timedelta(days=1)
_COVERS = (Role.TA, Role.PROGRAM_MANAGER)
_NEAR = 2 * _DAY
"""Zones lie up to 26 hours apart: so far around an absence others' days may still touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A person, their absence, and what lies around it. `others` are their other absences.

    `absent`, by e-mail, is when people are away on days that touch the absence; `counts` how many accounts each TA
    has by segment; `covered` how many each covers in that time in other plans; `requests` what the person is to
    answer.
    """

    person: Person
    away: Away
    people: Mapping[str, Person]
    others: tuple[Away, ...]
    absent: Mapping[str, tuple[Away, ...]]
    accounts: tuple[Account, ...]
    counts: Mapping[str, Mapping[str, int]]
    covered: Mapping[str, int]
    requests: tuple[OpenRequest, ...] = ()

    @property
    def manager(self) -> Person | None:
        """Who is told first."""
        return self.people.get((self.person.manager_email or "").lower())

    @property
    def segments(self) -> Mapping[str, str]:
        """The segment recorded of each account."""
        return {one.id: value_of(one.segment) or "" for one in self.accounts}

    def candidates(self) -> tuple[Candidate, ...]:
        """Those of the person's team who might cover."""
        team = self.person.team
        mates = (one for one in self.people.values() if one.role in _COVERS and one.team is team)
        return tuple(self._candidate(one) for one in mates if team is not None)

    def candidate(self, email: str) -> Candidate | None:
        """Anybody of the book as a cover; None where it does not know them."""
        person = self.people.get(email.lower())
        return self._candidate(person) if person else None

    def _candidate(self, person: Person) -> Candidate:
        held = self.counts.get(person.email, {})
        return Candidate(
            email=person.email,
            name=person.name,
            team=person.team,
            zone=person.timezone or "",
            level=person.level or "",
            region=person.region or "",
            segments=frozenset(segment for segment in held if segment),
            own=sum(held.values()),
            covered=self.covered.get(person.email, 0),
            away=self.absent.get(person.email, ()),
        )

    def pool(self) -> tuple[Person, ...]:
        """Those who serve the person's pool; none where they serve none."""
        if not self.person.serves_pool:
            return ()
        return tuple(one for one in self.people.values() if one.serves_pool and one.team is self.person.team)


async def get_person(ports: Ports, email: str) -> Person:
    """Somebody of the book; raises UnknownPerson saying what helps."""
    found = await ports.people.find_person(email)
    if found is None:
        raise UnknownPerson(
            "The book of people does not know that person; an operator adds them with `ta-bot import people`."
        )
    return found


def zone_of(ports: Ports, person: Person) -> str:
    """The zone in which somebody's days are counted: the bot's own where the book has none."""
    return person.timezone or str(ports.clock.zone)


def away_of(ports: Ports, absence: Absence, person: Person) -> Away:
    """An absence as its person lives it."""
    return Away(
        email=person.email,
        first=absence.starts_on,
        last=absence.ends_on,
        zone=zone_of(ports, person),
        half_start=absence.half_day_start,
        half_end=absence.half_day_end,
    )


async def look(ports: Ports, person: Person, away: Away, plan_id: int = 0) -> Around:
    """Read it all; `plan_id` is the plan that is remade, whose own covers do not count."""
    found, absences, own, accounts, counts, covered = await asyncio.gather(
        ports.people.list_people(),
        ports.coverage.list_away(away.first - _NEAR, away.last + _NEAR),
        others_of(ports, person, plan_id),
        _accounts(ports, person),
        ports.book.count_by_ta(),
        ports.plans.count_covered(away.first - _DAY, away.last + _DAY, but=plan_id),
    )
    people = {one.email: one for one in found}
    requests = await _requests(ports, person)
    absent: dict[str, tuple[Away, ...]] = {}
    for one in absences:
        if (who := people.get(one.email)) is not None:
            absent[who.email] = (*absent.get(who.email, ()), away_of(ports, one, who))
    return Around(
        person=person,
        away=away,
        people=people,
        others=tuple(one for one in own if not one.overlaps(away)),
        absent=absent,
        accounts=(*accounts, *await _asked_about(ports, requests, accounts)),
        counts=counts,
        covered=covered,
        requests=requests,
    )


async def _requests(ports: Ports, person: Person) -> tuple[OpenRequest, ...]:
    """What they are to answer, of accounts that the book knows."""
    zone, states = ZoneInfo(zone_of(ports, person)), (RequestState.OPEN, RequestState.CLAIMED)
    held = await ports.requests.list_requests(Wanted(assignee=person.email, states=states))
    return tuple(
        OpenRequest(
            account_id=one.account_id, words=one.text, asked_on=one.created_at.astimezone(zone).date()
        )
        for one in held
        if one.account_id
    )


async def _asked_about(
    ports: Ports, requests: Sequence[OpenRequest], accounts: Sequence[Account]
) -> list[Account]:
    """The accounts of those requests that are not among the person's own."""
    others = {one.account_id for one in requests} - {one.id for one in accounts}
    found = [await ports.book.find_account(account_id) for account_id in sorted(others)]
    return [one for one in found if one is not None]


async def others_of(ports: Ports, person: Person, plan_id: int = 0) -> tuple[Away, ...]:
    """When a person is away by the leave system or by other plans of theirs; days that both tell of come twice."""
    absences, plans = await asyncio.gather(
        ports.people.list_absences(person.email),
        ports.plans.list_plans(email=person.email, states=OPEN),
    )
    told = [away_of(ports, one, person) for one in absences if one.status == _APPROVED]
    planned = [one.away for one in plans if one.id != plan_id and not _among(one.away, told)]
    return (*told, *planned)


def _among(away: Away, told: Sequence[Away]) -> bool:
    return any(away.overlaps(one) for one in told)


async def _accounts(ports: Ports, person: Person) -> tuple[Account, ...]:
    """Their own, and those of a pool that they served last; for a pool's manager all that it has."""
    if person.role is Role.MANAGER and person.team is not None and person.team.is_pool:
        return await ports.book.list_accounts(team=person.team.value)
    return await ports.book.list_accounts(ta_email=person.email)


def drafting_of(ports: Ports, around: Around, active: Sequence[str] = ()) -> Drafting:
    """What the plan's items are drafted from."""
    return Drafting(
        away=around.away,
        person=around.person,
        rules=ports.policy.ooo,
        health=ports.policy.health,
        today=ports.clock.today(),
        requests=around.requests,
        active=dict.fromkeys(active, True),
    )


def hours_of(ports: Ports, person: Person, absences: Sequence[Away]) -> Hours:
    """When somebody may be written to."""
    return Hours(
        zone=zone_of(ports, person),
        country=person.country or "",
        rules=ports.policy.ooo,
        calendar=ports.calendar,
        absences=absences,
    )


async def moments_of(ports: Ports, plan: Plan, around: Around) -> tuple[Moment, ...]:
    """What is due for a plan from now on; in a thread, since bank holidays may take a moment."""
    mine = hours_of(ports, around.person, around.others)
    boss = around.manager
    theirs = hours_of(ports, boss, around.absent.get(boss.email, ())) if boss else None
    return await asyncio.to_thread(timeline.timeline_of, plan, mine, theirs, ports.clock.now())


async def notices_of(ports: Ports, plan: Plan, around: Around) -> tuple[Notice, ...]:
    """The rules of notice as they stand for a plan."""
    today = ports.clock.now().astimezone(ZoneInfo(plan.away.zone)).date()
    country = around.person.country or ""
    rules_ = ports.policy.ooo
    return await asyncio.to_thread(
        notice.notices, plan, today, rules_, around.others, country, ports.calendar
    )


async def approvers_of(ports: Ports, plan: Plan, around: Around) -> tuple[tuple[str, Person], ...]:
    """Who approves, and in which role: the manager alone in an emergency, which waits for nothing."""
    policy, country = ports.policy.ooo, around.person.country or ""
    needed = not plan.emergency and await asyncio.to_thread(
        notice.needs_approvals, plan.away, around.others, policy, country, ports.calendar
    )
    everybody = tuple(around.people.values())
    return notice.approvers_of(around.person, everybody, policy, needed=needed)


async def pool_days_of(ports: Ports, around: Around) -> tuple[tuple[date, int, int], ...]:
    """For somebody of a pool: how many of it are in on each day."""
    pool = around.pool()
    if not pool:
        return ()
    absent = {**around.absent, around.person.email: (*around.others, around.away)}
    return await asyncio.to_thread(rules.pool_days, around.away, pool, absent, ports.calendar)
