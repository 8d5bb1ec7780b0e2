"""Handing a request over: to a person, or to another team, with a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.asks import Action, Submission, Typeahead
from bot.blocks import text
from bot.blocks.answers import Answer, FieldErrors, Modal, Options
from bot.domain.names import fold
from bot.domain.person import Person, Team
from bot.domain.request import Request
from bot.errors import StaleRow, UserError
from bot.features.routing import deciding, forms, living, posting, reading, reminding, telling, turns, views
from bot.features.routing.rules import Move
from bot.features.routing.standing import Standing
from bot.ports import Ports

PERSON, TEAM = "p:", "t:"
"""What the values of the menu begin with."""
OVER = "This request is over. Reopen it first."


async def open_form(asked: Action, ports: Ports) -> Modal:
    """To whom, and a note."""
    request = await reading.get_request(ports, asked.value)
    _check_state(request)
    await living.check(asked, ports, request, Move.HAND_OVER)
    return forms.hand_over(request)


def _check_state(request: Request) -> None:
    if request.state not in living.CLAIM.states and request.state not in living.ANSWER.states:
        raise UserError(OVER)


async def suggest(asked: Typeahead, ports: Ports) -> Options:
    """The teams, and the people who answer requests, as far as the letters fit."""
    wanted = fold(asked.text)
    people = [one for role in reading.SERVING for one in await ports.people.list_people(role=role)]
    fitting = sorted(
        (one for one in people if wanted in fold(f"{one.name} {one.email}")), key=lambda one: one.name
    )
    named = [(_label(one, ports), f"{PERSON}{one.email}") for one in fitting if len(one.email) <= 140]
    teams = [
        (f"{of.name} (the team)", f"{TEAM}{team.value}")
        for team, of in ports.policy.teams.items()
        if wanted in fold(f"{of.name} {of.short} {of.user_group}")
    ]
    return Options(options=forms.options(named, teams))


def _label(person: Person, ports: Ports) -> str:
    team = f" · {ports.policy.teams[person.team].short}" if person.team else ""
    return f"{text.one_line(person.name, 45)}{team}"


async def submit(asked: Submission, ports: Ports) -> Answer:
    """Give it to whoever was chosen; they are told in its thread, and the asker in a direct message."""
    to, note = str(asked.values.get(forms.TO) or ""), str(asked.values.get(forms.NOTE) or "").strip()
    for _ in range(living.TRIES):
        request = await reading.get_request(ports, asked.private_metadata)
        _check_state(request)
        await living.check(asked, ports, request, Move.HAND_OVER)
        try:
            if to.startswith(TEAM) and to.removeprefix(TEAM) in set(Team):
                return await _to_team(asked, ports, request, Team(to.removeprefix(TEAM)), note)
            return await _to_person(asked, ports, request, to.removeprefix(PERSON), note)
        except StaleRow:
            continue
    return FieldErrors(errors={forms.TO: "Somebody changed this request at this moment. Press once more."})


async def _to_person(asked: Submission, ports: Ports, request: Request, email: str, note: str) -> Answer:
    person = await ports.people.find_person(email) if email else None
    if person is None:
        return FieldErrors(errors={forms.TO: "Choose a person or a team from the list."})
    away, works_at = await deciding.whereabouts(ports, person, request.urgency)
    if away:
        return FieldErrors(errors={forms.TO: f"{person.name} {away}. Choose somebody else, or the team."})
    changed = turns.handed_over(request, living.who(asked), person.email, note, ports.clock.now())
    shown = await living.keep(
        ports, changed, step="handed_over", line=views.handed_over_line, works_at=works_at
    )
    return telling.handed(shown, person.name)


async def _to_team(asked: Submission, ports: Ports, request: Request, team: Team, note: str) -> Answer:
    account = await ports.book.find_account(request.account_id) if request.account_id else None
    by = await ports.people.find_asker(asked.asker)
    handed = deciding.handed_to(ports, team, by.name if by else asked.asker.name)
    decision = await deciding.decide(
        ports, account, request.account_name, urgency=request.urgency, handed=handed
    )
    channel_id = await ports.directory.find_channel(decision.channel) or ""
    changed = turns.moved(request, living.who(asked), decision, channel_id, note, ports.clock.now())
    works_at = await _works_at(ports, changed)
    if reading.head_key(changed) == reading.head_key(request):
        shown = await living.keep(
            ports,
            changed,
            step="handed_over",
            line=f"handed over to this team{f': “{text.name(note, 300)}”' if note else ''}.",
            group=True,
            works_at=works_at,
        )
    else:
        shown = await _to_channel(ports, request, changed, works_at)
    return telling.handed(shown, ports.policy.teams[team].name)


async def _works_at(ports: Ports, request: Request) -> datetime | None:
    """When to mention whom it came to outside their hours; reminders see to it until a first response."""
    if request.decision.mention_assignee or request.first_response_at is None:
        return None
    person = await ports.people.find_person(request.assignee)
    return (await deciding.whereabouts(ports, person, request.urgency))[1] if person else None


async def _to_channel(
    ports: Ports, request: Request, changed: Request, works_at: datetime | None
) -> Standing:
    """Its message goes to the other team's channel; the first channel keeps a line that says so."""
    before = await posting.look(ports, request)
    shown = await reading.stand(ports, changed)
    planned = await reminding.prepare(ports, changed)
    receivers, told = await posting.receivers_of(ports, changed), await ports.people.list_operators()
    async with ports.work.transaction() as tx:
        kept = await ports.requests.change_request(tx, changed)
        shown = replace(shown, request=kept)
        gone = views.moved(shown, kept.decision.channel)
        for one in (before.head, *before.direct):
            if one is not None:
                await ports.outgoing.edit_later(tx, one.key, gone)
        if kept.channel_id:
            await posting.post_head(tx, ports, shown)
        else:
            await posting.fall_back(tx, ports, shown, posting.NO_CHANNEL, receivers, told)
        await posting.tell_asker(tx, ports, shown, "handed_over")
        if works_at is not None:
            await reminding.mention_later(tx, ports, kept, works_at)
        await reminding.plan(tx, ports, kept, planned)
    return shown
