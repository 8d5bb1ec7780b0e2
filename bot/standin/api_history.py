"""The Web API of what was said: a conversation newest first, a thread oldest first, each page by page."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.standin.api_conversations import message_json
from bot.standin.calls import SCOPE_OF_KIND, Call, Handler, Json, Refusal, invalid_arguments
from bot.standin.state import Channel, Message

TIMESTAMP = re.compile(r"\d{1,11}(\.\d{1,6})?")
CURSOR = "next_ts:"


def _history(call: Call) -> Json:
    channel = _readable(call)
    here = _said_in(call, channel)
    found = [one for one in _within(call, here) if _is_in_channel(one)]
    # With `oldest` alone the page nearest to it comes first, so that one can page forward; else the newest.
    forward = bool(call.text("oldest")) and not call.text("latest")
    page, cursor = _page(call, found if forward else found[::-1], default=100, most=999)
    echoed = {name: call.text(name) for name in ("latest", "oldest") if call.text(name)}
    return {
        **echoed,
        "messages": _shown(call, here, page[::-1] if forward else page),
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def _replies(call: Call) -> Json:
    here = _said_in(call, _readable(call))
    ts = call.text("ts")
    thread = [one for one in here if ts in (one.ts, one.thread_ts)]
    if not thread:
        raise Refusal("thread_not_found")
    page, cursor = _page(call, _within(call, thread), default=1000, most=1000)
    answer: Json = {"messages": _shown(call, here, page), "has_more": bool(cursor)}
    return {**answer, "response_metadata": {"next_cursor": cursor}}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(f"{SCOPE_OF_KIND[channel.kind]}:history")
    if call.bot not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _said_in(call: Call, channel: Channel) -> list[Message]:
    return [one for one in call.workspace.messages if one.channel == channel.id and one.only_for is None]


def _is_in_channel(message: Message) -> bool:
    return message.broadcast or message.thread_ts in (None, message.ts)


def _within(call: Call, messages: Sequence[Message]) -> list[Message]:
    oldest, latest = (_limit_of(call, name) for name in ("oldest", "latest"))
    ends = {end for end in (oldest, latest) if end is not None} if call.flag("inclusive") else set()
    return [
        one for one in messages if _is_between(Decimal(one.ts), oldest, latest) or Decimal(one.ts) in ends
    ]


def _is_between(at: Decimal, oldest: Decimal | None, latest: Decimal | None) -> bool:
    return (oldest is None or at > oldest) and (latest is None or at < latest)


def _limit_of(call: Call, name: str) -> Decimal | None:
    text = call.text(name)
    if not text or (name == "latest" and text == "now"):
        return None
    if not TIMESTAMP.fullmatch(text):
        raise Refusal(f"invalid_ts_{name}")
    return Decimal(text)


def _page(call: Call, ordered: Sequence[Message], *, default: int, most: int) -> tuple[list[Message], str]:
    """A page that begins where the cursor says; what is said meanwhile shifts no page."""
    limit = call.text("limit") or str(default)
    if not limit.isdigit():
        raise invalid_arguments("limit must be a whole number")
    size = min(int(limit) or default, most)
    start = _start(call, ordered)
    rest = ordered[start : start + size + 1]
    more = len(rest) > size
    cursor = f"{CURSOR}{rest[size].ts.replace('.', '')}" if more else ""
    return list(rest[:size]), base64.b64encode(cursor.encode()).decode()


def _start(call: Call, ordered: Sequence[Message]) -> int:
    if not call.text("cursor"):
        return 0
    try:
        told = base64.b64decode(call.text("cursor"), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refusal("invalid_cursor") from None
    bare = told.removeprefix(CURSOR)
    if bare == told or not bare.isdigit():
        raise Refusal("invalid_cursor")
    found = [number for number, one in enumerate(ordered) if one.ts.replace(".", "") == bare]
    if not found:
        raise Refusal("invalid_cursor")
    return found[0]


def _shown(call: Call, here: Sequence[Message], page: Sequence[Message]) -> list[Json]:
    roots = {one.ts: one for one in here}
    replies: dict[str, list[Message]] = defaultdict(list)
    for one in here:
        if one.thread_ts not in (None, one.ts):
            replies[str(one.thread_ts)].append(one)
    metadata = call.flag("include_all_metadata")
    return [
        message_json(call.workspace, one, metadata=metadata) | _threaded(call, one, roots, replies)
        for one in page
    ]


def _threaded(
    call: Call, message: Message, roots: Mapping[str, Message], replies: Mapping[str, Sequence[Message]]
) -> Json:
    """What a message says of its thread: its replies, or whom it replies to."""
    below = replies.get(message.ts, ())
    if below:
        users = list(dict.fromkeys(one.user for one in below))
        counted: Json = {"reply_count": len(below), "reply_users_count": len(users), "reply_users": users[:5]}
        return {
            **counted,
            "thread_ts": message.ts,
            "latest_reply": below[-1].ts,
            "is_locked": False,
            "subscribed": any(one.user == call.bot for one in (message, *below)),
        }
    root = roots.get(message.thread_ts or "")
    if root is None or root is message:
        return {}
    told: Json = {"parent_user_id": root.user}
    if message.broadcast:
        told |= {"subtype": "thread_broadcast", "root": message_json(call.workspace, root, metadata=False)}
    return told


METHODS: dict[str, Handler] = {"conversations.history": _history, "conversations.replies": _replies}
