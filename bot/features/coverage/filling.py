"""What the windows of a coverage plan do: each is opened from what is kept, checked, and handed to the use cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.asks import Action, Command, Submission, Typeahead
from bot.blocks import text
from bot.blocks.answers import Answer, FieldErrors, Modal, Options
from bot.domain.leave import CoverState, Item, Notice, OnRequest, Plan, PlanState, Step, SyncChoice
from bot.domain.names import fold
from bot.domain.person import Person
from bot.errors import UserError
from bot.features.coverage import forms, gathering, persons, planning, rules, usecases, wording
from bot.features.coverage.gathering import Around
from bot.features.coverage.wording import People
from bot.ports import Ports

OFFERED = 60
"""Names of one menu."""


async def open_dates(asked: Command, ports: Ports, whom: str) -> Modal:
    """Ask for the days of my time off, or of somebody's whom I lead."""
    me = await persons.get_asker(asked, ports)
    person = await persons.get_person(ports, whom) if whom else me
    if person.email != me.email:
        await usecases.check_leads(ports, person, me.email)
    plans = await ports.plans.list_plans(email=person.email, states=gathering.OPEN)
    ahead = [plan for plan in plans if plan.away.ends_at > ports.clock.now()]
    zone, dnd = gathering.zone_of(ports, person), ports.policy.ooo.dnd
    return forms.dates(person, zone, ahead, for_another=person.email != me.email, dnd=dnd)


async def take_dates(asked: Submission, ports: Ports) -> Answer:
    """Make the draft for the days, or move the plan that was opened to them; the next window shows what it holds."""
    me = await persons.get_asker(asked, ports)
    email, _, number = asked.private_metadata.partition(" ")
    person = await gathering.get_person(ports, email or me.email)
    read = forms.read_dates(asked.values, person.email, gathering.zone_of(ports, person))
    if not isinstance(read, forms.Wish):
        return FieldErrors(errors=read)
    try:
        if number:
            plan = await usecases.change_dates(ports, int(number), read.away, me.email)
        else:
            plan = await _drafted(ports, me, person, read)
    except UserError as wrong:
        said = str(wrong).replace("`", "")
        block = forms.LAST if "last day" in said else forms.HALVES if "halves" in said else forms.FIRST
        return FieldErrors(errors={block: said})
    return await _covers(ports, plan)


async def _drafted(ports: Ports, me: Person, person: Person, wish: forms.Wish) -> Plan:
    return await usecases.open_draft(
        ports,
        person,
        wish.away,
        opened_by=me.email if me.email != person.email else "",
        emergency=wish.emergency,
        wants_dnd=wish.wants_dnd,
    )


async def change(asked: Action, ports: Ports) -> Modal:
    """What the menu of a plan offers: other days, or calling it off."""
    plan = await persons.get_plan(ports, asked.value)
    await persons.check_may_change(asked, ports, plan)
    if asked.value.endswith(":cancel"):
        return forms.call_off(plan)
    person = await gathering.get_person(ports, plan.away.email)
    return forms.other_dates(plan, person)


async def call_off(asked: Submission, ports: Ports) -> Modal:
    """The time off does not take place; those who were told hear of it."""
    plan = await persons.get_plan(ports, asked.private_metadata)
    me = await persons.check_may_change(asked, ports, plan)
    await usecases.cancel(ports, plan.id, me.email)
    return forms.done("Called off", "Those who were asked or told hear of it, once.")


async def open_covers(asked: Action, ports: Ports) -> Modal:
    """The covers of a plan that a button names."""
    plan = await persons.get_plan(ports, asked.value)
    await persons.check_may_change(asked, ports, plan)
    if plan.state not in gathering.OPEN:
        raise UserError("That time off is over or was cancelled; nothing of its plan changes any more.")
    return await _covers(ports, plan)


async def _covers(ports: Ports, plan: Plan, offset: int = 0) -> Modal:
    around = await planning.around_of(ports, plan)
    notices = await gathering.notices_of(ports, plan, around)
    unclear = _unclear(ports, plan, around)
    return forms.covers(plan, around.people, notices, _channel(ports, plan), offset, unclear=unclear)


