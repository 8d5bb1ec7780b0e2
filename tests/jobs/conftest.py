"""Durable work over the real store and the local workspace, with jobs of a test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot import policy as policy_module
from bot.asks import Due
from bot.blocks import build
from bot.blocks.answers import Message
from bot.bootstrap.answering import ports_of
from bot.bootstrap.house import House
from bot.bootstrap.lasting import Lasting, make_lasting
from bot.clock import TurnableClock
from bot.domain.person import Person, Role
from bot.ports import Ports
from bot.ports.jobs import DueWork, Job
from bot.ports.outgoing import Intent
from bot.settings import Settings
from bot.slack.wiring import SlackSide, make_slack
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.state import Message as Said
from bot.standin.workspace import build_workspace
from bot.store import Store, open_store

OPERATOR = Person(email="odette@ta.example", name="Odette", role=Role.OPERATOR)
OWNER = Person(email="henrike@ta.example", name="Henrike", role=Role.MANAGER)
QUICK = (timedelta(seconds=0.05), timedelta(seconds=0.1), timedelta(seconds=0.1))


@dataclass
class Bot:
    """A bot without its ears: durable work alone. `did` is what its jobs were called for."""

    house: House
    side: SlackSide
    lasting: Lasting
    server: StandinServer
    clock: TurnableClock
    did: list[Due] = field(default_factory=list)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ports(self) -> Ports:
        return self.lasting.ports

    @property
    def store(self) -> Store:
        return self.house.store

    async def plan(self, *works: DueWork) -> None:
        async with self.ports.work.transaction() as tx:
            for work in works:
                await self.store.jobs.plan_later(tx, work)

    async def say(self, *intents: Intent) -> None:
        async with self.ports.work.transaction() as tx:
            for intent in intents:
                await self.store.outgoing.post_later(tx, intent)

    async def settle(self, seconds: float = 20) -> None:
        assert await self.lasting.sweeper.settle(seconds), "something is still under way"

    operator: Person = OPERATOR
    owner: Person = OWNER

    def intent(self, key: str = "d:head", channel: str = "general", **more: Any) -> Intent:
        """A message into a channel, or to a person where `email` is given."""
        words = more.pop("words", f"KPIs of {key}")
        place = self.server.workspace.find_channel(channel)
        assert place is not None
        message = Message(text=words, blocks=(build.section(words),), accounts=("A1",))
        return Intent(key=key, message=message, channel_id="" if "email" in more else place.id, **more)

    def counts(self, channel: str) -> Mapping[str, int]:
        """How often each key was said in a channel."""
        found: dict[str, int] = {}
        for one in self.said(channel):
            key = str((one.metadata or {}).get("event_payload", {}).get("key", ""))
            found[key] = found.get(key, 0) + 1
        return found

    def said(self, channel: str) -> list[Said]:
        place = self.server.workspace.find_channel(channel)
        assert place is not None
        return [one for one in self.server.workspace.messages if one.channel == place.id]

    def told(self, person: Person) -> list[str]:
        user = self.server.workspace.find_user(person.email)
        assert user is not None
        place = self.server.workspace.direct(user.id)
        return [one.text for one in self.server.workspace.messages if one.channel == place.id]


Launch = Callable[..., Any]


@pytest.fixture
async def server() -> AsyncIterator[StandinServer]:
    async with StandinServer(build_workspace([OPERATOR, OWNER])) as running:
        yield running


@pytest.fixture
def launch(database_url: str, server: StandinServer) -> Launch:
    """Starts a bot's durable work on the database; the same database may be started again."""

    @asynccontextmanager
    async def launched(*known: Job, start: bool = True) -> AsyncIterator[Bot]:
        settings = Settings(
            _env_file=None, slack_bot_token=SecretStr(DEMO_BOT_TOKEN), slack_api_url=server.api_url
        )
        clock = TurnableClock(ZoneInfo("UTC"))
        policy = policy_module.load()
        policy = replace(policy, work=replace(policy.work, message_retries=QUICK))
        store = open_store(database_url, clock)
        await store.start()
        async with store.work.transaction() as tx:
            await store.people.save_people(tx, [OPERATOR, OWNER], source="people.csv")
        house = House(settings, policy, clock, store)
        side = make_slack(settings, clock, store.audit)
        table: dict[str, Job] = {}
        lasting = make_lasting(house, side, ports_of(house, side), table)
        bot = Bot(house, side, lasting, server, clock)
        table.update((job.name, _watched(bot, job)) for job in known)
        try:
            if start:
                await lasting.start(bot.stopped.set)
                async with asyncio.timeout(20):
                    while not lasting.engine.is_running:  # noqa: ASYNC110 # it has no event to wait for
                        await asyncio.sleep(0.02)
            yield bot
        finally:
            await lasting.close()
            await side.close()
            await store.close()

    return launched


def _watched(bot: Bot, job: Job) -> Job:
    async def run(due: Due, ports: Ports) -> str:
        bot.did.append(due)
        return await job.run(due, ports)

    return replace(job, run=run)
