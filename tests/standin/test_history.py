"""What was said is read as Slack gives it: order, pages, spans of time, metadata, threads; posting into threads."""

from __future__ import annotations

from typing import Any

import pytest

from bot.standin import manifest
from bot.standin.server import StandinServer
from bot.standin.state import Workspace
from bot.standin.webapi import answer
from bot.standin.workspace import ARCHIVED_CHANNEL, PRIVATE_WITH_BOT, install

TOKEN = "xoxb-history"
SCOPES = [*manifest.load().scopes, "channels:history", "groups:history", "im:history", "channels:join"]
SENT = {"event_type": "ta_bot", "event_payload": {"key": "digest:1"}}


@pytest.fixture(autouse=True)
def _installed(workspace: Workspace) -> None:
    install(workspace, TOKEN, SCOPES)


def call(server: StandinServer, method: str, **args: Any) -> dict[str, Any]:
    return dict(answer(server.desk, method, {"channel": PRIVATE_WITH_BOT, **args}, TOKEN).body)


def said(server: StandinServer, count: int) -> list[str]:
    return [call(server, "chat.postMessage", text=f"{number}")["ts"] for number in range(count)]


def stamps(answered: dict[str, Any]) -> list[str]:
    return [one["ts"] for one in answered["messages"]]


def pages(server: StandinServer, method: str, **args: Any) -> list[list[str]]:
    found, cursor = [], ""
    while True:
        page = call(server, method, cursor=cursor, **args)
        found.append(stamps(page))
        cursor = page["response_metadata"]["next_cursor"]
        assert page["has_more"] == bool(cursor)
        if not cursor:
            return found


async def test_newest_first_and_page_by_page(server: StandinServer) -> None:
    all_of_them = said(server, 7)
    assert stamps(call(server, "conversations.history")) == all_of_them[::-1]
    newest = all_of_them[::-1]
    assert pages(server, "conversations.history", limit=3) == [newest[:3], newest[3:6], newest[6:]]
    assert len(stamps(call(server, "conversations.history", limit=0))) == 7, "0 is the default"


async def test_what_is_said_meanwhile_shifts_no_page(server: StandinServer) -> None:
    """A page is found by time: a look-up that pages neither repeats nor leaves out."""
    before = said(server, 4)
    first = call(server, "conversations.history", limit=2)
    said(server, 3)
    cursor = first["response_metadata"]["next_cursor"]
    assert stamps(call(server, "conversations.history", limit=2, cursor=cursor)) == [before[1], before[0]]


async def test_spans_leave_out_their_ends_unless_told_otherwise(server: StandinServer) -> None:
    a, b, c, d = said(server, 4)
    assert stamps(call(server, "conversations.history", oldest=a, latest=d)) == [c, b]
    both = call(server, "conversations.history", oldest=a, latest=d, inclusive=True)
    assert (stamps(both), both["latest"], both["oldest"]) == ([d, c, b, a], d, a)
    one = call(server, "conversations.history", latest=b, inclusive="true", limit=1)
    assert stamps(one) == [b], "how a single message is plucked"
    assert stamps(call(server, "conversations.history", inclusive=True)) == [d, c, b, a]


async def test_with_oldest_alone_the_page_nearest_to_it_comes_first(server: StandinServer) -> None:
    """Then one pages forward; within a page the newest stays first."""
    a, b, c, d, e = said(server, 5)
    assert pages(server, "conversations.history", oldest=a, limit=2) == [[c, b], [e, d]]
    assert stamps(call(server, "conversations.history", oldest=a, latest=e, limit=2)) == [d, c]


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "1e9"}, "invalid_ts_latest"),
        ({"cursor": "?"}, "invalid_cursor"),
        ({"cursor": "bmV4dF90czox"}, "invalid_cursor"),
        ({"limit": "-1"}, "invalid_arguments"),
        ({"limit": "x"}, "invalid_arguments"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    server: StandinServer, method: str, args: dict[str, Any], error: str
) -> None:
    (ts,) = said(server, 1)
    asked = {"ts": ts} if method.endswith("replies") else {}
    assert call(server, method, **asked, **args)["error"] == error


async def test_metadata_is_shown_to_those_who_ask(server: StandinServer) -> None:
    posted = call(server, "chat.postMessage", text="x", metadata=SENT)
    call(server, "chat.postMessage", text="y", metadata=SENT, thread_ts=posted["ts"])
    for method in ("conversations.history", "conversations.replies"):
        plain = call(server, method, ts=posted["ts"])
        assert all("metadata" not in one for one in plain["messages"]), method
        asked = call(server, method, ts=posted["ts"], include_all_metadata=True)
        assert all(one["metadata"] == SENT for one in asked["messages"]), method


