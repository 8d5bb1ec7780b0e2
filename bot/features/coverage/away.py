"""How absences look to those who ask: who is out, whether somebody is, who has an account today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.leave import Away, CoverState, Item, Plan
from bot.domain.person import Person
from bot.features.coverage import wording
from bot.features.coverage.rules import span_in_words
from bot.features.coverage.steps import ACCEPT_ALL, EDIT, OPEN
from bot.features.coverage.wording import People, called, days

CHOOSE = "coverage.choose"
FIND = "coverage.find"
APPROVALS = 5
LISTED = 25
"""People or accounts of one list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """Somebody who is away, and the plan for that, where there is one that stands."""

    away: Away
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A team, or everybody else, with those of it who are out."""

    title: str
    channel: str
    out: tuple[Out, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """An account on a day: its TA or pool, the TA's absence then or the next one, and what the plan says of it.

    `pool` names the team and its user group where pools serve it; `channel` is the team's. `item` is the account's
    line of the plan, None where the plan holds no need of it.
    """

    account_id: str
    account_name: str
    day: date
    ta_email: str
    pool: str
    channel: str
    out: Out | None = None
    coming: Out | None = None
    item: Item | None = None


def who(groups: Sequence[Group], day: date, today: date, people: People) -> Message:
    """Who is out on a day: by team, until when, and who covers."""
    when = "today" if day == today else f"on {text.day(day)}"
    count = sum(len(group.out) for group in groups)
    head = f"*{text.plural(count, 'person', 'people') if count else 'Nobody'} out {when}*"
    blocks: list[Block] = [build.section(head)]
    for group in groups:
        if group.out:
            lines = [_line(one, group, people) for one in group.out]
            blocks.append(listing.listed(f"*{text.name(group.title)}*", lines, LISTED, len(lines))[0])
    foot = "`/ooo who 2026-12-01` shows another day, `/ooo @person` one person, `/ooo cover NAME` an account."
    blocks.append(build.context(foot))
    names = [wording.named(one.away.email, people) for group in groups for one in group.out]
    told = f": {text.and_more([text.name(one) for one in names], 8)}" if names else ""
    return Message(text=f"{listing.bare(head)}{told}.", blocks=tuple(blocks), accounts=_ids(groups))


def _line(one: Out, group: Group, people: People) -> str:
    who = called(one.away.email, people)
    return f"• {who} · {_span(one.away)} · {_covered(one.plan, group.channel, people)}"


def _span(away: Away) -> str:
    half = " (until noon)" if away.half_end else ""
    if away.first == away.last:
        return span_in_words(away)
    start = f"from noon of {text.short_day(away.first)} " if away.half_start else ""
    return f"{start}until {text.day(away.last)}{half}"


def _covered(plan: Plan | None, channel: str, people: People) -> str:
    """`cover: Bo 3, Ann 1, the team’s channel 2`."""
    if plan is None:
        return "no coverage plan"
    counts: dict[str, int] = {}
    for item in plan.items:
        if item.state is CoverState.ACCEPTED:
            who = called(item.cover_email, people)
        elif item.state is CoverState.CHANNEL:
            who = f"#{text.name(channel)}" if channel else "the team’s channel"
        else:
            who = "nobody yet"
        counts[who] = counts.get(who, 0) + 1
    if not counts:
        return "no account needs cover"
    return f"cover: {text.and_more([f'{who} {count}' for who, count in counts.items()], 5)}"


def _ids(groups: Sequence[Group]) -> tuple[str, ...]:
    plans = [one.plan for group in groups for one in group.out if one.plan]
    return tuple(dict.fromkeys(item.account_id for plan in plans for item in plan.items))


def person(whom: Person, now: Out | None, coming: Out | None, people: People, channel: str) -> Message:
    """Is she out, until when, who has her accounts; and when she is away next."""
    who = text.person(whom.name, whom.slack_user_id)
    if now is not None:
        head = f":palm_tree: *{who} is out*, {_span(now.away)}."
    elif coming is not None:
        head = f"*{who} is in.* Away next {span_in_words(coming.away)}."
    else:
        head = f"*{who} is in*, and no time off is planned that I know of."
    shown = now or coming
    blocks: list[Block] = [build.section(head)]
    plan = shown.plan if shown else None
    if shown and plan is None:
        where = f"Ask in #{text.name(channel)}." if channel else "Ask their manager."
        blocks.append(build.section(f"There is no coverage plan. {where}"))
    if plan:
        blocks.extend(_has_accounts(plan, people, channel))
    said = listing.bare(head)
    return Message(text=said, blocks=tuple(blocks), accounts=wording.account_ids(plan.items if plan else ()))


def _has_accounts(plan: Plan, people: People, channel: str) -> list[Block]:
    lines = [f"• *{text.name(item.account_name, 60)}* · {wording.cover(item, people)}" for item in plan.items]
    blocks: list[Block] = []
    if lines:
        blocks.append(listing.listed("*Who has the accounts*", lines, LISTED, len(lines))[0])
    if plan.on_request:
        where = f" in #{text.name(channel)}" if channel else ""
        blocks.append(build.section(f"{wording.rest(plan)}\nAsk about those{where}."))
    opened = build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0")
    return [*blocks, build.actions(opened)]


def responsible(one: Responsible, people: People) -> Message:
    """Who is responsible for an account on a day, and why."""
    head = f"*{text.name(one.account_name)}* · {text.day(one.day)}\n{_answer(one, people)}"
    blocks: list[Block] = [build.section(head)]
    if one.out and one.item:
        blocks.append(build.section("\n".join(_why(one.item))))
    if one.coming and not one.out:
        blocks.append(build.context(_next(one, people)))
    plan = (one.out or one.coming or Out(away=_NEVER)).plan
    if plan:
        opened = build.button("See the whole plan", f"{OPEN}:{plan.id}", f"{plan.id}:0")
        blocks.append(build.actions(opened))
    return Message(text=listing.bare(head), blocks=tuple(blocks), accounts=(one.account_id,))


_NEVER = Away(email="", first=date.min, last=date.min, zone="UTC")


def _answer(one: Responsible, people: People) -> str:
    ta = called(one.ta_email, people) if one.ta_email else ""
    team = f"*#{text.name(one.channel)}*" if one.channel else "its team"
    if one.out is not None:
        return _meanwhile(one, one.out, people, ta, team)
    if one.pool:
        served = f", last served by {ta}" if ta else ""
        return f":busts_in_silhouette: *{text.name(one.pool)}*{served}. Pool accounts have no owner: ask in {team}."
    if not ta:
        return f":warning: No TA is recorded for it. Ask in {team}."
    return f":bust_in_silhouette: *{ta}*, its TA, who is in."


def _meanwhile(one: Responsible, out: Out, people: People, ta: str, team: str) -> str:
    until, item = f"until {text.day(out.away.last)}", one.item
    if item is None:
        known = "has no need that I know of" if out.plan else "has no coverage plan"
        return f":busts_in_silhouette: {team}: {ta} is away {until}, and the account {known}."
    if item.state is CoverState.ACCEPTED:
        return f":white_check_mark: *{called(item.cover_email, people)}* covers for {ta} {until}."
    if item.state is CoverState.CHANNEL:
        return f":busts_in_silhouette: {team} looks after it for {ta} {until}."
    return f":warning: *Nobody yet*: {ta} is away {until}, and no cover has accepted. Ask in {team}."


def _why(item: Item) -> list[str]:
    lines = [f"• {listing.within(reason.words, wording.PIECE)}" for reason in item.reasons[:6]]
    lines.extend(f"→ {listing.within(todo, wording.PIECE)}" for todo in item.todo[:6])
    kept = listing.fitting(lines, wording.LINES, len)
    return ["*Why it is covered*", *kept] if kept else ["*No reason is kept.*"]


def _next(one: Responsible, people: People) -> str:
    if one.coming is None:
        return ""
    then = wording.cover(one.item, people) if one.item else "nothing is to be covered"
    return f"{called(one.ta_email, people)} is away next {span_in_words(one.coming.away)}: {then}."


def mine(plans: Sequence[Plan], waiting: Sequence[Plan], email: str, people: People) -> list[Block]:
    """What somebody covers for others (`plans`), and what waits for their answer (`waiting`)."""
    blocks: list[Block] = []
    for plan in waiting[:3]:
        items = _of(plan, email, CoverState.ASKED)
        said = f":hourglass_flowing_sand: {called(plan.away.email, people)} asks you to cover {_names(items)}, {days(plan)}."
        every = build.button("Accept", f"{ACCEPT_ALL}:{plan.id}", str(plan.id))
        blocks.append(build.section(said, every))
    lines = [
        f"• {_names(items)} for {called(plan.away.email, people)}, {days(plan)}"
        for plan in plans
        if (items := _of(plan, email, CoverState.ACCEPTED))
    ]
    if lines:
        blocks.append(listing.listed("*You cover*", lines, 10, len(lines))[0])
    return blocks


def _of(plan: Plan, email: str, state: CoverState) -> list[Item]:
    return [item for item in plan.items if item.cover_email == email and item.state is state]


def _names(items: Sequence[Item]) -> str:
    return text.and_more([f"*{text.name(item.account_name, 60)}*" for item in items], 5)


def nothing_planned(name: str, now: Away | None = None) -> Message:
    """For whoever has no plan; `now` is the absence that they are in without one."""
    said = f"No time off of yours is planned that I know of, {text.name(name)}. "
    if now is not None:
        said = f"You are away until {text.day(now.last)} without a coverage plan, {text.name(name)}. "
    said += "`/ooo plan` begins a plan; what the leave system tells me I begin by myself."
    return Message(text=said, blocks=(build.section(said),))


def to_approve(plans: Sequence[Plan], people: People) -> Message:
    """The plans that wait for somebody's approval, each to look into."""
    if not plans:
        said = "No coverage plan waits for your approval."
        return Message(text=said, blocks=(build.section(f"*To approve*\n{said}"),))
    title = f"*To approve: {text.plural(len(plans), 'coverage plan')}*"
    blocks: list[Block] = [build.section(title)]
    for plan in plans[:APPROVALS]:
        opened = build.button("Look at it", f"{OPEN}:{plan.id}", f"{plan.id}:0")
        said = f"{called(plan.away.email, people)} · {days(plan)} · {wording.counted(plan)}"
        blocks.append(build.section(said, opened))
    if len(plans) > APPROVALS:
        blocks.append(build.context(f"And {len(plans) - APPROVALS:,} more, each in a message to you."))
    accounts = tuple(dict.fromkeys(item.account_id for plan in plans for item in plan.items))
    return Message(text=listing.bare(title), blocks=tuple(blocks), accounts=accounts)


def others(plans: Sequence[Plan]) -> list[Block]:
    """Somebody's further plans, each to open."""
    return [
        build.section(f"*Then away {days(plan)}*", build.button("Open", f"{EDIT}:{plan.id}", str(plan.id)))
        for plan in plans[:3]
    ]
