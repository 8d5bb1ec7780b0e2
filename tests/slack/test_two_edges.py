"""Two processes on one database: what reaches both is answered by one of them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks.answers import Message, Modal
from bot.slack.attending import Handlers
from bot.slack.listen import build_edge
from bot.slack.wiring import make_slack
from bot.store import open_store


async def card(_asked, _ports):
    return Message(text="Norvane", accounts=("A-77",))


async def window(_asked, _ports):
    return Modal(callback_id="m", title="Norvane", blocks=(), accounts=("A-77",))


async def share(asked, ports):
    posted = await ports.messenger.post("COPEN", Message(text="Norvane"), asked=asked)
    return Message(text=f"Shared {bool(posted.channel_id)}.")


@pytest.fixture
async def edges(database_url, settings, slack, clock):  # noqa: ARG001 # the Slack must be there first
    tables = Handlers(
        commands={"/account-health": card, "/share": share},
        actions={"card": card, "window": window},
        submissions={"share": share},
    )
    made, stores = [], []
    for _ in range(2):
        store = open_store(database_url, clock)
        await store.start()
        side = make_slack(settings, clock, store.audit)
        ports: Any = SimpleNamespace(directory=side.directory, messenger=side.messenger)
        made.append(build_edge(side, ports, tables))
        stores.append(store)
    yield made, stores[0]
    for edge, store in zip(made, stores, strict=True):
        await edge.working.drained(5)
        await edge.side.close()
        await store.close()


async def deliver(edges, body, times=2):
    """The same request to every process, some times over, all at once."""
    await asyncio.gather(*(edge.dispatch(dict(body)) for edge in edges for _ in range(times)))
    await asyncio.gather(*(edge.working.drained(5) for edge in edges))


async def test_a_command_that_reaches_both_is_answered_once(edges, slack):
    both, store = edges
    for number in range(10):
        await deliver(both, slack.command("norvane", trigger_id=f"1.{number}"))
    assert slack.texts() == ["Norvane"] * 10
    rows = await store.audit.list_rows()
    assert [row.delivered for row in rows] == ["ephemeral"] * 10


async def test_a_press_opens_one_window_and_a_refusal_is_said_once(edges, slack):
    both, _ = edges
    await deliver(both, slack.press("window"))
    assert slack.count("views.open") == 1
    await deliver(both, slack.command(user_id="UGUEST"))
    assert len(slack.said) == 1


async def test_in_a_shared_place_one_direct_message_comes(edges, slack):
    both, _ = edges
    await deliver(both, slack.command(channel_id="CEXT"))
    assert slack.count("chat.postMessage") == 1
    assert len(slack.said) == 1


@pytest.mark.parametrize("ask", ["command", "submission"])
async def test_a_card_is_shared_once(edges, slack, ask):
    both, store = edges
    body = slack.submit("share") if ask == "submission" else slack.command(command="/share")
    await deliver(both, body)
    assert [given["channel"] for name, given in slack.calls if name == "chat.postMessage"].count("COPEN") == 1
    assert [row.delivered for row in await store.audit.list_rows()].count("channel") == 1


async def test_after_a_restart_a_late_delivery_is_still_known(edges, slack):
    """What one process remembers only in memory, the audit row remembers for good."""
    (first, second), _ = edges
    await first.dispatch(slack.command())
    await second.dispatch(slack.command())
    assert slack.texts() == ["Norvane"]
