"""A person lets the bot set their status: for themselves alone, sealed, renewed by one replica, dropped when revoked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.asks import Happening, HappeningKind
from bot.errors import SourceRefused, SourceUnavailable
from bot.slack.consents import SCOPES, UserToken
from bot.slack.installations import Install
from bot.slack.wiring import make_slack
from bot.store import Store, open_store

OAUTH = {
    "slack_client_id": "1.2",
    "slack_client_secret": "client-secret",
    "ta_bot_secret_key": "a long secret of ours",
    "ta_bot_public_url": "https://ta-bot.example",
    "slack_authorize_url": "https://slack.example/authorize",
}
GIVEN = {
    "ok": True,
    "team": {"id": "T111"},
    "authed_user": {
        "id": "U1",
        "scope": ",".join(SCOPES),
        "access_token": "xoxp-1",
        "token_type": "user",
    },
}
EMAIL = "u1@example.com"


class Told:
    """What features were told."""

    def __init__(self) -> None:
        self.happened: list[Happening] = []

    async def hear(self, happening: Happening, _ports: Any) -> None:
        self.happened.append(happening)

    def table(self) -> dict[str, Any]:
        return dict.fromkeys(HappeningKind, self.hear)


@pytest.fixture
def told() -> Told:
    return Told()


async def follow(served: Any, user_id: str = "U1", **query: str) -> Any:
    """Press the button and walk through the pages, as a browser does; gives the last page."""
    link = served.edge.side.statuses.consent_url(user_id)
    path = link.removeprefix("https://ta-bot.example")
    status, _, answer = await served.get(path)
    assert status == 302
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    # The address is https there, so a browser on plain loopback would not send the cookie back by itself.
    cookie = answer.cookies["ta-bot-install"].value
    given = {"code": "c", "state": state, **query}
    return await served.get(
        "/slack/oauth_redirect", params=given, headers={"Cookie": f"ta-bot-install={cookie}"}
    )


async def test_what_a_person_allows_is_kept_sealed_and_features_hear_of_it(
    serving: Any, slack: Any, sqlite_store: Store, told: Told
) -> None:
    slack.installing = GIVEN
    served = await serving(changes=OAUTH, happenings=told.table())
    status, page, _ = await follow(served)
    assert (status, "Thank you" in page) == (200, True)
    kept = await sqlite_store.user_tokens.find_token(email=EMAIL)
    assert kept is not None
    assert kept.user_id == "U1"
    assert "xoxp" not in kept.sealed
    assert await served.edge.side.statuses.has_consent(EMAIL)
    await served.edge.working.drained(5)
    assert [(one.kind, one.email) for one in told.happened] == [(HappeningKind.CONSENT_GIVEN, EMAIL)]


async def test_only_a_persons_own_scopes_are_asked_for(serving: Any) -> None:
    served = await serving(changes=OAUTH)
    link = served.edge.side.statuses.consent_url("U1").removeprefix("https://ta-bot.example")
    _, _, answer = await served.get(link)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["user_scope"] == ["dnd:write,users.profile:read,users.profile:write"]
    assert "scope" not in query, "no new bot token comes of it"
    assert query["redirect_uri"] == ["https://ta-bot.example/slack/oauth_redirect"]


@pytest.mark.parametrize(
    ("changed", "said", "given_back"),
    [
        ({"authed_user": {**GIVEN["authed_user"], "id": "U2"}}, "somebody else’s", 1),  # type: ignore[dict-item]
        ({"team": {"id": "TELSE"}}, "another workspace", 1),
        (
            {"authed_user": {**GIVEN["authed_user"], "scope": "dnd:write"}},  # type: ignore[dict-item]
            "users.profile:read, users.profile:write is missing",
            1,
        ),
        ({"authed_user": {"id": "U1"}}, "names no person or token", 0),
        ({"ok": False, "error": "invalid_code"}, "invalid_code", 0),
    ],
)
async def test_anything_else_is_refused_and_given_back(
    serving: Any, slack: Any, sqlite_store: Store, changed: dict[str, Any], said: str, given_back: int
) -> None:
    slack.installing = {**GIVEN, **changed}
    served = await serving(changes=OAUTH)
    status, page, _ = await follow(served)
    assert (status, said in page) == (403, True), page
    assert slack.count("auth.revoke") == given_back
    for user_id in ("U1", "U2"):
        assert await sqlite_store.user_tokens.find_token(user_id=user_id) is None


async def test_a_guest_is_refused(serving: Any, slack: Any) -> None:
    slack.installing = {**GIVEN, "authed_user": {**GIVEN["authed_user"], "id": "UGUEST"}}  # type: ignore[dict-item]
    served = await serving(changes=OAUTH)
    status, page, _ = await follow(served, "UGUEST")
    assert (status, "only full members" in page) == (403, True)


async def test_who_allowed_it_before_keeps_that_when_they_follow_anothers_link(
    serving: Any, slack: Any
) -> None:
    """Slack gives the same token again: giving it back would end what they allowed."""
    slack.installing = GIVEN
    served = await serving(changes=OAUTH)
    await follow(served)
    status, _, _ = await follow(served, "U2")
    assert (status, slack.count("auth.revoke")) == (403, 0)
    assert await served.edge.side.statuses.has_consent(EMAIL)


async def test_a_link_is_sealed_and_a_state_is_this_browsers_and_works_once(serving: Any, slack: Any) -> None:
    slack.installing = GIVEN
    served = await serving(changes=OAUTH)
    assert (await served.get("/slack/consent", params={"for": "U1"}))[0] == 400
    assert (await served.get("/slack/consent"))[0] == 400
    link = served.edge.side.statuses.consent_url("U1").removeprefix("https://ta-bot.example")
    _, _, answer = await served.get(link)
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    assert (await served.get("/slack/oauth_redirect", params={"code": "c", "state": state}))[0] == 400
    own = {"Cookie": f"ta-bot-install={answer.cookies['ta-bot-install'].value}"}
    given = {"code": "c", "state": state}
    assert (await served.get("/slack/oauth_redirect", params=given, headers=own))[0] == 200
    assert (await served.get("/slack/oauth_redirect", params=given, headers=own))[0] == 400


async def test_a_link_cannot_be_used_as_a_state(serving: Any, slack: Any) -> None:
    slack.installing = GIVEN
    served = await serving(changes=OAUTH)
    link = parse_qs(urlsplit(served.edge.side.statuses.consent_url("U1")).query)["for"][0]
    given = {"code": "c", "state": link}
    own = {"Cookie": "ta-bot-install="}
    assert (await served.get("/slack/oauth_redirect", params=given, headers=own))[0] == 400


async def test_who_says_no_is_told_that_nothing_changes(serving: Any) -> None:
    served = await serving(changes=OAUTH)
    status, page, _ = await follow(served, error="access_denied")
    assert (status, "nothing changes" in page) == (400, True)


@pytest.mark.parametrize("lacking", ["slack_client_id", "ta_bot_public_url"])
async def test_where_it_is_not_set_up_there_is_no_link(build: Any, lacking: str) -> None:
    edge = build({**OAUTH, lacking: None})
    assert edge.side.statuses.consent_url("U1") == ""


# ---- revoked and renewed


async def test_a_revoked_token_is_dropped_once_it_is_dead_indeed(build: Any, slack: Any, told: Told) -> None:
    """Slack may be telling of a token that a renewal has replaced."""
    edge = build(OAUTH, happenings=told.table())
    await edge.side.identity.get()
    await edge.side.consents.keep(UserToken(user_id="U1", email=EMAIL, token="xoxp-1"))
    event = {"tokens": {"oauth": ["U1", "U2"], "bot": []}}
    await edge.dispatch(slack.event("tokens_revoked", "Ev1", **event))
    assert await edge.side.statuses.has_consent(EMAIL)
    slack.broken["auth.test"] = lambda _given: {"ok": False, "error": "token_revoked"}
    await edge.dispatch(slack.event("tokens_revoked", "Ev2", **event))
    assert not await edge.side.statuses.has_consent(EMAIL)
    assert [one.kind for one in told.happened] == [HappeningKind.CONSENT_WITHDRAWN]


async def test_a_changed_profile_is_told_of_with_its_status(build: Any, slack: Any, told: Told) -> None:
    edge = build(OAUTH, happenings=told.table())
    await edge.side.identity.get()
    shown = {"email": EMAIL, "status_text": "R&amp;D", "status_emoji": ":tada:", "team": "T111"}
    ours = {"id": "U1", "team_id": "T111", "profile": shown}
    await edge.dispatch(slack.event("user_change", "Ev1", user=ours))
    await edge.dispatch(slack.event("user_change", "Ev2", user={**ours, "team_id": "TFAR"}))
    await edge.dispatch(slack.event("user_change", "Ev3", user={"id": "U1"}))
    assert [(one.key, one.status_text, one.status_emoji) for one in told.happened] == [
        ("Ev1", "R&D", ":tada:")
    ]


@pytest.fixture
async def replicas(settings: Any, database_url: str, clock: Any) -> Any:
    """Two processes' Slack sides on one database; on SQLite, from which one process serves, the same store twice."""
    stores = [open_store(database_url, clock)]
    if not database_url.startswith("sqlite"):
        stores.append(open_store(database_url, clock))
    for store in stores:
        await store.start()
    chosen = settings.model_copy(update={})
    changes = {**OAUTH, "slack_bot_token": None, "ta_bot_team_id": "T111"}
    chosen = type(settings)(**{**settings.model_dump(), **changes}, _env_file=None)
    sides = [make_slack(chosen, clock, store.audit, kept=store) for store in (stores * 2)[:2]]
    yield sides
    for side in sides:
        await side.close()
    for store in stores:
        await store.close()


