"""How people, days, covers and accounts of a plan read, the same wherever a plan is shown or told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bot.blocks import build, listing, text
from bot.blocks.answers import Block
from bot.domain.leave import CoverState, Item, Notice, Plan, SyncChoice
from bot.domain.person import Person
from bot.features.coverage.needs import SETTLE_SYNC
from bot.features.coverage.rules import span_in_words

People: TypeAlias = Mapping[str, Person]
"""E-mail → who that is: those of a plan, where the book knows them."""

PIECE = 160
"""Characters of one reason or one thing to do."""
LINES = 2_700
"""Characters of one account's paragraph."""
SYNCS = {
    SyncChoice.OPEN: "not settled yet",
    SyncChoice.MOVED: "moved",
    SyncChoice.TAKEN: "taken by the cover",
    SyncChoice.CANCELLED: "cancelled",
}


def called(email: str, people: People, *, quiet: bool = False) -> str:
    """Somebody of a plan: mentioned, or with `quiet` named without a notification."""
    person = people.get(email)
    return text.person(person.name, person.slack_user_id, quiet=quiet) if person else text.name(email)


def named(email: str, people: People) -> str:
    """Somebody by name alone, for notifications and forms; not escaped."""
    person = people.get(email)
    return text.one_line(person.name if person else email, 60)


def days(plan: Plan) -> str:
    """When the plan's person is away, in their own days: `24 Nov (from noon) – 4 Dec 2026`."""
    return span_in_words(plan.away)


def cover(item: Item, people: People, *, quiet: bool = False) -> str:
    """Who looks after an account, as far as that is agreed."""
    who = called(item.cover_email, people, quiet=quiet) if item.cover_email else ""
    match item.state:
        case CoverState.ACCEPTED:
            return f":white_check_mark: {who} covers"
        case CoverState.ASKED:
            return f":hourglass_flowing_sand: {who} is asked"
        case CoverState.SUGGESTED if who:
            return f":bulb: {who} is suggested"
        case CoverState.CHANNEL:
            return ":busts_in_silhouette: the team’s channel looks after it"
        case _:
            return ":warning: *nobody yet*"


def paragraph(
    item: Item, people: People, *, quiet: bool = False, doubts: bool = False, asks: bool = False
) -> str:
    """An account: until when it matters, who covers, why it needs that, and what to do.

    `doubts` adds why this cover was suggested and what to mind; `asks` leaves out who covers, for whoever is asked.
    """
    lines = [f"*{text.name(item.account_name)}* · until {text.day(item.until)}"]
    if not asks:
        doubt = _doubt(item) if doubts else ""
        lines.append(cover(item, people, quiet=quiet) + (f" · _{doubt}_" if doubt else ""))
    lines.extend(f"• {listing.within(reason.words, PIECE)}" for reason in item.reasons)
    settled = item.sync_on is not None and item.sync is not SyncChoice.OPEN
    todos = (todo for todo in item.todo if not (settled and todo == SETTLE_SYNC))
    lines.extend(f"→ {listing.within(todo, PIECE)}" for todo in todos)
    if item.sync_on is not None and settled:
        lines.append(f"→ Sync of {text.short_day(item.sync_on)}: {SYNCS[item.sync]}")
    if doubts and item.warning:
        lines.append(f":warning: {listing.within(item.warning, PIECE)}")
    return "\n".join(listing.fitting(lines, LINES, len))


def _doubt(item: Item) -> str:
    """Why this cover was suggested, as long as it is not agreed."""
    agreed = item.state is CoverState.ACCEPTED
    return "" if agreed or not item.why_cover else listing.within(item.why_cover, PIECE)


def accounts(
    items: Sequence[Item], people: People, budget: int, *, quiet: bool = False, doubts: bool = False
) -> tuple[list[Block], int]:
    """A paragraph each, as many as the budget holds (characters of JSON), and how many were left out."""
    made = (build.section(paragraph(item, people, quiet=quiet, doubts=doubts)) for item in items)
    kept = listing.fitting(made, budget)
    return list(kept), len(items) - len(kept)


def rest(plan: Plan, most: int = 10) -> str:
    """The accounts that need nothing unless somebody asks; empty where there are none."""
    if not plan.on_request:
        return ""
    names = [text.name(one.account_name, 60) for one in plan.on_request]
    return f"*On request* (no need that I know of): {text.and_more(names, most)}"


def counted(plan: Plan) -> str:
    """`8 accounts need cover: 5 accepted, 2 asked, 1 with the team’s channel`."""
    if not plan.items:
        return "no account needs cover"
    words = {
        CoverState.ACCEPTED: "accepted",
        CoverState.CHANNEL: "with the team’s channel",
        CoverState.ASKED: "asked",
        CoverState.SUGGESTED: "suggested",
        CoverState.DECLINED: "declined",
        CoverState.NONE: "without anybody",
    }
    states = [item.state for item in plan.items]
    parts = [f"{states.count(state):,} {word}" for state, word in words.items() if state in states]
    count = len(plan.items)
    return f"{text.plural(count, 'account')} {'needs' if count == 1 else 'need'} cover: {', '.join(parts)}"


def kept(notices: Sequence[Notice]) -> list[Block]:
    """The rules of notice, each with whether it is kept; they are shown and never stand in the way."""
    lines = [f"{'✓' if one.kept else '✗'} {listing.within(one.words, 200)}" for one in notices[:5]]
    return [build.context("\n".join(lines))] if lines else []


def account_ids(items: Sequence[Item]) -> tuple[str, ...]:
    """The accounts that a message speaks of, for the audit."""
    return tuple(item.account_id for item in items)


def draft_text(plan: Plan, item: Item | None, cover: Person | None) -> str:
    """What may be said to an account's contacts: when, who meanwhile, what of the sync. No reason, nothing internal."""
    lines = ["Hello,", "", f"I am out of office {span_in_words(plan.away)}."]
    if cover is not None:
        lines.append(f"Meanwhile {text.one_line(cover.name, 60)} ({cover.email}) looks after you.")
    else:
        lines.append("Meanwhile our Technical Advisor team looks after you: write to us as usual.")
    if item is not None and item.sync_on:
        lines.append(_of_sync(item, cover))
    return "\n".join([*lines, "", "Best regards"])


def _of_sync(item: Item, cover: Person | None) -> str:
    on = text.day(item.sync_on) if item.sync_on else ""
    match item.sync:
        case SyncChoice.TAKEN:
            taken = text.one_line(cover.name, 60) if cover else "A colleague"
            return f"{taken} joins our meeting of {on} in my place."
        case SyncChoice.CANCELLED:
            return f"Our meeting of {on} does not take place."
        case _:
            return f"I will propose another day for our meeting of {on}."
