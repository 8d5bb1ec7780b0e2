"""A workspace with a few people, served on loopback, and a small Bolt app that speaks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.person import Person, Role, Team
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN, Workspace
from bot.standin.workspace import build_workspace

ANA = "ana.lee@ta.example"
BEN = "ben.ode@ta.example"
PEOPLE = (
    Person(email=ANA, name="Ana Lee", role=Role.TA, team=Team.ENTERPRISE, timezone="Europe/Berlin"),
    Person(email=BEN, name="Ben Ode", role=Role.TA, team=Team.SCALED, slack_user_id="U0BEN00001"),
    Person(email="mia.ro@ta.example", name="Mia Ro", role=Role.MANAGER, team=Team.ENTERPRISE),
)


class TurnedClock:
    """A clock that stands until a test turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def workspace(clock: TurnedClock) -> Workspace:
    built = build_workspace(PEOPLE)
    built.clock = clock
    return built


@pytest.fixture
async def server(workspace: Workspace) -> AsyncIterator[StandinServer]:
    async with StandinServer(workspace) as running:
        yield running


@pytest.fixture
def client(server: StandinServer) -> AsyncWebClient:
    return AsyncWebClient(token=DEMO_BOT_TOKEN, base_url=server.api_url)


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, signing_secret="standin-signing-secret")


@pytest.fixture
async def linked(server: StandinServer, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app's Socket Mode connection, made once the test has registered its listeners."""
    handler = AsyncSocketModeHandler(app, DEMO_APP_TOKEN)
    await handler.connect_async()
    await server.connected()
    yield handler
    await close(handler)


async def close(handler: Any) -> None:
    await handler.close_async()
    for name in ("message_processor", "current_session_monitor", "message_receiver"):
        task = getattr(handler.client, name, None)
        if isinstance(task, asyncio.Future):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
