"""Ana's status in the local workspace, the real Slack side and the real store; no bot listens, so tests tell of events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot import policy as policy_module
from bot.asks import Happening, HappeningKind
from bot.bootstrap.answering import ports_of
from bot.bootstrap.house import House
from bot.clock import FixedClock
from bot.domain.leave import Away, Plan, PlanState
from bot.domain.person import Person, Role, Team
from bot.domain.status import SlackStatus
from bot.features.leave_status import usecases
from bot.ports import Ports
from bot.settings import Settings
from bot.slack.consents import SCOPES, UserToken
from bot.slack.wiring import SlackSide, make_slack
from bot.standin.faults import Fault, FaultKind
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, Install, User
from bot.standin.workspace import build_workspace
from bot.store import Store, open_store

ANA = Person(
    email="ana.lee@ta.example", name="Ana Lee", role=Role.TA, team=Team.ENTERPRISE, timezone="Europe/Berlin"
)
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 24), date(2026, 12, 4)
TOKEN = "xoxp-ana"


class Clock(FixedClock):
    """Stands until a test turns it."""

    def to(self, at: datetime) -> None:
        self._at = at


@dataclass
class World:
    """Ana, her plan, and everything that looks after her status."""

    server: StandinServer
    store: Store
    side: SlackSide
    ports: Ports
    clock: Clock
    plan: Plan

    @property
    def ana(self) -> User:
        return self.server.people.who(ANA.email)

    @property
    def shown(self) -> SlackStatus:
        """What everybody sees beside her name."""
        user = self.ana
        until = datetime.fromtimestamp(user.status_expiration, UTC) if user.status_expiration else None
        return SlackStatus(text=user.status_text, emoji=user.status_emoji, expires_at=until).at(
            self.clock.now()
        )

    async def keep(self, **changes: Any) -> Plan:
        """Keep the plan, changed."""
        changed = replace(self.plan, **changes)
        async with self.store.work.transaction() as tx:
            self.plan = await self.store.plans.save_plan(tx, changed)
        return self.plan

    async def consent(self) -> None:
        """She lets the bot set her status."""
        held = Install(token=TOKEN, scopes=list(SCOPES), user_id=self.ana.id)
        self.server.workspace.user_tokens[TOKEN] = held
        await self.side.consents.keep(UserToken(user_id=self.ana.id, email=ANA.email, token=TOKEN))

    def revoke(self) -> None:
        """She takes that back in Slack's own settings; the bot is not told."""
        held = self.server.workspace.user_tokens.get(TOKEN)
        if held is not None:
            held.revoked = "token_revoked"

    async def sets(self, status: SlackStatus, *, heard: bool = True) -> None:
        """She sets a status herself, of which Slack tells."""
        user, until = self.ana, status.expires_at
        user.status_text, user.status_emoji = status.text, status.emoji
        user.status_expiration = int(until.timestamp()) if until else 0
        if heard:
            await usecases.noticed(self.happening(), self.ports)

    def happening(self) -> Happening:
        user = self.ana
        return Happening(
            kind=HappeningKind.STATUS_CHANGED,
            user_id=user.id,
            email=ANA.email,
            key=f"Ev{self.server.workspace.new_id('')}",
            status_text=user.status_text,
            status_emoji=user.status_emoji,
        )

    def fails(self, kind: FaultKind, method: str, times: int | None = 1) -> None:
        self.server.faults.add(Fault(kind=kind, method=method, times=times, seconds=30))

    async def apply(self) -> str:
        return await usecases.apply(self.ports, self.plan.id)

    async def planned(self) -> list[str]:
        """The keys of what is planned."""
        return [work.key for work in await self.store.jobs.list_work()]

    def away(self, **changes: Any) -> Away:
        return replace(self.plan.away, **changes)


@asynccontextmanager
async def living(url: str) -> AsyncIterator[World]:
    """A world on a migrated database."""
    clock = Clock(START, Settings(_env_file=None).zone)
    workspace = build_workspace([ANA])
    workspace.clock = clock
    async with StandinServer(workspace) as server:
        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(DEMO_BOT_TOKEN),
            slack_api_url=server.api_url,
            slack_client_id=workspace.client_id,
            slack_client_secret=SecretStr("standin-client-secret"),
            ta_bot_secret_key=SecretStr("a long secret of ours"),
            ta_bot_public_url="https://ta-bot.example",
        )
        store = open_store(url, clock)
        await store.start()
        side = make_slack(settings, clock, store.audit, kept=store)
        ports = ports_of(House(settings, policy_module.load(), clock, store), side)
        async with store.work.transaction() as tx:
            await store.people.save_people(tx, [ANA], source="people.csv")
            plan = await store.plans.save_plan(tx, _plan())
        try:
            yield World(server, store, side, ports, clock, plan)
        finally:
            await side.close()
            await store.close()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with living(sqlite_url) as one:
        yield one


@pytest.fixture(name="living")
def opened() -> Any:
    """Makes a world on a migrated database."""
    return living


def _plan() -> Plan:
    return Plan(
        id=0,
        away=Away(email=ANA.email, first=FIRST, last=LAST, zone="Europe/Berlin"),
        team=Team.ENTERPRISE,
        state=PlanState.APPROVED,
        generation=1,
        source="absences.csv",
        items=(),
        on_request=(),
        created_at=START - timedelta(days=10),
    )
