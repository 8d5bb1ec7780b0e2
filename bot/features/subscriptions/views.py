"""How subscriptions look: the form, what was agreed, what stands, and what their owners are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message, Modal
from bot.domain.person import Team
from bot.domain.schedule import IsoWeek
from bot.domain.slots import Slot, week_of_key
from bot.features.subscriptions.rules import (
    NO_BANK_HOLIDAYS,
    NO_COUNTRY,
    SKIPPED,
    WEEKDAYS,
    Draft,
    Event,
    Standing,
)
from bot.ports.digests import Subscription
from bot.ports.outgoing import MessageState

FORM = "subscriptions.form"
CHANNEL = "subscriptions.channel"
TEAMS = "subscriptions.teams"
WEEKDAY = "subscriptions.weekday"
TIME = "subscriptions.time"
ZONE = "subscriptions.zone"
COUNTRY = "subscriptions.country"
EDIT = "subscriptions.edit"
RESUME = "subscriptions.resume"
LISTED = 6
"""Subscriptions of one status: as many as a message holds, each with its last slots."""
SUBSCRIBE = "`/kpi-digest subscribe #channel`"
DONE = "subscriptions.done"
JOINS = (
    "If I am not in the channel yet, I join it with the first digest. Who can read it is checked each time: with a "
    "guest or another organisation in it nothing is posted."
)
HEARS = (
    "You hear from me in our direct message when one cannot be posted. `/kpi-digest preview` shows one to you alone; "
    "`/kpi-digest status` tells what was posted and what is next."
)
_STATES = {
    MessageState.WAITING: ":hourglass_flowing_sand: being posted",
    MessageState.WITHHELD: ":no_entry: withheld",
    MessageState.FAILED: ":warning: not posted",
    MessageState.UNCERTAIN: ":grey_question: may have arrived; look in the channel",
}


def form(draft: Draft, team_names: Mapping[Team, str], country: str, subscription_id: int = 0) -> Modal:
    """What a channel gets and when; `country` is the name of the draft's country."""
    channel = build.conversations_select(CHANNEL, "Choose a channel", ("public", "private"), draft.channel_id)
    teams = build.checkboxes(TEAMS, [(name, team.value) for team, name in team_names.items()], draft.teams)
    days = [(name, str(place)) for place, name in enumerate(WEEKDAYS)]
    weekday = build.static_select(WEEKDAY, "Choose a day", days, str(draft.weekday))
    zone = build.external_select(
        ZONE, "Type a city", chosen=(draft.zone.replace("_", " "), draft.zone) if draft.zone else None
    )
    chosen = (country, draft.country) if draft.country else (NO_BANK_HOLIDAYS, NO_COUNTRY)
    holidays = build.external_select(COUNTRY, "Type a country", chosen=chosen)
    return Modal(
        callback_id=FORM,
        title="Edit the KPI digest" if subscription_id else "Weekly KPI digest",
        blocks=(
            build.field_input(
                CHANNEL, "Channel", channel, "Everybody in it must be a full member of this workspace."
            ),
            build.field_input(
                TEAMS,
                "Teams",
                teams,
                "A section each, in one message. None: the whole organisation.",
                optional=True,
            ),
            build.field_input(WEEKDAY, "Day of the week", weekday, "It reports the last whole week."),
            build.field_input(TIME, "Time", build.timepicker(TIME, "Choose a time", draft.at)),
            build.field_input(ZONE, "Time zone", zone),
            build.field_input(
                COUNTRY, "Bank holidays of", holidays, "On one of them it comes on the next working day."
            ),
        ),
        submit="Save",
        close="Cancel",
        private_metadata=str(subscription_id),
    )


def agreed(subscription: Subscription, slot: Slot, names: Sequence[str], *, changed: bool) -> Modal:
    """What will happen next, in words."""
    said = [
        f"<#{subscription.channel_id}> gets the KPI digest of {_whose(names)}, {_when(subscription)}.",
        f"The {'next' if changed else 'first'} one reports week {slot.week} and comes {text.moment(slot.due_at)}.",
    ]
    if slot.holiday:
        said.append(f"That is moved, since it would have been {text.name(slot.holiday)}.")
    notes = (JOINS, HEARS)
    blocks = (build.section("\n".join(said)), *(build.context(note) for note in notes))
    return Modal(callback_id=DONE, title="Changed" if changed else "Subscribed", blocks=blocks)


def _whose(names: Sequence[str]) -> str:
    """Whose digest: teams by name, or the whole organisation."""
    if not names:
        return "the whole organisation"
    safe = [text.name(name) for name in names]
    return f"the {safe[0]}" if len(safe) == 1 else f"the {', the '.join(safe[:-1])} and the {safe[-1]}"


