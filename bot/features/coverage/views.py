"""How a coverage plan looks to those who make it: its person, who covers, who approves.

What others are told of it is in telling.py, its forms are in forms.py. `people` maps an e-mail to who that is.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.leave import CoverState, Item, Notice, Plan, PlanState, Step
from bot.domain.person import Person
from bot.features.coverage import wording
from bot.features.coverage.steps import (
    ACCEPT,
    ACCEPT_ALL,
    APPROVE,
    DECLINE,
    EDIT,
    OPEN,
    SHARE,
    blocks_of,
    by_hand,
    more,
    open_steps,
)
from bot.features.coverage.wording import People, called, days

BUDGET = 8_500
"""Characters of JSON that the accounts of one message may take: its head and foot need the rest."""
_STATES = {
    PlanState.DRAFT: ":pencil2: a draft: nobody was asked yet",
    PlanState.PROPOSED: ":hourglass_flowing_sand: proposed, not approved yet",
    PlanState.APPROVED: ":white_check_mark: approved",
    PlanState.ENDED: ":checkered_flag: over and handed back",
    PlanState.CANCELLED: ":no_entry_sign: cancelled",
}
_ROLES = {"manager": "manager", "department_head": "department head", "people_partner": "people partner"}


def checklist(
    plan: Plan,
    steps: Sequence[str],
    people: People,
    notices: Sequence[Notice] = (),
    *,
    consent: build.Json | None = None,
    lead: str = "",
) -> Message:
    """The six steps, for the plan's person: what is done, what is open, and the button for what is next.

    `steps` are policy's words. `consent` is the button by which they let the bot set their status, where that is
    wanted and not given yet. `lead` says why it comes now (a new absence, one that moved); none when they asked.
    """
    left = open_steps(plan)
    head = f"*You are away {days(plan)}* · {_STATES[plan.state]}"
    blocks: list[Block] = [build.section(f"{lead}\n{head}" if lead else head), *_opened_by(plan, people)]
    blocks.extend(blocks_of(plan, steps, consent))
    blocks.extend(wording.kept(notices))
    seen = build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0")
    blocks.append(build.actions(seen, *(one for one in (by_hand(plan, steps), more(plan)) if one)))
    done = f"{len(Step) - len(left)} of {len(Step)} steps done"
    said = f"You are away {days(plan)}: {done}, {wording.counted(plan)}."
    return Message(
        text=f"{listing.bare(lead)} {said}" if lead else said,
        blocks=tuple(blocks),
        accounts=wording.account_ids(plan.items),
    )


def _opened_by(plan: Plan, people: People) -> list[Block]:
    if not plan.opened_by or plan.opened_by == plan.away.email:
        return []
    why = ", as an emergency" if plan.emergency else ""
    return [build.context(f"{called(plan.opened_by, people)} opened this plan for them{why}.")]


def plan_view(
    plan: Plan, people: People, notices: Sequence[Notice] = (), *, may_edit: bool = False
) -> Message:
    """The whole plan: each account with why, what to do, until when and who; what is on request; the notice rules."""
    buttons = []
    if may_edit:
        buttons.append(build.button("Choose the covers", f"{EDIT}:{plan.id}", str(plan.id)))
        if plan.state in (PlanState.PROPOSED, PlanState.APPROVED):
            buttons.append(build.button("Share it", f"{SHARE}:{plan.id}", str(plan.id)))
    return _whole(plan, people, notices, buttons)


def manager_view(
    plan: Plan,
    people: People,
    notices: Sequence[Notice],
    *,
    awaits: Sequence[tuple[str, Person]] = (),
    reader: str = "",
) -> Message:
    """For who approves: the plan with its notice rules, and Approve. `awaits` are those (role, person) still asked.

    `reader` is their e-mail: who has approved is not asked again.
    """
    given = [
        f"✓ {called(one.email, people)} approved as {_ROLES.get(one.role, text.name(one.role))}"
        for one in plan.approvals
    ]
    asked = [
        f"○ {text.person(one.name, one.slack_user_id)}, {_ROLES.get(role, text.name(role))}"
        for role, one in awaits
    ]
    more: list[Block] = [build.context(text.and_more([*given, *asked], 8, " · "))] if given or asked else []
    buttons = []
    given_by = {one.email for one in plan.approvals} - {one.email for _, one in awaits}
    if plan.state in (PlanState.DRAFT, PlanState.PROPOSED) and reader not in given_by:
        buttons.append(build.button("Approve", f"{APPROVE}:{plan.id}", str(plan.id), style="primary"))
    buttons.append(build.button("Choose the covers", f"{EDIT}:{plan.id}", str(plan.id)))
    return _whole(plan, people, notices, buttons, more)


def _whole(
    plan: Plan,
    people: People,
    notices: Sequence[Notice],
    buttons: Sequence[build.Json],
    more: Sequence[Block] = (),
) -> Message:
    who = called(plan.away.email, people)
    head = f"*Coverage plan of {who}*\n{days(plan)}, {_zone(plan)} · {_STATES[plan.state]}"
    shown, left = wording.accounts(plan.items, people, BUDGET, doubts=True)
    blocks: list[Block] = [build.section(head), *_opened_by(plan, people), *_pool(plan)]
    blocks.extend(shown or [build.section("No account needs cover on those days.")])
    if left:
        blocks.append(
            build.context(f"And {text.plural(left, 'more account')}, in the window of the whole plan.")
        )
        buttons = [*buttons, build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0")]
    if rest := wording.rest(plan):
        blocks.append(build.section(rest))
    blocks.extend([*wording.kept(notices), *more])
    if buttons:
        blocks.append(build.actions(*buttons))
    said = (
        f"Coverage plan of {wording.named(plan.away.email, people)}, {days(plan)}: {wording.counted(plan)}."
    )
    return Message(text=text.escape(said), blocks=tuple(blocks), accounts=wording.account_ids(plan.items))


def _zone(plan: Plan) -> str:
    return f"{text.name(plan.away.zone.replace('_', ' '))} time"


def _pool(plan: Plan) -> list[Block]:
    """Pool TAs: how many of the pool are in on each day."""
    if not plan.pool_days:
        return []
    told = [f"{text.short_day(day)} *{there}* of {of}" for day, there, of in plan.pool_days]
    return [build.context(f"Of the pool are in: {text.and_more(told, 15, ' · ')}")]


def ask_cover(plan: Plan, items: Sequence[Item], people: People, *, reader: str = "") -> Message:
    """For whoever is asked to cover these accounts of a plan: what it means, with Accept and Decline for each.

    `reader` is their e-mail where some were answered already: those are told apart by it.
    """
    who = called(plan.away.email, people)
    asked = [item for item in items if _awaits(item, reader)]
    head = f"*{who} is away {days(plan)}* ({_zone(plan)}) and asks you to look after "
    head += f"{text.plural(len(items), 'account')} meanwhile."
    blocks: list[Block] = [build.section(head)]
    budget = BUDGET
    message = _ids(items)
    for place, item in enumerate(items):
        row = [_answers(f"{plan.id}:{item.account_id}{message}", place)] if item in asked else []
        made = [_asked(item, people, reader), *row]
        budget -= listing.size(made)
        if budget < 0 or len(blocks) + len(made) > limits.BLOCKS - 2:
            break
        blocks.extend(made)
    blocks.extend(_ask_foot(plan, items, len(asked)))
    count = text.plural(len(items), "account")
    said = f"{wording.named(plan.away.email, people)} asks you to cover {count}, {days(plan)}."
    return Message(text=text.escape(said), blocks=tuple(blocks), accounts=wording.account_ids(items))


def _awaits(item: Item, reader: str) -> bool:
    return item.state is CoverState.ASKED and reader in ("", item.cover_email)


def _ids(items: Sequence[Item]) -> str:
    """The accounts of a question, a line each, so that its answer shows those alone; nothing where they are too many."""
    told = "".join(f"\n{item.account_id}" for item in items)
    return told if len(told) <= limits.BUTTON_VALUE // 2 else ""


def _answers(value: str, place: int) -> Block:
    return build.actions(
        build.button("Accept", f"{ACCEPT}:{place}", value, style="primary"),
        build.button("Decline", f"{DECLINE}:{place}", value),
    )


def _asked(item: Item, people: People, reader: str) -> Block:
    theirs = reader in ("", item.cover_email) and item.state in (CoverState.ASKED, CoverState.ACCEPTED)
    if theirs:
        return build.section(wording.paragraph(item, people, asks=item.state is CoverState.ASKED))
    said = f"*{text.name(item.account_name)}*: no longer with you. Now: {wording.cover(item, people)}."
    return build.context(said)


def _ask_foot(plan: Plan, items: Sequence[Item], asked: int) -> list[Block]:
    opened = build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0")
    if asked > 1:
        value = f"{plan.id}:{_ids(items)}"
        every = build.button(f"Accept all {asked:,}", f"{ACCEPT_ALL}:{plan.id}", value)
        return [build.actions(every, opened)]
    thanks = [build.context("Thank you. `/ooo` lists what you cover.")] if items and not asked else []
    return [build.actions(opened), *thanks]
