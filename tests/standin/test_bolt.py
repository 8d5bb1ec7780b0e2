"""A stock Bolt app works against the stand-in over Socket Mode: commands, buttons, menus, forms, events."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.standin import modals
from bot.standin.actors import CannotDo
from bot.standin.delivery import NotAnswered
from bot.standin.server import StandinServer
from bot.standin.workspace import (
    DEACTIVATED,
    GUEST,
    OUTSIDER,
    PRIVATE_WITHOUT_BOT,
    SHARED_CHANNEL,
)

ANA, BEN = "ana.lee@ta.example", "U0BEN00001"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BLOCKS = [
    {"type": "section", "text": plain("Hello")},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "share", "text": plain("Share"), "value": "A-1"},
            {
                "type": "static_select",
                "action_id": "pick",
                "options": [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}],
            },
            {"type": "external_select", "action_id": "find", "min_query_length": 1},
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "notify_on_close": True,
    "private_metadata": "m",
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "when",
            "optional": True,
            "label": plain("When"),
            "element": {
                "type": "static_select",
                "action_id": "day",
                "options": [{"text": plain("Today"), "value": "t"}],
            },
        },
    ],
}


@pytest.mark.usefixtures("linked")
async def test_a_command_is_answered_for_the_asker_alone(server: StandinServer, app: AsyncApp) -> None:
    got: list[dict[str, Any]] = []

    @app.command("/account-health")
    async def health(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        got.append(body)
        await respond(text="Green", blocks=BLOCKS)

    said = await server.people.ask(ANA, "general", "/account-health Acme @ben.ode & co")
    assert [one.text for one in said] == ["Green"]
    assert said[0].only_for == server.people.who(ANA).id
    assert got[0]["text"] == f"Acme <@{BEN}> &amp; co"
    assert not server.people.screen(BEN).messages
    assert [one.to for one in server.heard] == ["response_url"]


@pytest.mark.usefixtures("linked")
async def test_an_ack_may_be_the_answer(server: StandinServer, app: AsyncApp) -> None:
    @app.command("/ta-help")
    async def helped(ack: Any) -> None:
        await ack(text="Help", response_type="in_channel")

    await server.people.ask(ANA, "general", "/ta-help")
    assert [one.text for one in server.people.screen(BEN, "general").messages] == ["Help"]


@pytest.mark.usefixtures("linked")
async def test_a_button_and_a_menu_reach_the_app_with_what_was_chosen(
    server: StandinServer, app: AsyncApp
) -> None:
    pressed: list[dict[str, Any]] = []

    @app.action("share")
    @app.action("pick")
    @app.action("find")
    async def acted(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        pressed.append(body)
        await respond(text=f"did {body['actions'][0]['action_id']}", replace_original=True)

    @app.options("find")
    async def options(ack: Any, payload: dict[str, Any]) -> None:
        typed = payload["value"]
        await ack(options=[{"text": plain(f"{typed}{n}"), "value": f"v{n}"} for n in range(3)])

    posted = await app.client.chat_postMessage(channel="#general", text="Hello", blocks=BLOCKS)
    offered = await server.people.suggest(ANA, "find", "ac")
    assert [one["value"] for one in offered] == ["v0", "v1", "v2"]
    assert await server.people.suggest(ANA, "find", "") == []
    await server.people.choose(ANA, "find", "ac2", query="ac")
    await server.people.wait_for(ANA, lambda s: s.messages[-1].text == "did find")
    await app.client.chat_update(channel=posted["channel"], ts=posted["ts"], text="again", blocks=BLOCKS)
    await server.people.choose(ANA, "pick", "Two")
    await server.people.wait_for(ANA, lambda s: s.messages[-1].text == "did pick")
    await app.client.chat_update(channel=posted["channel"], ts=posted["ts"], text="again", blocks=BLOCKS)
    await server.people.press(ANA, "share")
    await server.people.wait_for(ANA, lambda s: s.messages[-1].text == "did share")
    chosen = [one["actions"][0] for one in pressed]
    assert [one.get("selected_option", {}).get("value") for one in chosen] == ["v2", "2", None]
    assert chosen[2]["value"] == "A-1"
    with pytest.raises(CannotDo, match="sees nothing called share"):
        await server.people.press(ANA, "share")


@pytest.mark.usefixtures("linked")
async def test_a_form_is_filled_in_corrected_and_closed(server: StandinServer, app: AsyncApp) -> None:
    got: list[dict[str, Any]] = []

    @app.command("/account-health")
    async def opens(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await app.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("form")
    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        got.append(view)
        wrong = view["state"]["values"]["note"]["text"]["value"] == "wrong"
        await (ack(response_action="errors", errors={"note": "Not so"}) if wrong else ack())

    await server.people.type(ANA, "general", "/account-health")
    await server.people.wait_for(ANA, lambda s: s.modals)
    assert (await modals.submit(server.people, ANA)).errors == {"note": modals.REQUIRED}
    assert (await modals.submit(server.people, ANA, {"note": "wrong"})).errors == {"note": "Not so"}
    assert (await modals.submit(server.people, ANA, {"text": "right", "when": "Today"})).action == "close"
    assert not server.people.screen(ANA).modals
    assert got[1]["state"]["values"] == {
        "note": {"text": {"type": "plain_text_input", "value": "right"}},
        "when": {"day": {"type": "static_select", "selected_option": {"text": plain("Today"), "value": "t"}}},
    }
    assert (got[1]["private_metadata"], got[1]["callback_id"]) == ("m", "form")


@pytest.mark.usefixtures("linked")
async def test_closing_is_told_where_it_was_asked_for(server: StandinServer, app: AsyncApp) -> None:
    closed: list[str] = []

    @app.command("/account-health")
    async def opens(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await app.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view_closed("form")
    async def heard(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        closed.append(view["callback_id"])

    await server.people.type(ANA, "", "/account-health")
    await server.people.wait_for(ANA, lambda s: s.modals)
    await modals.close(server.people, ANA)
    assert closed == ["form"]


@pytest.mark.usefixtures("linked")
async def test_events_reach_the_app(server: StandinServer, app: AsyncApp) -> None:
    heard: list[dict[str, Any]] = []

    @app.event("channel_shared")
    @app.event("user_change")
    async def happened(body: dict[str, Any]) -> None:
        heard.append(body)

    channel = server.people.where(server.people.who(ANA), "general")
    first = server.happenings.share(channel, "T0OTHERORG", server.people.who(OUTSIDER))
    second = server.happenings.change_user(server.people.who(ANA), is_restricted=True)
    assert first is not None
    assert second is not None
    assert (await first, await second) == (True, True)
    assert [one["event"]["type"] for one in heard] == ["channel_shared", "user_change"]
    assert heard[0]["is_ext_shared_channel"]
    assert heard[1]["event"]["user"]["is_restricted"]
    quiet = server.happenings.archive(channel, server.people.who(ANA))
    assert quiet is None, "the manifest does not subscribe to it"


async def test_a_command_nobody_answers_fails_for_the_person(server: StandinServer) -> None:
    with pytest.raises(NotAnswered):
        await server.people.type(ANA, "general", "/account-health Acme")
    assert "dispatch_failed" in server.people.screen(ANA).messages[-1].text
    assert not server.people.screen(BEN).messages


@pytest.mark.parametrize(
    ("who", "where", "line", "why"),
    [
        (GUEST, "general", "/account-health", "is not in general"),
        (OUTSIDER, SHARED_CHANNEL, "/account-health", "not a valid command"),
        (DEACTIVATED, "general", "hello", "cannot sign in"),
        (ANA, "old-plans", "hello", "archived"),
        (ANA, "general", "/nothing", "not a valid command"),
        (ANA, "nowhere", "hello", "no conversation"),
        ("nobody", "general", "hello", "nobody called"),
    ],
)
async def test_what_slack_would_not_let_a_person_do(
    server: StandinServer, who: str, where: str, line: str, why: str
) -> None:
    with pytest.raises(CannotDo, match=why):
        await server.people.type(who, where, line)


async def test_people_talk_and_only_members_read(server: StandinServer) -> None:
    await server.people.type(ANA, PRIVATE_WITHOUT_BOT, "quiet <b>")
    assert server.people.screen(BEN).messages[-1].text == "quiet &lt;b&gt;"
    assert not server.people.screen(OUTSIDER).messages
