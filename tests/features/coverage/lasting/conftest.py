"""Coverage plans as they run: the real store, the durable engine, and messages that arrive in the local workspace."""

from __future__ import annotations

import asyncio
import csv
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot import policy as policy_module
from bot.asks import Due
from bot.bootstrap.answering import ports_of
from bot.bootstrap.house import House
from bot.bootstrap.lasting import Lasting, make_lasting
from bot.clock import TurnableClock
from bot.domain.leave import Away, Plan
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Stamp
from bot.features.coverage import usecases
from bot.features.coverage.jobs import JOBS
from bot.features.leave_status import jobs as status_jobs
from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.ports import Ports
from bot.ports.book import AccountRow
from bot.ports.jobs import Job
from bot.ports.people import Absence
from bot.settings import Settings
from bot.slack.consents import SCOPES, UserToken
from bot.slack.wiring import SlackSide, make_slack
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, Install
from bot.standin.state import Message as Said
from bot.standin.workspace import build_workspace
from bot.store import Store, open_store

NOW = datetime(2027, 1, 4, 14, 30, tzinfo=UTC)
"""Monday, 09:30 in New York."""
FILE = "absences.csv"
SEALED_WITH = "a long secret of ours"
OURS = {name.upper() for name in Settings.model_fields}
QUICK = (timedelta(seconds=0.05), timedelta(seconds=0.1), timedelta(seconds=0.1))


def _person(login: str, role: Role = Role.TA, **more: Any) -> Person:
    team = Team.ENTERPRISE if role in (Role.TA, Role.MANAGER) else None
    values: dict[str, Any] = {"team": team, "timezone": "America/New_York", "country": "US", **more}
    return Person(email=f"{login}@ta.example", name=login.title(), role=role, **values)


DANA = _person("dana", manager_email="mia@ta.example")
CARL = _person("carl", manager_email="mia@ta.example")
BEA = _person("bea", manager_email="mia@ta.example", timezone="Europe/London", country="GB")
MIA = _person("mia", Role.MANAGER, manager_email="lea@ta.example")
LEA = _person("lea", Role.LEADER)
PAT = _person("pat", Role.PEOPLE_PARTNER)
ANN, CY = _person("ann", Role.AE), _person("cy", Role.CE)
PEOPLE = (DANA, CARL, BEA, MIA, LEA, PAT, ANN, CY)
AWAY = Away(email=DANA.email, first=date(2027, 1, 19), last=date(2027, 1, 29), zone="America/New_York")
"""Tuesday after a holiday until Friday of the week after: nine working days."""


def account(number: str, name: str, **values: Any) -> AccountRow:
    stamp = Stamp("accounts.csv", NOW)
    held = {
        "ta_email": DANA.email,
        "ae_email": ANN.email,
        "team": "enterprise",
        "segment": "Strategic",
        **values,
    }
    return AccountRow(id=number, name=name, values=held, stamp=stamp, stamps={})


ACCOUNTS = (
    account(
        "A1",
        "Acme",
        renewal_date=date(2027, 1, 25),
        pending_actions=("legal review",),
        health_category="green",
    ),
    account("A2", "Birch", health_category="red", health_score=2.0, lighthouse="active", ce_email=CY.email),
    account("A3", "Cobalt", next_customer_sync_on=date(2027, 1, 21), next_customer_sync_with="Kim"),
    account("A4", "Dune", health_category="green"),
    account("C1", "Elm", ta_email=CARL.email),
    account("B1", "Fir", ta_email=BEA.email),
    account("B2", "Gum", ta_email=BEA.email),
)


