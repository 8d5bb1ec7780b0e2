"""The server: signatures, health, readiness, metrics and a stop that loses nothing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from urllib.parse import urlencode

import pytest

from bot.blocks.answers import Message, Modal, Options
from bot.errors import OperatorError
from bot.slack.serve import serve


async def health(_asked, _ports):
    return Message(text="Acme 7.2")


async def test_a_signed_command_is_acked_empty_and_answered(serving, slack):
    served = await serving(commands={"/account-health": health})
    assert await served.send(urlencode(slack.command())) == (200, "")
    await served.edge.working.drained(5)
    assert slack.texts() == ["Acme 7.2"]


async def test_a_wrong_or_old_signature_is_refused(serving, slack):
    served = await serving(commands={"/account-health": health})
    body = urlencode(slack.command())
    assert (await served.send(body, secret="another"))[0] == 401
    assert (await served.send(body, age=301))[0] == 401
    async with served.client.post(f"{served.url}/slack/events", data=body) as answer:
        assert answer.status == 401
    await served.edge.working.drained(5)
    assert {name for name, _ in slack.calls} <= {"auth.test"}


async def test_without_a_signing_secret_nothing_over_http_is_believed(serving, slack):
    served = await serving(changes={"slack_signing_secret": None}, commands={"/account-health": health})
    assert (await served.send(urlencode(slack.command()), secret=""))[0] == 401


async def test_the_word_payload_in_a_command_is_no_payload(serving, slack):
    heard = []

    async def keep(asked, _ports):
        heard.append(asked.text)
        return Message(text="ok")

    served = await serving(commands={"/account-health": keep})
    assert (await served.send(urlencode(slack.command("payload systems"))))[0] == 200
    await served.edge.working.drained(5)
    assert heard == ["payload systems"]


async def test_what_cannot_be_read_is_refused_and_the_process_stays_up(serving, slack):
    served = await serving(commands={"/account-health": health})
    for body in ("payload={", "payload=[]", 'payload={"team":"x","type":5}', "{]", "%ff", "x=1", ""):
        assert (await served.send(body))[0] in (200, 400, 404), body
    for shape in (
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": "x", "user": 7},
        {"type": "view_submission", "view": None},
        {"type": "view_submission", "view": {"callback_id": "x"}},
        {"type": "event_callback", "event": {}},
        {"type": "event_callback", "event": []},
        {"type": "block_suggestion"},
        {"type": "shortcut", "callback_id": 7},
        {"type": "message_action", "callback_id": "x", "user": None},
        {"type": ["x"]},
    ):
        status, _ = await served.send(urlencode({"payload": json.dumps(shape)}))
        assert status in (200, 400, 404), shape
    assert await served.send(urlencode(slack.command())) == (200, "")


async def test_slacks_url_check_is_answered(serving):
    served = await serving()
    body = json.dumps({"type": "url_verification", "challenge": "c4"})
    status, text = await served.send(body)
    assert (status, json.loads(text)) == (200, {"challenge": "c4"})


async def test_options_ride_in_the_ack(serving, slack):
    async def names(asked, _ports):
        return Options(options=tuple((f"{asked.text} {number}", str(number)) for number in range(120)))

    served = await serving(typeaheads={"find": names})
    status, body = await served.send(urlencode({"payload": json.dumps(slack.typed("find", "acm"))}))
    options = json.loads(body)["options"]
    assert (status, len(options)) == (200, 100)
    assert options[0]["text"]["text"] == "acm 0"


async def test_health_readiness_and_metrics(serving, slack):
    problem = ["no such table"]

    async def database():
        if problem:
            raise RuntimeError(problem[0])

    async def age():
        return 60.0

    served = await serving({"database": database}, age, commands={"/account-health": health})
    await served.edge.side.identity.get()
    assert (await served.get("/healthz"))[0] == 200
    status, text, _ = await served.get("/readyz")
    assert (status, text) == (503, "database: no such table\n")
    problem.clear()
    assert (await served.get("/readyz"))[0] == 200
    await served.send(urlencode(slack.command()))
    await served.edge.working.drained(5)
    metrics = (await served.get("/metrics"))[1]
    assert 'ta_bot_asks_total{kind="command",outcome="ephemeral"} 1.0' in metrics
    assert "ta_bot_book_age_seconds 60.0" in metrics
    assert "ta_bot_ack_seconds_count 1.0" in metrics


async def test_a_refused_token_is_said_and_the_process_stays_up(serving, slack):
    slack.broken["auth.test"] = lambda _: {"ok": False, "error": "invalid_auth"}
    served = await serving(commands={"/account-health": health})
    await served.send(urlencode(slack.command()))
    await served.edge.working.drained(5)
    status, text, _ = await served.get("/readyz")
    assert status == 503
    assert "invalid_auth" in text
    assert "Acme" not in slack.everything()
    assert "Try again" in slack.texts()[0]
    del slack.broken["auth.test"]
    await served.send(urlencode(slack.command("again")))
    await served.edge.working.drained(5)
    assert slack.texts()[1:] == ["Acme 7.2"]


async def test_an_address_in_use_is_one_clear_sentence(serving, build):
    served = await serving()
    edge = build({"ta_bot_port": int(served.url.rpartition(":")[2])})
    with pytest.raises(OperatorError, match="TA_BOT_PORT"):
        await serve(edge, checks={})


async def test_a_submission_in_hand_is_answered_while_stopping(serving, slack):
    asked = asyncio.Event()

    async def slow(_asked, _ports):
        asked.set()
        await asyncio.sleep(0.3)
        return Modal(callback_id="x", title="In time", blocks=())

    served = await serving(submissions={"slow": slow})
    sending = asyncio.create_task(served.send(urlencode({"payload": json.dumps(slack.submit("slow"))})))
    await asked.wait()
    served.stop.set()
    status, body = await sending
    assert (status, "In time" in body) == (200, True)


async def test_sigterm_finishes_what_was_acked(serving, slack):
    async def slow(_asked, _ports):
        await asyncio.sleep(0.3)
        return Message(text="late but said")

    served = await serving(commands={"/account-health": slow})
    assert await served.send(urlencode(slack.command())) == (200, "")
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(served.done, 10)
    assert slack.texts() == ["late but said"]
