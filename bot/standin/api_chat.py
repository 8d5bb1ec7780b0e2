"""The Web API of chat: post, update, delete, link."""

from __future__ import annotations

from bot.standin.api_conversations import message_json
from bot.standin.calls import Call, Handler, Json, Refusal, TooFast
from bot.standin.content import read_content
from bot.standin.state import Channel, Message

LONGEST_UPDATE = 40_000


def _post(call: Call) -> Json:
    channel = _place(call)
    content = read_content(call.args, call.desk, call.method)
    root = _root(call, channel)
    wait = call.desk.pace.take(channel.id)
    if wait:
        raise TooFast(wait)
    message = call.workspace.say(
        Message(
            channel=channel.id,
            ts=call.workspace.new_ts(),
            user=call.bot,
            bot_id=call.install.bot_id if call.install else None,
            text=content.text,
            blocks=content.blocks,
            thread_ts=root.ts if root else None,
            broadcast=root is not None and call.flag("reply_broadcast"),
            metadata=content.metadata,
        )
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.workspace, message)}


def _place(call: Call) -> Channel:
    wanted = call.text("channel")
    user = call.workspace.users.get(wanted)
    if user is not None:
        if user.deleted or user.is_stranger or user.is_bot:
            raise Refusal("channel_not_found")
        return call.workspace.direct(user.id)
    channel = call.channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.bot not in channel.members:
        granted = call.install.scopes if call.install else ()
        if "chat:write.public" not in granted:
            raise Refusal("not_in_channel")
    return channel


def _root(call: Call, channel: Channel) -> Message | None:
    """The message replied to, None for a message of its own.

    Where it is gone, Slack posts the reply as a message of its own: the one sign is an answer without `thread_ts`.
    """
    found = call.workspace.find_message(channel.id, call.text("thread_ts"))
    if found is None or found.only_for:
        return None
    if found.thread_ts in (None, found.ts):
        return found
    return call.workspace.find_message(channel.id, str(found.thread_ts))


def _post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.bot not in channel.members:
        raise Refusal("not_in_channel")
    if call.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    content = read_content(call.args, call.desk, call.method)
    message = call.workspace.say(
        Message(
            channel=channel.id,
            ts=call.workspace.new_ts(),
            user=call.bot,
            bot_id=call.install.bot_id if call.install else None,
            text=content.text,
            blocks=content.blocks,
            only_for=call.text("user"),
        )
    )
    return {"message_ts": message.ts}


def _update(call: Call) -> Json:
    message = _own(call, "cant_update_message")
    if len(call.text("text")) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    if call.workspace.channels[message.channel].is_archived:
        raise Refusal("is_inactive")
    # Without `metadata` what was there stays; an empty object takes it away.
    emptied = call.json("metadata") == {}
    args = {name: value for name, value in call.args.items() if not (emptied and name == "metadata")}
    content = read_content(args, call.desk, call.method)
    message.text, message.blocks = content.text, content.blocks
    message.metadata = None if emptied else content.metadata or message.metadata
    message.edited_ts = call.workspace.new_ts()
    call.workspace.changed()
    shown = message_json(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def _delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message")
    call.workspace.forget(message)
    return {"channel": message.channel, "ts": message.ts}


def _own(call: Call, code: str) -> Message:
    message = call.workspace.find_message(call.channel().id, call.text("ts"))
    if message is None or message.only_for:
        raise Refusal("message_not_found")
    if message.user != call.bot:
        raise Refusal(code)
    return message


def _permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.workspace.find_message(channel.id, call.text("message_ts"))
    if message is None or message.only_for:
        raise Refusal("message_not_found")
    address = (
        f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    )
    if message.thread_ts:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}


METHODS: dict[str, Handler] = {
    "chat.postMessage": _post,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
    "chat.getPermalink": _permalink,
}
