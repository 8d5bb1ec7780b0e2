"""Answering about digests: a preview, one now, the definitions, the rows underneath, the meeting's agenda."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from bot.asks import Action, Command
from bot.blocks import build, text
from bot.blocks.answers import Message, Modal
from bot.domain import spreadsheet
from bot.domain.person import Team
from bot.domain.slots import reported_on
from bot.errors import UserError, WrongUsage
from bot.features.digest import making, posting, rules
from bot.features.digest.posting import Taken
from bot.features.subscriptions import usecases as subscriptions
from bot.features.subscriptions.rules import read_channel
from bot.ports import Ports
from bot.ports.figures import Scope
from bot.ports.outgoing import Intent, MessageState


async def preview(asked: Command, ports: Ports, typed: str) -> Message:
    """A digest for the asker alone: their team's last whole week, unless they name others."""
    person = await ports.people.find_asker(asked.asker)
    own = (person.team,) if person and person.team else ()
    names = {team: (of.name, of.short, of.user_group) for team, of in ports.policy.teams.items()}
    teams, week = rules.read_preview(typed, own, names, ports.clock.today())
    return await making.shown(ports, teams, week)


async def post_now(asked: Command, ports: Ports, typed: str) -> Message:
    """The channel's digest of the last whole week: posted once, and where it stands already, corrected in place."""
    await subscriptions.check_allowed(asked, ports)
    channel_id, rest = read_channel(typed)
    if rest:
        raise WrongUsage("Type `/kpi-digest now` in the channel, or `/kpi-digest now #channel`.")
    held = await subscriptions.get_channel_subscription(ports, channel_id or asked.place.channel_id)
    if held.paused:
        raise UserError(f"That digest is paused: {held.paused}. Press Resume in `/kpi-digest status` first.")
    if refused := await subscriptions.refusal(ports, held.channel_id, held):
        raise UserError(refused)
    week = reported_on(ports.clock.now().astimezone(ZoneInfo(held.zone)).date())
    taken, head = await posting.bring(ports, held, week)
    link = f" {text.link(head.permalink, 'Open it')}." if head and head.permalink else ""
    return _say(_TAKEN[taken].format(week=week, channel=f"<#{held.channel_id}>") + link)


_TAKEN = {
    Taken.PLANNED: "The digest of week {week} is on its way to {channel}.",
    Taken.RUNNING: "The digest of week {week} is being made for {channel} right now.",
    Taken.POSTED: "The digest of week {week} is on its way to {channel}.",
    Taken.CORRECTED: "The digest of week {week} stands in {channel} already: I bring it up to date.",
}


async def define(asked: Action, ports: Ports) -> Modal:
    """What each figure means, and where it comes from."""
    return await making.definitions(ports, rules.read_token(asked.value))


async def send_rows(asked: Action, ports: Ports) -> Message:
    """The rows underneath as a CSV, into the asker's own direct message with the bot."""
    token = rules.read_token(asked.value)
    today = ports.clock.today()
    scopes = [Scope(team=team, today=today) for team in token.teams] or [Scope(team=None, today=today)]
    header: tuple[str, ...] = ()
    rows: list[tuple[object, ...]] = []
    for scope in scopes:
        header, some = await ports.figures.rows(scope)
        rows.extend(some)
    content = await asyncio.to_thread(spreadsheet.csv_of, header, rows)
    name = f"kpi-digest-{'-'.join(token.teams) or 'all'}-{today}.csv"
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"The rows of {_whose(ports, token.teams)} as the book has them on {today}: {len(rows):,} accounts.",
        accounts=tuple(str(row[0]) for row in rows),
        asked=asked,
    )
    return _say(
        f"I sent you `{name}` in our direct message: {text.plural(len(rows), 'account')}, as of today."
    )


async def post_agenda(asked: Action, ports: Ports) -> Message:
    """The team meeting's agenda, once in the digest's thread; of a preview, for the asker alone."""
    token = rules.read_token(asked.value)
    agenda = await making.agenda(ports, token)
    head = await ports.outgoing.find_outgoing(token.key) if token.key else None
    if head is None:
        return agenda
    if head.state is not MessageState.SENT:
        raise UserError("That digest is not in its channel, so there is no thread for the agenda.")
    key = rules.part_key(token.key, rules.AGENDA)
    intent = Intent(key=key, message=agenda, channel_id=head.channel_id, reply_to=head.key)
    async with ports.work.transaction() as tx:
        fresh = await ports.outgoing.post_later(tx, intent)
    return _say("The agenda comes in the thread." if fresh else "The agenda is in the thread already.")


def _whose(ports: Ports, teams: tuple[Team, ...]) -> str:
    names = [ports.policy.teams[team].short for team in teams]
    return " and ".join(names) or "the whole organisation"


def _say(said: str) -> Message:
    return Message(text=said, blocks=(build.section(said),))
