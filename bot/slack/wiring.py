"""Settings into the Slack side of the ports: directory, messenger and outbox over one session."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports.audit import Audit
from bot.ports.clock import Clock
from bot.ports.installations import KeptTokens
from bot.settings import Settings
from bot.slack.consents import Consents
from bot.slack.delivery import SlackDelivery
from bot.slack.directory import SlackDirectory
from bot.slack.identity import Identity
from bot.slack.installations import Tokens
from bot.slack.messenger import Journal, SlackMessenger
from bot.slack.metrics import Metrics
from bot.slack.outbox import Outbox, SlackOutbox
from bot.slack.statuses import SlackStatuses
from bot.slack.web import Session, SlackWeb


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """What bot.slack gives to the ports, and what the edge itself needs."""

    settings: Settings
    directory: SlackDirectory
    messenger: SlackMessenger
    delivery: SlackDelivery
    outbox: Outbox
    web: SlackWeb
    identity: Identity
    journal: Journal
    tokens: Tokens
    consents: Consents
    statuses: SlackStatuses
    metrics: Metrics
    session: Session
    clock: Clock

    async def close(self) -> None:
        """Let go of every connection."""
        await self.outbox.close()
        await self.session.close()


def make_slack(
    settings: Settings,
    clock: Clock,
    audit: Audit,
    *,
    kept: KeptTokens | None = None,
    outbox: Outbox | None = None,
) -> SlackSide:
    """The Slack side; without `kept` it has the static token alone, and `outbox` replaces what sends (a RecordingOutbox sends nothing)."""
    metrics, session = Metrics(), Session()
    tokens = Tokens(settings, kept, clock, session)
    web = SlackWeb(settings.slack_api_url, tokens.bot_token, session, metrics)
    identity = Identity(web, settings.ta_bot_team_id)
    directory = SlackDirectory(web, identity)
    sender = outbox or SlackOutbox(web, session, metrics)
    journal = Journal(audit, clock)
    consents = Consents(settings, tokens, kept, clock)
    return SlackSide(
        settings=settings,
        directory=directory,
        messenger=SlackMessenger(directory, sender, journal),
        delivery=SlackDelivery(
            web=web, directory=directory, outbox=sender, identity=identity, audit=audit, clock=clock
        ),
        outbox=sender,
        web=web,
        identity=identity,
        journal=journal,
        tokens=tokens,
        consents=consents,
        statuses=SlackStatuses(web, consents, clock),
        metrics=metrics,
        session=session,
        clock=clock,
    )