def _when(subscription: Subscription) -> str:
    """`Mondays at 08:00, Europe/Berlin time`."""
    zone = text.escape(subscription.zone.replace("_", " "))
    return f"{WEEKDAYS[subscription.weekday]}s at {subscription.at:%H:%M}, {zone} time"


def ended(subscription: Subscription) -> Message:
    """Nothing more comes."""
    said = (
        f"<#{subscription.channel_id}> gets no more digests; what was posted stays. {SUBSCRIBE} begins anew."
    )
    return Message(text=said, blocks=(build.section(said),))


def resumed(subscription: Subscription, slot: Slot) -> Message:
    """It goes on."""
    said = (
        f"The digest of <#{subscription.channel_id}> goes on: week {slot.week} comes {text.moment(slot.due_at)}."
        " `/kpi-digest now`, typed there, posts the last whole week at once."
    )
    return Message(text=said, blocks=(build.section(said),))


def status(standings: Sequence[Standing], more: int = 0) -> Message:
    """Each subscription: whose digest, when, what was posted, what is next, what went wrong and why."""
    if not standings:
        said = f"No channel gets a KPI digest yet. {SUBSCRIBE} begins one; `/kpi-digest preview` shows it to you alone."
        return Message(text=said, blocks=(build.section(said),))
    blocks: list[Block] = []
    for standing in standings:
        blocks.append(build.section("\n".join(_lines(standing))))
        blocks.append(build.actions(*_controls(standing)))
    if more:
        blocks.append(
            build.context(f"And {text.plural(more, 'more channel')}: `/kpi-digest status #channel`.")
        )
    count = len(standings) + more
    said = f"{text.plural(count, 'channel')} with a KPI digest. " + " ".join(map(_in_short, standings))
    return Message(text=text.trim(said, 3_000), blocks=tuple(blocks))


def in_short(standings: Sequence[Standing], more: int = 0) -> Message:
    """What was posted last and what is next, a line a channel."""
    if not standings:
        said = f"No channel gets a KPI digest yet. {SUBSCRIBE} begins one."
        return Message(text=said, blocks=(build.section(f"*Digests*\n{said}"),))
    lines = []
    for standing in standings:
        whose, _, *course = _lines(standing)
        lines.append(" · ".join((listing.bare(whose), *(one.removeprefix("• ") for one in course[:2]))))
    total = len(standings) + more
    said = f"Digests: {text.plural(total, 'channel')}"
    return Message(text=said, blocks=(listing.listed(f"*{said}*", lines, LISTED, total)[0],))


def _in_short(standing: Standing) -> str:
    subscription = standing.subscription
    said = f"<#{subscription.channel_id}>: {_when(subscription)}"
    return f"{said}, paused." if subscription.paused else f"{said}."


def _lines(standing: Standing) -> list[str]:
    subscription = standing.subscription
    country = f", on the next working day after bank holidays of {text.name(standing.country)}"
    lines = [
        f"*<#{subscription.channel_id}>* · {_whose(standing.team_names)}",
        f"{_when(subscription)}{country if standing.country else ''} · owner {text.name(standing.owner)}",
    ]
    if subscription.paused:
        lines.append(
            f":double_vertical_bar: *Paused*: {text.escape(text.one_line(subscription.paused, 300))}."
        )
    elif standing.running:
        lines.append("*Now*: one is being made.")
    if standing.planned is not None:
        week = week_of_key(standing.planned.key)
        again = "; tried again after a failure" if standing.planned.attempt > 1 else ""
        lines.append(f"*Next*: week {week}, {text.moment(standing.planned.due_at)}{again}.")
    lines.extend(_event(event) for event in standing.events)
    if not standing.events:
        lines.append("Nothing was posted yet.")
    return lines


def _event(event: Event) -> str:
    at = f" {text.moment(event.at)}" if event.at else ""
    if event.state is MessageState.SENT:
        link = f" · {text.link(event.permalink, 'open')}" if event.permalink else ""
        corrected = f", corrected {text.moment(event.corrected_at)}" if event.corrected_at else ""
        return f"• Week {event.week}: posted{at}{corrected}{link}"
    if event.state is not None:
        why = f": {text.escape(text.one_line(event.note, 200))}" if event.note else ""
        return f"• Week {event.week}: {_STATES[event.state]}{at}{why}"
    if event.note.startswith(SKIPPED):
        return f"• Week {event.week}: skipped, {text.escape(text.one_line(event.note.removeprefix(SKIPPED), 200))}"
    return f"• Week {event.week}: :warning: failed{at}: {text.escape(text.one_line(event.note, 200))}"


