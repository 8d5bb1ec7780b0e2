"""`ta-bot try`: one command through the same path as a Slack request, with nothing sent."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.bootstrap.answering import handlers, ports_of
from bot.bootstrap.house import House, open_house
from bot.domain.person import Person, Role
from bot.errors import OperatorError
from bot.slack.listen import build_edge
from bot.slack.outbox import RecordingOutbox
from bot.slack.wiring import SlackSide, make_slack
from bot.standin import terminal
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.workspace import BYSTANDER, build_workspace

Sent = dict[str, Any]
ASKS_BY_DEFAULT = (Role.MANAGER, Role.LEADER, Role.OPERATOR)
WHERE = {
    "response_url": "only you would see",
    "chat.postMessage": "posted",
    "views.open": "a modal opens",
    "views.update": "the modal changes",
    "ack": "the ack says",
}


@dataclass(frozen=True, slots=True)
class Where:
    """Who asks, from where."""

    user_id: str
    channel_id: str
    channel_name: str


async def try_line(line: str, *, email: str | None, channel: str | None) -> list[Sent]:
    """What would be sent, in order; raises OperatorError where nobody or no place goes by those names."""
    async with open_house() as house:
        people = await house.store.people.list_people()
        if house.settings.slack_bot_token or house.settings.uses_oauth:
            return await _try_in_workspace(house, people, line, email, channel)
        async with StandinServer(build_workspace(people)) as server:
            where = _standin_place(server, email or _asker(people), channel)
            settings = house.settings.model_copy(
                update={"slack_api_url": server.api_url, "slack_bot_token": SecretStr(DEMO_BOT_TOKEN)}
            )
            async with recording(house, settings) as (side, outbox):
                return await _run(house, side, outbox, where, server.people.escape(line))


def show_sent(sent: Sequence[Sent], console: Console) -> None:
    """Print what the person would see."""
    if not sent:
        console.print(Text("nothing would be said", "dim"))
    for one in sent:
        payload = one["payload"]
        if "view" in payload:
            body = terminal.modal(payload["view"])
        else:
            body = terminal.message(str(payload.get("text", "")), payload.get("blocks") or ())
        console.print(Panel(body, title=WHERE.get(str(one["to"]), str(one["to"])), title_align="left"))


async def _try_in_workspace(
    house: House, people: Sequence[Person], line: str, email: str | None, channel: str | None
) -> list[Sent]:
    async with recording(house, house.settings) as (side, outbox):
        asker = email or _asker(people)
        user_id = await side.directory.find_user_id(asker)
        if user_id is None:
            raise OperatorError(f"--as {asker}: no full member of the workspace has that e-mail address")
        if channel is None:
            where = Where(user_id, await side.directory.direct_with(user_id), "directmessage")
        else:
            where = Where(
                user_id, await find_channel(side, channel.removeprefix("#")), channel.removeprefix("#")
            )
        return await _run(house, side, outbox, where, line)


@asynccontextmanager
async def recording(house: House, settings: Any) -> AsyncIterator[tuple[SlackSide, RecordingOutbox]]:
    """The Slack side with an outbox that keeps what would be sent."""
    outbox = RecordingOutbox()
    side = make_slack(settings, house.clock, house.store.audit, kept=house.store, outbox=outbox)
    try:
        yield side, outbox
    finally:
        await side.close()


async def _run(house: House, side: SlackSide, outbox: RecordingOutbox, where: Where, line: str) -> list[Sent]:
    myself = await side.identity.get()
    known = handlers()
    edge = build_edge(side, ports_of(house, side), known)
    name, _, text = line.partition(" ")
    if name not in known.commands:
        raise OperatorError(f"{name} is no command of ta-bot; try /ta-help")
    ack = await edge.dispatch(_payload(side, where, myself.team_id, name, text.strip()))
    if ack.get("text") or ack.get("blocks"):
        outbox.sent.insert(0, {"to": "ack", "payload": ack})
    return outbox.sent


def _payload(side: SlackSide, where: Where, team_id: str, name: str, text: str) -> Sent:
    origin = urlsplit(side.settings.slack_api_url)
    return {
        "command": name,
        "text": text,
        "team_id": team_id,
        "user_id": where.user_id,
        "channel_id": where.channel_id,
        "channel_name": where.channel_name,
        "is_enterprise_install": "false",
        "trigger_id": secrets.token_hex(8),  # the same line tried again is another request
        "response_url": f"{origin.scheme}://{origin.netloc}/respond/try",
    }


def _asker(people: Sequence[Person]) -> str:
    """The first manager or leader of the book, else an operator; with an empty book the stand-in's own member."""
    for role in ASKS_BY_DEFAULT:
        for person in people:
            if person.role is role:
                return person.email
    return people[0].email if people else BYSTANDER


def _member_of(server: StandinServer, email: str) -> str:
    user = server.workspace.find_user(email)
    if user is None:
        raise OperatorError(f"--as {email}: nobody in the book or the stand-in's workspace has that address")
    return user.id


def _standin_place(server: StandinServer, email: str, channel: str | None) -> Where:
    user_id = _member_of(server, email)
    if channel is None:
        return Where(user_id, server.workspace.direct(user_id).id, "directmessage")
    found = server.workspace.find_channel(channel.removeprefix("#"))
    if found is None:
        names = ", ".join(
            sorted(each.name for each in server.workspace.channels.values() if each.kind != "im")
        )
        raise OperatorError(f"--channel {channel}: the stand-in's workspace has: {names}")
    return Where(user_id, found.id, found.name)


async def find_channel(side: SlackSide, name: str) -> str:
    """The id of a channel by its name; raises OperatorError where the bot sees none."""
    cursor: str | None = None
    while True:
        page = await side.web.call(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived="true",
            limit=500,
            cursor=cursor,
        )
        for channel in page["channels"]:
            if channel["name"] == name:
                return str(channel["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            raise OperatorError(f"channel {name}: the bot sees none by that name")