def _unclear(ports: Ports, plan: Plan, around: Around) -> Sequence[OnRequest]:
    """Accounts of which the book cannot tell whether their open tickets need cover."""
    return rules.to_ask(around.accounts, gathering.drafting_of(ports, around, plan.active_channels))


async def _around(ports: Ports, plan: Plan) -> tuple[People, Sequence[Notice]]:
    around = await planning.around_of(ports, plan)
    return around.people, await gathering.notices_of(ports, plan, around)


def _channel(ports: Ports, plan: Plan) -> str:
    """How the channel of the plan's team is called."""
    return f"#{ports.policy.teams[plan.team].channel}" if plan.team else "The team’s channel"


async def take_covers(asked: Submission, ports: Ports) -> Answer:
    """Keep what was chosen on a page; then the next page, or what will happen."""
    number, _, at = asked.private_metadata.partition(":")
    plan, offset = await persons.get_plan(ports, number), int(at or 0)
    me = await persons.check_may_change(asked, ports, plan)
    errors: dict[str, str] = {}
    for item in plan.items[offset : offset + forms.PAGE]:
        try:
            plan = await _choose(ports, plan, item, asked.values, me)
        except UserError as error:
            errors[forms.cover_block(item)] = str(error).replace("`", "")
    if errors:
        return FieldErrors(errors=errors)
    if offset == 0 and (made := await _told_active(ports, plan, asked.values)) is not None:
        return await _covers(ports, made)
    following = offset + forms.PAGE
    if following < len(plan.items) and not asked.values.get(forms.KEEP):
        return await _covers(ports, plan, following)
    return await _chosen(ports, plan)


async def _told_active(ports: Ports, plan: Plan, values: Mapping[str, object]) -> Plan | None:
    """The plan made anew where somebody said of other accounts than before that their channel is active."""
    around = await planning.around_of(ports, plan)
    shown = {one.account_id for one in forms.asked_about(_unclear(ports, plan, around))}
    chosen = values.get(forms.ACTIVE)
    ticked = set(chosen) & shown if isinstance(chosen, list) else set()
    if ticked == set(plan.active_channels) & shown:
        return None
    return await usecases.regenerate(ports, plan, sorted(set(plan.active_channels) - shown | ticked))


async def _choose(ports: Ports, plan: Plan, item: Item, values: Mapping[str, object], me: Person) -> Plan:
    """Hand on one choice where it is another than what is kept."""
    chosen = str(values.get(forms.cover_block(item)) or forms.NOBODY[1])
    kept = forms.CHANNEL if item.state is CoverState.CHANNEL else item.cover_email or forms.NOBODY[1]
    if chosen in (kept, forms.NOBODY[1]):
        return plan
    email = "" if chosen == forms.CHANNEL else chosen
    return await usecases.choose_cover(ports, plan.id, item.account_id, email, me.email)


async def _chosen(ports: Ports, plan: Plan) -> Modal:
    people, notices = await _around(ports, plan)
    if plan.state is PlanState.DRAFT:
        return forms.confirm(plan, people, notices, _channel(ports, plan))
    return await _after(ports, plan)


async def take_confirm(asked: Submission, ports: Ports) -> Modal:
    """Ask the covers and propose the plan; then the customer syncs, where there are any."""
    plan = await persons.get_plan(ports, asked.private_metadata)
    me = await persons.check_may_change(asked, ports, plan)
    if plan.state is PlanState.DRAFT:
        plan = await usecases.confirm(ports, plan.id, me.email)
    return await _after(ports, plan)


async def _after(ports: Ports, plan: Plan) -> Modal:
    """What is left to be said once covers are asked: the syncs, or that all is under way."""
    if any(item.sync_on and item.sync is SyncChoice.OPEN for item in plan.items):
        return forms.settle(plan, await persons.people_of(ports, plan))
    return forms.done("Under way", *_under_way(plan))


def _under_way(plan: Plan) -> Sequence[str]:
    asked = sum(item.state is CoverState.ASKED for item in plan.items)
    said = (
        f"{text.plural(asked, 'account')} wait for an answer of who was asked."
        if asked
        else "Nobody is left to ask."
    )
    return (said, "Your checklist is in our direct message, and `/ooo` shows it at any time.")