async def _slowly(slack: Any, answer: dict[str, Any]) -> None:
    """A refresh token works once, and Slack takes its time."""
    used: set[str] = set()

    async def renew(given: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0.05)
        if given["refresh_token"] in used:
            return {"ok": False, "error": "invalid_refresh_token"}
        used.add(given["refresh_token"])
        return answer

    slack.broken["oauth.v2.access"] = renew


async def test_of_two_replicas_one_renews_the_bots_token(replicas: Any, slack: Any, clock: Any) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    old = Install(team_id="T111", bot_token="xoxe.xoxb-old", refresh_token="xoxe-1-old", expires_at=soon)
    await replicas[0].tokens.keep(old)
    renewed = {
        "ok": True,
        "access_token": "xoxe.xoxb-new",
        "refresh_token": "xoxe-1-new",
        "expires_in": 43200,
    }
    await _slowly(slack, {**renewed, "team": {"id": "T111"}})
    found = await asyncio.gather(*(side.tokens.bot_token() for side in replicas * 4))
    assert set(found) == {"xoxe.xoxb-new"}
    assert slack.count("oauth.v2.access") == 1


async def test_of_two_replicas_one_renews_a_persons_token(replicas: Any, slack: Any, clock: Any) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    old = UserToken(
        user_id="U1", email=EMAIL, token="xoxe.xoxp-old", refresh_token="xoxe-1-old", expires_at=soon
    )
    await replicas[0].consents.keep(old)
    renewed = {"ok": True, "token_type": "user", "access_token": "xoxe.xoxp-new", "expires_in": 43200}
    await _slowly(slack, {**renewed, "refresh_token": "xoxe-1-new"})
    found = await asyncio.gather(*(side.consents.get(EMAIL) for side in replicas * 4))
    assert {one.token for one in found} == {"xoxe.xoxp-new"}
    assert slack.count("oauth.v2.access") == 1