def _controls(standing: Standing) -> list[build.Json]:
    return _buttons(standing.subscription, resume=bool(standing.subscription.paused))


def _buttons(subscription: Subscription, *, resume: bool) -> list[build.Json]:
    """Each with its number behind the id: no id may stand twice in a message."""
    number = str(subscription.id)
    edit = build.button("Edit", f"{EDIT}:{number}", number)
    if not resume:
        return [edit]
    return [build.button("Resume", f"{RESUME}:{number}", number, style="primary"), edit]


def withheld(subscription: Subscription, week: IsoWeek, why: str) -> Message:
    """For the owner: nothing was posted, why, and how to go on."""
    said = (
        f":no_entry: The KPI digest of week {week} was not posted in <#{subscription.channel_id}>: {_why(why)}. "
        "Nothing was said there, and the subscription is paused."
    )
    cure = (
        "Once that is mended, press *Resume*; or *Edit* it to post somewhere else. After that `/kpi-digest now`, "
        "typed in the channel, posts that week."
    )
    controls = build.actions(*_buttons(subscription, resume=True))
    return Message(text=f"{said} {cure}", blocks=(build.section(said), build.section(cure), controls))


def failed(subscription: Subscription, week: IsoWeek, why: str) -> Message:
    """For the owner: it could not be posted, why, and what to do. The next one is planned all the same."""
    said = (
        f":warning: The KPI digest of week {week} could not be posted in <#{subscription.channel_id}>: {_why(why)}. "
        "The next one is tried all the same."
    )
    return _with_edit(
        subscription, said, "`/kpi-digest now`, typed in the channel, posts it once that is mended."
    )


def uncertain(subscription: Subscription, week: IsoWeek, why: str) -> Message:
    """For the owner: whether it arrived cannot be told, so it is not sent twice."""
    said = (
        f":grey_question: The KPI digest of week {week} may or may not have arrived in "
        f"<#{subscription.channel_id}>: {_why(why)}. I do not send it twice by myself."
    )
    cure = "Look in the channel. If it is not there, `/kpi-digest now`, typed there, posts it."
    return _with_edit(subscription, said, cure)


def incomplete(subscription: Subscription, week: IsoWeek, why: str) -> Message:
    """For the owner: a message in the digest's thread is missing."""
    said = (
        f":warning: The KPI digest of week {week} is in <#{subscription.channel_id}>, but a part of its thread could "
        f"not be posted: {_why(why)}."
    )
    return _with_edit(subscription, said, "`/kpi-digest preview` shows all of it to you alone.")


def delayed(subscription: Subscription, week: IsoWeek, asked_at: datetime, sent_at: datetime) -> Message:
    """For the owner: Slack kept it waiting."""
    said = (
        f":hourglass: The KPI digest of week {week} was ready for <#{subscription.channel_id}> "
        f"{text.moment(asked_at)}, and Slack took it only {text.moment(sent_at)}. Nothing of it is lost or said twice."
    )
    cure = "There is nothing to do. Should it happen again, `ta-bot doctor` tells an operator what Slack refuses."
    return _with_edit(subscription, said, cure)


def uncorrected(subscription: Subscription, week: IsoWeek, why: str) -> Message:
    """For the owner: what was posted stands in its earlier words."""
    said = (
        f":warning: The KPI digest of week {week} in <#{subscription.channel_id}> could not be corrected: "
        f"{_why(why.removeprefix('not corrected: '))}. What was posted stands as it was."
    )
    return _with_edit(
        subscription, said, "`/kpi-digest now`, typed in the channel, corrects it once that is mended."
    )


def skipped(subscription: Subscription, weeks: Sequence[IsoWeek], why: str, next_at: datetime) -> Message:
    """For the owner: slots that passed while nothing ran, and what comes next."""
    named = text.and_more([str(week) for week in weeks], 6)
    said = (
        f"The KPI digest of {'week' if len(weeks) == 1 else 'weeks'} {named} was not posted in "
        f"<#{subscription.channel_id}>: {_why(why)}. The next one comes {text.moment(next_at)}."
    )
    return _with_edit(subscription, said, "`/kpi-digest preview` shows any week to you alone, as `2026-W47`.")


def _with_edit(subscription: Subscription, said: str, cure: str) -> Message:
    controls = build.actions(*_buttons(subscription, resume=False))
    return Message(text=f"{said} {cure}", blocks=(build.section(said), build.section(cure), controls))


def _why(why: str) -> str:
    return text.escape(text.one_line(why or "no reason was given", 300)).rstrip(".")
