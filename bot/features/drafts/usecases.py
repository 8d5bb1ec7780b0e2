"""Drafting: what an account's people would be written, whom a pool writes to this month, what TAs hear of."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.asks import Action
from bot.blocks import build, text
from bot.blocks.answers import Done, Message, Modal
from bot.domain import spreadsheet
from bot.domain.account import Account
from bot.domain.alert import Notice
from bot.domain.calendar import is_working_day
from bot.domain.person import Person, Team
from bot.domain.plan_update import keeper_of
from bot.domain.provenance import Known
from bot.domain.segment import team_of
from bot.errors import UserError
from bot.features.drafts import rules, texts, views, wording
from bot.features.drafts.rules import Draft, Found, Looking, Monthly, Reason, Why
from bot.ports import Ports
from bot.ports.jobs import JobFailed
from bot.ports.outgoing import Intent

SHOWN = 15
"""Accounts of a list in the channel; the CSV has them all."""
AT_ONCE = 200
"""Accounts whose notices are kept in one transaction."""
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


async def night(ports: Ports) -> str:
    """Post the lists that are due, and tell TAs of new drafts for their accounts; says what was done."""
    accounts = await ports.book.list_accounts()
    found = await asyncio.to_thread(rules.look, accounts, _looking(ports))
    own = [one for one in found if not one.team.is_pool]
    told = await _tell(ports, own)
    posted = [team for team in await _due_teams(ports) if await _post(ports, team, found)]
    return f"{told} drafts told of, {len(posted)} lists posted"


def _looking(ports: Ports) -> Looking:
    policy, today = ports.policy, ports.clock.today()
    return rules.looking_at(policy.drafts, policy.health, policy.model_on(today), today)


async def _tell(ports: Ports, found: Sequence[Found]) -> int:
    """In parts: a big book must not hold anybody up."""
    people, told = await ports.people.list_people(), 0
    for start in range(0, len(found), AT_ONCE):
        notices = list(_notices(found[start : start + AT_ONCE], people))
        async with ports.work.transaction() as tx:
            told += await ports.alerts.tell_later(tx, notices)
    return told


def _notices(found: Sequence[Found], people: Sequence[Person]) -> Iterator[Notice]:
    for one in found:
        receiver = keeper_of(one.account, one.team, None, people)
        if receiver:
            yield from (wording.notice(one, reason, receiver) for reason in one.reasons)


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


async def _post(ports: Ports, team: Team, found: Sequence[Found]) -> bool:
    report = await _monthly(ports, team, found)
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


async def _monthly(ports: Ports, team: Team, found: Sequence[Found]) -> Monthly:
    policy, today = ports.policy.drafts, ports.clock.today()
    of_team = [one for one in found if one.team is team]
    written = await ports.readings.list_written(since=today - policy.written_within)
    wanted = [one for one in of_team if one.account.id not in written]
    shown = [await _draft(ports, one.account, team, one.reasons) for one in wanted[:SHOWN]]
    counts = Counter(why for one in wanted for why in {reason.why for reason in one.reasons})
    sweeps = await ports.readings.list_sweeps()
    return Monthly(
        team=team,
        name=ports.policy.teams[team].short,
        month=today.replace(day=1),
        drafts=tuple(shown),
        total=len(wanted),
        counts={why: counts[why] for why in Why},
        left_out=tuple(
            (one.account.name, written[one.account.id]) for one in of_team if one.account.id in written
        ),
        reads_conversations=any(one.feed == "conversations" and one.done_at for one in sweeps),
        announcements=tuple(one for one in policy.announcements if one.holds_on(today, team)),
        playbook_url=policy.playbook_url,
        written_days=policy.written_within.days,
        now=ports.clock.now(),
    )


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
    accounts = await ports.book.list_accounts()
    found = await asyncio.to_thread(rules.look, accounts, _looking(ports))
    written = await ports.readings.list_written(since=today - ports.policy.drafts.written_within)
    wanted = [one for one in found if one.team is team and one.account.id not in written]
    rows = [row async for row in _rows(ports, team, wanted)]
    content = await asyncio.to_thread(spreadsheet.csv_of, views.HEADER, rows)
    name = f"drafts-{team.value}-{today:%Y-%m}.csv"
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"Whom the {ports.policy.teams[team].short} writes to: {text.plural(len(wanted), 'account')}.",
        accounts=tuple(one.account.id for one in wanted),
        asked=asked,
    )
    said = f"I sent you `{name}` in our direct message: {text.plural(len(wanted), 'account')}."
    return Message(text=said, blocks=(build.section(said),))


async def _rows(ports: Ports, team: Team, wanted: Sequence[Found]) -> AsyncIterator[tuple[object, ...]]:
    """A row a contact whom some of the material is for; one without a contact where it is for nobody."""
    for one in wanted[:MOST]:
        await asyncio.sleep(0)  # a look-up by key does not leave the loop: others come in between accounts
        draft = await _draft(ports, one.account, team, one.reasons)
        mau, url = one.account.mau, one.account.vitally_url
        for contact in rules.addressed(draft.offers) or (None,):
            offers = [each.material for each in draft.offers if contact is None or contact in each.readers]
            yield (
                f"{ports.clock.today():%Y-%m}",
                team.value,
                one.account.id,
                one.account.name,
                "; ".join(map(wording.reason, one.reasons)),
                contact.name if contact else "",
                contact.email if contact else "",
                "; ".join(contact.roles) if contact else "",
                "; ".join(f"{material.title} {material.url}" for material in offers),
                draft.text,
                url.value if isinstance(url, Known) else "",
                *((mau.source, f"{mau.as_of:%Y-%m-%d}") if isinstance(mau, Known) else ("", "")),
            )
