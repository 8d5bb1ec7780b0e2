"""A message arrives once, whatever Slack and the network do; and what cannot be said is told to somebody."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest

from bot.asks import Due
from bot.blocks import build
from bot.blocks.answers import Message
from bot.ports import Ports
from bot.ports.jobs import Job
from bot.ports.outgoing import MessageState
from bot.slack.delivery import EVENT
from bot.standin.faults import Fault
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.state import Message as Said
from bot.standin.workspace import (
    ARCHIVED_CHANNEL,
    GUEST_CHANNEL,
    PRIVATE_WITH_BOT,
    PRIVATE_WITHOUT_BOT,
    SHARED_CHANNEL,
)

NATIVE = {
    "type": "data_visualization",
    "title": "x",
    "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
}


@pytest.fixture
def quick(launch) -> Any:
    """Waits are short, so that only their number counts."""

    async def short(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))

    def launched(*jobs: Job) -> Any:
        return _Quick(launch(*jobs), short)

    return launched


class _Quick:
    def __init__(self, inner: Any, sleep: Any) -> None:
        self.inner, self.sleep = inner, sleep

    async def __aenter__(self) -> Any:
        bot = await self.inner.__aenter__()
        bot.lasting.sweeper.sender = replace(bot.lasting.sweeper.sender, sleep=self.sleep)
        return bot

    async def __aexit__(self, *raised: object) -> Any:
        return await self.inner.__aexit__(*raised)


async def test_messages_of_a_channel_keep_their_order_and_slacks_pace(launch, server) -> None:
    server.desk.pace.switch(on=True, burst=1)
    async with launch() as bot:
        keys = [f"m:{number}" for number in range(4)]
        await bot.say(*(bot.intent(key) for key in keys), bot.intent("other", "alerts-customer-usage"))
        await bot.settle()
        assert [one.text for one in bot.said("general")] == [f"KPIs of {key}" for key in keys]
        assert bot.counts("alerts-customer-usage") == {"other": 1}
        times = [float(one.ts) for one in bot.said("general")]
        assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 1.0
        assert server.desk.pace.violations == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="drop_before", method="chat.postMessage", times=2),
        Fault(kind="drop_after", method="chat.postMessage", times=1),
        Fault(kind="server_error", method="chat.postMessage", times=2),
        Fault(kind="ratelimited", method="chat.postMessage", times=1, seconds=1),
        Fault(kind="not_json", method="chat.postMessage", times=1),
        Fault(kind="drop_before", method="conversations.info", times=2),
        Fault(kind="server_error", method="conversations.history", times=1),
        Fault(kind="server_error", method="chat.getPermalink", times=1),
    ],
    ids=lambda fault: f"{fault.kind} {fault.method}",
)
async def test_whatever_goes_wrong_on_the_way_it_arrives_once(quick, server, fault: Fault) -> None:
    server.desk.faults.add(replace(fault))
    async with quick() as bot:
        await bot.say(bot.intent(then=""), bot.intent("next"))
        await bot.settle()
        assert bot.counts("general") == {"d:head": 1, "next": 1}
        sent = await bot.store.outgoing.find_outgoing("d:head")
        assert sent is not None
        assert (sent.state, sent.ts) == (MessageState.SENT, bot.said("general")[0].ts)


async def test_an_answer_that_was_lost_with_the_process_is_found_in_the_history(quick, server) -> None:
    async with quick() as bot:
        place = server.workspace.find_channel("general")
        place.members.append(server.workspace.bot.id)
        early = Said(
            channel=place.id,
            ts=server.workspace.new_ts(),
            user=server.workspace.bot.id,
            text="said before the crash",
            metadata={"event_type": EVENT, "event_payload": {"key": "d:head"}},
        )
        async with bot.store.work.transaction() as tx:
            await bot.store.outgoing.post_later(tx, bot.intent())
        await bot.store.outgoing.note_attempt("d:head", bot.clock.now(), place.id)
        server.workspace.say(early)
        await bot.settle()
        assert bot.counts("general") == {"d:head": 1}
        sent = await bot.store.outgoing.find_outgoing("d:head")
        assert sent is not None
        assert sent.ts == early.ts


async def test_somebody_elses_message_with_our_key_is_not_ours(quick, server) -> None:
    async with quick() as bot:
        place = server.workspace.find_channel("general")
        other = next(
            one for one in server.workspace.users.values() if one.is_bot and one.id != server.workspace.bot.id
        )
        forged = Said(
            channel=place.id,
            ts=server.workspace.new_ts(),
            user=other.id,
            text="forged",
            metadata={"event_type": EVENT, "event_payload": {"key": "d:head"}},
        )
        place.members.append(server.workspace.bot.id)
        server.workspace.say(forged)
        async with bot.store.work.transaction() as tx:
            await bot.store.outgoing.post_later(tx, bot.intent())
        await bot.store.outgoing.note_attempt("d:head", bot.clock.now(), place.id)
        await bot.settle()
        assert [one.text for one in bot.said("general")] == ["forged", "KPIs of d:head"]


async def test_what_may_have_arrived_and_cannot_be_found_out_is_not_repeated(quick, server) -> None:
    server.desk.faults.add(Fault(kind="drop_after", method="chat.postMessage", times=1))
    server.desk.faults.add(Fault(kind="server_error", method="conversations.history"))
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        assert bot.counts("general") == {"d:head": 1}
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert row.state is MessageState.UNCERTAIN
        assert "It is not sent again." in row.note
        [told] = bot.told(bot.operator)
        assert "It is not sent again." in told


async def test_retries_come_to_an_end_and_somebody_is_told(quick, server) -> None:
    server.desk.faults.add(Fault(kind="drop_before", method="chat.postMessage", times=4))
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert (row.state, row.note) == (MessageState.FAILED, "the connection to Slack broke")
        assert bot.counts("general") == {}
        assert len(bot.told(bot.operator)) == 1


@pytest.mark.parametrize(
    ("channel", "state", "why"),
    [
        (GUEST_CHANNEL, MessageState.WITHHELD, "a guest can read it"),
        (SHARED_CHANNEL, MessageState.WITHHELD, "shared with another organisation"),
        (PRIVATE_WITHOUT_BOT, MessageState.WITHHELD, "invite me to it first"),
        (ARCHIVED_CHANNEL, MessageState.WITHHELD, "it is archived"),
    ],
)
async def test_a_place_that_is_not_ours_alone_hears_nothing(quick, channel: str, state, why: str) -> None:
    heard: list[Due] = []

    async def settled(due: Due, ports: Ports) -> str:
        heard.append(due)
        row = await ports.outgoing.find_outgoing("d:head")
        assert row is not None
        return row.state

    async with quick(Job(name="t.settled", run=settled)) as bot:
        await bot.say(bot.intent(channel=channel, then="t.settled", subject="3"))
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert row.state is state
        assert why in row.note
        assert bot.said(channel) == []
        assert [(due.key, due.subject) for due in heard] == [("then:d:head:1", "3")]
        assert bot.told(bot.operator) == []  # whoever asked to hear of it tells


async def test_a_channel_that_turned_shared_after_it_was_asked_hears_nothing(launch, server) -> None:
    async with launch(start=False) as bot:
        await bot.say(bot.intent())
    server.workspace.find_channel("general").is_ext_shared = True
    async with launch() as bot:
        await bot.settle()
        assert bot.said("general") == []


async def test_a_revoked_token_makes_messages_wait_and_loses_none(quick, server) -> None:
    install = server.workspace.installs.pop(DEMO_BOT_TOKEN)
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert row.state is MessageState.WAITING
        server.workspace.installs[DEMO_BOT_TOKEN] = install
        bot.lasting.sweeper._held_until = None
        await bot.settle()
        assert bot.counts("general") == {"d:head": 1}


async def test_a_reply_stands_in_its_thread_and_shares_its_first_messages_fate(quick) -> None:
    async with quick() as bot:
        await bot.say(bot.intent(then="", subject=""), bot.intent("d:1", reply_to="d:head"))
        await bot.settle()
        head, reply = bot.said("general")
        assert reply.thread_ts == head.ts
        await bot.say(
            bot.intent("e:head", SHARED_CHANNEL), bot.intent("e:1", SHARED_CHANNEL, reply_to="e:head")
        )
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("e:1")
        assert row is not None
        assert row.state is MessageState.WITHHELD
        assert bot.said(SHARED_CHANNEL) == []


async def test_a_reply_whose_thread_is_gone_is_taken_back(quick, server) -> None:
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        server.workspace.messages.clear()
        await bot.say(bot.intent("d:1", reply_to="d:head"))
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("d:1")
        assert row is not None
        assert (row.state, row.note) == (MessageState.FAILED, "the thread that it belongs to is gone")
        assert bot.said("general") == []


async def test_a_correction_edits_the_message_and_repeats_nothing(quick, server) -> None:
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        server.desk.faults.add(Fault(kind="drop_after", method="chat.update", times=1))
        async with bot.ports.work.transaction() as tx:
            words = Message(text="corrected", blocks=(build.section("corrected"),))
            assert await bot.store.outgoing.edit_later(tx, "d:head", words)
        await bot.settle()
        [said] = bot.said("general")
        assert (said.text, said.blocks[0]["text"]["text"]) == ("corrected", "corrected")
        assert said.edited_ts
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert (row.state, row.sent_revision) == (MessageState.SENT, 2)


async def test_a_correction_that_fails_leaves_what_was_said_and_says_so(quick, server) -> None:
    async with quick() as bot:
        await bot.say(bot.intent())
        await bot.settle()
        server.workspace.messages.clear()  # deleted by somebody
        async with bot.ports.work.transaction() as tx:
            await bot.store.outgoing.edit_later(tx, "d:head", Message(text="corrected"))
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("d:head")
        assert row is not None
        assert row.state is MessageState.SENT
        assert "not corrected" in row.note
        assert len(bot.told(bot.operator)) == 1


async def test_a_workspace_without_native_blocks_gets_the_plain_twin(quick, server) -> None:
    server.desk.faults.add(Fault(kind="native_blocks_refused", method="chat.postMessage"))
    async with quick() as bot:
        message = Message(text="x", blocks=(NATIVE,), plain=(build.section("in words"),))
        await bot.say(replace(bot.intent(), message=message))
        await bot.settle()
        [said] = bot.said("general")
        assert [block["type"] for block in said.blocks] == ["section"]


async def test_a_person_who_is_not_ours_is_not_written_to(quick) -> None:
    async with quick() as bot:
        await bot.say(bot.intent("p", email="nobody@ta.example"), bot.intent("q", email=bot.owner.email))
        await bot.settle()
        row = await bot.store.outgoing.find_outgoing("p")
        assert row is not None
        assert (row.state, row.note) == (
            MessageState.FAILED,
            "no full member of the workspace has that address",
        )
        assert bot.told(bot.owner) == ["KPIs of q"]


async def test_every_message_leaves_an_audit_row_and_its_metadata_names_no_account(quick) -> None:
    async with quick() as bot:
        await bot.say(bot.intent(channel=PRIVATE_WITH_BOT))
        await bot.settle()
        [row] = await bot.store.audit.list_rows()
        assert (row.reference, row.accounts, row.delivered) == ("d:head", ("A1",), "channel")
        [said] = bot.said(PRIVATE_WITH_BOT)
        assert said.metadata == {"event_type": EVENT, "event_payload": {"key": "d:head"}}
