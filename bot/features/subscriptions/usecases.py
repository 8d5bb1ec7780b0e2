"""Subscribing a channel, changing and ending that, and telling what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.asks import Action, Ask, Command, Submission, Typeahead
from bot.blocks.answers import Answer, FieldErrors, Message, Modal, Options
from bot.domain.person import Person, Role, Team
from bot.domain.slots import Slot
from bot.errors import UserError, WrongUsage
from bot.features.subscriptions import planning, rules, views
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import WorkState

CHANNEL_KINDS = ("C", "G")
"""How the ids of channels begin; a direct message's begins with D."""
NOT_THERE = (
    "I post digests in channels, and this is a direct message. Type `/kpi-digest subscribe #channel`, or choose the "
    "channel in the form."
)


async def open_form(asked: Command, ports: Ports, typed: str) -> Modal:
    """The form for a channel, filled in with what it has already or with what was typed."""
    person = await check_allowed(asked, ports)
    channel_id, rest = rules.read_channel(typed)
    if channel_id.startswith("D"):
        raise WrongUsage(NOT_THERE)
    if not channel_id and asked.place.channel_id.startswith(CHANNEL_KINDS):
        channel_id = asked.place.channel_id
    held = await ports.digests.find_channel_subscription(channel_id) if channel_id else None
    draft = rules.draft_of(held) if held else await _draft(asked, ports, person, channel_id)
    names = {team: (of.name, of.short, of.user_group) for team, of in ports.policy.teams.items()}
    countries = await _countries(ports) if rest or draft.country else {}
    draft = rules.read_draft(rest, draft, names, countries)
    return _form(ports, draft, countries, held.id if held else 0)


async def edit(asked: Action, ports: Ports) -> Modal:
    """The form of a subscription that a button names."""
    await check_allowed(asked, ports)
    held = await get_subscription(ports, asked.value)
    return _form(ports, rules.draft_of(held), await _countries(ports) if held.country else {}, held.id)


def _form(ports: Ports, draft: rules.Draft, countries: Mapping[str, str], subscription_id: int) -> Modal:
    names = {team: of.short for team, of in ports.policy.teams.items()}
    return views.form(draft, names, countries.get(draft.country, draft.country), subscription_id)


async def save(asked: Submission, ports: Ports) -> Answer:
    """Check what was entered, keep it and plan its first slot together; says what happens next."""
    person = await check_allowed(asked, ports)
    try:
        draft = _entered(asked.values, await _countries(ports))
    except _Wrong as wrong:
        return FieldErrors(errors={wrong.block: str(wrong)})
    held = await _held(ports, int(asked.private_metadata or 0))
    refused = await refusal(ports, draft.channel_id, held)
    if refused:
        return FieldErrors(errors={views.CHANNEL: refused}, withheld=f"subscription: {refused}")
    subscription = _subscription(asked, ports, draft, held, person)
    kept, slot = await _keep(ports, subscription)
    names = names_of(ports, kept)
    return views.agreed(kept, slot, names, changed=held is not None)


async def resume(asked: Action, ports: Ports) -> Message:
    """Go on with a paused subscription, if everybody in its channel may read it by now."""
    await check_allowed(asked, ports)
    held = await get_subscription(ports, asked.value)
    refused = await refusal(ports, held.channel_id, held)
    if refused:
        raise UserError(refused)
    kept, slot = await _keep(ports, replace(held, paused=""))
    return views.resumed(kept, slot)


async def unsubscribe(asked: Command, ports: Ports, typed: str) -> Message:
    """End the subscription of a channel, this one where none is named."""
    await check_allowed(asked, ports)
    channel_id, rest = rules.read_channel(typed)
    if rest:
        raise WrongUsage(
            "Type `/kpi-digest unsubscribe #channel`, or just `/kpi-digest unsubscribe` in the channel."
        )
    held = await get_channel_subscription(ports, channel_id or asked.place.channel_id)
    before = await ports.jobs.list_work(prefix=planning.prefix_of(held))
    async with ports.work.transaction() as tx:
        kept = await ports.digests.save_subscription(tx, replace(held, ended_at=ports.clock.now()))
        await planning.cancel_all(tx, ports, before, "the subscription was ended")
    return views.ended(kept)


