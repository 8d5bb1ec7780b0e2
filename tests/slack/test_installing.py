"""Installing through the browser: one workspace, sealed tokens, renewed in time, gone when revoked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.blocks.answers import Message
from bot.errors import SourceRefused
from bot.slack.installations import Install, Vault

OAUTH = {
    "slack_bot_token": None,
    "slack_client_id": "1.2",
    "slack_client_secret": "client-secret",
    "ta_bot_secret_key": "a long secret of ours",
    "ta_bot_team_id": "T111",
    "slack_authorize_url": "https://slack.example/authorize",
}
GIVEN = {
    "ok": True,
    "access_token": "xoxb-installed",
    "scope": "commands",
    "team": {"id": "T111"},
    "authed_user": {"id": "U1"},
    "is_enterprise_install": False,
}


async def health(_asked, _ports):
    return Message(text="Acme 7.2")


async def install(served, **query):
    """Walk through the pages as a browser does; gives the last page."""
    status, _, answer = await served.get("/slack/install")
    assert status == 302
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    return await served.get("/slack/oauth_redirect", params={"code": "c", "state": state, **query})


async def test_an_install_is_kept_sealed_and_used(serving, slack, sqlite_store):
    slack.installing = GIVEN
    served = await serving(changes=OAUTH, commands={"/account-health": health})
    status, page, _ = await install(served)
    assert (status, "Installed" in page) == (200, True)
    kept = await sqlite_store.installations.find_install("T111")
    assert "xoxb" not in kept.sealed
    await served.edge.dispatch(slack.command())
    assert slack.texts() == ["Acme 7.2"]
    exchanged = next(given for method, given in slack.calls if method == "oauth.v2.access")
    assert exchanged["code"] == "c"
    assert "client-secret" not in str(exchanged)


async def test_where_the_install_sends_to(serving):
    served = await serving(changes=OAUTH)
    _, _, answer = await served.get("/slack/install")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["scope"] == ["commands,chat:write"]
    assert query["team"] == ["T111"]
    assert query["redirect_uri"] == [f"{served.url}/slack/oauth_redirect"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"team": {"id": "TELSE"}}, 403, "another workspace"),
        ({"is_enterprise_install": True}, 403, "org-wide"),
        ({"access_token": ""}, 403, "names no workspace"),
        ({"ok": False, "error": "invalid_code"}, 403, "invalid_code"),
        ({"ok": False, "error": "internal_error"}, 502, "Start again"),
    ],
)
async def test_any_other_install_is_refused(serving, slack, sqlite_store, changed, status, said):
    slack.installing = {**GIVEN, **changed}
    served = await serving(changes=OAUTH)
    got, page, _ = await install(served)
    assert (got, said in page) == (status, True), page
    assert await sqlite_store.installations.find_install("T111") is None
    assert await sqlite_store.installations.find_install("TELSE") is None
    assert slack.count("auth.revoke") == (1 if "team" in changed else 0)


async def test_a_state_is_this_browsers_and_works_once(serving, slack):
    slack.installing = GIVEN
    served = await serving(changes=OAUTH)
    _, _, answer = await served.get("/slack/install")
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    given = {"code": "c", "state": state}
    assert (await served.get("/slack/oauth_redirect", params={"code": "c", "state": "x"}))[0] == 400
    assert (await served.get("/slack/oauth_redirect", params=given))[0] == 200
    assert (await served.get("/slack/oauth_redirect", params=given))[0] == 400
    served.client.cookie_jar.clear()
    assert (await install(served))[0] == 200
    served.client.cookie_jar.clear()
    assert (await served.get("/slack/oauth_redirect", params=given))[0] == 400


async def test_without_oauth_there_is_no_install_page(serving):
    served = await serving()
    assert (await served.get("/slack/install"))[0] == 404
    assert (await served.get("/slack/oauth_redirect"))[0] == 404


async def test_before_the_install_everybody_hears_a_plain_sentence(serving, slack):
    served = await serving(changes=OAUTH, commands={"/account-health": health})
    await served.edge.dispatch(slack.command())
    assert "Acme" not in slack.everything()
    assert "not installed yet" in (await served.get("/readyz"))[1]


@pytest.mark.parametrize(
    ("event", "given", "gone"),
    [
        ("app_uninstalled", {}, True),
        ("tokens_revoked", {"tokens": {"bot": ["UBOT"]}}, True),
        ("tokens_revoked", {"tokens": {"oauth": ["U1"]}}, False),
    ],
)
async def test_a_revoked_install_is_forgotten(serving, slack, sqlite_store, event, given, gone):
    slack.installing = GIVEN
    served = await serving(changes=OAUTH)
    await install(served)
    await served.edge.dispatch({**slack.event(event, "Ev8", **given), "team_id": "TELSE"})
    assert await sqlite_store.installations.find_install("T111") is not None
    await served.edge.dispatch(slack.event(event, "Ev9", **given))
    assert (await sqlite_store.installations.find_install("T111") is None) == gone


async def test_a_token_is_renewed_once_before_it_ends(build, slack):
    edge = build(OAUTH)
    tokens, now = edge.side.tokens, edge.side.clock.now()
    soon = (now + timedelta(hours=1)).isoformat()
    await tokens.keep(
        Install(team_id="T111", bot_token="xoxe.xoxb-old", refresh_token="xoxe-1-old", expires_at=soon)
    )
    slack.installing = {
        **GIVEN,
        "access_token": "xoxe.xoxb-new",
        "refresh_token": "xoxe-1-new",
        "expires_in": 43200,
    }
    found = await asyncio.gather(*(tokens.bot_token() for _ in range(5)))
    assert set(found) == {"xoxe.xoxb-new"}
    assert [given for method, given in slack.calls if method == "oauth.v2.access"] == [
        {"grant_type": "refresh_token", "refresh_token": "xoxe-1-old"}
    ]


def test_another_key_opens_nothing():
    sealed = Vault("one").seal({"bot_token": "xoxb-1"})
    assert "xoxb" not in sealed
    with pytest.raises(SourceRefused, match="TA_BOT_SECRET_KEY"):
        Vault("another").open(sealed)
