"""The Web API answers as Slack's reference says: required outputs, listed errors, scopes, paging, both verbs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.standin import manifest
from bot.standin.api_files import take
from bot.standin.calls import methods
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN, DEMO_CLIENT_SECRET, Grant, Install, Workspace
from bot.standin.webapi import HANDLERS, answer
from bot.standin.workspace import (
    ARCHIVED_CHANNEL,
    DEACTIVATED,
    GUEST,
    GUEST_CHANNEL,
    OUTSIDER,
    PENDING_CHANNEL,
    PRIVATE_WITH_BOT,
    PRIVATE_WITHOUT_BOT,
    SHARED_CHANNEL,
    STRANGER,
    install,
)

CONTRACTS = Path(__file__).parents[1] / "data" / "slack" / "methods"
# Every method may give these: docs.slack.dev lists them once for all.
COMMON = {
    *("not_authed", "invalid_auth", "missing_scope", "ratelimited", "invalid_arguments", "unknown_method"),
    *("not_allowed_token_type", "channel_not_found"),
}
ALL_SCOPES = [
    *manifest.load().scopes,
    *("channels:join", "channels:history", "groups:history", "im:history", "mpim:history"),
    *("files:write", "files:read", "dnd:read", "team:read", "users.profile:read", "mpim:write"),
]
OWN_SCOPES = ("users.profile:write", "users.profile:read", "dnd:write")
TEXT = {"type": "plain_text", "text": "x"}
MODAL = {"type": "modal", "title": TEXT, "blocks": [{"type": "section", "text": TEXT}]}


def contract(method: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACTS / f"{method}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def everything(workspace: Workspace) -> Install:
    ana = workspace.find_user("ana.lee")
    assert ana is not None
    workspace.user_tokens["xoxp-ana"] = Install(token="xoxp-ana", scopes=list(OWN_SCOPES), user_id=ana.id)
    return install(workspace, "xoxb-everything", ALL_SCOPES)


def call(server: StandinServer, method: str, token: str = "xoxb-everything", **args: Any) -> dict[str, Any]:
    return dict(answer(server.desk, method, args, token).body)


def uploaded(server: StandinServer, *, shared: bool = False) -> str:
    """A file whose bytes have arrived."""
    asked = call(server, "files.getUploadURLExternal", length=3, filename="a.csv")
    assert take(server.desk, asked["upload_url"].rpartition("/")[2], b"a,b") == ""
    if shared:
        assert call(server, "files.completeUploadExternal", files=[{"id": asked["file_id"]}])["ok"]
    return str(asked["file_id"])


def good_arguments(server: StandinServer, method: str) -> dict[str, Any]:
    workspace = server.workspace
    ana = server.people.who("ana.lee").id
    channel = server.people.where(server.people.who(ana), PRIVATE_WITH_BOT).id
    posted = call(server, "chat.postMessage", channel=channel, text="hi")["ts"]
    trigger = server.desk.triggers.issue(ana)
    known: dict[str, dict[str, Any]] = {
        "users.info": {"user": ana},
        "files.getUploadURLExternal": {"length": 3, "filename": "a.csv"},
        "files.completeUploadExternal": {"files": [{"id": uploaded(server), "title": "A"}]},
        "files.info": {"file": uploaded(server, shared=True)},
        "users.lookupByEmail": {"email": "ana.lee@ta.example"},
        "users.profile.get": {"user": ana},
        "dnd.info": {"user": ana},
        "dnd.setSnooze": {"num_minutes": "60"},
        "users.profile.set": {"profile": '{"status_text": "Here", "status_emoji": ":tada:"}'},
        "conversations.list": {},
        "conversations.open": {"users": ana},
        "conversations.join": {"channel": "general"},
        "conversations.replies": {"channel": channel, "ts": posted},
        "usergroups.users.list": {"usergroup": next(iter(workspace.groups))},
        "chat.postMessage": {"channel": channel, "text": "x"},
        "chat.postEphemeral": {"channel": channel, "user": ana, "text": "x"},
        "chat.update": {"channel": channel, "ts": posted, "text": "y"},
        "chat.delete": {"channel": channel, "ts": posted},
        "chat.getPermalink": {"channel": channel, "message_ts": posted},
        "views.open": {"trigger_id": trigger, "view": MODAL},
        "views.push": {"trigger_id": trigger, "view": MODAL},
        "views.publish": {"user_id": ana, "view": {"type": "home", "blocks": [{"type": "divider"}]}},
        "blocks.validate": {"blocks": [{"type": "divider"}]},
    }
    if method == "views.update":
        opened = call(server, "views.open", trigger_id=trigger, view=MODAL)["view"]["id"]
        return {"view_id": opened, "view": MODAL}
    if method == "oauth.v2.access":
        workspace.codes["c"] = Grant(user_id=ana, scopes=("commands",))
        return {"client_id": workspace.client_id, "client_secret": DEMO_CLIENT_SECRET, "code": "c"}
    return known.get(method, {"channel": channel} if method.startswith("conversations.") else {})


def test_the_methods_are_those_of_the_reference() -> None:
    assert set(methods()) == set(HANDLERS)
    for method, kept in methods().items():
        reference = contract(method)
        assert kept["scopes"] == reference["scope"].get("bot", []), method
        assert kept.get("user") in (None, reference["scope"].get("user")), method
        assert kept.get("user_only", False) == reference.get("user_scope_only", False), method
        assert kept["required"] == [one for one in reference["args"].get("required", ()) if one != "token"], (
            method
        )


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("method", sorted(HANDLERS))
async def test_each_answer_has_what_the_reference_requires(server: StandinServer, method: str) -> None:
    reference = contract(method)
    args = good_arguments(server, method)
    assert set(args) <= set(reference["args"]["properties"]), "the test's own arguments are Slack's"
    token = DEMO_APP_TOKEN if method == "apps.connections.open" else "xoxb-everything"
    if methods()[method].get("user_only"):
        token = "xoxp-ana"
    body = call(server, method, token, **args)
    assert body["ok"], body
    assert set(reference["output"].get("required") or ()) <= set(body)
    shown = (reference.get("examples") or {}).get("success", {}).get("example") or {}
    if method in SAME_AS_EXAMPLE:
        what = SAME_AS_EXAMPLE[method]
        assert _keys(shown, what) - NOT_HELD <= _keys(body, what)


SAME_AS_EXAMPLE = {
    "auth.test": "",
    "users.info": "user",
    "conversations.info": "channel",
    "conversations.list": "channels",
    "usergroups.list": "usergroups",
    "views.open": "view",
    "views.update": "view",
    "team.info": "team",
}
# What only a grid, an asked-for count or Slack's own clients have.
NOT_HELD = {
    *("color", "has_2fa", "num_members", "user_count", "enterprise_id", "enterprise_name"),
    *("is_frozen", "properties"),
}


def _keys(body: dict[str, Any], what: str) -> set[str]:
    held = body.get(what, body) if what else body
    return set(held[0] if isinstance(held, list) else held)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("users.info", {"user": "U404"}, "user_not_found"),
        ("users.info", {}, "invalid_arguments"),
        ("users.lookupByEmail", {"email": "no@where.example"}, "users_not_found"),
        ("users.lookupByEmail", {"email": DEACTIVATED}, "users_not_found"),
        ("users.lookupByEmail", {"email": OUTSIDER}, "users_not_found"),
        ("users.list", {"limit": "1", "cursor": "bad"}, "invalid_cursor"),
        ("conversations.info", {"channel": "C404"}, "channel_not_found"),
        ("conversations.info", {"channel": PRIVATE_WITHOUT_BOT}, "channel_not_found"),
        ("conversations.members", {"channel": PRIVATE_WITHOUT_BOT}, "channel_not_found"),
        ("conversations.members", {"channel": "general", "limit": "x"}, "invalid_limit"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U404"}, "user_not_found"),
        ("conversations.join", {"channel": PRIVATE_WITH_BOT}, "method_not_supported_for_channel_type"),
        ("conversations.join", {"channel": ARCHIVED_CHANNEL}, "is_archived"),
        ("conversations.history", {"channel": "general"}, "not_in_channel"),
        ("conversations.replies", {"channel": PRIVATE_WITH_BOT, "ts": "1.1"}, "thread_not_found"),
        ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
        ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "general"}, "no_text"),
        ("chat.postMessage", {"channel": ARCHIVED_CHANNEL, "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "general", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "general", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": "general", "text": "x", "metadata": "{}"},
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            {"channel": "general", "text": "x", "markdown_text": "x"},
            "markdown_text_conflict",
        ),
        ("chat.update", {"channel": "general", "ts": "1.1", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "general", "ts": "1.1"}, "message_not_found"),
        ("chat.getPermalink", {"channel": "general", "message_ts": "1.1"}, "message_not_found"),
        ("views.open", {"view": MODAL, "trigger_id": "1.1"}, "invalid_trigger_id"),
        ("views.open", {"view": {"type": "modal"}, "trigger_id": "1.1"}, "invalid_arguments"),
        ("views.update", {"view": MODAL, "view_id": "V404"}, "not_found"),
        ("team.info", {"team": "T404"}, "team_not_found"),
        ("bots.info", {"bot": "B404"}, "bot_not_found"),
        ("oauth.v2.access", {"client_id": "0"}, "invalid_client_id"),
        ("oauth.v2.access", {"client_id": "1.2", "client_secret": "0"}, "bad_client_secret"),
        (
            "oauth.v2.access",
            {"client_id": "1.2", "client_secret": DEMO_CLIENT_SECRET, "code": "0"},
            "invalid_code",
        ),
        ("blocks.validate", {"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ("blocks.validate", {"view": {"type": "modal"}}, "invalid_view"),
        ("blocks.validate", {}, "invalid_arguments"),
    ],
)
async def test_each_error_is_one_that_slack_gives(
    server: StandinServer, method: str, args: dict[str, Any], error: str
) -> None:
    assert call(server, method, **args)["error"] == error
    assert error in COMMON | set(contract(method)["errors"])


@pytest.mark.usefixtures("everything")
async def test_an_app_without_a_home_tab_has_nothing_to_publish(server: StandinServer) -> None:
    server.workspace.home_tab = False
    args = good_arguments(server, "views.publish")
    assert call(server, "views.publish", **args)["error"] == "not_enabled"
    assert "not_enabled" in contract("views.publish")["errors"]


async def test_invalid_blocks_name_the_place(server: StandinServer) -> None:
    body = call(server, "chat.postMessage", DEMO_BOT_TOKEN, channel="general", blocks=[{"type": "section"}])
    assert body["response_metadata"]["messages"] == [
        "[ERROR] needs “text” or “fields” [json-pointer:/blocks/0]"
    ]


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), (DEMO_APP_TOKEN, "not_allowed_token_type")],
)
async def test_tokens(server: StandinServer, token: str, error: str) -> None:
    assert call(server, "auth.test", token)["error"] == error


async def test_an_app_token_opens_sockets_and_nothing_else_does(server: StandinServer) -> None:
    assert call(server, "apps.connections.open", DEMO_BOT_TOKEN)["error"] == "not_allowed_token_type"
    assert (
        answer(server.desk, "apps.connections.open", {}, DEMO_APP_TOKEN, "GET").body["error"]
        == "insecure_request"
    )
    assert call(server, "nothing.here", DEMO_BOT_TOKEN)["error"] == "unknown_method"


async def test_a_scope_that_is_not_granted_is_missing(server: StandinServer, workspace: Workspace) -> None:
    install(workspace, "xoxb-little", ["channels:read", "chat:write"])
    refused = call(server, "users.info", "xoxb-little", user="U1")
    assert (refused["error"], refused["needed"], refused["provided"]) == (
        "missing_scope",
        "users:read",
        "channels:read,chat:write",
    )
    assert call(server, "conversations.info", "xoxb-little", channel="general")["ok"]
    private = call(server, "conversations.info", "xoxb-little", channel=PRIVATE_WITH_BOT)
    assert private["needed"] == "groups:read"
    assert call(server, "conversations.list", "xoxb-little", types="public_channel,im")["needed"] == "im:read"
    assert (
        call(server, "chat.postMessage", "xoxb-little", channel="general", text="x")["error"]
        == "not_in_channel"
    )
    assert call(server, "chat.postMessage", "xoxb-little", channel=PRIVATE_WITH_BOT, text="x")["ok"]
    for method in ("conversations.join", "conversations.history", "dnd.info"):
        args = {"channel": "general"} if method.startswith("conv") else {"user": "U1"}
        assert call(server, method, "xoxb-little", **args)["error"] == "missing_scope", method


async def test_the_sdk_is_content(client: AsyncWebClient, server: StandinServer) -> None:
    who = await client.auth_test()
    assert who["team_id"] == server.workspace.team_id
    assert set(who.headers["x-oauth-scopes"].split(",")) == set(manifest.load().scopes)
    found = await client.users_lookupByEmail(email="ana.lee@ta.example")
    assert found["user"]["profile"]["email"] == "ana.lee@ta.example"
    assert (await client.users_info(user="U0BEN00001"))["user"]["real_name"] == "Ben Ode"
    paged = [user["id"] async for page in await client.users_list(limit=2) for user in page["members"]]
    assert paged == list(server.workspace.users)
    opened = await client.conversations_open(users=found["user"]["id"])
    posted = await client.chat_postMessage(
        channel=opened["channel"]["id"],
        text="hi",
        metadata={"event_type": "sent", "event_payload": {"id": "1"}},
    )
    assert posted["message"]["metadata"]["event_type"] == "sent"
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_info(channel=PRIVATE_WITHOUT_BOT)
    assert refused.value.response["error"] == "channel_not_found"


async def test_get_form_and_json_say_the_same(server: StandinServer) -> None:
    address = f"{server.api_url}conversations.info"
    bearer = {"Authorization": f"Bearer {DEMO_BOT_TOKEN}"}
    args = {"channel": "general", "include_num_members": "true"}
    async with aiohttp.ClientSession() as session:
        answers = [
            await (await session.get(address, params=args, headers=bearer)).json(),
            await (await session.post(address, data=args, headers=bearer)).json(),
            await (await session.post(address, json=args, headers=bearer)).json(),
            await (await session.post(address, data={**args, "token": DEMO_BOT_TOKEN})).json(),
        ]
    assert answers[0]["channel"]["num_members"] == 4
    assert all(one == answers[0] for one in answers)


async def test_who_is_outside_shows_as_slack_shows_it(server: StandinServer) -> None:
    def user(email: str) -> dict[str, Any]:
        found: dict[str, Any] = call(server, "users.info", DEMO_BOT_TOKEN, user=server.people.who(email).id)[
            "user"
        ]
        return found

    assert user(GUEST)["is_restricted"]
    assert not user(GUEST)["is_ultra_restricted"]
    assert user(DEACTIVATED)["deleted"]
    assert user(OUTSIDER)["team_id"] != server.workspace.team_id
    assert (user(OUTSIDER)["is_stranger"], user(STRANGER)["is_stranger"]) == (False, True)

    def channel(name: str) -> dict[str, Any]:
        found: dict[str, Any] = call(server, "conversations.info", DEMO_BOT_TOKEN, channel=name)["channel"]
        return found

    assert channel(SHARED_CHANNEL)["connected_team_ids"]
    assert channel(SHARED_CHANNEL)["is_ext_shared"]
    assert channel(PENDING_CHANNEL)["is_pending_ext_shared"]
    assert not channel("general")["is_ext_shared"]
    members = call(server, "conversations.members", DEMO_BOT_TOKEN, channel=GUEST_CHANNEL)["members"]
    assert server.people.who(GUEST).id in members
    listed = call(server, "conversations.list", DEMO_BOT_TOKEN)["channels"]
    assert all("connected_team_ids" not in one for one in listed)


async def test_a_trigger_works_once_and_for_three_seconds(
    server: StandinServer, workspace: Workspace, clock: Any
) -> None:
    ana = server.people.who("ana.lee").id
    trigger = server.desk.triggers.issue(ana)
    assert call(server, "views.open", DEMO_BOT_TOKEN, trigger_id=trigger, view=MODAL)["ok"]
    again = call(server, "views.open", DEMO_BOT_TOKEN, trigger_id=trigger, view=MODAL)
    assert again["error"] == "exchanged_trigger_id"
    late = server.desk.triggers.issue(ana)
    clock.turn(3.1)
    assert (
        call(server, "views.open", DEMO_BOT_TOKEN, trigger_id=late, view=MODAL)["error"]
        == "expired_trigger_id"
    )
    for _ in range(2):
        fresh = server.desk.triggers.issue(ana)
        assert call(server, "views.push", DEMO_BOT_TOKEN, trigger_id=fresh, view=MODAL)["ok"]
    full = server.desk.triggers.issue(ana)
    assert (
        call(server, "views.push", DEMO_BOT_TOKEN, trigger_id=full, view=MODAL)["error"]
        == "push_limit_reached"
    )
    assert len(workspace.modals[ana]) == 3


async def test_a_view_that_changed_meanwhile_is_not_overwritten(server: StandinServer) -> None:
    trigger = server.desk.triggers.issue(server.people.who("ana.lee").id)
    opened = call(server, "views.open", DEMO_BOT_TOKEN, trigger_id=trigger, view=MODAL)["view"]
    args = {"view_id": opened["id"], "hash": opened["hash"], "view": MODAL}
    assert call(server, "views.update", DEMO_BOT_TOKEN, **args)["ok"]
    assert call(server, "views.update", DEMO_BOT_TOKEN, **args)["error"] == "hash_conflict"
