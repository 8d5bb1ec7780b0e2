"""What the page is told beyond the control interface: threads, unread counts, shortcuts, statuses, direct messages."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.standin import manifest, presence, shortcuts
from bot.standin.actors import CannotDo
from bot.standin.server import StandinServer
from bot.standin.workspace import OUTSIDER

ANA, BEN = "ana.lee@ta.example", "ben.ode@ta.example"


async def get(server: StandinServer, path: str, **asked: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(server.base_url) as web:
        return dict(await (await web.get(f"/control/{path}", params=asked)).json())


async def page(server: StandinServer, user: str = ANA, **more: str) -> dict[str, Any]:
    return await get(server, "page", user=user, **{"channel": "general", **more})


async def post(server: StandinServer, path: str, **body: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession(server.base_url) as web:
        return dict(await (await web.post(f"/control/{path}", json=body)).json())


async def test_replies_stand_in_their_thread(server: StandinServer) -> None:
    await server.people.type(ANA, "general", "Who covers this?")
    root = server.workspace.messages[0].ts
    await server.people.type(BEN, "general", "I do", thread=root)
    seen = await page(server, thread=root)
    assert [one["text"] for one in seen["messages"]] == ["Who covers this?"]
    assert seen["messages"][0]["replies"]["count"] == 1
    assert [one["text"] for one in seen["thread"]] == ["Who covers this?", "I do"]
    with pytest.raises(CannotDo, match="threads"):
        await server.people.type(BEN, "general", "/ta-help", thread=root)
    with pytest.raises(CannotDo, match="no such thread"):
        await server.people.type(BEN, "general", "Hm", thread="1.1")


async def test_only_the_newest_are_told_and_how_many_are_earlier(server: StandinServer) -> None:
    for number in range(5):
        await server.people.type(ANA, "general", f"{number}")
    seen = await page(server, last="2")
    assert ([one["text"] for one in seen["messages"]], seen["earlier"]) == (["3", "4"], 3)
    first = seen["messages"][0]["ts"]
    before = await get(server, "older", user=ANA, channel="general", before=first, last="2")
    assert ([one["text"] for one in before["messages"]], before["earlier"]) == (["1", "2"], 1)
    since = await page(server, **{"from": before["messages"][0]["ts"], "last": "2"})
    assert ([one["text"] for one in since["messages"]], since["earlier"]) == (["1", "2", "3", "4"], 1)
    assert not (await get(server, "older", user="nobody", channel="general"))["ok"]


async def test_what_others_said_is_unread_until_it_is_read(server: StandinServer) -> None:
    ben = server.people.who(BEN)
    await server.people.type(ANA, "general", f"Hello <@{ben.id}>")
    place = server.workspace.messages[0].channel
    assert (await page(server, BEN))["unread"] == {place: {"count": 1, "mention": True}}
    assert (await page(server, ANA))["unread"] == {}
    await post(server, "read", user=BEN, channel=place, ts=server.workspace.messages[0].ts)
    assert (await page(server, BEN))["unread"] == {}


async def test_two_people_talk_where_the_app_does_not_see_it(server: StandinServer) -> None:
    opened = await post(server, "direct", **{"user": ANA, "with": BEN})
    again = await post(server, "direct", **{"user": BEN, "with": ANA})
    assert opened["channel"] == again["channel"]
    assert server.workspace.bot.id not in server.workspace.channels[opened["channel"]].members
    own = await post(server, "direct", **{"user": ANA, "with": server.workspace.bot.id})
    assert own["channel"] == server.workspace.direct(server.people.who(ANA).id).id


async def test_a_status_runs_out_and_a_pause_ends(server: StandinServer, clock: Any) -> None:
    await post(server, "status", user=ANA, emoji=":bus:", text="Commuting", minutes=10)
    await post(server, "pause", user=ANA, minutes=10)
    ana = server.people.who(ANA)
    shown = presence.status_json(server.workspace, ana)
    assert (shown["emoji"], shown["text"], shown["paused"]) == (":bus:", "Commuting", True)
    clock.turn(601)
    assert presence.status_json(server.workspace, ana) == {
        "emoji": "",
        "text": "",
        "until": 0,
        "paused": False,
    }


async def test_a_shortcut_that_is_none_is_refused(server: StandinServer) -> None:
    with pytest.raises(CannotDo, match="no shortcut"):
        await shortcuts.use(server.people, ANA, "nothing")


def test_shortcuts_are_read_from_the_manifest() -> None:
    own = {
        "name": "Explain",
        "type": "message",
        "callback_id": "explain",
        "description": "Says what it means",
    }
    raw = {"oauth_config": {"scopes": {}}, "features": {"shortcuts": [own]}}
    assert manifest.translate(raw).shortcuts == (
        manifest.Shortcut(
            name="Explain", kind="message", callback_id="explain", description="Says what it means"
        ),
    )


async def test_people_of_another_organisation_are_offered_nothing_of_the_app(server: StandinServer) -> None:
    outsider = await page(server, OUTSIDER, channel="shared-customer")
    assert (outsider["commands"], outsider["shortcuts"]) == ([], [])
    assert (await page(server))["commands"]
