"""Reads whom and what a request's messages speak of, and who of a team is there: asked of the ports, decided nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from bot.domain.person import Person, Role, Team
from bot.domain.request import Hours, Request, Urgency
from bot.domain.working_time import is_working
from bot.errors import UserError
from bot.features.routing import clocks
from bot.features.routing.staff import hours_of
from bot.features.routing.standing import Group, Named, Standing
from bot.ports import Ports
from bot.ports.directory import UserGroup
from bot.ports.outgoing import Outgoing

SERVING = (Role.TA, Role.PROGRAM_MANAGER)
"""The roles that answer requests."""


def head_key(request: Request, turn: int | None = None) -> str:
    """The key of its message in its channel; a request that moved to another channel has another one there."""
    moves = sum(one.what == "moved" for one in request.happened) if turn is None else turn
    return f"ask:{request.id}:head:{moves}"


def direct_key(request: Request, email: str) -> str:
    """The key of its message to a person, where it could not be posted in its channel."""
    return f"{head_key(request)}:direct:{email}"


async def get_request(ports: Ports, value: str) -> Request:
    """The one that a button names."""
    found = await ports.requests.find_request(int(value)) if value.isdecimal() else None
    if found is None:
        raise UserError("That request is not kept any more. `/ask-ta` begins another.")
    return found


async def works_now(ports: Ports, *hours: Hours) -> tuple[bool, ...]:
    """Whether each of them is at work; in a thread, since bank holidays may take a moment."""
    now, calendar = ports.clock.now(), ports.calendar
    return await asyncio.to_thread(lambda: tuple(is_working(now, one, calendar) for one in hours))


async def stand(ports: Ports, request: Request, group: UserGroup | None = None) -> Standing:
    """A request as it is shown now. Nobody is mentioned outside their hours unless it is urgent."""
    policy, calendar = ports.policy.requests, ports.calendar
    team = await asyncio.to_thread(clocks.clocked_as, request, policy, calendar)
    people = await _people(ports, request)
    assignee = people.get(request.assignee)
    told = group or await _group(ports, request.decision.user_group)
    own = hours_of(assignee, policy) if assignee else policy.hours[team]
    works, open_now = await works_now(ports, own, policy.hours[team])
    urgent = request.urgency is Urgency.URGENT
    head = await ports.outgoing.find_outgoing(head_key(request)) if request.id else None
    named = await _named(ports, people.values())
    if request.assignee in named and not (works or urgent):
        one = named[request.assignee]
        named = {**named, request.assignee: Named(name=one.name, user_id=one.user_id, quiet=True)}
    first, resolve = await asyncio.to_thread(clocks.due_of, request, policy, calendar)
    return Standing(
        request=request,
        group=Group(handle=request.decision.user_group, id=told.id, quiet=not (open_now or urgent)),
        team_name=ports.policy.teams[team].short if request.decision.team else "",
        people=named,
        first_response_by=first,
        resolve_by=resolve,
        permalink=head.permalink if head else "",
        as_of=ports.clock.now(),
    )


async def _group(ports: Ports, handle: str) -> UserGroup:
    return await ports.directory.get_user_group(handle) if handle else UserGroup(handle="")


async def _people(ports: Ports, request: Request) -> Mapping[str, Person]:
    emails = {request.assignee, request.decision.assignee, request.decision.for_whom}
    emails |= {one.who for one in request.happened}
    found = {email: await ports.people.find_person(email) for email in emails if email}
    return {email: person for email, person in found.items() if person is not None}


async def _named(ports: Ports, people: Iterable[Person]) -> Mapping[str, Named]:
    known = {one.email: one for one in people}
    missing = [email for email, one in known.items() if not one.slack_user_id]
    told = await ports.directory.find_user_ids(missing) if missing else {}
    return {
        email: Named(name=one.name, user_id=one.slack_user_id or told.get(email))
        for email, one in known.items()
    }


async def head_of(ports: Ports, request: Request) -> Outgoing | None:
    """Its message in its channel, as the journal has it."""
    return await ports.outgoing.find_outgoing(head_key(request))


async def leaders_of(ports: Ports, team: Team | None) -> tuple[Person, ...]:
    """Who answers for a team: its managers, else all managers, else the operators."""
    own = await ports.people.list_people(team=team, role=Role.MANAGER) if team else ()
    found = own or await ports.people.list_people(role=Role.MANAGER)
    return (found or await ports.people.list_people(role=Role.OPERATOR))[:3]
