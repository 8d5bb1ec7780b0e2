"""From an ask to its answer, and everything that must not be said."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiohttp import web

from bot.blocks.answers import Message, Modal
from bot.errors import NamedAccount, UnknownAccount, WrongUsage

SECRETS = ("Acme", "U0OWNER", "123456", "A-77")


async def health(_asked, _ports):
    """An answer full of what must stay inside."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Acme, <@U0OWNER>, $123456"}}
    return Message(text="Acme 7.2", blocks=(block,), accounts=("A-77",))


async def unknown(_asked, _ports):
    raise UnknownAccount("acmee <!channel>", [NamedAccount("A-77", "Acme & Sons")])


async def crash(_asked, _ports):
    raise RuntimeError("Acme is broken, $123456")


async def window(_asked, _ports):
    return Modal(callback_id="x", title="Acme", blocks=(), private_metadata="A-77")


async def test_an_answer_reaches_the_asker_alone(build, slack, audit):
    edge = build(commands={"/account-health": health})
    assert await edge.dispatch(slack.command()) == {"status": 200}
    assert slack.said[0]["response_type"] == "ephemeral"
    assert slack.said[0]["text"] == "Acme 7.2"
    row = audit.rows[0]
    assert (row.accounts, row.delivered, row.email) == (("A-77",), "ephemeral", "u1@example.com")


async def test_the_handler_knows_who_asks_and_from_where(build, slack):
    asked = []

    async def keep(ask, _ports):
        asked.append(ask)
        return Message(text="ok")

    edge = build(commands={"/account-health": keep})
    await edge.dispatch(slack.command("a"))
    await edge.dispatch(slack.command("b", channel_id="DU1"))
    await edge.dispatch(slack.command("c", channel_id="GHIDDEN"))
    assert asked[0].asker.email == "u1@example.com"
    assert [ask.place.kind for ask in asked] == ["open", "direct", "unseen"]
    assert [ask.place.can_share for ask in asked] == [True, True, False]


@pytest.mark.parametrize("handler", [health, unknown])
@pytest.mark.parametrize("place", ["CEXT", "CPENDING", "CGUEST", "GMPIM", "CHALF"])
async def test_a_shared_place_hears_nothing_and_the_asker_hears_it_directly(
    build, slack, audit, place, handler
):
    edge = build(commands={"/account-health": handler})
    await edge.dispatch(slack.command(channel_id=place))
    posts = [given for method, given in slack.calls if method == "chat.postMessage"]
    assert [post["channel"] for post in posts] == ["DU1"]
    assert "Acme" in str(posts)
    assert len(slack.said) == 1
    assert not [secret for secret in SECRETS if secret in str(slack.said)]
    assert audit.rows[0].delivered == "direct"
    assert audit.rows[0].withheld


@pytest.mark.parametrize(
    "person", ["UGUEST", "USINGLE", "UFAR", "USTRANGE", "UAPP", "UGONE", "UHALF", "UNOBODY"]
)
@pytest.mark.parametrize("place", ["COPEN", "CEXT", "DU1", "GHIDDEN"])
async def test_whoever_is_no_full_member_hears_no_account(build, slack, audit, person, place):
    called = []

    async def never(asked, ports):
        called.append(asked)
        return await health(asked, ports)

    edge = build(commands={"/account-health": never}, actions={"a.b": never}, typeaheads={"t": never})
    await edge.dispatch(slack.command(user_id=person, channel_id=place))
    await edge.dispatch(slack.press("a.b", "A-77", user={"id": person}, channel={"id": place}))
    ack = await edge.dispatch(slack.typed("t", "acm", user={"id": person}))
    assert ack["options"] == []
    assert not called
    assert len(slack.said) == 2
    assert not [secret for secret in SECRETS if secret in slack.everything()]
    assert {row.delivered for row in audit.rows} == {"refused"}
    assert all(row.withheld for row in audit.rows)


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.members"])
@pytest.mark.parametrize(
    "failure",
    [
        {"ok": False, "error": "internal_error"},
        {"ok": False, "error": "something_new"},
        web.Response(status=500),
        web.Response(text="<html>"),
        {"ok": True},
    ],
    ids=["transient", "refused", "500", "html", "empty"],
)
async def test_an_unanswered_look_up_says_nothing_in_place(build, slack, method, failure):
    slack.broken[method] = lambda _: (
        web.Response(status=failure.status, text=failure.text)
        if isinstance(failure, web.Response)
        else failure
    )
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command())
    assert len(slack.said) == 1
    assert not [secret for secret in SECRETS if secret in str(slack.said)]


