"""Reads what a decision needs (who is there, the teams' groups, who served the account) and has the rules decide."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.account import Account
from bot.domain.leave import Away
from bot.domain.person import Person, Team
from bot.domain.request import Decision, Request, Urgency
from bot.features.routing import rules
from bot.features.routing.choosing import Desk, GroupState
from bot.features.routing.rules import About, Served
from bot.features.routing.staff import Staffer, away_at, hours_of, staffer_of, works_next
from bot.ports import Ports
from bot.ports.people import Absence

AHEAD = timedelta(days=60)
"""How far ahead absences are looked at: whoever is away now is asked again when they are back."""


async def decide(
    ports: Ports,
    account: Account | None,
    typed: str,
    *,
    urgency: Urgency = Urgency.NORMAL,
    handed: Served | None = None,
    passed: frozenset[str] = frozenset(),
) -> Decision:
    """Where a request goes; with `handed` a person says which team it is."""
    desks = await desks_of(ports)
    model = ports.policy.model_on(ports.clock.today())
    served = handed or rules.served_by(account, typed, model, desks)
    last = await ports.requests.last_served(account.id) if account else None
    about = About(account=account, served=served, urgency=urgency, last_served=last or "", passed=passed)
    staff = await staff_of(ports)
    policy, now, calendar = ports.policy.requests, ports.clock.now(), ports.calendar
    return await asyncio.to_thread(rules.decide, about, staff, desks, policy, now, calendar)


def handed_to(ports: Ports, team: Team, by: str) -> Served:
    """The team that a person hands a request over to."""
    return Served(
        team=team, why=f"{by or 'Somebody'} handed it over to the {ports.policy.teams[team].short}."
    )


def kept_by(ports: Ports, request: Request) -> Served | None:
    """The team that a request is with already, where that was told."""
    team = request.decision.team
    if team is None:
        return None
    return Served(team=team, why=f"It is with the {ports.policy.teams[team].short}.")


async def desks_of(ports: Ports) -> Mapping[Team, Desk]:
    """Where each team takes requests, and whether its group can be mentioned."""
    desks = {}
    for team, of in ports.policy.teams.items():
        group = await ports.directory.get_user_group(of.user_group)
        desks[team] = Desk(
            team=team,
            short=of.short,
            channel=of.channel,
            user_group=of.user_group,
            group=GroupState(group.problem or GroupState.READY),
        )
    return desks


async def staff_of(ports: Ports) -> Sequence[Staffer]:
    """Everybody of the organisation as requests see them."""
    today, policy = ports.clock.today(), ports.policy.requests
    people = await ports.people.list_people()
    zones = {one.email.lower(): hours_of(one, policy).zone for one in people}
    absent = await ports.coverage.list_away(today - timedelta(days=1), today + AHEAD)
    away = [_away(one, zones.get(one.email.lower(), str(ports.clock.zone))) for one in absent]
    covers, load = await ports.coverage.covers_on(today), await ports.requests.count_open()
    return [staffer_of(one, policy, away=away, covers=covers, load=load) for one in people]


def _away(absence: Absence, zone: str) -> Away:
    return Away(
        email=absence.email,
        first=absence.starts_on,
        last=absence.ends_on,
        zone=zone,
        half_start=absence.half_day_start,
        half_end=absence.half_day_end,
    )


async def whereabouts(ports: Ports, person: Person, urgency: Urgency) -> tuple[str, datetime | None]:
    """That somebody is away now, in words, with who covers; and when they are at work next, where they are not now."""
    staff = {one.email: one for one in await staff_of(ports)}
    one, now, calendar = staff.get(person.email), ports.clock.now(), ports.calendar
    if one is None:
        return "", None
    absence = away_at(one, now)
    if absence is not None:
        cover = staff.get(one.cover.get("", ""))
        covered = f"; {cover.name} covers" if cover else ""
        return f"is away until {absence.last:%-d %b %Y}{covered}", None
    if urgency is Urgency.URGENT:
        return "", None
    at = await asyncio.to_thread(works_next, one, now, calendar)
    return "", at if at > now else None
