"""People's own statuses and tokens: what Slack's reference says, agreed to, renewed and revoked."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN, DEMO_CLIENT_SECRET, Workspace
from bot.standin.webapi import answer

SCOPES = "users.profile:write,users.profile:read,dnd:write"


def call(server: StandinServer, method: str, token: str = "", **args: Any) -> dict[str, Any]:
    return dict(answer(server.desk, method, args, token).body)


async def code_for(server: StandinServer, who: str = "ana.lee", **asked: str) -> str:
    """A browser that is used as somebody follows the app's link, and comes back with a code."""
    query = {"client_id": "1.2", "redirect_uri": "http://127.0.0.1:9/back", "state": "s", **asked}
    user = server.workspace.find_user(who)
    cookies = {"standin-user": user.id} if user else {}
    async with (
        aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
        browser.get(f"{server.base_url}/oauth/v2/authorize", params=query, allow_redirects=False) as answered,
    ):
        return parse_qs(urlsplit(answered.headers["Location"]).query)["code"][0]


def exchanged(server: StandinServer, **args: str) -> dict[str, Any]:
    secret = {"client_id": server.workspace.client_id, "client_secret": DEMO_CLIENT_SECRET}
    return call(server, "oauth.v2.access", **secret, **args)


@pytest.fixture
async def token(server: StandinServer) -> str:
    """Ana's own."""
    answered = exchanged(server, code=await code_for(server, scope="", user_scope=SCOPES))
    return str(answered["authed_user"]["access_token"])


def status(server: StandinServer, token: str, **shown: Any) -> dict[str, Any]:
    return call(server, "users.profile.set", token, profile=json.dumps(shown))


async def test_who_agrees_is_whoever_uses_the_page_and_no_bot_token_comes_with_it(
    server: StandinServer,
) -> None:
    answered = exchanged(server, code=await code_for(server, "ben.ode", user_scope=SCOPES))
    assert answered["authed_user"]["id"] == "U0BEN00001"
    assert answered["authed_user"]["scope"] == SCOPES
    assert "access_token" not in answered
    again = exchanged(server, code=await code_for(server, "ben.ode", user_scope="dnd:read"))
    assert again["authed_user"]["access_token"] == answered["authed_user"]["access_token"], "as in Slack"


async def test_a_person_sets_their_own_status_and_the_app_hears_of_it(
    server: StandinServer, token: str
) -> None:
    shown = {"status_text": "R&D", "status_emoji": ":tada:", "status_expiration": 0}
    assert status(server, token, **shown)["profile"]["status_text"] == "R&amp;D"
    assert server.people.who("ana.lee").status_text == "R&D"
    assert call(server, "users.profile.get", token)["profile"]["status_emoji"] == ":tada:"


@pytest.mark.parametrize(
    ("shown", "error"),
    [
        ({"status_text": "x" * 101, "status_emoji": ":tada:"}, "too_long"),
        ({"status_text": ""}, "must_clear_both_status_text_and_status_emoji"),
        ({"status_text": "a", "status_emoji": "tada"}, "invalid_emoji_not_allowed"),
        ([], "invalid_profile"),
    ],
)
async def test_what_slack_refuses(server: StandinServer, token: str, shown: Any, error: str) -> None:
    assert status(server, token, status_text="Here", status_emoji=":tada:")["ok"]
    assert call(server, "users.profile.set", token, profile=json.dumps(shown))["error"] == error
    assert server.people.who("ana.lee").status_text == "Here"


async def test_words_without_an_emoji_get_a_balloon_and_both_empty_clear(
    server: StandinServer, token: str
) -> None:
    assert status(server, token, status_text="Hi", status_emoji="")["profile"]["status_emoji"] == (
        ":speech_balloon:"
    )
    cleared = status(server, token, status_text="", status_emoji="", status_expiration=99)["profile"]
    assert (cleared["status_text"], cleared["status_emoji"], cleared["status_expiration"]) == ("", "", 0)


async def test_a_status_whose_time_is_over_shows_no_more(
    server: StandinServer, clock: Any, token: str
) -> None:
    until = int(clock.now().timestamp()) + 60
    assert status(server, token, status_text="Lunch", status_emoji=":bento:", status_expiration=until)["ok"]
    clock.turn(61)
    assert call(server, "users.profile.get", token)["profile"]["status_text"] == ""


async def test_a_bot_has_no_status_and_a_person_changes_nobody_elses(
    server: StandinServer, token: str
) -> None:
    assert status(server, DEMO_BOT_TOKEN, status_text="x")["error"] == "not_allowed_token_type"
    other = call(server, "users.profile.set", token, user="U0BEN00001", profile="{}")
    assert other["error"] == "not_admin"
    assert call(server, "users.list", token)["error"] == "missing_scope"
    assert call(server, "dnd.info", token)["error"] == "missing_scope"


async def test_notifications_are_paused_and_go_on(server: StandinServer, clock: Any, token: str) -> None:
    paused = call(server, "dnd.setSnooze", token, num_minutes="90")
    assert paused["snooze_enabled"]
    assert paused["snooze_endtime"] == int(clock.now().timestamp()) + 5400
    assert not call(server, "dnd.endSnooze", token)["snooze_enabled"]


async def test_a_profile_is_changed_ten_times_a_minute(server: StandinServer, token: str) -> None:
    server.desk.pace.switch(on=True)
    replies = [
        answer(
            server.desk,
            "users.profile.set",
            {"profile": '{"status_text": "x", "status_emoji": ":tada:"}'},
            token,
        )
        for _ in range(11)
    ]
    assert [one.status for one in replies] == [200] * 10 + [429]
    assert 50 <= int(replies[-1].headers["Retry-After"]) <= 60


async def test_a_revoked_token_opens_nothing_and_the_app_hears_whose_it_was(
    server: StandinServer, workspace: Workspace, token: str
) -> None:
    assert call(server, "auth.revoke", token)["revoked"]
    assert call(server, "users.profile.get", token)["error"] == "token_revoked"
    assert workspace.installs[DEMO_BOT_TOKEN].revoked == ""


async def test_where_tokens_are_rotated_a_refresh_token_works_once(
    server: StandinServer, workspace: Workspace, clock: Any
) -> None:
    workspace.rotation = 43_200
    given = exchanged(server, code=await code_for(server, user_scope=SCOPES))["authed_user"]
    assert given["expires_in"] == 43_200
    clock.turn(43_200)
    assert call(server, "users.profile.get", given["access_token"])["error"] == "token_expired"
    again = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    renewed = exchanged(server, **again)
    assert renewed["token_type"] == "user"
    assert call(server, "users.profile.get", renewed["access_token"])["ok"]
    assert exchanged(server, **again)["error"] == "invalid_refresh_token"
