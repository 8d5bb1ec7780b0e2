"""What is told of a coverage plan to those around it: account teams, covers, managers, and its person in time.

Each names an account only to those who serve it: `items` are the reader's. `people` as in views.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.leave import CoverState, Item, Moved, Plan, SyncChoice
from bot.domain.person import Person
from bot.features.coverage import wording
from bot.features.coverage.steps import EDIT, OPEN, SHARE, blocks_of, open_steps
from bot.features.coverage.wording import People, called, days

BUDGET = 10_000
"""Characters of JSON that the accounts of one message may take."""
ASKING = "`/ooo cover NAME` tells who looks after an account today."


def shared_with(plan: Plan, items: Sequence[Item], reader: Person, people: People) -> Message:
    """For one person of the account teams (AE, CE, IE, manager): their accounts alone, with who covers."""
    head = f":palm_tree: *{called(plan.away.email, people)} is away {days(plan)}.*"
    count = text.plural(len(items), "account")
    head += f"\nThis is who looks after {count} of yours meanwhile, {text.name(reader.name)}."
    blocks, left = wording.accounts(items, people, BUDGET)
    return _told(head, items, *blocks, *_more(left), _live(plan), build.context(ASKING))


def team_channel(plan: Plan, people: People, team_name: str) -> Message:
    """For the team's channel: who is away until when, what the channel itself covers, who covers the rest."""
    who = called(plan.away.email, people, quiet=True)
    head = f":palm_tree: *{who} is away {days(plan)}* · {text.name(team_name)}"
    ours = [item for item in plan.items if item.state is CoverState.CHANNEL]
    others = [item for item in plan.items if item.state is not CoverState.CHANNEL]
    blocks: list[Block] = []
    for title, part in (("*For this channel*", ours), ("*With a cover*", others)):
        if part:
            lines = [_line(item, people) for item in part]
            blocks.append(listing.listed(title, lines, 25, len(lines))[0])
    if rest := wording.rest(plan):
        blocks.append(build.section(rest))
    return _told(head, plan.items, *blocks, _live(plan), build.context(ASKING))


def _line(item: Item, people: People) -> str:
    why = listing.within(item.reasons[0].words, 100) if item.reasons else ""
    more = f" and {len(item.reasons) - 1} more" if len(item.reasons) > 1 else ""
    return f"• *{text.name(item.account_name, 60)}* · {wording.cover(item, people, quiet=True)} · {why}{more}"


def reminder(
    plan: Plan,
    steps: Sequence[str],
    people: People,
    days_left: int,
    *,
    last: bool = False,
    consent: build.Json | None = None,
) -> Message:
    """For the plan's person: the steps still open so many days before (0: that morning), with their buttons.

    `last` says that no reminder follows: it is the last working moment before they leave.
    """
    left = len(open_steps(plan))
    when = {0: "Today", 1: "Tomorrow"}.get(max(days_left, 0), f"In {text.plural(days_left, 'day')}")
    lead = "Last reminder: " if last else ""
    head = f":alarm_clock: *{lead}{when[:1].lower() + when[1:] if last else when} your time off begins* ({days(plan)}), and {text.plural(left, 'step')} "
    head += f"{'is' if left == 1 else 'are'} open."
    silent = dict.fromkeys(item.cover_email for item in plan.items if item.state is CoverState.ASKED)
    if silent:
        head += f"\nStill to answer: {text.and_more([called(one, people) for one in silent], 8)}."
    blocks = blocks_of(plan, steps, consent, only_open=True)
    return _told(head, (), *blocks, _live(plan), build.context("`/ooo` shows all six steps."))


def uncovered(plan: Plan, people: People, today: date) -> Message:
    """For the manager: what nobody looks after yet, shortly before."""
    ahead = text.in_days((plan.away.first - today).days)
    open_items = plan.uncovered
    count = text.plural(len(open_items), "account")
    head = f":warning: *{called(plan.away.email, people)} is away {ahead}* ({days(plan)}), and nobody has agreed to "
    head += f"look after {count} yet."
    blocks, left = wording.accounts(open_items, people, BUDGET)
    choose = build.button("Choose the covers", f"{EDIT}:{plan.id}", str(plan.id), style="primary")
    return _told(head, open_items, *blocks, *_more(left), _live(plan, choose))


def declined(plan: Plan, item: Item, by: str, people: People) -> Message:
    """For the plan's person: `by` (an e-mail) said no; who is asked in their stead, or that nobody is left."""
    head = f"*{called(by, people)} cannot cover {text.name(item.account_name)}.* Now: {wording.cover(item, people)}."
    if item.why_cover:
        head += f"\n_{listing.within(item.why_cover, wording.PIECE)}_"
    choose = build.button("Choose another cover", f"{EDIT}:{plan.id}", str(plan.id))
    return _told(head, [item], _live(plan, choose))


def sync_chosen(plan: Plan, item: Item, people: People) -> Message:
    """For the AE: what became of the account's customer sync in the absence (item.sync)."""
    on = f" of {text.day(item.sync_on)}" if item.sync_on else ""
    whom = f" with {listing.within(item.sync_with, 80)}" if item.sync_with else ""
    who = called(plan.away.email, people)
    now = {
        SyncChoice.MOVED: f"is moved; {who} agrees on another day with them",
        SyncChoice.TAKEN: f"takes place; {called(item.cover_email, people) if item.cover_email else 'the team'} takes it",
        SyncChoice.CANCELLED: "is cancelled",
        SyncChoice.OPEN: "is open again",
    }[item.sync]
    head = f":spiral_calendar_pad: *{text.name(item.account_name)}*: the sync{whom}{on} {now}. {who} is away {days(plan)}."
    return _told(head, [item])


