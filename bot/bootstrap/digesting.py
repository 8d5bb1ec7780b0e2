"""`ta-bot digest`: a channel's digest in the terminal, or posted by the bot that runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from rich.console import Console
from rich.panel import Panel

from bot.blocks.answers import Message
from bot.bootstrap.answering import ports_of
from bot.bootstrap.house import House, open_house
from bot.bootstrap.trying import find_channel, recording
from bot.domain.person import Team, team_named
from bot.domain.slots import key_of, reported_on
from bot.errors import OperatorError
from bot.features.digest import making, posting, rules
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import DueWork, WorkState
from bot.ports.outgoing import MessageState, Outgoing
from bot.standin import terminal
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.workspace import build_workspace

PATIENCE = 60.0
"""Seconds that a bot which runs is given to post it."""
AGAIN = 0.5
Find: TypeAlias = Callable[[str], Awaitable[str]]
Look: TypeAlias = Callable[[], Awaitable[tuple[DueWork | None, Outgoing | None]]]


async def preview(channel: str, team: str | None) -> Message:
    """What the channel would get; the whole organisation's where it has no subscription and no team is named."""
    async with open_house() as house, _opened(house) as (ports, find):
        held = await ports.digests.find_channel_subscription(await _id_of(channel, find))
        teams = _teams(ports, team) if team else held.teams if held else ()
        return await making.shown(ports, teams, reported_on(ports.clock.today()))


def show(message: Message, console: Console) -> None:
    """Print it as the terminal can."""
    body = terminal.message(message.text, list(message.plain or message.blocks))
    console.print(Panel(body, title="would be posted", title_align="left"))


async def post(channel: str, team: str | None, *, patience: float = PATIENCE) -> str:
    """Ask the running bot to post it and wait until it is there; raises OperatorError where none runs or it fails."""
    async with open_house() as house, _opened(house) as (ports, find):
        channel_id = await _id_of(channel, find)
        if team:
            once = rules.Once(
                channel_id=channel_id, teams=_teams(ports, team), week=reported_on(ports.clock.today())
            )
            return await _awaited(channel, await _ask_once(ports, once), patience)
        held = await ports.digests.find_channel_subscription(channel_id)
        if held is None:
            raise OperatorError(
                f"{channel}: no digest is subscribed to there; name a --team, or type /kpi-digest subscribe in Slack"
            )
        return await _awaited(channel, await _ask(ports, held), patience)


async def _ask(ports: Ports, held: Subscription) -> Look:
    if held.paused:
        raise OperatorError(f"the digest is paused ({held.paused}); press Resume in /kpi-digest status first")
    week = reported_on(ports.clock.now().astimezone(ZoneInfo(held.zone)).date())
    await posting.bring(ports, held, week)

    async def look() -> tuple[DueWork | None, Outgoing | None]:
        work = await ports.jobs.find_work(key_of(held.id, week))
        return work, await posting.find_head(ports, held, week)

    return look


async def _ask_once(ports: Ports, once: rules.Once) -> Look:
    work = DueWork(key=once.key, job=rules.ONCE, due_at=ports.clock.now(), subject=once.subject)
    async with ports.work.transaction() as tx:
        fresh = await ports.jobs.plan_later(tx, work)
    if not fresh:
        await posting.correct_once(ports, once)

    async def look() -> tuple[DueWork | None, Outgoing | None]:
        return await ports.jobs.find_work(once.key), await ports.outgoing.find_outgoing(once.head)

    return look


async def _awaited(channel: str, look: Look, patience: float) -> str:
    """Look until the message is settled; a bot that runs takes work up within seconds."""
    work: DueWork | None = None
    head: Outgoing | None = None
    for _ in range(max(1, int(patience / AGAIN))):
        work, head = await look()
        if head is not None and head.state.is_settled and head.sent_revision in (0, head.revision):
            return _told(channel, head)
        if head is None and work is not None and work.state is WorkState.FAILED:
            raise OperatorError(f"{channel}: {work.note}")
        await asyncio.sleep(AGAIN)
    if head is None and (work is None or work.state is WorkState.PLANNED):
        raise OperatorError(
            f"{channel}: no bot runs on this database (`ta-bot serve`). It stays planned and is posted once one does."
        )
    raise OperatorError(
        f"{channel}: not done after {patience:.0f} seconds. If a bot runs on this database (`ta-bot serve`), "
        "`/kpi-digest status` tells what becomes of it."
    )


def _told(channel: str, head: Outgoing) -> str:
    if head.state is not MessageState.SENT or head.note:
        raise OperatorError(f"{channel}: {head.state}, {head.note or 'no reason was given'}")
    return f"{channel}: {'corrected' if head.revision > 1 else 'posted'} {head.permalink}".rstrip()


def _teams(ports: Ports, typed: str) -> tuple[Team, ...]:
    if typed.casefold() in rules.WHOLE:
        return ()
    names = {team: (of.name, of.short, of.user_group) for team, of in ports.policy.teams.items()}
    found = team_named(typed, names)
    if found is None:
        raise OperatorError(f"--team {typed}: there is no such team; known: {', '.join(Team)}, all")
    return (found,)


async def _id_of(channel: str, find: Find) -> str:
    is_id = channel[:1] in ("C", "G") and channel.isalnum() and channel.isupper()
    return channel if is_id else await find(channel.removeprefix("#"))


@asynccontextmanager
async def _opened(house: House) -> AsyncIterator[tuple[Ports, Find]]:
    """The ports, and how channels are found: in the workspace, or without any token in the stand-in's."""
    if house.settings.slack_bot_token or house.settings.uses_oauth:
        async with recording(house, house.settings) as (side, _):
            yield ports_of(house, side), lambda name: find_channel(side, name)
        return
    async with StandinServer(build_workspace(await house.store.people.list_people())) as server:
        token = {"slack_api_url": server.api_url, "slack_bot_token": SecretStr(DEMO_BOT_TOKEN)}
        async with recording(house, house.settings.model_copy(update=token)) as (side, _):
            yield ports_of(house, side), lambda name: find_channel(side, name)