async def status(asked: Ask, ports: Ports, typed: str = "") -> Message:
    """What was posted where and when, what is next, what failed and why; this channel's first."""
    channel_id, _ = rules.read_channel(typed)
    if channel_id:
        return views.status([await _standing(ports, await get_channel_subscription(ports, channel_id))])
    held = await ports.digests.list_subscriptions()
    here = asked.place.channel_id
    ordered = sorted(held, key=lambda one: (one.channel_id != here, not one.paused, one.id))
    shown = [await _standing(ports, one) for one in ordered[: views.LISTED]]
    return views.status(shown, more=len(ordered) - len(shown))


async def in_short(ports: Ports) -> Message:
    """Each channel's digest in a line: the last one, the next one, and what went wrong."""
    held = await ports.digests.list_subscriptions()
    ordered = sorted(held, key=lambda one: (not one.paused, one.id))
    shown = [await _standing(ports, one) for one in ordered[: views.LISTED]]
    return views.in_short(shown, more=len(ordered) - len(shown))


async def suggest_zones(asked: Typeahead, ports: Ports) -> Options:  # noqa: ARG001 - the world's zones are no port
    """The time zones that letters may mean."""
    return Options(options=await asyncio.to_thread(rules.zones_like, asked.text))


async def suggest_countries(asked: Typeahead, ports: Ports) -> Options:
    """The countries that letters may mean."""
    return Options(options=rules.countries_like(asked.text, await _countries(ports)))


async def get_subscription(ports: Ports, value: str) -> Subscription:
    """The one that a button names; it may have ended since."""
    held = await _held(ports, int(value) if value.isdecimal() else 0)
    if held is None:
        raise UserError("That subscription has ended. `/kpi-digest subscribe #channel` begins another.")
    return held


async def get_channel_subscription(ports: Ports, channel_id: str) -> Subscription:
    """The one of a channel."""
    held = await ports.digests.find_channel_subscription(channel_id) if channel_id else None
    if held is None:
        raise UserError(
            "That channel gets no KPI digest. `/kpi-digest subscribe #channel` begins one, `/kpi-digest status` lists "
            "those there are."
        )
    return held


def names_of(ports: Ports, subscription: Subscription) -> tuple[str, ...]:
    """Its teams by name."""
    return tuple(ports.policy.teams[team].short for team in subscription.teams)


async def check_allowed(ask: Ask, ports: Ports) -> Person:
    """Raise UserError, saying whom to ask, for those who do not decide what channels get."""
    person = await ports.people.find_asker(ask.asker)
    if person is not None and rules.may_subscribe(person):
        return person
    managers = [
        *await ports.people.list_people(role=Role.OPERATOR),
        *await ports.people.list_people(role=Role.MANAGER),
    ]
    known = ", ".join(one.name for one in managers[:4])
    raise UserError(
        "TAs, managers, leaders, program managers and operators decide what a channel gets"
        f"{f'; ask {known}' if known else ''}. `/kpi-digest preview` shows a digest to you alone."
    )


async def _held(ports: Ports, subscription_id: int) -> Subscription | None:
    found = await ports.digests.find_subscription(subscription_id) if subscription_id else None
    return found if found is not None and found.ended_at is None else None


async def _draft(asked: Ask, ports: Ports, person: Person, channel_id: str) -> rules.Draft:
    member = await ports.directory.get_member(asked.asker.user_id)
    zone = member.timezone or person.timezone or str(ports.clock.zone)
    policy = ports.policy.digest
    return rules.Draft(
        channel_id=channel_id,
        teams=(person.team,) if person.team else (),
        weekday=policy.weekday,
        at=policy.at,
        zone=zone if zone in rules.zones() else "UTC",
        country=await _country(ports, person.country or ""),
    )


async def _country(ports: Ports, code: str) -> str:
    known = bool(code) and await asyncio.to_thread(ports.calendar.knows, code)
    return code.upper() if known else ""


async def _countries(ports: Ports) -> Mapping[str, str]:
    return await asyncio.to_thread(ports.calendar.countries)


