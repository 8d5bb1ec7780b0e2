"""The server answers on loopback to itself only; faults can be switched on; the control interface acts and reads."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OperatorError
from bot.standin.faults import Fault
from bot.standin.pages import files
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, DEMO_CLIENT_SECRET, Workspace

ANA, BEN = "ana.lee@ta.example", "U0BEN00001"
CHART = {
    "type": "data_visualization",
    "title": "t",
    "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
}


@pytest.fixture
async def web(server: StandinServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.base_url) as session:
        yield session


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "slack.attacker.example"}, 403),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_names_and_other_pages_are_refused(
    web: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    for path in ("/", "/control/state", "/api/auth.test", "/link/?ticket=x"):
        got = (await web.get(path, headers=headers)).status
        assert got == (401 if status == 200 and path.startswith("/link") else status), path


async def test_its_own_page_is_welcome(web: aiohttp.ClientSession, server: StandinServer) -> None:
    for name in ("127.0.0.1", "localhost"):
        own = {"Origin": f"http://{name}:{server.port}", "Host": f"{name}:{server.port}"}
        assert (await web.get("/control/state", headers=own)).status == 200


async def test_the_page_runs_no_script_but_its_own(web: aiohttp.ClientSession) -> None:
    page = await web.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = await page.text()
    assert "<script>" not in text
    assert not re.search(r"<[^>]+\son\w+=", text), "no inline handlers"
    for part in ("/", *(f"/page/{file.name}" for file in files())):
        got = await web.get(part)
        assert got.status == 200
        assert "innerHTML" not in await got.text()


async def test_a_port_in_use_is_one_clear_line(server: StandinServer, workspace: Workspace) -> None:
    with pytest.raises(OperatorError, match=f"port {server.port} is in use"):
        await StandinServer(workspace, port=server.port).start()


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "drop_before", "drop_after"])
async def test_a_fault_of_one_channel_leaves_others_alone(
    server: StandinServer, client: AsyncWebClient, kind: str
) -> None:
    (troubled, other) = (
        server.workspace.find_channel(name) for name in ("general", "discuss-scaled-success")
    )
    assert troubled
    assert other
    fault = Fault(kind=kind, method="chat.postMessage", channel=troubled.id)  # type: ignore[arg-type]
    server.faults.add(fault)
    assert (await client.chat_postMessage(channel=other.id, text="hello"))["ok"]
    assert fault.struck == 0
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await client.chat_postMessage(channel=troubled.id, text="hello")
    assert fault.struck


async def test_faults(server: StandinServer, client: AsyncWebClient) -> None:
    server.faults.add(Fault(kind="ratelimited", method="users.info", times=1, seconds=7))
    with pytest.raises(SlackApiError) as limited:
        await client.users_info(user=BEN)
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "7")
    assert (await client.users_info(user=BEN))["ok"], "once means once"
    server.faults.add(Fault(kind="server_error", times=1))
    with pytest.raises(SlackApiError) as broken:
        await client.users_info(user=BEN)
    assert broken.value.response.status_code == 500
    server.faults.add(Fault(kind="not_json", times=1))
    with pytest.raises(SlackApiError):
        await client.users_info(user=BEN)
    server.faults.add(Fault(kind="slow", method="users.info", times=1, seconds=0.2))
    started = asyncio.get_running_loop().time()
    await client.users_info(user=BEN)
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_a_dropped_connection(server: StandinServer, web: aiohttp.ClientSession) -> None:
    server.faults.add(Fault(kind="drop", times=1))
    with pytest.raises(aiohttp.ClientError):
        await web.post("/api/auth.test")
    assert (await web.post("/api/auth.test", data={"token": DEMO_BOT_TOKEN})).status == 200


async def test_dropped_before_or_after_the_call_was_taken(
    server: StandinServer, client: AsyncWebClient
) -> None:
    """The two cases that an app cannot tell apart: nothing was posted, or it was."""
    client.retry_handlers.clear()  # the SDK would post again by itself
    for kind, there in (("drop_before", 0), ("drop_after", 1)):
        server.faults.add(Fault(kind=kind, method="chat.postMessage", times=1))  # type: ignore[arg-type]
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="general", text=kind)
        assert [one.text for one in server.workspace.messages].count(kind) == there
        assert (await client.chat_postMessage(channel="general", text="again"))["ok"], "once means once"


async def test_an_answer_that_comes_after_the_app_gave_up(server: StandinServer) -> None:
    impatient = AsyncWebClient(token=DEMO_BOT_TOKEN, base_url=server.api_url, timeout=1, retry_handlers=[])
    server.faults.add(Fault(kind="slow_after", method="chat.postMessage", times=1, seconds=1.5))
    with pytest.raises(TimeoutError):
        await impatient.chat_postMessage(channel="general", text="taken")
    assert [one.text for one in server.workspace.messages] == ["taken"]


async def test_only_answers_to_what_was_taken_are_lost(server: StandinServer, client: AsyncWebClient) -> None:
    server.faults.add(Fault(kind="drop_after", times=1))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="nowhere", text="x")
    assert server.faults.active[0].struck == 0


async def test_a_fault_by_chance_strikes_the_same_calls_in_every_run(
    server: StandinServer, web: aiohttp.ClientSession
) -> None:
    def struck(seed: int) -> list[bool]:
        fault = Fault(kind="drop_before", chance=0.3, seed=seed)
        return [fault.hits("auth.test") for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert 40 < sum(struck(1)) < 80
    assert (await post(web, "fault", kind="slow", seconds=0, chance=0.5, seed=1, times=2))[0] == 200
    for _ in range(20):
        await web.post("/api/auth.test", data={"token": DEMO_BOT_TOKEN})
    (told,) = [one.as_json() for one in server.faults.active]
    assert (told["struck"], told["times"], told["chance"]) == (2, 0, 0.5)
    assert (await post(web, "fault", kind="slow", chance="often"))[0] == 409


async def test_a_workspace_without_native_charts(server: StandinServer, client: AsyncWebClient) -> None:
    server.faults.add(Fault(kind="native_blocks_refused"))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="general", text="x", blocks=[CHART])
    assert refused.value.response["error"] == "invalid_blocks"
    assert (await client.chat_postMessage(channel="general", text="x", blocks=[{"type": "divider"}]))["ok"]
    server.faults.clear()
    assert (await client.chat_postMessage(channel="general", text="x", blocks=[CHART]))["ok"]


async def post(web: aiohttp.ClientSession, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    got = await web.post(f"/control/{name}", json=body)
    return got.status, await got.json()


async def test_the_control_interface_acts_and_reads(
    web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    state = await (await web.get("/control/state")).json()
    kinds = {one["kind"] for one in state["people"]}
    assert kinds == {"member", "guest", "bot", "deactivated", "other organisation"}
    assert "/account-health" in [one["command"] for one in state["commands"]]
    assert (await post(web, "type", user=ANA, channel="general", text="hello"))[0] == 200
    assert (await post(web, "type", user=ANA, channel="nowhere", text="x"))[0] == 409
    status, no = await post(web, "type", user=ANA, channel="general", text="/account-health x")
    assert (status, no["error"]) == (504, "dispatch_failed")
    seen = await (await web.get("/control/screen", params={"user": ANA, "channel": "general"})).json()
    assert [one["ephemeral"] for one in seen["messages"]] == [False, True]
    waiting = asyncio.create_task(_screen(web, seen["version"]))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await client.chat_postMessage(channel="general", text="news")
    assert (await waiting)["messages"][-1]["text"] == "news"
    assert (await post(web, "reset"))[0] == 200
    assert not (await _screen(web))["messages"]


async def _screen(web: aiohttp.ClientSession, since: int | None = None) -> dict[str, Any]:
    asked = {"user": ANA, "channel": "general"} | ({} if since is None else {"since": str(since)})
    found: dict[str, Any] = await (await web.get("/control/screen", params=asked)).json()
    return found


async def test_control_switches_faults_and_explains_wrong_ones(
    server: StandinServer, web: aiohttp.ClientSession
) -> None:
    assert (await post(web, "fault", kind="slow", seconds=2))[0] == 200
    assert [one.kind for one in server.faults.active] == ["slow"]
    assert (await post(web, "fault", kind="flood"))[0] == 409
    assert (await post(web, "fault", kind="slow", colour="red"))[0] == 409
    await post(web, "calm")
    assert not server.faults.active
    assert (await post(web, "submit", user=ANA))[1]["error"] == "Ana Lee has no form open."


async def test_an_install_is_granted_and_its_token_works(
    server: StandinServer, web: aiohttp.ClientSession
) -> None:
    asked = {
        "client_id": server.workspace.client_id,
        "state": "s",
        "redirect_uri": "http://127.0.0.1:9/back",
        "scope": "commands",
    }
    back = await web.get("/oauth/v2/authorize", params=asked, allow_redirects=False)
    target = back.headers["Location"]
    assert "state=s" in target
    code = target.partition("code=")[2].partition("&")[0]
    given = {"code": code, "client_id": server.workspace.client_id, "client_secret": DEMO_CLIENT_SECRET}
    done = await (await web.post("/api/oauth.v2.access", data=given)).json()
    assert (done["team"]["id"], done["scope"]) == (server.workspace.team_id, "commands")
    assert (await AsyncWebClient(token=done["access_token"], base_url=server.api_url).auth_test())["ok"]