async def open_syncs(asked: Action, ports: Ports) -> Modal:
    """The customer syncs of a plan, to be settled."""
    plan = await persons.get_plan(ports, asked.value)
    await persons.check_may_change(asked, ports, plan)
    if not any(item.sync_on for item in plan.items):
        return forms.done(
            "Customer syncs", "No customer sync is booked in that absence, as far as the book knows."
        )
    return forms.settle(plan, await persons.people_of(ports, plan))


async def take_syncs(asked: Submission, ports: Ports) -> Answer:
    """Keep each choice that is another; the AE hears of it."""
    plan = await persons.get_plan(ports, asked.private_metadata)
    me = await persons.check_may_change(asked, ports, plan)
    told = 0
    for item in plan.items:
        value = asked.values.get(forms.sync_block(item))
        if item.sync_on and value and value != item.sync.value:
            plan = await usecases.choose_sync(
                ports, plan.id, item.account_id, forms.read_choice(str(value)), me.email
            )
            told += bool(item.ae_email)
    heard = f"{text.plural(told, 'AE is', 'AEs are')} told." if told else "Nobody needed to be told."
    return forms.done("Customer syncs", f"Kept. {heard}", *_under_way(plan)[1:])


async def open_drafts(asked: Action, ports: Ports) -> Modal:
    """A text for each account, to copy."""
    plan = await persons.get_plan(ports, asked.value)
    await persons.check_may_change(asked, ports, plan)
    people = await persons.people_of(ports, plan)
    texts = [(item.account_id, item.account_name, _text(plan, item, people)) for item in plan.items]
    texts += [
        (one.account_id, one.account_name, wording.draft_text(plan, None, None)) for one in plan.on_request
    ]
    if not texts:
        return forms.done("Texts for customers", "There is no account whose contacts should know.")
    return forms.drafts(plan, texts, _offset(asked.value, len(texts)))


def _text(plan: Plan, item: Item, people: People) -> str:
    agreed = item.state is CoverState.ACCEPTED
    return wording.draft_text(plan, item, people.get(item.cover_email) if agreed else None)


def _offset(value: str, total: int) -> int:
    at = value.rpartition(":")[2]
    return int(at) if at.isdecimal() and int(at) < total else 0


async def take_told(asked: Submission, ports: Ports) -> Modal:
    """The customers were told: the step is ticked by hand."""
    plan = await persons.get_plan(ports, asked.private_metadata)
    me = await persons.check_may_change(asked, ports, plan)
    await usecases.tick(ports, plan.id, Step.CUSTOMERS, me.email)
    return forms.done("Customers told", "Ticked. `/ooo` shows what is left.")


async def open_live(asked: Action, ports: Ports) -> Modal:
    """The plan as it is now, for whoever was given the button."""
    plan = await persons.get_plan(ports, asked.value)
    people, notices = await _around(ports, plan)
    return forms.live(plan, people, notices, _offset(asked.value, len(plan.items)))


async def suggest_covers(asked: Typeahead, ports: Ports) -> Options:
    """Who could cover, by the letters typed: those who can first, then those who are away, with when."""
    plan = await persons.get_plan(ports, asked.action_id.partition(":")[2])
    person = await gathering.get_person(ports, plan.away.email)
    around = await gathering.look(ports, person, plan.away, plan.id)
    mates = around.candidates()
    wanted = fold(asked.text)
    found = [one for one in mates if wanted in fold(one.name) and one.email != person.email]
    found.sort(key=lambda one: (bool(rules.why_not(one, plan.away)), one.covered, one.name))
    named = [(_label(one.name, rules.why_not(one, plan.away)), one.email) for one in found[:OFFERED]]
    channel = _channel(ports, plan)
    ours = [(channel, forms.CHANNEL)] if wanted in fold(channel) else []
    return Options(options=(*ours, *named))


def _label(name: str, why_not: str) -> str:
    return text.one_line(f"{name} ({why_not})" if why_not else name, 75)
