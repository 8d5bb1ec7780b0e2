"""Calls to Slack: what is tried again, what never is, and what each failure is called."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.blocks.answers import Message
from bot.errors import SourceLost, SourceRefused, SourceUnavailable
from bot.slack.web import LOOK_UP, Patience


def once(answer):
    """Fails the first time, then leaves it to the workspace."""
    answers = iter([answer])
    return lambda _: next(answers, None)


async def dropped(request_given):
    raise ConnectionResetError(str(request_given))


@pytest.mark.parametrize(
    "failure",
    [
        web.Response(status=500),
        web.Response(text="<html>not JSON</html>"),
        web.Response(status=429, headers={"Retry-After": "0"}),
    ],
    ids=["500", "html", "429"],
)
async def test_a_look_up_is_tried_once_more(build, slack, failure):
    slack.broken["users.info"] = once(failure)
    found = await build().side.web.call("users.info", user="U1")
    assert found["user"]["id"] == "U1"
    assert slack.count("users.info") == 2


@pytest.mark.parametrize("failure", [web.Response(status=500), dropped], ids=["500", "dropped"])
async def test_a_post_whose_fate_is_unknown_is_never_made_again(build, slack, failure):
    slack.broken["chat.postMessage"] = failure if callable(failure) else once(failure)
    with pytest.raises(SourceLost):
        await build().side.outbox.post("COPEN", Message(text="x"))
    assert slack.count("chat.postMessage") == 1


async def test_a_post_that_slack_turned_away_is_made_again(build, slack):
    slack.broken["chat.postMessage"] = once(web.Response(status=429, headers={"Retry-After": "0"}))
    assert (await build().side.outbox.post("COPEN", Message(text="x"))).ts == "1.1"


async def test_a_modal_does_not_wait_for_its_trigger_to_die(build, slack):
    slack.broken["views.open"] = lambda _: web.Response(status=429, headers={"Retry-After": "1"})
    with pytest.raises(SourceUnavailable, match="wait"):
        await build().side.web.call("views.open", Patience(5, longest_wait=0))
    assert slack.count("views.open") == 1


async def test_a_slow_slack_is_given_up(build, slack):
    async def slow(_given):
        await asyncio.sleep(0.5)

    slack.broken["users.info"] = slow
    with pytest.raises(SourceLost, match="in time"):
        await build().side.web.call("users.info", Patience(0.05, longest_wait=0), user="U1")


async def test_a_refusal_carries_slacks_own_word_and_is_counted(build, slack):
    slack.broken["users.info"] = lambda _: {"ok": False, "error": "missing_scope"}
    side = build().side
    with pytest.raises(SourceRefused, match="missing_scope") as refused:
        await side.web.call("users.info", LOOK_UP, user="U1")
    assert refused.value.code == "missing_scope"
    assert slack.count("users.info") == 1
    assert (
        'ta_bot_slack_errors_total{error="missing_scope",method="users.info"} 1.0'
        in side.metrics.text().decode()
    )


async def test_nobody_there_says_where(build):
    side = build({"slack_api_url": "http://127.0.0.1:9/api/"}).side
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1:9"):
        await side.web.call("auth.test")


async def test_the_token_travels_in_the_header_alone(build, slack):
    await build().side.web.call("users.info", user="U1")
    assert slack.calls == [("users.info", {"user": "U1"})]
    assert slack.tokens == {"Bearer xoxb-test"}