def moved(before: Plan, plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For those who were asked or told: the absence moved, or was made shorter or longer; their accounts now."""
    who = called(plan.away.email, people)
    head = f":arrows_counterclockwise: *The time off of {who} changed: {days(before)} became {days(plan)}.*"
    head += "\nWhat you were told for the earlier days no longer holds." + (" Now:" if items else "")
    blocks, left = wording.accounts(items, people, BUDGET)
    return _told(head, items, *blocks, *_more(left), _live(plan), build.context(ASKING))


def cancelled(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For those who were asked or told: the absence was cancelled, and nothing is to be done."""
    who = called(plan.away.email, people)
    head = f":no_entry_sign: *{who} is not away {days(plan)} after all.* "
    head += (
        f"{_names(items)} stay{'s' if len(items) == 1 else ''} with {who}; nothing is to be done."
        if items
        else ""
    )
    return _told(head, items)


def released(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For a cover: these accounts are theirs to look after no longer (someone else was chosen, no need is left)."""
    who = called(plan.away.email, people)
    head = f"*You need not look after {_names(items)}* while {who} is away {days(plan)}: somebody else does, or no need "
    return _told(head + "is left.", items, _live(plan))


def approved(plan: Plan, people: People) -> Message:
    """For the plan's person: who approved, and what is next."""
    by = text.and_more([called(one.email, people) for one in plan.approvals], 4)
    head = f":white_check_mark: *Your coverage plan for {days(plan)} is approved* by {by or 'your manager'}: "
    head += f"{wording.counted(plan)}."
    share = [] if plan.shared_at else [_share(plan)]
    return _told(head, plan.items, _live(plan, *share))


def _share(plan: Plan) -> build.Json:
    return build.button("Share it", f"{SHARE}:{plan.id}", str(plan.id), style="primary")


def changed_owner(plan: Plan, item: Item, people: People, owner: str) -> Message:
    """For the plan's person: the account has another TA now (`owner`, an e-mail or empty) and leaves the plan."""
    now = f"{called(owner, people)}’s now" if owner else "no longer yours in the book"
    head = f"*{text.name(item.account_name)}* is {now}, so it left your plan for {days(plan)}."
    return _told(head, [item], _live(plan))


def handed_back(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For a cover, at the end: they are handed back, with a word of thanks."""
    who = called(plan.away.email, people)
    head = f":wave: *{who} is back.* {_names(items)} {'is' if len(items) == 1 else 'are'} with them again. "
    head += "Thank you for looking after that! Tell them what they should know."
    return _told(head, items)


def briefing(plan: Plan, happened: Sequence[Moved], people: People) -> Message:
    """For the plan's person on the first working morning back: what happened, what the covers have, what to take back.

    Where a manager opened the plan for them, it says so.
    """
    head = f":wave: *Welcome back.* You were away {days(plan)}."
    if plan.opened_by and plan.opened_by != plan.away.email:
        head += f"\n{called(plan.opened_by, people)} made the coverage plan for you, since you could not."
    covers = {item.account_id: item for item in plan.items}
    told = {one.account_id for one in happened}
    lines = [_happened(one, covers.get(one.account_id), people) for one in happened]
    quiet = [item for item in plan.items if item.account_id not in told]
    blocks: list[Block] = []
    if lines:
        made = [build.section(line) for line in lines]
        kept = listing.fitting(made, BUDGET)
        blocks.extend([build.section("*What happened*"), *kept, *_more(len(made) - len(kept))])
    else:
        blocks.append(
            build.section("Nothing moved on your accounts: no health change, renewal or ticket that I saw.")
        )
    if quiet:
        back = [f"• *{text.name(item.account_name, 60)}* · {_from(item, people)}" for item in quiet]
        blocks.append(listing.listed("*To take back, nothing new*", back, 20, len(back))[0])
    ids = (
        *wording.account_ids(plan.items),
        *(one.account_id for one in happened if one.account_id not in covers),
    )
    foot = "Since the end of your time off your accounts are yours again. `/account-health` shows your book."
    return replace(_told(head, (), *blocks, build.context(foot)), accounts=ids)


def _happened(one: Moved, item: Item | None, people: People) -> str:
    line = f"*{text.name(one.account_name)}*"
    if one.before is not one.now:
        was = text.category(one.before) if one.before else "unknown"
        line += f" · {was} → {text.category(one.now) if one.now else 'unknown'}"
    lines = [line, *(f"• {listing.within(words, wording.PIECE)}" for words in one.words)]
    if item is not None:
        lines.append(f"→ take it back from {_from(item, people)}")
    return "\n".join(listing.fitting(lines, wording.LINES, len))


def _from(item: Item, people: People) -> str:
    """Who had it meanwhile."""
    if item.state is CoverState.ACCEPTED:
        return called(item.cover_email, people)
    return "the team’s channel" if item.state is CoverState.CHANNEL else "nobody: it was not covered"


def _names(items: Sequence[Item]) -> str:
    return text.and_more([f"*{text.name(item.account_name, 60)}*" for item in items], 8)


def _more(left: int) -> list[Block]:
    return [build.context(f"And {text.plural(left, 'more account')}, in the whole plan.")] if left else []


def _live(plan: Plan, *buttons: build.Json) -> Block:
    """Buttons, the last of them to the plan as it is when it is pressed."""
    return build.actions(*buttons, build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0"))


def _told(head: str, items: Sequence[Item], *blocks: Block) -> Message:
    return Message(
        text=listing.bare(head), blocks=(build.section(head), *blocks), accounts=wording.account_ids(items)
    )
