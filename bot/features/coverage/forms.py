"""The windows of a coverage plan: its days, its covers, its customer syncs, texts for customers, the plan as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Modal
from bot.domain.leave import Away, CoverState, Item, Notice, OnRequest, Plan, PlanState, SyncChoice
from bot.domain.person import Person
from bot.errors import WrongUsage
from bot.features.coverage import wording
from bot.features.coverage.steps import DRAFTS, EDIT, OPEN
from bot.features.coverage.wording import People, called, days

DATES = "coverage.dates"
COVERS = "coverage.covers"
CONFIRM = "coverage.confirm"
SETTLE = "coverage.settle"
TOLD = "coverage.told"
CALL_OFF = "coverage.call_off"
DONE = "coverage.done"
FIRST, LAST, HALVES = "coverage.first", "coverage.last", "coverage.halves"
WISHES, EMERGENCY = "coverage.wishes", "coverage.emergency"
COVER, SYNC, KEEP, TEXT = "coverage.cover", "coverage.sync", "coverage.keep", "coverage.text"
CHANNEL = "channel"
"""What is chosen as cover where the team's channel is."""
NOBODY = ("Nobody yet", "nobody")
ACTIVE = "coverage.active"
TICKS = 10
"""Options that Slack's checkboxes hold."""
PAGE = 20
"""Accounts on one page of a form: each takes two blocks, and one with many reasons is long."""
DRAFTED = 8
"""Texts on one page."""
_SYNCS = (
    ("I move it to another day", SyncChoice.MOVED),
    ("The cover takes it", SyncChoice.TAKEN),
    ("It is cancelled", SyncChoice.CANCELLED),
    ("Not settled yet", SyncChoice.OPEN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody entered for time off."""

    away: Away
    wants_dnd: bool
    emergency: bool


def dates(person: Person, zone: str, plans: Sequence[Plan], *, for_another: bool, dnd: bool) -> Modal:
    """Ask for the days of somebody's time off; `plans` are those they have already, to open instead."""
    they, are = ("They", "are") if for_another else ("I", "am")
    halves = [
        (f"{they} work on the morning of the first day", "start"),
        (f"{they} {are} back at noon on the last day", "end"),
    ]
    where = f"Days as they are in {zone.replace('_', ' ')}."
    blocks: list[Block] = [*_whom(person, for_another=for_another), *_there(plans)]
    blocks.extend(
        (
            build.field_input(FIRST, "First day away", build.datepicker(FIRST, "Choose a day"), where),
            build.field_input(LAST, "Last day away", build.datepicker(LAST, "Choose a day")),
            build.field_input(HALVES, "Half days", build.checkboxes(HALVES, halves, ()), optional=True),
        )
    )
    quiet = build.checkboxes(WISHES, [("Pause notifications meanwhile", "dnd")], ["dnd"] if dnd else [])
    blocks.append(build.field_input(WISHES, "Do not disturb", quiet, optional=True))
    if for_another:
        choice = [("They could not give notice themselves", "emergency")]
        shown = build.checkboxes(EMERGENCY, choice, ["emergency"])
        hint = "The rules of notice are shown and stand in nobody's way."
        blocks.append(build.field_input(EMERGENCY, "Emergency", shown, hint, optional=True))
    return Modal(
        callback_id=DATES,
        title="Plan time off",
        blocks=tuple(blocks),
        submit="Next",
        close="Cancel",
        private_metadata=person.email,
    )


def other_dates(plan: Plan, person: Person) -> Modal:
    """The days of a plan, to be changed: everything is planned anew for the new ones."""
    away = plan.away
    halves = [name for name, half in (("start", away.half_start), ("end", away.half_end)) if half]
    words = [("Working on the morning of the first day", "start"), ("Back at noon on the last day", "end")]
    hint = f"Days as they are in {away.zone.replace('_', ' ')}."
    return Modal(
        callback_id=DATES,
        title="Other days",
        blocks=(
            build.section(
                "Who was asked or told hears of the new days, once. What was agreed stays where it can."
            ),
            build.field_input(
                FIRST, "First day away", build.datepicker(FIRST, "Choose a day", away.first), hint
            ),
            build.field_input(LAST, "Last day away", build.datepicker(LAST, "Choose a day", away.last)),
            build.field_input(HALVES, "Half days", build.checkboxes(HALVES, words, halves), optional=True),
        ),
        submit="Move it",
        close="Cancel",
        private_metadata=f"{person.email} {plan.id}",
    )


def call_off(plan: Plan) -> Modal:
    """Ask once more before a time off is called off."""
    said = f"*{days(plan)}* does not take place? Everybody who was asked or told hears of it, once."
    return Modal(
        callback_id=CALL_OFF,
        title="Call it off",
        blocks=(build.section(said),),
        submit="Call it off",
        close="Keep it",
        private_metadata=str(plan.id),
    )


def _whom(person: Person, *, for_another: bool) -> list[Block]:
    if not for_another:
        return [
            build.section(
                "I make the coverage plan from your book: which accounts need what, and who could cover."
            )
        ]
    who = text.person(person.name, person.slack_user_id)
    return [
        build.section(f"You make the coverage plan for {who}, who hears of it on their return at the latest.")
    ]


def _there(plans: Sequence[Plan]) -> list[Block]:
    return [
        build.section(
            f"There is a plan for *{days(plan)}*.", build.button("Open it", f"{EDIT}:{plan.id}", str(plan.id))
        )
        for plan in plans[:3]
    ]


def read_dates(values: Mapping[str, Any], email: str, zone: str) -> Wish | Mapping[str, str]:
    """What was entered, or what is wrong by field."""
    first, last = _day(values.get(FIRST)), _day(values.get(LAST))
    if first is None or last is None:
        return {FIRST if first is None else LAST: "Choose a day."}
    halves = values.get(HALVES) or ()
    away = Away(
        email=email,
        first=first,
        last=last,
        zone=zone,
        half_start="start" in halves,
        half_end="end" in halves,
    )
    return Wish(
        away=away,
        wants_dnd="dnd" in (values.get(WISHES) or ()),
        emergency="emergency" in (values.get(EMERGENCY) or ()),
    )


def _day(chosen: Any) -> date | None:
    try:
        return date.fromisoformat(str(chosen or ""))
    except ValueError:
        return None


def covers(
    plan: Plan,
    people: People,
    notices: Sequence[Notice],
    channel: str,
    offset: int = 0,
    *,
    unclear: Sequence[OnRequest] = (),
) -> Modal:
    """The accounts that need cover, each with its reasons and who could; as many as a window holds, page by page.

    `unclear` are accounts with open tickets of which the book does not say whether their customer channel is active.
    """
    page = plan.items[offset : offset + PAGE]
    last = offset + PAGE >= len(plan.items)
    blocks: list[Block] = [build.section(_head(plan, people, offset))]
    blocks.extend(_unclear(plan, unclear) if offset == 0 else [])
    for place, item in enumerate(page):
        blocks.append(build.section(wording.paragraph(item, people, asks=True)))
        blocks.append(_who_covers(f"{COVER}:{plan.id}:{place}", item, people, channel))
    if not last:
        keep = build.checkboxes(KEEP, [("Take what is suggested for the rest", "rest")], ())
        blocks.append(build.field_input(KEEP, "The other pages", keep, optional=True))
    elif rest := wording.rest(plan, 30):
        blocks.append(build.section(rest))
    blocks.extend(wording.kept(notices))
    return Modal(
        callback_id=COVERS,
        title="Coverage plan",
        blocks=tuple(blocks),
        submit="Next",
        close="Later",
        private_metadata=f"{plan.id}:{offset}",
        accounts=wording.account_ids(page),
    )


def _unclear(plan: Plan, accounts: Sequence[OnRequest]) -> list[Block]:
    """Ask whose customer channel is active: then its open tickets need cover too."""
    if not accounts:
        return []
    options = [(one.account_name, one.account_id) for one in asked_about(accounts)]
    shown = build.checkboxes(ACTIVE, options, plan.active_channels)
    hint = "Tickets are open there, and I cannot see the customer channel: tick where somebody wrote lately."
    return [build.field_input(ACTIVE, "Active on its customer channel", shown, hint, optional=True)]


def asked_about(accounts: Sequence[OnRequest]) -> Sequence[OnRequest]:
    """As many of those as one question holds."""
    return [one for one in accounts if len(one.account_id) <= limits.OPTION_VALUE][:TICKS]


def _head(plan: Plan, people: People, offset: int) -> str:
    said = f"*{called(plan.away.email, people)}, away {days(plan)}*\n"
    counted = wording.counted(plan)
    said += f"{counted[:1].upper()}{counted[1:]}."
    if len(plan.items) > PAGE:
        said += f" Here are {offset + 1:,} to {min(offset + PAGE, len(plan.items)):,}."
    return said


def _who_covers(action_id: str, item: Item, people: People, channel: str) -> Block:
    chosen = NOBODY
    if item.state is CoverState.CHANNEL:
        chosen = (channel, CHANNEL)
    elif item.cover_email:
        chosen = (wording.named(item.cover_email, people), item.cover_email)
    menu = build.external_select(action_id, "Type a name", 0, chosen)
    why = "; ".join(text.one_line(said, 200) for said in (item.why_cover, item.warning) if said)
    return build.field_input(cover_block(item), "Who looks after it", menu, why[:1].upper() + why[1:])


def cover_block(item: Item) -> str:
    """The block in which an account's cover is chosen."""
    return f"{COVER}:{item.account_id}"[:255]


def confirm(plan: Plan, people: People, notices: Sequence[Notice], channel: str) -> Modal:
    """Before anybody is asked: who will be asked for what, and which rules of notice are kept."""
    lines = [f"• {who}: {_names(items)}" for who, items in _by_cover(plan, people, channel)]
    head = build.section(f"*{called(plan.away.email, people)}, away {days(plan)}*")
    asked = (
        listing.listed("*These are asked by a direct message*", lines, 30, len(lines))[0] if lines else None
    )
    nothing = build.section("No account needs cover, so nobody is asked. The manager sees the plan.")
    foot = "The manager sees the plan at the same time. Nothing is told to account teams before you share it."
    return Modal(
        callback_id=CONFIRM,
        title="Ask and propose",
        blocks=(head, asked or nothing, *wording.kept(notices), build.context(foot)),
        submit="Ask them" if lines else "Propose it",
        close="Later",
        private_metadata=str(plan.id),
        accounts=wording.account_ids(plan.items),
    )


def _by_cover(plan: Plan, people: People, channel: str) -> Iterable[tuple[str, list[Item]]]:
    grouped: dict[str, list[Item]] = {}
    for item in plan.items:
        if item.state is CoverState.CHANNEL:
            who = f"*{text.name(channel)}* (nobody needs to accept)"
        else:
            who = called(item.cover_email, people) if item.cover_email else ":warning: *nobody yet*"
        grouped.setdefault(who, []).append(item)
    return grouped.items()


def _names(items: Sequence[Item]) -> str:
    return text.and_more([text.name(item.account_name, 60) for item in items], 8)


def settle(plan: Plan, people: People) -> Modal:
    """Each customer sync in the absence: moved, taken by the cover, or cancelled."""
    booked = [item for item in plan.items if item.sync_on][: 2 * PAGE]
    blocks: list[Block] = [
        build.section(f"*Customer syncs, {days(plan)}*\nThe AE hears of each choice, once.")
    ]
    for place, item in enumerate(booked):
        options = [(words, choice.value) for words, choice in _SYNCS]
        menu = build.static_select(f"{SYNC}:{place}", "Choose", options, item.sync.value)
        whom = f" with {text.one_line(item.sync_with, 60)}" if item.sync_with else ""
        on = f", {text.day(item.sync_on)}" if item.sync_on else ""
        label = f"{text.one_line(item.account_name, 60)}{whom}{on}"
        hint = (
            f"AE: {wording.named(item.ae_email, people)}"
            if item.ae_email
            else "No AE is known: nobody is told."
        )
        blocks.append(build.field_input(sync_block(item), label, menu, hint))
    return Modal(
        callback_id=SETTLE,
        title="Customer syncs",
        blocks=tuple(blocks),
        submit="Save",
        close="Later",
        private_metadata=str(plan.id),
        accounts=wording.account_ids(booked),
    )


def sync_block(item: Item) -> str:
    """The block in which an account's sync is settled."""
    return f"{SYNC}:{item.account_id}"[:255]


def drafts(plan: Plan, texts: Sequence[tuple[str, str, str]], offset: int = 0) -> Modal:
    """A text per account (id, name, words) to copy and send: the bot writes to no customer."""
    page = texts[offset : offset + DRAFTED]
    head = "Copy what you need, and send it yourself by mail or in the customer’s channel. I write to no customer."
    blocks: list[Block] = [build.section(head)]
    for place, (_, name, words) in enumerate(page):
        field = build.text_field(f"{TEXT}:{place}", multiline=True, initial=words)
        blocks.append(build.field_input(f"{TEXT}:{place}", text.one_line(name, 75), field, optional=True))
    blocks.extend(_pages(DRAFTS, plan, offset, DRAFTED, len(texts)))
    return Modal(
        callback_id=TOLD,
        title="Texts for customers",
        blocks=tuple(blocks),
        submit="I have told them",
        close="Close",
        private_metadata=str(plan.id),
        accounts=tuple(account_id for account_id, _, _ in page),
    )


def live(plan: Plan, people: People, notices: Sequence[Notice], offset: int = 0) -> Modal:
    """The plan as it is now, page by page."""
    page = plan.items[offset : offset + PAGE]
    head = f"*{called(plan.away.email, people)}, away {days(plan)}* · {_state(plan)}\n"
    counted = wording.counted(plan)
    blocks: list[Block] = [build.section(f"{head}{counted[:1].upper()}{counted[1:]}.")]
    blocks.extend(build.section(wording.paragraph(item, people)) for item in page)
    if offset + PAGE >= len(plan.items) and (rest := wording.rest(plan, 30)):
        blocks.append(build.section(rest))
    blocks.extend([*wording.kept(notices), *_pages(OPEN, plan, offset, PAGE, len(plan.items))])
    return Modal(
        callback_id=DONE, title="Coverage plan", blocks=tuple(blocks), accounts=wording.account_ids(page)
    )


def _state(plan: Plan) -> str:
    return "not approved yet" if plan.state is PlanState.PROPOSED else plan.state.value


def _pages(action_id: str, plan: Plan, offset: int, each: int, total: int) -> list[Block]:
    made = []
    for label, there in ((f"Previous {each}", offset - each), (f"Next {each}", offset + each)):
        if 0 <= there < total:
            made.append(build.button(label, f"{action_id}:{there}", f"{plan.id}:{there}"))
    return [build.actions(*made)] if made else []


def done(title: str, *said: str) -> Modal:
    """What has come of it, and what is next."""
    return Modal(
        callback_id=DONE,
        title=title[: limits.MODAL_TITLE],
        blocks=tuple(build.section(text.trim(one, limits.TEXT)) for one in said),
    )


def read_choice(value: str) -> SyncChoice:
    """What was chosen for a sync; raises WrongUsage for a word that no menu of today offers."""
    try:
        return SyncChoice(value)
    except ValueError as error:
        raise WrongUsage("Choose what becomes of the sync.") from error