async def test_another_workspace_is_not_served(build, slack, audit):
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command("a", team_id="TELSE"))
    await edge.dispatch(slack.command("b", is_enterprise_install="true"))
    assert slack.said == []
    assert [row.withheld for row in audit.rows] == ["another workspace", "org-wide install"]
    assert slack.count("users.info") == 0


async def test_an_outsiders_press_in_our_channel_is_refused(build, slack):
    edge = build(actions={"health.open": health})
    await edge.dispatch(slack.press("health.open", user={"id": "UFAR", "team_id": "TFAR"}))
    assert "full members" in slack.said[0]["text"]


async def test_a_mistake_is_told_in_its_own_words_with_the_nearest_names(build, slack, audit):
    edge = build(commands={"/account-health": unknown})
    await edge.dispatch(slack.command())
    text = slack.said[0]["text"]
    assert "&lt;!channel&gt;" in text
    assert "Acme &amp; Sons" in text
    assert audit.rows[0].accounts == ("A-77",)


async def test_anything_else_is_an_apology_with_the_reference(build, slack, audit, capsys):
    edge = build(commands={"/account-health": crash})
    await edge.dispatch(slack.command())
    assert audit.rows[0].reference in slack.said[0]["text"]
    logged = capsys.readouterr().out
    assert audit.rows[0].reference in logged
    assert "RuntimeError" in logged
    assert "Acme" not in logged
    assert "Acme" not in slack.said[0]["text"]
    assert audit.rows[0].delivered == "failed"


async def test_nothing_is_said_that_the_audit_cannot_keep(build, slack, audit):
    audit.broken = True
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command())
    assert "Acme" not in slack.everything()
    assert "reference" in slack.said[0]["text"]


@pytest.mark.parametrize("handler", [crash, unknown])
async def test_the_ack_leaves_even_when_the_handler_raises_at_once(build, slack, handler):
    edge = build(commands={"/account-health": handler}, actions={"a.b": handler})
    assert (await edge.dispatch(slack.command()))["status"] == 200
    assert (await edge.dispatch(slack.press("a.b")))["status"] == 200


async def test_a_slow_handler_does_not_hold_the_ack(build, slack):
    go = asyncio.Event()

    async def slow(_asked, _ports):
        await go.wait()
        return Message(text="late")

    edge = build(commands={"/account-health": slow})
    dispatching = asyncio.create_task(edge.dispatch(slack.command()))
    await asyncio.sleep(0.05)
    assert len(edge.working) == 1
    assert slack.said == []
    go.set()
    await dispatching
    assert slack.texts() == ["late"]


async def test_a_second_delivery_runs_nothing(build, slack):
    ran = []

    async def once(asked, _ports):
        ran.append(asked)
        return Message(text="ok")

    edge = build(commands={"/account-health": once})
    await edge.dispatch(slack.command())
    assert await edge.dispatch(slack.command()) == {"status": 200}
    assert (len(ran), len(slack.said)) == (1, 1)
    # Another process, after a restart, shares the audit only: it may run but says nothing.
    second = build(commands={"/account-health": once})
    await second.dispatch(slack.command())
    assert len(slack.said) == 1


async def test_a_workspace_without_native_blocks_gets_the_twin_and_is_remembered(build, slack):
    async def chart(_asked, _ports):
        return Message(text="t", blocks=({"type": "data_table"},), plain=({"type": "section"},))

    slack.broken["response_url"] = lambda given: (
        web.Response(status=400, text="invalid_blocks") if "data_table" in str(given) else None
    )
    edge = build(commands={"/account-health": chart})
    await edge.dispatch(slack.command("a"))
    await edge.dispatch(slack.command("b"))
    assert [said["blocks"][0]["type"] for said in slack.said] == ["section", "section"]
    assert slack.count("response_url") == 3


async def test_a_modal_opens_with_the_trigger(build, slack):
    edge = build(actions={"a.b": window})
    await edge.dispatch(slack.press("a.b"))
    opened = [given for method, given in slack.calls if method == "views.open"]
    assert opened[0]["trigger_id"] == "3.4.a.b."
    assert opened[0]["view"]["private_metadata"] == "A-77"


async def test_no_modal_opens_in_a_shared_place(build, slack):
    edge = build(actions={"a.b": window})
    await edge.dispatch(slack.press("a.b", channel={"id": "CEXT"}))
    assert slack.count("views.open") == 0
    assert not [secret for secret in SECRETS if secret in slack.everything()]


async def test_a_late_trigger_is_explained(build, slack):
    slack.broken["views.open"] = lambda _: {"ok": False, "error": "expired_trigger_id"}
    edge = build(actions={"a.b": window})
    await edge.dispatch(slack.press("a.b"))
    assert "once more" in slack.texts()[0]


