"""Makes a digest and what is said of it: the one place that knows how figures and views are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.blocks.answers import Message, Modal
from bot.domain.digest import Digest
from bot.domain.person import Team
from bot.domain.schedule import IsoWeek
from bot.features.digest import rules, views
from bot.features.digest.rules import Token
from bot.features.kpis import views as kpis
from bot.features.kpis.usecases import make_digest
from bot.features.plan_updates.usecases import week_of
from bot.features.routing.weekly import asked_in
from bot.ports import Ports


async def make(ports: Ports, teams: tuple[Team, ...], week: IsoWeek) -> Digest:
    """The figures of a week, with what was asked of each team in it and the status updates of its plans."""
    digest = await make_digest(ports, teams, week)
    made = [
        replace(
            one,
            asked=await asked_in(ports, one.team, week),
            plans=await week_of(ports, one.team, week),
        )
        for one in digest.teams
    ]
    return replace(digest, teams=tuple(made))


@dataclass(frozen=True, slots=True)
class Said:
    """A digest in words: what stands in the channel, what follows in its thread by the name of its part, and the
    agenda, which comes when somebody asks for it.
    """

    head: Message
    replies: Sequence[tuple[str, Message]]
    agenda: Message


def say(ports: Ports, digest: Digest, token: Token) -> Said:
    """The digest for a channel."""
    policy = ports.policy.digest
    head, replies = views.head(digest, policy, str(token)), views.replies(digest, policy)
    return Said(head, replies, views.agenda(digest, policy, rules.asks_of(digest)))


async def shown(ports: Ports, teams: tuple[Team, ...], week: IsoWeek) -> Message:
    """The digest for the asker alone."""
    digest = await make(ports, teams, week)
    return views.preview(digest, ports.policy.digest, str(Token(teams=teams, week=week)))


async def agenda(ports: Ports, token: Token) -> Message:
    """The weekly meeting's agenda, from the digest as it is now."""
    digest = await make(ports, token.teams, token.week)
    return views.agenda(digest, ports.policy.digest, rules.asks_of(digest))


async def definitions(ports: Ports, token: Token) -> Modal:
    """What each figure of a digest means."""
    return kpis.definitions(await make(ports, token.teams, token.week))
