"""The Web API of conversations: who is in them, who they are shared with, how a message looks."""

from __future__ import annotations

from bot.standin.api_people import FOUNDED
from bot.standin.calls import SCOPE_OF_KIND, Call, Handler, Json, Refusal
from bot.standin.state import Channel, Message, User, Workspace, stable_id

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def channel_json(workspace: Workspace, channel: Channel, bot: str, *, full: bool = True) -> Json:
    """A conversation as Slack shows it; lists leave out who it is connected with."""
    found: Json = {
        "id": channel.id,
        "created": FOUNDED,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": FOUNDED * 1000,
    }
    if channel.kind == "im":
        other = next(one for one in channel.members if one != bot)
        return {**found, "user": other, "is_user_deleted": workspace.users[other].deleted, "priority": 0}
    found |= {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_general": channel.is_general,
        "is_member": bot in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "pending_shared": [],
        "unlinked": 0,
        "creator": channel.members[0] if channel.members else bot,
        "shared_team_ids": [workspace.team_id, *channel.connected_team_ids],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if full:
        found |= {
            "conversation_host_id": workspace.team_id,
            "connected_team_ids": list(channel.connected_team_ids),
            "pending_connected_team_ids": [],
            "parent_conversation": None,
        }
    return found


def message_json(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """A message as history and the answers of chat methods show it."""
    found: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    found["team"] = workspace.users[message.user].team_id
    if message.bot_id:
        found |= {"bot_id": message.bot_id, "app_id": workspace.app_id}
    if message.blocks:
        found["blocks"] = message.blocks
    if message.files:
        found["files"] = message.files
    if message.thread_ts:
        found["thread_ts"] = message.thread_ts
    if message.edited_ts:
        found["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.metadata and metadata:
        found["metadata"] = message.metadata
    return found


def _info(call: Call) -> Json:
    channel = call.channel_to_read()
    found = channel_json(call.workspace, channel, call.bot)
    if call.flag("include_num_members") and channel.kind != "im":
        found["num_members"] = len(channel.members)
    return {"channel": found}


def _list(call: Call) -> Json:
    kinds = [KINDS.get(one.strip()) for one in call.text("types", "public_channel").split(",")]
    if None in kinds:
        raise Refusal("invalid_types")
    for kind in kinds:
        call.need_scope(f"{SCOPE_OF_KIND[str(kind)]}:read")
    shown = [
        one
        for one in call.workspace.channels.values()
        if one.kind in kinds
        and (one.kind == "public" or call.bot in one.members)
        and not (one.is_archived and call.flag("exclude_archived"))
    ]
    page, metadata = call.page(shown, 100)
    channels = [channel_json(call.workspace, one, call.bot, full=False) for one in page]
    return {"channels": channels, "response_metadata": metadata}


def _members(call: Call) -> Json:
    page, metadata = call.page(call.channel_to_read().members, 100)
    return {"members": page, "response_metadata": metadata}


def _open(call: Call) -> Json:
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}, "already_open": True, "no_op": True}
    ids = [one.strip() for one in call.text("users").split(",") if one.strip()]
    if not ids:
        raise Refusal("users_list_not_supplied")
    users = [_reachable(call, one) for one in ids]
    call.need_scope("im:write" if len(users) == 1 else "mpim:write")
    known = {one.id for one in call.workspace.channels.values()}
    channel = (
        call.workspace.direct(users[0].id) if len(users) == 1 else _group(call.workspace, users, call.bot)
    )
    shown = channel_json(call.workspace, channel, call.bot)
    answer: Json = {"channel": shown if call.flag("return_im") else {"id": channel.id}}
    return {**answer, "no_op": True, "already_open": True} if channel.id in known else answer


def _reachable(call: Call, user_id: str) -> User:
    user = call.workspace.users.get(user_id)
    if user is None:
        raise Refusal("user_not_found")
    if user.deleted:
        raise Refusal("user_disabled")
    if user.is_stranger:
        raise Refusal("user_not_visible")
    return user


def _group(workspace: Workspace, users: list[User], bot: str) -> Channel:
    name = "mpdm-" + "--".join(user.name for user in users)
    members = [*(user.id for user in users), bot]
    channel_id = stable_id("G", name)
    return workspace.channels.setdefault(
        channel_id, Channel(id=channel_id, name=name, kind="mpim", members=members)
    )


def _join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "public":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    already = call.bot in channel.members
    if not already:
        channel.members.append(call.bot)
        call.workspace.changed()
    answer: Json = {"channel": channel_json(call.workspace, channel, call.bot)}
    noted = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {**answer, **noted} if already else answer


METHODS: dict[str, Handler] = {
    "conversations.info": _info,
    "conversations.list": _list,
    "conversations.members": _members,
    "conversations.open": _open,
    "conversations.join": _join,
}