async def test_a_window_that_comes_too_late_and_only_tells_something_is_said_instead(build, slack):
    async def telling(_asked, _ports):
        block = {"type": "section", "text": {"type": "mrkdwn", "text": "Σ MAU ÷ Σ seats"}}
        return Modal(callback_id="a.told", title="What the figures mean", blocks=(block,))

    slack.broken["views.open"] = lambda _: {"ok": False, "error": "expired_trigger_id"}
    edge = build(actions={"a.b": telling})
    await edge.dispatch(slack.press("a.b"))
    (said,) = slack.said
    assert (said["text"], said["response_type"]) == ("What the figures mean", "ephemeral")
    assert said["blocks"][0]["text"]["text"] == "Σ MAU ÷ Σ seats"


async def test_an_answer_replaces_only_what_its_asker_alone_sees(build, slack):
    async def menu(_asked, _ports):
        return Message(text="Acme", replaces=True)

    edge = build(actions={"a": menu})
    public = {"type": "message", "message_ts": "1.1", "is_ephemeral": False}
    await edge.dispatch(slack.press("a:1"))
    await edge.dispatch(slack.press("a:2", container=public))
    assert [said.get("replace_original") for said in slack.said] == [True, False]
    assert slack.said[1]["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    "failure",
    [
        lambda _: web.Response(status=500),
        lambda _: web.Response(status=404, text="expired_url"),
        lambda _: web.Response(status=429, headers={"Retry-After": "600"}),
    ],
    ids=["500", "expired", "429"],
)
async def test_an_answer_slack_does_not_take_fails_once_and_clearly(build, slack, audit, failure):
    slack.broken["response_url"] = failure
    edge = build(commands={"/account-health": health})
    assert await edge.dispatch(slack.command()) == {"status": 200}
    assert [row.delivered for row in audit.rows] == ["ephemeral", "failed"]
    del slack.broken["response_url"]
    await edge.dispatch(slack.command("again"))
    assert slack.texts() == ["Acme 7.2"]


async def test_a_short_wait_is_waited_for(build, slack):
    waits = iter([web.Response(status=429, headers={"Retry-After": "0.05"})])
    slack.broken["response_url"] = lambda _: next(waits, None)
    edge = build(commands={"/account-health": health})
    started = time.monotonic()
    await edge.dispatch(slack.command())
    assert slack.texts() == ["Acme 7.2"]
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 500},
        {"text": "<html>a proxy's page</html>"},
        {"status": 429, "headers": {"Retry-After": "0.05"}},
    ],
    ids=["500", "a page with 200", "429"],
)
async def test_an_answer_arrives_though_slack_failed_twice(build, slack, audit, failure):
    """What is no “ok” of Slack's did not arrive; the asker alone sees it, so it may be said again."""
    failures = iter([web.Response(**failure), web.Response(**failure)])
    slack.broken["response_url"] = lambda _: next(failures, None)
    await build(commands={"/account-health": health}).dispatch(slack.command())
    assert slack.texts() == ["Acme 7.2"]
    assert [row.delivered for row in audit.rows] == ["ephemeral"]


async def test_answers_never_go_to_an_address_that_is_not_slacks(build, slack, audit):
    edge = build(commands={"/account-health": health})
    port = slack.url.rpartition(":")[2]
    await edge.dispatch(slack.command(response_url=f"http://localhost:{port}/respond/1"))
    assert slack.said == []
    assert audit.rows[-1].delivered == "failed"


async def test_many_answers_share_few_connections(build, slack):
    edge = build(commands={"/account-health": health})
    for number in range(40):
        await edge.dispatch(slack.command(str(number)))
    assert len(slack.said) == 40
    assert len(slack.connections) <= 4


async def test_a_submission_is_answered_in_its_ack(build, slack):
    async def bad(asked, _ports):
        raise WrongUsage(f"not {asked.values['note']}")

    edge = build(submissions={"bad": bad, "crash": crash, "window": window})
    refused = await edge.dispatch(slack.submit("bad"))
    assert refused["errors"] == {"note": "not hello"}
    crashed = await edge.dispatch(slack.submit("crash"))
    assert crashed["response_action"] == "update"
    assert "123456" not in str(crashed)
    assert (await edge.dispatch(slack.submit("window")))["view"]["title"]["text"] == "Acme"


async def test_what_a_submission_says_goes_to_the_askers_direct_message(build, slack):
    edge = build(submissions={"say": health})
    assert await edge.dispatch(slack.submit("say")) == {"status": 200}
    assert [given["channel"] for name, given in slack.calls if name == "chat.postMessage"] == ["DU1"]