@dataclass
class Bot:
    """A bot without its ears, with a clock that is turned. `did` is what its jobs were called for."""

    house: House
    side: SlackSide
    lasting: Lasting
    server: StandinServer
    clock: TurnableClock
    folder: Path
    did: list[Due] = field(default_factory=list)

    away: Away = AWAY

    @property
    def ports(self) -> Ports:
        return self.lasting.ports

    @property
    def store(self) -> Store:
        return self.house.store

    async def settle(self, seconds: float = 40) -> None:
        assert await self.lasting.sweeper.settle(seconds), "something is still under way"

    async def turn(self, to: datetime) -> None:
        """Let time pass: what falls due on the way is done at its instant."""
        await self.settle()
        while (due := await self.lasting.sweeper.next_due(self.clock.now())) is not None and due <= to:
            self.clock.stand_at(due)
            await self.settle()
        self.clock.stand_at(to)
        await self.settle()

    async def open(self, away: Away = AWAY, **how: Any) -> Plan:
        person = await self.store.people.find_person(away.email)
        assert person is not None
        return await usecases.open_draft(self.ports, person, away, **how)

    async def agreed(self, **how: Any) -> Plan:
        """A plan that everybody has agreed to."""
        plan = await self.open(**how)
        plan = await usecases.confirm(self.ports, plan.id, DANA.email)
        for item in plan.items:
            await usecases.answer_cover(self.ports, plan.id, item.account_id, item.cover_email, accept=True)
        return await usecases.approve(self.ports, plan.id, MIA.email)

    async def plan(self, number: int = 1) -> Plan:
        found = await self.store.plans.find_plan(number)
        assert found is not None
        return found

    async def now_has(self, number: str, **values: Any) -> None:
        """The book has other values of an account from now on."""
        held = next(row for row in ACCOUNTS if row.id == number)
        row = replace(held, values={**held.values, **values})
        async with self.ports.work.transaction() as tx:
            await self.store.book.save_accounts(tx, [row], complete=False, seen_on=NOW.date())

    async def many(self, count: int) -> None:
        """So many more of Dana's accounts renew in the absence."""
        rows = [account(f"M{at:03}", f"Many {at}", renewal_date=date(2027, 1, 26)) for at in range(count)]
        async with self.ports.work.transaction() as tx:
            await self.store.book.save_accounts(tx, rows, complete=False, seen_on=NOW.date())

    async def absences(self, *absences: Absence) -> None:
        """A file with these is imported."""
        header = ("email", "starts_on", "ends_on", "half_day_start", "half_day_end", "status")
        with (self.folder / FILE).open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(header)
            for one in absences:
                rows.writerow([getattr(one, name) for name in header])
        await import_file(CsvFile("absences", self.folder / FILE, self.clock), self.ports)

    async def consent(self, email: str) -> None:
        """Somebody lets the bot set their status."""
        user, token = self.server.people.who(email), f"xoxp-{email}"
        held = Install(token=token, scopes=list(SCOPES), user_id=user.id)
        self.server.workspace.user_tokens[token] = held
        await self.side.consents.keep(UserToken(user_id=user.id, email=email, token=token))

    def told(self, email: str) -> list[str]:
        """What was said to somebody, as it stands now."""
        return [one.text for one in self._direct(email)]

    def counts(self) -> Mapping[str, int]:
        """How often each key was said, whoever it was said to."""
        keys = (
            (one.metadata or {}).get("event_payload", {}).get("key", "")
            for one in self.server.workspace.messages
        )
        return Counter(key for key in keys if key)

    def _direct(self, email: str) -> list[Said]:
        user = self.server.workspace.find_user(email)
        assert user is not None
        place = self.server.workspace.direct(user.id)
        return [one for one in self.server.workspace.messages if one.channel == place.id]

    def said(self, channel: str) -> list[str]:
        place = self.server.workspace.find_channel(channel)
        assert place is not None
        return [one.text for one in self.server.workspace.messages if one.channel == place.id]


@pytest.fixture
async def server() -> AsyncIterator[StandinServer]:
    async with StandinServer(build_workspace(PEOPLE)) as running:
        yield running


Launch = Callable[..., Any]


@pytest.fixture
def launch(server: StandinServer, tmp_path: Path) -> Launch:
    """Starts a bot's durable work on a database; without `works` others do it, and this one only asks for it."""

    @asynccontextmanager
    async def launched(url: str, at: datetime = NOW, *, works: bool = True) -> AsyncIterator[Bot]:
        clock = TurnableClock(ZoneInfo("UTC"))
        clock.stand_at(at)
        server.workspace.clock = clock
        settings = _settings(server)
        policy = policy_module.load()
        policy = replace(policy, work=replace(policy.work, message_retries=QUICK))
        store = open_store(url, clock)
        await store.start()
        async with store.work.transaction() as tx:
            await store.people.save_people(tx, PEOPLE, source="people.csv")
            await store.book.save_accounts(tx, ACCOUNTS, complete=False, seen_on=NOW.date())
        house = House(settings, policy, clock, store)
        side = make_slack(settings, clock, store.audit, kept=store)
        table: dict[str, Job] = {}
        lasting = make_lasting(house, side, ports_of(house, side), table)
        bot = Bot(house, side, lasting, server, clock, tmp_path)
        table.update((job.name, _watched(bot, job)) for job in (*JOBS, *status_jobs.JOBS))
        try:
            if works:
                await _work(bot)
            yield bot
        finally:
            await lasting.close()
            await side.close()
            await store.close()

    return launched


def _settings(server: StandinServer) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(DEMO_BOT_TOKEN),
        slack_api_url=server.api_url,
        slack_client_id=server.workspace.client_id,
        slack_client_secret=SecretStr("standin-client-secret"),
        ta_bot_secret_key=SecretStr(SEALED_WITH),
    )


async def _work(bot: Bot) -> None:
    await bot.lasting.start(lambda: None)
    async with asyncio.timeout(20):
        while not bot.lasting.engine.is_running:  # noqa: ASYNC110 # it has no event to wait for
            await asyncio.sleep(0.02)
    await bot.settle()


@pytest.fixture
def a_bots_environment(server: StandinServer, tmp_path: Path) -> Callable[[str], Mapping[str, str]]:
    """What a bot in a process of its own is given, to work on a database."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}

    def given(url: str) -> Mapping[str, str]:
        return {
            **inherited,
            "HOME": str(tmp_path),
            "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
            "SLACK_API_URL": server.api_url,
            "SLACK_CLIENT_ID": server.workspace.client_id,
            "SLACK_CLIENT_SECRET": "standin-client-secret",
            "TA_BOT_SECRET_KEY": SEALED_WITH,
            "TA_BOT_DATABASE_URL": url,
            "TA_BOT_TIMEZONE": "UTC",
        }

    return given


def _watched(bot: Bot, job: Job) -> Job:
    async def run(due: Due, ports: Ports) -> str:
        bot.did.append(due)
        return await job.run(due, ports)

    return replace(job, run=run)


@pytest.fixture
async def bot(launch: Launch, sqlite_url: str) -> AsyncIterator[Bot]:
    """A running bot on SQLite: for claims that have nothing to do with the engine."""
    async with launch(sqlite_url) as running:
        yield running


@pytest.fixture
async def either(launch: Launch, database_url: str) -> AsyncIterator[Bot]:
    """A running bot, once on each engine."""
    async with launch(database_url) as running:
        yield running
