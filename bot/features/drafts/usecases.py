"""Drafting: what an account's people would be written, whom a pool writes to this month, what TAs hear of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot.asks import Action
from bot.blocks import build, text
from bot.blocks.answers import Done, Message, Modal
from bot.domain import spreadsheet
from bot.domain.account import Account
from bot.domain.alert import Notice
from bot.domain.calendar import is_working_day
from bot.domain.person import Person, Team
from bot.domain.plan_update import keeper_of
from bot.domain.provenance import Known, value_of
from bot.domain.segment import team_of
from bot.errors import UserError
from bot.features.drafts import rules, texts, views, wording
from bot.features.drafts.rules import Draft, Found, Listed, Looking, Monthly, Reason, Wanted
from bot.ports import Ports
from bot.ports.jobs import JobFailed
from bot.ports.outgoing import Intent

SHOWN = 15
"""Accounts of a list in the channel; the CSV has them all."""
MOST = 20_000
"""Rows of one file."""


async def see(asked: Action, ports: Ports) -> Modal:
    """One account's draft, and the material for all of its poor traits."""
    account = await ports.book.find_account(asked.value)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/account-health NAME`.")
    looking = _looking(ports)
    team = team_of(account, looking.model)
    reasons = rules.reasons_of(account, team, looking) if team else ()
    poor, contacts = rules.poor_traits(account, looking), await ports.book.list_contacts(account.id)
    written = await ports.readings.list_written(since=date.min, account_id=account.id)
    made = replace(
        await _draft(ports, account, team, reasons),
        poor=poor,
        offers=rules.offers_of(poor, reasons, contacts, looking.rules),
        written_on=written.get(account.id),
    )
    return views.draft(made)


async def opened(asked: Action, ports: Ports) -> Done:  # noqa: ARG001 - Slack opens the link; it only wants an ack
    """The playbook's link was pressed."""
    return Done()


class _Seen(NamedTuple):
    """What came of a look at an account: what its TA hears, or its place in its pool's list."""

    notices: tuple[Notice, ...] = ()
    wanted: Wanted | None = None


async def night(ports: Ports) -> str:
    """Post the lists that are due, and tell TAs of new drafts for their accounts; says what was done."""
    looking, people = _looking(ports), await ports.people.list_people()
    due, told = await _due_teams(ports), 0
    wanted: list[Wanted] = []

    def seen(account: Account) -> _Seen | None:
        found = rules.look(account, looking)
        if found is None or (found.team.is_pool and found.team not in due):
            return None
        if found.team.is_pool:
            return _Seen(wanted=rules.wanted_of(found))
        return _Seen(notices=tuple(_notices(found, people)))

    async for some in ports.book.sift(seen):
        wanted += [one.wanted for one in some if one.wanted]
        if notices := [notice for one in some for notice in one.notices]:
            async with ports.work.transaction() as tx:
                told += await ports.alerts.tell_later(tx, notices)
    posted = [team for team in due if await _post(ports, team, wanted)]
    return f"{told} drafts told of, {len(posted)} lists posted"


def _notices(found: Found, people: Sequence[Person]) -> Iterator[Notice]:
    receiver = keeper_of(found.account, found.team, None, people)
    if receiver:
        yield from (wording.notice(found, reason, receiver) for reason in found.reasons)


def _looking(ports: Ports) -> Looking:
    policy, today = ports.policy, ports.clock.today()
    return rules.looking_at(policy.drafts, policy.health, policy.model_on(today), today)


async def _due_teams(ports: Ports) -> list[Team]:
    """The pools whose list of this month is due and was not asked for yet: on the first working day from policy's on."""
    policy, today = ports.policy.drafts, ports.clock.today()
    if not policy.lists_on(today):
        return []
    due = []
    for team in sorted(policy.list_teams):
        country = ports.policy.requests.hours[team].country
        works = await asyncio.to_thread(is_working_day, today, country, ports.calendar)
        if works and await ports.outgoing.find_outgoing(_key(team, today)) is None:
            due.append(team)
    return due


def _key(team: Team, today: date) -> str:
    return f"drafts:{team.value}:{today:%Y-%m}"


async def _post(ports: Ports, team: Team, wanted: Sequence[Wanted]) -> bool:
    report = await _monthly(ports, team, wanted)
    if not report.total:
        return False
    channel = ports.policy.alerts.channel
    channel_id = await ports.directory.find_channel(channel)
    if channel_id is None:
        raise JobFailed(
            f"there is no channel #{channel}, or I cannot see it: the list of {team} is not posted"
        )
    intent = Intent(key=_key(team, ports.clock.today()), message=views.monthly(report), channel_id=channel_id)
    async with ports.work.transaction() as tx:
        return await ports.outgoing.post_later(tx, intent)


async def _monthly(ports: Ports, team: Team, wanted: Sequence[Wanted]) -> Monthly:
    policy, today = ports.policy.drafts, ports.clock.today()
    listed = await _listed(ports, team, wanted)
    shown = [await _draft_now(ports, one) for one in listed.wanted[:SHOWN]]
    sweeps = await ports.readings.list_sweeps()
    return Monthly(
        team=team,
        name=ports.policy.teams[team].short,
        month=today.replace(day=1),
        drafts=tuple(one for one in shown if one is not None),
        total=len(listed.wanted),
        counts=listed.counts,
        left_out=listed.left_out,
        reads_conversations=any(one.feed == "conversations" and one.done_at for one in sweeps),
        announcements=tuple(one for one in policy.announcements if one.holds_on(today, team)),
        playbook_url=policy.playbook_url,
        written_days=policy.written_within.days,
        now=ports.clock.now(),
    )


async def _listed(ports: Ports, team: Team, wanted: Sequence[Wanted]) -> Listed:
    since = ports.clock.today() - ports.policy.drafts.written_within
    written = await ports.readings.list_written(since=since)
    return await asyncio.to_thread(rules.listed, wanted, team, written)


async def _draft_now(ports: Ports, wanted: Wanted) -> Draft | None:
    """The letter to an account of a list, read anew; None where nothing calls for one any more."""
    account = await ports.book.find_account(wanted.account_id)
    found = rules.look(account, _looking(ports)) if account else None
    return await _draft(ports, found.account, found.team, found.reasons) if found else None


async def _draft(ports: Ports, account: Account, team: Team | None, reasons: Sequence[Reason]) -> Draft:
    """A letter, with the material that its reasons call for."""
    contacts = await ports.book.list_contacts(account.id)
    offers = rules.offers_of((), reasons, contacts, ports.policy.drafts)
    return Draft(
        account=account,
        team=team,
        reasons=tuple(reasons),
        offers=offers,
        text=texts.draft_text(account, reasons, offers),
        now=ports.clock.now(),
    )


async def send_rows(asked: Action, ports: Ports) -> Message:
    """A pool's whole list as a CSV, as the book has it now, into the asker's own direct message."""
    if asked.value not in set(Team):
        raise UserError("That button is out of date. The next list of the month has a new one.")
    team, today = Team(asked.value), ports.clock.today()
    looking = _looking(ports)

    def seen(account: Account) -> Wanted | None:
        found = rules.look(account, looking)
        return rules.wanted_of(found) if found and found.team is team else None

    found = [one async for some in ports.book.sift(seen) for one in some]
    wanted = (await _listed(ports, team, found)).wanted
    rows = [row async for row in _rows(ports, wanted)]
    content = await asyncio.to_thread(spreadsheet.csv_of, views.HEADER, rows)
    name = f"drafts-{team.value}-{today:%Y-%m}.csv"
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"Whom the {ports.policy.teams[team].short} writes to: {text.plural(len(wanted), 'account')}.",
        accounts=tuple(one.account_id for one in wanted),
        asked=asked,
    )
    said = f"I sent you `{name}` in our direct message: {text.plural(len(wanted), 'account')}."
    return Message(text=said, blocks=(build.section(said),))


async def _rows(ports: Ports, wanted: Sequence[Wanted]) -> AsyncIterator[tuple[object, ...]]:
    """A row a contact whom some of the material is for; one without a contact where it is for nobody."""
    for one in wanted[:MOST]:
        await asyncio.sleep(0)  # a look-up by key does not leave the loop: others come in between accounts
        draft = await _draft_now(ports, one)
        if draft is None:
            continue
        account = draft.account
        url: str = value_of(account.vitally_url) or ""
        for contact in rules.addressed(draft.offers) or (None,):
            offers = [each.material for each in draft.offers if contact is None or contact in each.readers]
            yield (
                f"{ports.clock.today():%Y-%m}",
                one.team.value,
                account.id,
                account.name,
                "; ".join(map(wording.reason, draft.reasons)),
                contact.name if contact else "",
                contact.email if contact else "",
                "; ".join(contact.roles) if contact else "",
                "; ".join(f"{material.title} {material.url}" for material in offers),
                draft.text,
                url,
                *_usage_origin(account),
            )


def _usage_origin(account: Account) -> tuple[str, str]:
    mau = account.mau
    return (mau.source, f"{mau.as_of:%Y-%m-%d}") if isinstance(mau, Known) else ("", "")