async def test_a_refresh_token_that_slack_no_longer_takes_ends_the_consent(build: Any, slack: Any) -> None:
    edge = build(OAUTH)
    await edge.side.consents.keep(
        UserToken(
            user_id="U1",
            email=EMAIL,
            token="xoxe.xoxp-old",
            refresh_token="gone",
            expires_at=edge.side.clock.now().isoformat(),
        )
    )
    slack.installing = {"ok": False, "error": "bad_client_secret"}
    with pytest.raises(SourceRefused, match="bad_client_secret"):
        await edge.side.statuses.set_snooze(EMAIL, edge.side.clock.now() + timedelta(hours=1))
    assert await edge.side.statuses.has_consent(EMAIL), "that is our own mistake"
    slack.installing = {"ok": False, "error": "invalid_refresh_token"}
    with pytest.raises(SourceRefused) as refused:
        await edge.side.statuses.set_snooze(EMAIL, edge.side.clock.now() + timedelta(hours=1))
    assert refused.value.code == "no_consent"
    assert not await edge.side.statuses.has_consent(EMAIL)


@pytest.mark.parametrize(
    ("error", "ours_works", "kept", "raised"),
    [
        ("token_revoked", True, False, SourceRefused),
        ("invalid_auth", True, False, SourceRefused),
        ("invalid_auth", False, True, SourceUnavailable),
        ("profile_set_failed", True, True, SourceRefused),
    ],
)
async def test_a_token_is_dropped_only_where_it_and_not_our_address_is_refused(
    build: Any, slack: Any, error: str, ours_works: bool, kept: bool, raised: type[Exception]
) -> None:
    from bot.domain.status import EMPTY

    edge = build(OAUTH)
    await edge.side.consents.keep(UserToken(user_id="U1", email=EMAIL, token="xoxp-1"))
    slack.broken["users.profile.set"] = lambda _given: {"ok": False, "error": error}
    if not ours_works:
        slack.broken["auth.test"] = lambda _given: {"ok": False, "error": "invalid_auth"}
    with pytest.raises(raised):
        await edge.side.statuses.write_status(EMAIL, EMPTY)
    assert await edge.side.statuses.has_consent(EMAIL) == kept


async def test_a_status_is_read_and_written_as_people_see_it(build: Any, slack: Any) -> None:
    from bot.domain.status import SlackStatus

    edge = build(OAUTH)
    await edge.side.consents.keep(UserToken(user_id="U1", email=EMAIL, token="xoxp-1"))
    profile = {"status_text": "R&amp;D \u0000", "status_emoji": ":x:", "status_expiration": 0}
    slack.broken["users.profile.get"] = lambda _given: {"ok": True, "profile": profile}
    assert await edge.side.statuses.read_status(EMAIL) == SlackStatus(text="R&D ?", emoji=":x:")
    emojis: list[str] = []

    def take(given: dict[str, Any]) -> dict[str, Any]:
        import json

        asked = json.loads(given["profile"])
        emojis.append(asked["status_emoji"])
        if asked["status_emoji"]:
            return {"ok": False, "error": "invalid_emoji_not_allowed"}
        return {"ok": True, "profile": {**asked, "status_emoji": ":speech_balloon:"}}

    slack.broken["users.profile.set"] = take
    shown = await edge.side.statuses.write_status(EMAIL, SlackStatus(text="x" * 120, emoji=":gone:"))
    assert emojis == [":gone:", ""]
    assert (len(shown.text), shown.emoji) == (100, ":speech_balloon:")
    assert "Bearer xoxp-1" in slack.tokens
