"""Who hears of a change of a plan, and under which key: each of it once. Pure.

In an emergency whose plan somebody else opened, that one hears what its person would: they are told on return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.blocks import build, listing, text
from bot.blocks.answers import Message
from bot.blocks.build import Json
from bot.domain.leave import CoverState, Item, Notice, Plan, PlanState
from bot.domain.person import Person
from bot.features.coverage import replanning, telling, views
from bot.features.coverage.keeping import SETTLED, Letter, read_key
from bot.features.coverage.wording import called
from bot.ports.outgoing import MessageState, Outgoing

CHECKLIST = "checklist"
ASK, APPROVE, SHARE = "ask", "approve", "share"
CHANNEL = f"{SHARE}:channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What letters are written with: people by e-mail, policy's steps, the rules of notice, who approves.

    `consent` is the button by which the person lets the bot set their status, where that is wanted.
    """

    people: Mapping[str, Person]
    steps: Sequence[str]
    notices: Sequence[Notice] = ()
    approvers: Sequence[tuple[str, Person]] = ()
    consent: Json | None = None

    def awaits(self, plan: Plan) -> tuple[tuple[str, Person], ...]:
        """Who has not approved yet, and in which role."""
        given = {one.role for one in plan.approvals}
        return tuple((role, one) for role, one in self.approvers if role not in given)


def keeper_of(plan: Plan) -> str:
    """Who sees to a plan: its person, or whoever opened it for somebody who could not."""
    return plan.opened_by if plan.emergency and plan.opened_by else plan.away.email


def checklist(plan: Plan, desk: Desk, lead: str = "") -> Letter:
    """The six steps, for the plan's person: sent once a generation, and kept up to date in its place."""
    consent = desk.consent if keeper_of(plan) == plan.away.email else None
    message = views.checklist(plan, desk.steps, desk.people, desk.notices, consent=consent, lead=lead)
    return Letter(kind=CHECKLIST, message=message, email=keeper_of(plan))


def approvals(plan: Plan, desk: Desk) -> Iterator[Letter]:
    """The plan for each who approves; one who does so in two roles hears once."""
    for email in dict.fromkeys(person.email for _, person in desk.approvers):
        message = views.manager_view(plan, desk.people, desk.notices, awaits=desk.awaits(plan), reader=email)
        yield Letter(kind=f"{APPROVE}:{email}", message=message, email=email)


def living(plan: Plan, desk: Desk) -> Iterator[Letter]:
    """What was sent and is kept up to date: the checklist, and the plan before those who approve."""
    if plan.state in (PlanState.ENDED, PlanState.CANCELLED):
        return
    for one in (checklist(plan, desk), *approvals(plan, desk)):
        yield Letter(kind=one.kind, message=one.message, edits=True)


def differences(before: Plan | None, plan: Plan, version: int, desk: Desk) -> Iterator[Letter]:
    """Questions for those who are asked anew, and a word for those who cover no longer."""
    if plan.state not in (PlanState.PROPOSED, PlanState.APPROVED):
        return
    for email, items in replanning.asked_anew(before, plan).items():
        question = views.ask_cover(plan, items, desk.people)
        yield Letter(kind=f"{ASK}:{email}:{version}", message=question, email=email, then=SETTLED)
    for email, items in replanning.released(before, plan).items():
        message = telling.released(plan, items, desk.people)
        yield Letter(kind=f"released:{email}:{version}", message=message, email=email)


def shares(plan: Plan, desk: Desk, channel_id: str, team_name: str) -> Iterator[Letter]:
    """The plan for each of the account teams, with their accounts alone, and for the team's channel."""
    for email, items in by_reader(plan, desk).items():
        message = telling.shared_with(plan, items, desk.people[email], desk.people)
        yield Letter(kind=f"{SHARE}:{email}", message=message, email=email, then=SETTLED, live=True)
    if channel_id:
        message = telling.team_channel(plan, desk.people, team_name)
        yield Letter(kind=CHANNEL, message=message, channel_id=channel_id, then=SETTLED, live=True)


def by_reader(plan: Plan, desk: Desk) -> Mapping[str, tuple[Item, ...]]:
    """The AE, CE and IE of each account, where the book knows them, and the manager, each with what concerns them."""
    found: dict[str, tuple[Item, ...]] = {}
    manager = next((person.email for role, person in desk.approvers if role == "manager"), "")
    for item in plan.items:
        team = dict.fromkeys(one.lower() for one in (item.ae_email, item.ce_email, item.ie_email) if one)
        for email in team:
            if email in desk.people and email not in (plan.away.email, manager):
                found[email] = (*found.get(email, ()), item)
    if manager:
        found[manager] = plan.items
    return found


def changed_owners(plan: Plan, gone: Sequence[tuple[Item, str]], desk: Desk) -> Iterator[Letter]:
    """For whoever keeps the plan: accounts that another TA has now, with their e-mail (empty: nobody)."""
    for item, owner in gone:
        message = telling.changed_owner(plan, item, desk.people, owner)
        yield Letter(kind=f"left:{item.account_id}", message=message, email=keeper_of(plan))