async def test_an_edit_keeps_metadata_until_it_brings_other(server: StandinServer) -> None:
    ts = call(server, "chat.postMessage", text="x", metadata=SENT)["ts"]

    def kept() -> Any:
        (message,) = call(server, "conversations.history", include_all_metadata=True)["messages"]
        assert (message["ts"], message["edited"]["user"]) == (ts, server.workspace.bot.id)
        return message.get("metadata")

    assert call(server, "chat.update", ts=ts, text="y")["ok"]
    assert kept() == SENT
    other = {**SENT, "event_payload": {"key": "digest:2"}}
    assert call(server, "chat.update", ts=ts, text="y", metadata=other)["message"]["metadata"] == other
    assert kept() == other
    assert call(server, "chat.update", ts=ts, text="y", metadata="{}")["ok"]
    assert kept() is None


async def test_who_may_edit(server: StandinServer) -> None:
    ts = call(server, "chat.postMessage", text="x")["ts"]
    await server.people.type("ana.lee", PRIVATE_WITH_BOT, "mine")
    hers = server.workspace.messages[-1].ts
    assert call(server, "chat.update", ts=hers, text="y")["error"] == "cant_update_message"
    channel = server.workspace.find_channel(PRIVATE_WITH_BOT)
    assert channel is not None
    channel.is_archived = True
    assert call(server, "chat.update", ts=ts, text="y")["error"] == "is_inactive"
    assert call(server, "chat.postMessage", text="y")["error"] == "is_archived"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [({"event_payload": {}}, "invalid_metadata_format"), ({"event_type": "x"}, "invalid_metadata_schema")],
)
async def test_metadata_has_a_type_and_a_payload(
    server: StandinServer, metadata: dict[str, Any], error: str
) -> None:
    assert call(server, "chat.postMessage", text="x", metadata=metadata)["error"] == error


async def test_a_thread_is_oldest_first_and_not_in_the_channel(server: StandinServer) -> None:
    root = call(server, "chat.postMessage", text="root")["ts"]
    replies = [call(server, "chat.postMessage", text="r", thread_ts=root)["ts"] for _ in range(3)]
    assert pages(server, "conversations.replies", ts=root, limit=3) == [[root, *replies[:2]], [replies[2]]]
    (seen,) = call(server, "conversations.history")["messages"]
    assert (seen["reply_count"], seen["latest_reply"], seen["thread_ts"]) == (3, replies[2], root)
    shown = call(server, "conversations.replies", ts=root)["messages"]
    bot = server.workspace.bot.id
    assert [one.get("parent_user_id") for one in shown] == [None, bot, bot, bot]
    assert call(server, "conversations.replies", ts="1.1")["error"] == "thread_not_found"


async def test_a_reply_shown_in_the_channel_too(server: StandinServer) -> None:
    root = call(server, "chat.postMessage", text="root")["ts"]
    reply = call(server, "chat.postMessage", text="r", thread_ts=root, reply_broadcast=True)["ts"]
    newest, oldest = call(server, "conversations.history")["messages"]
    assert (newest["ts"], newest["subtype"], newest["root"]["ts"]) == (reply, "thread_broadcast", root)
    assert oldest["ts"] == root


async def test_a_reply_whose_parent_is_gone_stands_alone(server: StandinServer) -> None:
    """Slack says nothing of it: the answer lacks `thread_ts`, and everybody sees the reply in the channel."""
    root = call(server, "chat.postMessage", text="root")["ts"]
    reply = call(server, "chat.postMessage", text="r", thread_ts=root)
    assert reply["message"]["thread_ts"] == root
    below = call(server, "chat.postMessage", text="r", thread_ts=reply["ts"])
    assert below["message"]["thread_ts"] == root, "a reply to a reply is in the same thread"
    assert call(server, "chat.delete", ts=root)["ok"]
    orphan = call(server, "chat.postMessage", text="r", thread_ts=root)
    assert orphan["ok"]
    assert "thread_ts" not in orphan["message"]
    assert orphan["ts"] in stamps(call(server, "conversations.history"))


async def test_links_name_the_thread(server: StandinServer) -> None:
    root = call(server, "chat.postMessage", text="root")["ts"]
    reply = call(server, "chat.postMessage", text="r", thread_ts=root)["ts"]
    link = call(server, "chat.getPermalink", message_ts=root)["permalink"]
    assert link.endswith(f"/p{root.replace('.', '')}")
    assert f"?thread_ts={root}&cid=C" in call(server, "chat.getPermalink", message_ts=reply)["permalink"]


async def test_a_channel_is_joined_before_it_is_read(server: StandinServer) -> None:
    assert call(server, "conversations.history", channel="general")["error"] == "not_in_channel"
    assert call(server, "conversations.join", channel="general")["channel"]["is_member"]
    assert call(server, "conversations.join", channel="general")["warning"] == "already_in_channel"
    assert call(server, "conversations.history", channel="general")["messages"] == []
    assert call(server, "conversations.join", channel=ARCHIVED_CHANNEL)["error"] == "is_archived"
    no = call(server, "conversations.join")["error"]
    assert no == "method_not_supported_for_channel_type", "a private channel is not joined"
