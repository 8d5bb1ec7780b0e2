"""A whole bot in process: the demo's book, the real edge, durable work and the local workspace, on a clock that is turned."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncBoltRequest

from bot import policy as policy_module
from bot.bootstrap.answering import handlers, jobs, ports_of
from bot.bootstrap.house import House
from bot.bootstrap.lasting import Lasting, make_lasting
from bot.clock import TurnableClock
from bot.domain.request import Request
from bot.ports import Ports
from bot.ports.requests import Wanted
from bot.settings import Settings
from bot.slack.listen import Edge, build_edge
from bot.slack.wiring import make_slack
from bot.standin.delivery import Envelope
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, Message
from bot.standin.workspace import build_workspace
from bot.store import open_store

MONDAY = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""Everybody from New York to Stockholm is at work."""


@pytest.fixture(scope="session")
def book(demo_book: Callable[[datetime], Path]) -> Path:
    """A folder with a database that holds the demo's book, to be copied."""
    return demo_book(MONDAY) / "book"


@dataclass
class InProcess:
    """Takes what people do straight to the edge, as Bolt's own adapter would, and notes how long each ack took."""

    edge: Edge
    took: list[float] = field(default_factory=list)
    delivered: list[Envelope] = field(default_factory=list)

    async def deliver(self, envelope: Envelope) -> Any:
        self.delivered.append(envelope)
        headers = {"content-type": ["application/json"]}
        request = AsyncBoltRequest(mode="socket_mode", body=envelope.payload, headers=headers)  # type: ignore[arg-type] # as Bolt's own adapter does
        started = time.perf_counter()
        response = await self.edge.app.async_dispatch(request)
        self.took.append(time.perf_counter() - started)
        assert response.status == 200, response.body
        if not response.body.startswith("{"):
            return response.body or None
        return orjson.loads(response.body)


@dataclass
class Office:
    """The workspace with the bot in it."""

    house: House
    server: StandinServer
    edge: Edge
    lasting: Lasting
    clock: TurnableClock
    transport: InProcess

    @property
    def ports(self) -> Ports:
        return self.lasting.ports

    async def type(self, user: str, text: str, channel: str = "general") -> None:
        await self.server.people.type(user, channel, text)
        await self.edge.working.drained(30)

    async def press(self, user: str, action_id: str, **more: Any) -> Any:
        answered = await self.server.people.press(user, action_id, **more)
        await self.edge.working.drained(30)
        return answered

    async def settle(self, seconds: float = 40) -> None:
        await asyncio.gather(*self.server.happenings.tasks)  # events are on their way by themselves
        await self.edge.working.drained(30)
        assert await self.lasting.sweeper.settle(seconds), "something is still under way"

    async def turn(self, to: datetime) -> list[str]:
        """Time goes to an instant; what is due on the way is done at its own."""
        did: list[str] = []
        while True:
            at = await self.lasting.sweeper.next_due(self.clock.now())
            if at is None or at > to:
                break
            self.clock.stand_at(at)
            did += await self.lasting.sweeper.run_due(at)
        self.clock.stand_at(to)
        await self.settle()
        return did

    def said(self, channel: str) -> list[Message]:
        """What the bot said in a channel for everybody, oldest first."""
        place, me = self.server.workspace.find_channel(channel), self.server.workspace.bot.id
        assert place is not None
        return [
            one
            for one in self.server.workspace.messages
            if one.channel == place.id and one.user == me and one.only_for is None
        ]

    def heads(self, channel: str) -> list[Message]:
        return [one for one in self.said(channel) if not one.thread_ts]

    def thread(self, channel: str) -> list[str]:
        return [one.text for one in self.said(channel) if one.thread_ts]

    def told(self, user: str) -> list[str]:
        """What the bot told a person directly."""
        person = self.server.people.who(user)
        place = self.server.workspace.direct(person.id)
        me = self.server.workspace.bot.id
        return [
            one.text for one in self.server.workspace.messages if one.channel == place.id and one.user == me
        ]

    def keys(self) -> dict[str, int]:
        """How often each key was said anywhere."""
        found: dict[str, int] = {}
        for one in self.server.workspace.messages:
            key = str((one.metadata or {}).get("event_payload", {}).get("key", ""))
            if key:
                found[key] = found.get(key, 0) + 1
        return found

    async def requests(self) -> tuple[Request, ...]:
        return tuple(reversed(await self.ports.requests.list_requests(Wanted(limit=5_000))))

    def seen(self, user: str) -> str:
        """Everything that a person sees."""
        return "\n".join(self.server.people.screen(user).words().splitlines())


@pytest.fixture
async def office(book: Path, tmp_path: Path) -> AsyncIterator[Office]:
    shutil.copytree(book, tmp_path / "mine")
    clock = TurnableClock(ZoneInfo("UTC"))
    clock.stand_at(MONDAY)
    store = open_store(f"sqlite:///{tmp_path / 'mine' / 'ta-bot.db'}", clock)
    await store.start()
    async with StandinServer(build_workspace(await store.people.list_people())) as server:
        settings = Settings(
            _env_file=None, slack_bot_token=SecretStr(DEMO_BOT_TOKEN), slack_api_url=server.api_url
        )
        house = House(settings, policy_module.load(), clock, store)
        side = make_slack(settings, clock, store.audit)
        lasting = make_lasting(house, side, ports_of(house, side), jobs())
        edge = build_edge(side, lasting.ports, handlers())
        transport = InProcess(edge)
        server.people.transport = lambda: transport
        server.happenings.transport = lambda: transport
        await side.identity.get()
        await lasting.start(lambda: None)
        async with asyncio.timeout(20):
            while not lasting.engine.is_running:  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.02)
        try:
            yield Office(house, server, edge, lasting, clock, transport)
        finally:
            await edge.working.drained(10)
            await lasting.close()
            await side.close()
            await store.close()
