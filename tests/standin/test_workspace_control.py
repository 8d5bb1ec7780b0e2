"""What happens to a workspace is switched by hand, the app hears of it, and what it posted is counted from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.standin import manifest
from bot.standin.pace import Pace, Violation
from bot.standin.server import StandinServer
from bot.standin.workspace import OTHER_TEAM, OUTSIDER, PRIVATE_WITH_BOT

EVENTS = (
    *(
        "channel_archive",
        "group_archive",
        "group_unarchive",
        "channel_left",
        "group_left",
        "member_joined_channel",
    ),
    *("channel_shared", "channel_unshared", "tokens_revoked"),
)


@pytest.fixture
async def web(server: StandinServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.base_url) as session:
        yield session


@pytest.fixture
def heard(app: AsyncApp) -> list[dict[str, Any]]:
    """Every event that the app got; listening begins with `linked`."""
    got: list[dict[str, Any]] = []

    async def take(event: dict[str, Any]) -> None:
        got.append(event)

    for name in EVENTS:
        app.event(name)(take)
    return got


async def post(web: aiohttp.ClientSession, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    got = await web.post(f"/control/{name}", json=body)
    return got.status, await got.json()


async def refusal(client: AsyncWebClient, **args: Any) -> str:
    with pytest.raises(SlackApiError) as no:
        await client.chat_postMessage(text="x", **args)
    return str(no.value.response["error"])


async def test_a_channel_is_archived_and_brought_back(
    web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    assert (await post(web, "channel_archived", channel=PRIVATE_WITH_BOT))[0] == 200
    assert await refusal(client, channel=PRIVATE_WITH_BOT) == "is_archived"
    shown = (await client.conversations_info(channel=PRIVATE_WITH_BOT))["channel"]
    assert shown["is_archived"]
    await post(web, "channel_archived", channel=PRIVATE_WITH_BOT, undo=True)
    assert (await client.chat_postMessage(channel=PRIVATE_WITH_BOT, text="x"))["ok"]
    assert (await post(web, "channel_archived", channel="nowhere"))[0] == 409


@pytest.mark.usefixtures("linked")
async def test_the_bot_is_removed_and_invited_again(
    web: aiohttp.ClientSession, client: AsyncWebClient, heard: list[dict[str, Any]]
) -> None:
    assert (await post(web, "bot_removed", channel=PRIVATE_WITH_BOT))[0] == 200
    assert await refusal(client, channel=PRIVATE_WITH_BOT) == "channel_not_found"
    assert (await post(web, "bot_removed", channel=PRIVATE_WITH_BOT))[0] == 409, "it is out already"
    _, told = await post(web, "bot_removed", channel=PRIVATE_WITH_BOT, undo=True)
    assert told["told"]
    assert (await client.chat_postMessage(channel=PRIVATE_WITH_BOT, text="x"))["ok"]
    # Bolt does not hand an app what its own user did, but it takes the event.
    assert [one for one in heard if one["type"] == "channel_left"] == []


@pytest.mark.usefixtures("linked")
async def test_a_channel_is_shared_and_an_outsider_reads_it(
    server: StandinServer, web: aiohttp.ClientSession, client: AsyncWebClient, heard: list[dict[str, Any]]
) -> None:
    assert (await post(web, "share_channel", channel=PRIVATE_WITH_BOT))[1]["told"]
    shown = (await client.conversations_info(channel=PRIVATE_WITH_BOT))["channel"]
    assert (shown["is_ext_shared"], shown["connected_team_ids"]) == (True, [OTHER_TEAM])
    members = (await client.conversations_members(channel=PRIVATE_WITH_BOT))["members"]
    outsider = server.people.who(OUTSIDER).id
    assert outsider in members
    assert [(one["type"], one["connected_team_id"]) for one in heard] == [("channel_shared", OTHER_TEAM)]
    assert (await post(web, "share_channel", channel=PRIVATE_WITH_BOT, undo=True))[1]["told"]
    assert outsider not in (await client.conversations_members(channel=PRIVATE_WITH_BOT))["members"]
    await post(web, "share_channel", channel="general", pending=True)
    assert (await client.conversations_info(channel="general"))["channel"]["is_pending_ext_shared"]
    direct = server.workspace.direct("U0BEN00001").id
    assert (await post(web, "share_channel", channel=direct))[0] == 409


@pytest.mark.usefixtures("linked")
async def test_a_token_is_revoked_and_works_again(
    web: aiohttp.ClientSession, client: AsyncWebClient, heard: list[dict[str, Any]], server: StandinServer
) -> None:
    _, told = await post(web, "token_revoked")
    assert (told["told"], heard[0]["tokens"]) == (True, {"bot": [server.workspace.bot.id]})
    assert await refusal(client, channel=PRIVATE_WITH_BOT) == "token_revoked"
    await post(web, "token_revoked", error="invalid_auth")
    assert await refusal(client, channel=PRIVATE_WITH_BOT) == "invalid_auth"
    assert (await post(web, "token_revoked", error="tired"))[0] == 409
    await post(web, "token_revoked", undo=True)
    assert (await client.auth_test())["ok"]


async def test_events_that_the_manifest_does_not_name_are_not_sent(
    server: StandinServer, web: aiohttp.ClientSession, linked: AsyncSocketModeHandler
) -> None:
    del linked
    named = "group_archive" in manifest.load().events
    assert (await post(web, "channel_archived", channel=PRIVATE_WITH_BOT))[1]["told"] == named
    assert bool(server.sockets.delivered) == named


async def test_what_was_posted_is_counted_by_its_key(
    web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    def sent(key: str) -> dict[str, Any]:
        return {"event_type": "ta_bot", "event_payload": {"key": key, "week": "2026-W47"}}

    root = await client.chat_postMessage(channel="general", text="one", metadata=sent("a"))
    await client.chat_postMessage(channel="general", text="two", metadata=sent("b"), thread_ts=root["ts"])
    await client.chat_postMessage(channel="general", text="two again", metadata=sent("b"))
    await client.chat_postMessage(channel=PRIVATE_WITH_BOT, text="elsewhere", metadata=sent("a"))
    await client.chat_postMessage(channel="U0BEN00001", text="to Ben", metadata=sent("c"))
    await client.chat_postMessage(channel="general", text="plain")
    asked = await (await web.get("/control/messages", params={"channel": "general"})).json()
    assert [one["text"] for one in asked["messages"]] == ["one", "two", "two again", "plain"]
    assert asked["messages"][0]["metadata"] == sent("a")
    assert asked["counts"] == {"a": 1, "b": 2}
    all_of_it = await (await web.get("/control/messages", params={"by": "week"})).json()
    assert all_of_it["counts"] == {"2026-W47": 5}
    direct = await (await web.get("/control/messages", params={"user": "U0BEN00001"})).json()
    assert direct["counts"] == {"c": 1}
    assert (await web.get("/control/messages", params={"channel": "nowhere"})).status == 409


async def test_an_app_that_posts_too_fast_is_told_to_wait_and_noted(
    server: StandinServer, web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    for _ in range(9):
        await client.chat_postMessage(channel="general", text="held to nothing")
    assert (await post(web, "pace", on=True, burst=2))[0] == 200
    real, server.desk.pace.clock = server.desk.pace.clock, lambda: 100.0
    for _ in range(2):
        await client.chat_postMessage(channel="general", text="x")
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="general", text="x")
    response = limited.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (
        429,
        "ratelimited",
        "1",
    )
    assert (await client.chat_postMessage(channel=PRIVATE_WITH_BOT, text="another channel"))["ok"]
    server.desk.pace.clock = lambda: 101.0
    assert (await client.chat_postMessage(channel="general", text="a second later"))["ok"]
    told = await (await web.get("/control/pace")).json()
    general = server.workspace.find_channel("general")
    assert general is not None
    assert told["violations"] == [{"channel": general.id, "wait": 1.0}]
    assert [one.text for one in server.workspace.messages].count("x") == 2, "what was refused is not there"
    server.desk.pace.clock = real
    assert (await post(web, "pace", on="yes"))[0] == 409
    assert (await post(web, "pace", on=True, burst=0))[0] == 409
    await post(web, "pace", on=False)
    calm = {"ok": True, "on": False, "per_second": 1.0, "burst": 3, "violations": []}
    assert await (await web.get("/control/pace")).json() == calm


def test_one_a_second_for_ever_is_never_too_fast() -> None:
    now = 0.0
    pace = Pace(on=True, clock=lambda: now)
    for second in range(100):
        now = float(second)
        assert pace.take("C1") == 0
    assert [pace.take("C1") for _ in range(3)] == [0, 0, 1], "a burst was saved up, and no more than that"
    assert pace.violations == [Violation("C1", 1.0)]