class _Wrong(UserError):
    """A field that cannot be taken as it is."""

    def __init__(self, block: str, why: str) -> None:
        self.block = block
        super().__init__(why.replace("`", ""))  # a form's errors are plain text


def _entered(values: Mapping[str, Any], countries: Mapping[str, str]) -> rules.Draft:
    channel_id = str(values.get(views.CHANNEL) or "")
    if not channel_id:
        raise _Wrong(views.CHANNEL, "Choose the channel.")
    if not channel_id.startswith(CHANNEL_KINDS):
        raise _Wrong(views.CHANNEL, "Digests go to channels, and that is a direct message. Choose a channel.")
    weekday = str(values.get(views.WEEKDAY) or "")
    if weekday not in set("0123456"):
        raise _Wrong(views.WEEKDAY, "Choose a day of the week.")
    return rules.Draft(
        channel_id=channel_id,
        teams=tuple(Team(team) for team in values.get(views.TEAMS) or () if team in set(Team)),
        weekday=int(weekday),
        at=_field(views.TIME, rules.read_time, str(values.get(views.TIME) or "")),
        zone=_field(views.ZONE, rules.read_zone, str(values.get(views.ZONE) or "")),
        country=_field(
            views.COUNTRY,
            lambda typed: rules.read_country(typed, countries),
            str(values.get(views.COUNTRY) or ""),
        ),
    )


def _field(block: str, read: Any, typed: str) -> Any:
    try:
        return read(typed)
    except WrongUsage as error:
        raise _Wrong(block, str(error)) from error


async def refusal(ports: Ports, channel_id: str, held: Subscription | None) -> str:
    """Why a channel cannot take it, with what to do; empty where it can. Slack is asked anew."""
    other = await ports.digests.find_channel_subscription(channel_id)
    if other is not None and (held is None or other.id != held.id):
        return "That channel has a digest already. Type /kpi-digest status, and press Edit beside it."
    readers = await ports.directory.readers_of(channel_id)
    if readers.name.startswith("mpdm-"):
        return "Digests go to channels, and that is a group direct message. Choose a channel."
    if not readers.refused:
        return ""
    if "invite me" in readers.refused:
        return "I cannot see that channel. If it is private, invite me there first (/invite), then try again."
    return f"I would post nothing there: {readers.refused}. Mend that, or choose another channel."


def _subscription(
    asked: Submission, ports: Ports, draft: rules.Draft, held: Subscription | None, person: Person
) -> Subscription:
    """As it is to be kept: whoever saved it last is its owner, and saving resumes what was paused."""
    return Subscription(
        id=held.id if held else 0,
        channel_id=draft.channel_id,
        teams=draft.teams,
        weekday=draft.weekday,
        at=draft.at,
        zone=draft.zone,
        country=draft.country,
        owner_email=asked.asker.email or person.email,
        owner_user_id=asked.asker.user_id,
        created_at=held.created_at if held else ports.clock.now(),
    )


async def _keep(ports: Ports, subscription: Subscription) -> tuple[Subscription, Slot]:
    """Keep it and plan its next slot, both or neither."""
    plan = await planning.prepare(ports, subscription)
    async with ports.work.transaction() as tx:
        kept = await ports.digests.save_subscription(tx, subscription)
        slot = await planning.plan_next(tx, ports, kept, plan)
    return kept, slot


async def _standing(ports: Ports, subscription: Subscription) -> rules.Standing:
    prefix = planning.prefix_of(subscription)
    ended = (WorkState.FAILED, WorkState.CANCELLED, WorkState.DONE)
    planned = await ports.jobs.list_work(prefix=prefix, limit=1)
    country = subscription.country
    owner = await ports.people.find_person(subscription.owner_email)
    return rules.Standing(
        subscription=subscription,
        team_names=names_of(ports, subscription),
        country=(await _countries(ports)).get(country, country) if country else "",
        owner=owner.name if owner else subscription.owner_email,
        events=rules.events_of(
            await ports.outgoing.list_outgoing(prefix=prefix),
            await ports.jobs.list_work(prefix=prefix, states=ended, limit=20),
        ),
        planned=planned[0] if planned else None,
        running=bool(await ports.jobs.list_work(prefix=prefix, states=(WorkState.STARTED,), limit=1)),
    )
