"""The demo's book in the real store, and the real Slack side against the local workspace."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import policy as policy_module
from bot.asks import Action, Asker, Command, Place, PlaceKind, Submission, Typeahead
from bot.bootstrap.answering import handlers, ports_of
from bot.bootstrap.house import House
from bot.clock import FixedClock
from bot.domain.person import Person
from bot.ports import Ports
from bot.settings import Settings
from bot.slack.attending import Handlers, found
from bot.slack.wiring import make_slack
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, stable_id
from bot.standin.workspace import build_workspace, user_id_of
from bot.store import open_store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def _clock(settings: Settings) -> FixedClock:
    return FixedClock(NOW, settings.zone)


@pytest.fixture
def book_url(demo_book: Callable[[datetime], Path], tmp_path: Path) -> str:
    """A database of this test's own that holds the demo's book."""
    shutil.copytree(demo_book(NOW) / "book", tmp_path / "mine")
    return f"sqlite:///{tmp_path / 'mine' / 'ta-bot.db'}"


@pytest.fixture
async def people(book_url: str) -> tuple[Person, ...]:
    """Everybody in the demo's book."""
    store = open_store(book_url, _clock(Settings(_env_file=None)))
    await store.start()
    found = await store.people.list_people()
    await store.close()
    return found


@pytest.fixture
async def server(people: tuple[Person, ...]) -> AsyncIterator[StandinServer]:
    async with StandinServer(build_workspace(people)) as running:
        yield running


@pytest.fixture
async def ports(book_url: str, server: StandinServer) -> AsyncIterator[Ports]:
    """What commands are given: the demo's book, and the local workspace for people and channels."""
    settings = Settings(
        _env_file=None, slack_bot_token=SecretStr(DEMO_BOT_TOKEN), slack_api_url=server.api_url
    )
    clock = _clock(settings)
    store = open_store(book_url, clock)
    await store.start()
    side = make_slack(settings, clock, store.audit)
    yield ports_of(House(settings, policy_module.load(), clock, store), side)
    await side.close()
    await store.close()


@pytest.fixture(scope="session")
def heard() -> Handlers:
    """Every id that the bot hears."""
    return handlers()


@pytest.fixture
def person(people: tuple[Person, ...]) -> Callable[..., Person]:
    """The first person of a role and team."""
    return lambda role, team=None: next(
        one for one in people if one.role == role and team in (None, one.team)
    )


def _from(person: Person | None, kind: PlaceKind, channel: str = "D1") -> dict[str, Any]:
    user_id = user_id_of(person) if person else stable_id("U", "nobody@ta.example")
    asker = Asker(user_id=user_id, email=person.email if person else None, name=person.name if person else "")
    return {"asker": asker, "place": Place(channel_id=channel, kind=kind), "reference": "r1"}


@pytest.fixture
def say(heard: Handlers, ports: Ports) -> Callable[..., Any]:
    """Gives the answer to a typed line."""

    async def saying(
        line: str,
        who: Person | None = None,
        kind: PlaceKind = PlaceKind.DIRECT,
        channel: str = "D1",
        ports: Ports = ports,
    ) -> Any:
        name, _, text = line.partition(" ")
        asked = Command(name=name, text=text, **_from(who, kind, channel))
        return await heard.commands[name](asked, ports)

    return saying


@pytest.fixture
def press(heard: Handlers, ports: Ports) -> Callable[..., Any]:
    """Gives the answer to a pressed button or a chosen option."""

    async def pressing(
        action_id: str, value: str = "", who: Person | None = None, ports: Ports = ports
    ) -> Any:
        asked = Action(action_id=action_id, value=value, **_from(who, PlaceKind.DIRECT))
        return await heard.actions[action_id](asked, ports)

    return pressing


@pytest.fixture
def submit(heard: Handlers, ports: Ports) -> Callable[..., Any]:
    """Gives the answer to a submitted modal."""

    async def submitting(
        callback_id: str, metadata: str, who: Person | None = None, ports: Ports = ports, **values: Any
    ) -> Any:
        asked = Submission(
            callback_id=callback_id, private_metadata=metadata, values=values, **_from(who, PlaceKind.DIRECT)
        )
        return await heard.submissions[callback_id](asked, ports)

    return submitting


@pytest.fixture
def suggest(heard: Handlers, ports: Ports) -> Callable[..., Any]:
    """Gives the options for letters typed into a menu."""

    async def suggesting(action_id: str, text: str) -> Any:
        asked = Typeahead(action_id=action_id, text=text, **_from(None, PlaceKind.DIRECT))
        handler = found(heard.typeaheads, action_id)
        assert handler is not None
        return await handler(asked, ports)

    return suggesting