def replaced(before: Plan, plan: Plan, version: int, desk: Desk) -> Iterator[Letter]:
    """For whoever keeps the plan: a cover cannot any more, and who is asked in their stead."""
    held = {item.account_id: item for item in plan.items}
    for email, items in replanning.released(before, plan).items():
        for item in items:
            if (now := held.get(item.account_id)) is not None:
                message = telling.declined(plan, now, email, desk.people)
                kind = f"declined:{item.account_id}:{version}"
                yield Letter(kind=kind, message=message, email=keeper_of(plan))


def called_off(plan: Plan, desk: Desk) -> Letter:
    """For whoever keeps the plan: it is cancelled."""
    message = telling.cancelled(plan, plan.items, desk.people)
    return Letter(kind="called_off", message=message, email=keeper_of(plan))


def unreached(plan: Plan, message: Outgoing, desk: Desk) -> Letter:
    """For whoever keeps the plan: somebody was not told, since Slack does not let us, and why."""
    who = called(message.email, desk.people) if message.email else "The team’s channel"
    said = (
        f"{who} could not be told of your coverage plan: {text.escape(message.note or 'Slack refused it')}. "
    )
    said += "Tell them yourself."
    kind = f"unreached:{message.email or 'channel'}"
    words = Message(text=listing.bare(said), blocks=(build.section(said),))
    return Letter(kind=kind, message=words, email=keeper_of(plan))


def handed_back(plan: Plan, desk: Desk) -> Iterator[Letter]:
    """For each cover: what they looked after is with its TA again."""
    for email, items in to_covers(plan).items():
        message = telling.handed_back(plan, items, desk.people)
        yield Letter(kind=f"end:{email}", message=message, email=email)


def to_covers(plan: Plan) -> Mapping[str, tuple[Item, ...]]:
    """Who has accepted what."""
    found: dict[str, tuple[Item, ...]] = {}
    for item in plan.items:
        if item.state is CoverState.ACCEPTED:
            found[item.cover_email] = (*found.get(item.cover_email, ()), item)
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told of a plan so far and must hear of what becomes of it: people by e-mail, and the team's channel."""

    emails: tuple[str, ...] = ()
    channel_id: str = ""


def told_of(before: Plan, sent: Sequence[Outgoing]) -> Told:
    """Whoever got the plan or approves it, by what was sent; and who is asked or covers."""
    emails: dict[str, None] = {}
    channel_id = ""
    for one in sent:
        kind, _, rest = read_key(one.key)[2].partition(":")
        if kind in (APPROVE, SHARE) and one.state in (MessageState.SENT, MessageState.WAITING):
            channel_id = one.channel_id if rest == "channel" else channel_id
            emails |= {} if rest == "channel" else {rest: None}
    return Told(tuple(emails | dict.fromkeys(_asked(before))), channel_id)


def moved(before: Plan, plan: Plan, told: Told, desk: Desk) -> Iterator[Letter]:
    """One message for each who was told of the earlier dates: the new ones, what is theirs, and what is asked of them."""
    mine, anew = _of_each(plan, desk), replanning.asked_anew(before, plan)
    approve = {one.email: one for one in approvals(plan, desk)} if plan.state is PlanState.PROPOSED else {}
    for email in dict.fromkeys((*told.emails, *anew, *(approve if before.confirmed_at else ()))):
        news = telling.moved(before, plan, mine.get(email, ()), desk.people)
        asks = [approve[email]] if email in approve else []
        if email in anew:
            question = views.ask_cover(plan, mine[email], desk.people, reader=email)
            asks.append(Letter(kind=f"{ASK}:{email}", message=question, email=email, then=SETTLED))
        if asks and email in told.emails:
            asks[0] = replace(asks[0], message=_joined(news, asks[0].message))
        yield from asks or [Letter(kind=f"moved:{email}", message=news, email=email)]
    if told.channel_id:
        ours = tuple(item for item in plan.items if item.state is CoverState.CHANNEL)
        news = telling.moved(before, plan, ours, desk.people)
        yield Letter(kind="moved:channel", message=news, channel_id=told.channel_id)
    if plan.shared_at:
        yield from (one for one in shares(plan, desk, "", "") if one.email not in told.emails)


def _joined(news: Message, asked: Message) -> Message:
    """What happened, and under it what is asked."""
    return replace(asked, text=news.text, blocks=(*news.blocks[:1], *asked.blocks))


def cancelled(before: Plan, told: Told, desk: Desk) -> Iterator[Letter]:
    """For each who was told of the plan: nothing is to be done."""
    mine = _of_each(before, desk)
    for email in told.emails:
        message = telling.cancelled(before, mine.get(email, ()), desk.people)
        yield Letter(kind=f"cancelled:{email}", message=message, email=email)
    if told.channel_id:
        message = telling.cancelled(before, (), desk.people)
        yield Letter(kind="cancelled:channel", message=message, channel_id=told.channel_id)


def _of_each(plan: Plan, desk: Desk) -> Mapping[str, tuple[Item, ...]]:
    """What concerns each: accounts of theirs, and those that they cover or are asked to."""
    readers, covers = by_reader(plan, desk), _asked(plan)
    found: dict[str, tuple[Item, ...]] = {}
    for email in {*readers, *covers}:
        items = {one.account_id: one for one in (*readers.get(email, ()), *covers.get(email, ()))}
        found[email] = tuple(items.values())
    return found


def _asked(plan: Plan) -> Mapping[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in plan.items:
        if item.state in (CoverState.ASKED, CoverState.ACCEPTED):
            found[item.cover_email] = (*found.get(item.cover_email, ()), item)
    return found
