"""The cache, the memory of deliveries, tracked work, and the outbox that sends nothing."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.blocks.answers import FieldErrors, Home, Message, Modal
from bot.slack.cache import Cache, Seen
from bot.slack.outbox import RecordingOutbox
from bot.slack.working import Working


async def test_an_answer_lives_for_its_time():
    at = [0.0]
    cache = Cache(60, now=lambda: at[0])
    asked = []

    async def fetch():
        asked.append(1)
        return len(asked)

    assert await cache.get("a", fetch) == await cache.get("a", fetch) == 1
    at[0] = 60.1
    assert cache.peek("a") is None
    assert await cache.get("a", fetch) == 2


async def test_what_was_dropped_while_under_way_is_not_kept():
    cache = Cache(60)
    go = asyncio.Event()

    async def fetch():
        await go.wait()
        return "old"

    asking = asyncio.create_task(cache.get("a", fetch))
    await asyncio.sleep(0)
    cache.drop("a")
    go.set()
    assert await asking == "old"
    assert cache.peek("a") is None


async def test_one_who_gives_up_does_not_take_it_from_the_others():
    cache = Cache(60)
    go = asyncio.Event()

    async def fetch():
        await go.wait()
        return "found"

    first, second = (asyncio.create_task(cache.get("a", fetch)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second == "found"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_the_cache_stays_small():
    cache = Cache(60, limit=3)

    async def fetch():
        return 1

    for key in "abcd":
        await cache.get(key, fetch)
    assert [cache.peek(key) for key in "abcd"] == [None, 1, 1, 1]


def test_deliveries_are_remembered_for_a_while_and_not_without_end():
    at = [0.0]
    seen = Seen(900, limit=3, now=lambda: at[0])
    assert [seen.again(key) for key in ("a", "a", "", "", "b")] == [False, True, False, False, False]
    at[0] = 901.0
    assert not seen.again("a")
    for key in "wxyz":
        seen.again(key)
    assert len(seen._until) <= 3


async def test_work_that_starts_work_is_waited_for():
    working, done = Working(), []

    async def inner():
        await asyncio.sleep(0.02)
        done.append("inner")

    async def outer():
        await asyncio.sleep(0.01)
        working.start(inner())

    working.start(outer())
    assert await working.drained(5) == 0
    assert done == ["inner"]


async def test_work_that_does_not_end_is_counted():
    working = Working()
    task = working.start(asyncio.sleep(30))
    assert await working.drained(0.02) == 1
    task.cancel()


async def test_work_that_fails_is_logged(capsys):
    working = Working()

    async def fail():
        raise RuntimeError("lost?")

    working.start(fail())
    await working.drained(5)
    assert "work failed" in capsys.readouterr().out


async def test_the_recording_outbox_keeps_everything_in_order():
    outbox = RecordingOutbox()
    modal = Modal(callback_id="c", title="A title that is much too long", blocks=(), submit="Go")
    await outbox.respond("https://anything", Message(text="a"))
    await outbox.respond("https://anything", Message(text="b"), replace=True)
    await outbox.post("C1", Message(text="c", blocks=({"type": "divider"},)))
    await outbox.update_view(await outbox.open_view("t", modal), modal)
    await outbox.publish_home("U1", Home(blocks=()))
    await outbox.close()
    kinds = [sent["to"] for sent in outbox.sent]
    assert kinds == [
        "response_url",
        "response_url",
        "chat.postMessage",
        "views.open",
        "views.update",
        "views.publish",
    ]
    assert outbox.sent[0]["payload"]["response_type"] == "ephemeral"
    assert outbox.sent[1]["payload"]["replace_original"] is True
    assert outbox.sent[3]["payload"]["view"]["title"]["text"] == "A title that is much too"


async def test_a_slow_submission_waits_in_a_view_that_is_completed(build, slack):
    go = asyncio.Event()

    async def slow(_asked, _ports):
        await go.wait()
        return Modal(callback_id="done", title="Shared", blocks=())

    async def wrong(_asked, _ports):
        await go.wait()
        return FieldErrors(errors={"note": "too <short>"})

    edge = build(submissions={"slow": slow, "wrong": wrong})
    asyncio.get_running_loop().call_later(2.8, go.set)
    started = time.monotonic()
    first, second = await asyncio.gather(
        edge.dispatch(slack.submit("slow")), edge.dispatch(slack.submit("wrong"))
    )
    assert 2.5 <= time.monotonic() - started < 5
    for ack in (first, second):
        assert ack["view"]["title"]["text"] == "Working on it"
    views = [str(given["view"]) for method, given in slack.calls if method == "views.update"]
    assert len(views) == 2
    assert any("Shared" in view for view in views)
    assert any("too &lt;short&gt;" in view for view in views)


async def test_late_options_are_none(build, slack):
    async def slow(_asked, _ports):
        await asyncio.sleep(30)

    edge = build(typeaheads={"find": slow})
    started = time.monotonic()
    assert await edge.dispatch(slack.typed("find", "a")) == {"status": 200, "options": []}
    assert time.monotonic() - started < 3
