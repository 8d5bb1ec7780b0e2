"""What ports.OutgoingMessages and its ledger promise, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks import build
from bot.blocks.answers import Message
from bot.ports.ledger import Handed, Settled
from bot.ports.outgoing import Intent, MessageState
from bot.store import Store

SAID = Message(
    text="KPIs", blocks=(build.section("*KPIs*"),), plain=(build.section("KPIs"),), accounts=("A1",)
)
HEAD = Intent(key="d:head", message=SAID, channel_id="C1", then="digest.settled", subject="3")
REPLY = replace(HEAD, key="d:1", reply_to="d:head", then="")


async def ask(store: Store, *intents: Intent) -> list[bool]:
    async with store.work.transaction() as tx:
        return [await store.outgoing.post_later(tx, intent) for intent in intents]


async def handed(store: Store) -> list[Handed]:
    async with store.work.transaction() as tx:
        return list(await store.outgoing.hand_over(tx, 100))


async def settle(store: Store, key: str, settled: Settled, clock) -> None:
    async with store.work.transaction() as tx:
        await store.outgoing.settle(tx, key, settled, clock.now())


async def test_an_intent_is_kept_with_what_asks_for_it_and_once(store: Store) -> None:
    async def failing() -> None:
        async with store.work.transaction() as tx:
            await store.outgoing.post_later(tx, HEAD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await store.outgoing.find_outgoing("d:head") is None
    assert await ask(store, HEAD, HEAD, replace(HEAD, message=Message(text="other"))) == [True, False, False]
    pending = await store.outgoing.find_pending("d:head")
    assert pending is not None
    assert pending.payload == {"text": "KPIs", "blocks": list(SAID.blocks), "plain": list(SAID.plain)}
    assert (pending.accounts, pending.then, pending.subject) == (("A1",), "digest.settled", "3")


async def test_messages_are_handed_over_once_in_the_order_they_were_asked_for(store: Store, clock) -> None:
    person = Intent(key="p", message=SAID, email="ann@example.com")
    assert not await store.outgoing.is_waiting()
    await ask(store, HEAD, person, replace(HEAD, key="e"))
    assert await store.outgoing.is_waiting()
    first = await handed(store)
    assert [(one.key, one.revision, one.lane) for one in first] == [
        ("d:head", 1, "C1"),
        ("p", 1, "to:ann@example.com"),
        ("e", 1, "C1"),
    ]
    assert first[0].place < first[2].place
    assert await handed(store) == []
    assert not await store.outgoing.is_waiting()
    assert not await store.jobs.is_settled(clock.now(), messages=True)


async def test_a_message_to_a_person_keeps_its_lane_once_its_place_is_known(store: Store, clock) -> None:
    """It is edited while it is on its way: in another lane it would be sent a second time at once."""
    await ask(store, Intent(key="p", message=SAID, email="ann@example.com"))
    (first,) = await handed(store)
    await store.outgoing.note_attempt("p", clock.now(), "D1")
    async with store.work.transaction() as tx:
        assert await store.outgoing.edit_later(tx, "p", Message(text="newer"))
    (second,) = await handed(store)
    assert (first.hand, second.hand) == (1, 2)
    assert second.lane == first.lane == "to:ann@example.com"


async def test_a_reply_waits_for_its_first_message_and_learns_its_fate(store: Store, clock) -> None:
    await ask(store, HEAD, REPLY)
    assert [one.key for one in await handed(store)] == ["d:head"]
    sent = Settled(state=MessageState.SENT, revision=1, channel_id="C1", ts="1.5", permalink="https://x")
    await settle(store, "d:head", replace(sent, sent_at=clock.now()), clock)
    assert [one.key for one in await handed(store)] == ["d:1"]
    pending = await store.outgoing.find_pending("d:1")
    assert pending is not None
    assert (pending.parent_state, pending.parent_ts) == (MessageState.SENT, "1.5")
    assert await store.outgoing.last_sent_at("C1") == clock.now()
    found = await store.outgoing.find_outgoing("d:head")
    assert found is not None
    assert (found.state, found.ts, found.permalink, found.settled_at) == (
        MessageState.SENT,
        "1.5",
        "https://x",
        clock.now(),
    )


async def test_an_edit_is_handed_over_once_more_and_replaces_what_still_waits(store: Store, clock) -> None:
    await ask(store, HEAD)
    async with store.work.transaction() as tx:
        assert await store.outgoing.edit_later(tx, "d:head", Message(text="sooner"))
    assert [(one.key, one.revision) for one in await handed(store)] == [("d:head", 2)]
    await settle(
        store, "d:head", Settled(state=MessageState.SENT, revision=2, channel_id="C1", ts="1"), clock
    )
    async with store.work.transaction() as tx:
        assert await store.outgoing.edit_later(tx, "d:head", Message(text="corrected"))
    pending = await store.outgoing.find_pending("d:head")
    assert pending is not None
    assert (pending.is_settled, pending.ts, pending.payload["text"]) == (False, "1", "corrected")
    assert [(one.key, one.revision) for one in await handed(store)] == [("d:head", 3)]


@pytest.mark.parametrize("state", [MessageState.WITHHELD, MessageState.FAILED, MessageState.UNCERTAIN])
async def test_what_did_not_arrive_is_not_edited(store: Store, clock, state: MessageState) -> None:
    await ask(store, HEAD)
    await handed(store)
    await settle(store, "d:head", Settled(state=state, revision=1, note="archived"), clock)
    async with store.work.transaction() as tx:
        assert not await store.outgoing.edit_later(tx, "d:head", Message(text="again"))
    found = await store.outgoing.find_outgoing("d:head")
    assert found is not None
    assert (found.state, found.note) == (state, "archived")
    assert await store.jobs.is_settled(clock.now(), messages=True)


async def test_an_attempt_is_remembered_until_its_outcome_is_known(store: Store, clock) -> None:
    await ask(store, HEAD)
    await store.outgoing.note_attempt("d:head", clock.now(), "C1")
    pending = await store.outgoing.find_pending("d:head")
    assert pending is not None
    assert pending.attempted_at == clock.now()
    await store.outgoing.clear_attempt("d:head")
    cleared = await store.outgoing.find_pending("d:head")
    assert cleared is not None
    assert cleared.attempted_at is None


async def test_old_messages_lose_their_texts_and_then_their_rows(store: Store, clock) -> None:
    await ask(store, HEAD, replace(HEAD, key="waits"))
    await settle(
        store, "d:head", Settled(state=MessageState.SENT, revision=1, channel_id="C1", ts="1"), clock
    )
    soon = clock.now() + timedelta(seconds=1)
    assert await store.outgoing.forget_messages(clock.now(), soon) == 0
    emptied = await store.outgoing.find_pending("d:head")
    assert emptied is not None
    assert emptied.payload == {}
    assert await store.outgoing.forget_messages(soon, soon) == 1
    assert await store.outgoing.find_outgoing("d:head") is None
    waiting = await store.outgoing.find_pending("waits")
    assert waiting is not None
    assert waiting.payload["text"] == "KPIs"


async def test_a_message_overtakes_what_was_handed_over_before_it_and_is_not_settled(
    store: Store, clock
) -> None:
    person = Intent(key="p", message=SAID, email="ann@example.com")
    there = replace(HEAD, key="x", channel_id="C2")
    await ask(store, HEAD, replace(HEAD, key="e"), there, person, replace(person, key="q"))
    keys = ("d:head", "e", "x", "p", "q")
    assert [await store.outgoing.overtakes(key) for key in keys] == [False] * 5  # none was handed over yet
    await handed(store)
    for key in ("d:head", "p"):
        await store.outgoing.take_back(key)
    assert [await store.outgoing.overtakes(key) for key in keys] == [False, True, False, False, True]
    await handed(store)
    assert [await store.outgoing.overtakes(key) for key in keys] == [False, True, False, False, True]
    await store.outgoing.note_attempt("p", clock.now(), "D1")
    assert await store.outgoing.overtakes("q")  # the lane is the person's, wherever the message goes
    for _ in range(12):
        await store.outgoing.take_back("e")
        await handed(store)
    assert not await store.outgoing.overtakes("e")  # it waited long enough
    assert await store.outgoing.overtakes("q")
    for key in ("d:head", "p"):
        await settle(store, key, Settled(state=MessageState.FAILED, revision=1), clock)
    assert [await store.outgoing.overtakes(key) for key in keys] == [False] * 5
