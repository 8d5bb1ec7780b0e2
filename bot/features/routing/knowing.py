"""What there is to know of requests: mine, a team's, all of them as a file, and why one went where it went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.asks import Action, Ask, Command
from bot.blocks import build, text
from bot.blocks.answers import Message, Modal
from bot.domain import spreadsheet
from bot.domain.person import Team, team_named
from bot.domain.request import Request, RequestState
from bot.errors import UserError, WrongUsage
from bot.features.routing import clocks, explaining, lists, living, reading
from bot.features.routing.lists import Line
from bot.ports import Ports
from bot.ports.requests import Wanted

LIVE = (RequestState.OPEN, RequestState.CLAIMED)
EXPORTED = timedelta(days=90)
MOST = 10_000
"""Requests of one file."""


async def list_mine(asked: Ask, ports: Ports) -> Message:
    """What the asker asked and what is theirs to answer."""
    email = living.who(asked)
    own = await ports.requests.list_requests(Wanted(asker=email, states=(*LIVE, RequestState.ANSWERED)))
    given = await ports.requests.list_requests(Wanted(assignee=email, states=LIVE))
    return lists.mine(await _lines(ports, own), await _lines(ports, given))


async def list_team(asked: Command, ports: Ports, named: str) -> Message:
    """What a team has open: the asker's own, unless another is named."""
    team = await _team(asked, ports, named)
    held = _of_team(ports, await ports.requests.list_requests(Wanted(states=LIVE, limit=MOST)), team)
    return lists.team(ports.policy.teams[team].short, await _lines(ports, held), team.value)


async def list_late(ports: Ports, team: Team | None) -> Message:
    """What of a team's requests is past its time; of every team's with None."""
    held: Sequence[Request] = await ports.requests.list_requests(Wanted(states=LIVE, limit=MOST))
    if team is not None:
        held = _of_team(ports, held, team)
    name = ports.policy.teams[team].short if team else "teams"
    return lists.late(name, await _lines(ports, held), len(held))


def _of_team(ports: Ports, requests: Sequence[Request], team: Team) -> list[Request]:
    """A team's requests; those without a team are of the one in whose channel they are sorted out."""
    sorts = ports.policy.teams[team].channel == ports.policy.requests.triage_channel
    return [one for one in requests if one.decision.team is team or (sorts and one.decision.team is None)]


async def _team(asked: Ask, ports: Ports, named: str) -> Team:
    names = {team: (of.name, of.short, of.user_group) for team, of in ports.policy.teams.items()}
    if named:
        found = team_named(named, names)
        if found is None:
            raise WrongUsage(
                f"There is no team “{named[:40]}”. Type `/ask-ta team enterprise`, scaled or digital."
            )
        return found
    person = await ports.people.find_asker(asked.asker)
    if person is None or person.team is None:
        raise WrongUsage("You are in no TA team. Name one: `/ask-ta team enterprise`, scaled or digital.")
    return person.team


async def send_rows(asked: Action, ports: Ports) -> Message:
    """A team's requests of the last 90 days as a CSV, into the asker's own direct message with the bot."""
    if asked.value not in set(Team):
        raise UserError("That button is out of date. Type `/ask-ta team`.")
    team, today = Team(asked.value), ports.clock.today()
    since = ports.clock.now() - EXPORTED
    held = _of_team(ports, await ports.requests.list_requests(Wanted(since=since, limit=MOST)), team)
    lines = await _lines(ports, held, links=False)
    teams = {one.value: of.short for one, of in ports.policy.teams.items()}
    content = await asyncio.to_thread(spreadsheet.csv_of, lists.HEADER, lists.rows(lines, teams))
    name = f"requests-{team.value}-{today}.csv"
    accounts = tuple(dict.fromkeys(one.account_id for one in held if one.account_id))
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"Requests to the {ports.policy.teams[team].short} since {text.day(since.date())}: {len(held):,}.",
        accounts=accounts,
        asked=asked,
    )
    said = f"I sent you `{name}` in our direct message: {text.plural(len(held), 'request')}."
    return Message(text=said, blocks=(build.section(said),))


async def _lines(ports: Ports, requests: Sequence[Request], *, links: bool = True) -> list[Line]:
    """Each with by when it is due; the most pressing first."""
    now, policy, calendar = ports.clock.now(), ports.policy.requests, ports.calendar

    def dues() -> list[clocks.Due]:
        return [clocks.due_of(one, policy, calendar) for one in requests]

    names = {one.email: one.name for one in await ports.people.list_people()} if requests else {}
    lines: list[Line] = []
    for request, (first, resolve) in zip(requests, await asyncio.to_thread(dues), strict=True):
        live = request.state in LIVE
        due_at = first if request.first_response_at is None else resolve
        head = await reading.head_of(ports, request) if links and len(lines) < lists.SHOWN * 2 else None
        lines.append(
            Line(
                request=request,
                assignee=names.get(request.assignee, request.assignee),
                due_at=due_at if live else None,
                late=live and due_at < now,
                permalink=head.permalink if head else "",
                first_response_by=first,
            )
        )
    return sorted(lines, key=lambda one: (one.due_at or now, one.request.id)) if links else lines


async def explain(asked: Action, ports: Ports) -> Modal:
    """Why a request went where it went."""
    request = await reading.get_request(ports, asked.value)
    policy = ports.policy.requests
    team = await asyncio.to_thread(clocks.clocked_as, request, policy, ports.calendar)
    hours = policy.hours[team]
    counted = (
        f"Counted in working time: {hours.starts:%H:%M} to {hours.ends:%H:%M}, {hours.zone.replace('_', ' ')}, from "
        "Monday to Friday without bank holidays."
    )
    return explaining.explained(await reading.stand(ports, request), counted)
