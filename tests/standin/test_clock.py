"""The clock of the demo over the control interface: everything that has a time follows it; faults and absences."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import aiohttp.web
import pytest
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import TurnableClock
from bot.standin import control, page_control
from bot.standin.calls import Refusal
from bot.standin.changes import Happenings
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_SIGNING_SECRET, Workspace
from bot.standin.workspace import build_workspace

ANA = "ana.lee@ta.example"
WEEK = 7 * 24 * 3600


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """The same people, with the clock that the demo has."""
    workspace.clock = TurnableClock(ZoneInfo("Europe/Berlin"))
    return workspace


@pytest.fixture
async def web(server: StandinServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.base_url) as session:
        yield session


async def post(web: aiohttp.ClientSession, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await web.post(f"/control/{name}", json=body)
    return answer.status, await answer.json()


async def test_turned_and_read(web: aiohttp.ClientSession, server: StandinServer) -> None:
    began = datetime.now(UTC)
    before = await (await web.get("/control/clock")).json()
    assert (before["zone"], before["ahead"], before["followed"]) == ("Europe/Berlin", 0, False)
    status, turned = await post(web, "clock", next="monday")
    assert (status, turned["passed"]) == (200, [])
    local = datetime.fromisoformat(turned["now"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert (local.weekday(), local.hour, local.minute) == (0, 9, 0)
    assert turned["local"].startswith(f"Monday {local:%Y-%m-%d} 09:00")
    assert began < datetime.fromisoformat(turned["now"]) <= began + timedelta(days=7, hours=1)
    await asyncio.sleep(0.05)
    later = await (await web.get("/control/clock")).json()
    assert later["now"] > turned["now"], "time runs on"
    assert abs(server.workspace.seconds() - datetime.fromisoformat(later["now"]).timestamp()) < 2


async def test_backwards_is_refused_and_changes_nothing(web: aiohttp.ClientSession) -> None:
    await post(web, "clock", by="1 day")
    status, no = await post(web, "clock", to=datetime.now(UTC).isoformat())
    assert (status, "goes forward only" in no["error"]) == (409, True)
    assert (await (await web.get("/control/clock")).json())["ahead"] == pytest.approx(86400, abs=1)


async def test_turns_at_once_come_one_after_the_other(web: aiohttp.ClientSession) -> None:
    await asyncio.gather(*(post(web, "clock", by="1 day") for _ in range(4)))
    assert (await (await web.get("/control/clock")).json())["ahead"] == pytest.approx(4 * 86400, abs=1)


async def test_everybody_looking_learns_of_it(web: aiohttp.ClientSession) -> None:
    version = (await (await web.get("/control/state")).json())["version"]
    looking = asyncio.create_task(_screen(web, version))
    await asyncio.sleep(0.02)
    await post(web, "clock", by="1 hour")
    async with asyncio.timeout(1):
        assert (await looking)["version"] != version


async def _screen(web: aiohttp.ClientSession, since: int) -> dict[str, Any]:
    found: dict[str, Any] = await (
        await web.get("/control/screen", params={"user": ANA, "since": since})
    ).json()
    return found


async def test_messages_triggers_and_response_urls_follow(
    server: StandinServer, web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    first = (await client.chat_postMessage(channel="general", text="now"))["ts"]
    trigger = server.desk.triggers.issue("U0BEN00001")
    url = server.responses.issue("U0BEN00001", server.workspace.find_channel("general").id)  # type: ignore[union-attr]
    await post(web, "clock", by="1 week")
    second = (await client.chat_postMessage(channel="general", text="a week on"))["ts"]
    assert float(second) - float(first) == pytest.approx(WEEK, abs=5)
    with pytest.raises(Refusal, match="expired_trigger_id"):
        server.desk.triggers.exchange(trigger)
    assert server.desk.triggers.exchange(server.desk.triggers.issue("U0BEN00001")) == "U0BEN00001"
    assert (await web.post(url, json={"text": "late"})).status == 404
    fresh = server.responses.issue("U0BEN00001", server.workspace.find_channel("general").id)  # type: ignore[union-attr]
    assert (await web.post(fresh, json={"text": "in time"})).status == 200


async def test_signed_requests_are_taken_a_year_ahead(
    server: StandinServer, web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """What proves a request is Slack's is checked against the real time by an app that never heard of the demo."""
    app = AsyncApp(client=client, signing_secret=DEMO_SIGNING_SECRET, process_before_response=True)
    heard: list[str] = []

    @app.command("/ta-help")
    async def answer(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["command"])
        await ack("here")

    async def receive(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    listening = aiohttp.web.Application()
    listening.router.add_post("/slack/events", receive)
    runner = aiohttp.web.AppRunner(listening)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await post(web, "clock", by="52 weeks")
    await server.people.type(ANA, "general", "/ta-help")
    await runner.cleanup()
    assert heard == ["/ta-help"]


async def test_away_for_an_hour(
    server: StandinServer, web: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """Status, presence and do not disturb come and go together; a turn passes the end at its own instant."""
    ana = server.people.who(ANA)
    assert (await post(web, "away", user=ANA, by="1 hour"))[0] == 200
    assert (await (await web.get("/control/faults")).json())["away"] == [ana.id]
    profile = (await client.users_info(user=ana.id))["user"]["profile"]
    assert (profile["status_emoji"], profile["status_expiration"]) == (":palm_tree:", ana.status_expiration)
    assert (await client.users_getPresence(user=ana.id))["presence"] == "away"
    end = datetime.fromtimestamp(ana.status_expiration, UTC).isoformat()
    _, turned = await post(web, "clock", by="1 day")
    assert turned["passed"] == [{"at": end, "did": ["the status of Ana Lee ended"]}]
    assert (await client.users_info(user=ana.id))["user"]["profile"]["status_emoji"] == ""
    assert (await client.users_getPresence(user=ana.id))["presence"] == "active"
    assert ana.snooze_until == 0


async def test_back_by_hand_or_when_all_is_calm(server: StandinServer, web: aiohttp.ClientSession) -> None:
    ana = server.people.who(ANA)
    await post(web, "away", user=ANA)
    assert (ana.is_away, ana.status_expiration, ana.snooze_until > 0) == (True, 0, True)
    await post(web, "away", user=ANA, away=False)
    assert (ana.is_away, ana.status_text) == (False, "")
    await post(web, "away", user=ANA)
    await post(web, "fault", kind="slow", seconds=2)
    await post(web, "fault", kind="server_error", times=0)
    on = await (await web.get("/control/faults")).json()
    assert [one["kind"] for one in on["faults"]] == ["slow"], "what cannot strike any more is not listed"
    await post(web, "calm")
    assert await (await web.get("/control/faults")).json() == {"ok": True, "faults": [], "away": []}
    assert (await post(web, "fault", kind="slow", seconds="long"))[0] == 409


async def test_a_status_ends_by_itself_while_time_runs(server: StandinServer) -> None:
    ana = server.people.who(ANA)
    happenings: Happenings = server.happenings
    happenings.change_user(
        ana, status_text="Lunch", status_expiration=int(server.workspace.seconds()) + 1, snooze_until=99
    )
    async with asyncio.timeout(5):
        await server.workspace.wait_until(lambda: not ana.status_text)
    assert ana.snooze_until == 99, "a pause of one's own stays"


async def test_a_clock_of_another_kind_is_not_turned(clock: Any) -> None:
    built = build_workspace([])
    built.clock = clock
    async with StandinServer(built) as server, aiohttp.ClientSession(server.base_url) as web:
        assert (await post(web, "clock", by="1 hour"))[0] == 409
        assert (await web.get("/control/clock")).status == 409


async def test_the_reference_names_every_route_and_no_other(server: StandinServer) -> None:
    """The docstrings of `control` and `page_control` are what people read."""
    assert server._runner is not None
    app = server._runner.app
    served = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/control/")
        and route.method != "HEAD"
    }
    written = re.findall(
        r"^(GET|POST) +(/control/[\w/]+)", f"{control.__doc__}\n{page_control.__doc__}", re.MULTILINE
    )
    assert sorted(served) == sorted(written)
