"""The requests Slack makes when people do things, in Slack's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.standin.api_conversations import message_json
from bot.standin.api_views import view_json
from bot.standin.calls import Json
from bot.standin.entering import Held, state_of
from bot.standin.state import Channel, Message, User, View, Workspace

VERIFICATION = "standin-verification"
NAME_OF_KIND = {"im": "directmessage", "private": "privategroup"}
CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def channel_name(channel: Channel) -> str:
    """A conversation's name as requests carry it."""
    return NAME_OF_KIND.get(channel.kind, channel.name)


def command(workspace: Workspace, user: User, channel: Channel, name: str, text: str) -> Json:
    """A slash command; the caller adds `response_url` and `trigger_id`."""
    return {
        "token": VERIFICATION,
        "team_id": user.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
    }


def interaction(workspace: Workspace, kind: str, user: User) -> Json:
    """What every interaction has."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": workspace.app_id,
        "token": VERIFICATION,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(workspace: Workspace, message: Message) -> Json:
    """Where an interaction with a message happened; an ephemeral message is not shown to the app."""
    channel = workspace.channels[message.channel]
    found: Json = {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.only_for is not None,
        },
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state_of(message.blocks, {})},
    }
    if message.only_for is None:
        found["message"] = message_json(workspace, message)
    return found


def in_view(workspace: Workspace, view: View) -> Json:
    """Where an interaction with a view happened."""
    shown = view_json(workspace, view) | {"state": {"values": state_of(view.body["blocks"], view.values)}}
    return {"container": {"type": "view", "view_id": view.id}, "view": shown}


def action(held: Held, state: Mapping[str, Any], ts: str) -> Json:
    """One entry of `actions`: the element as it stands and what was chosen in it."""
    element = held.element
    told: Json = {key: element[key] for key in ("text", "value", "placeholder") if key in element}
    if element["type"] != "button":
        told.pop("text", None)
    own = {"action_id": element["action_id"], "block_id": held.block.get("block_id", "")}
    return {**own, **told, **state, "type": element["type"], "action_ts": ts}


def suggestion(held: Held, typed: str) -> Json:
    """What a request for options adds."""
    return {
        "action_id": held.element["action_id"],
        "block_id": held.block.get("block_id", ""),
        "value": typed,
    }


def submission(workspace: Workspace, user: User, view: View) -> Json:
    """A modal submitted; the caller adds `trigger_id`."""
    shown = in_view(workspace, view)["view"]
    return {**interaction(workspace, "view_submission", user), "view": shown, "response_urls": []}


def closing(workspace: Workspace, user: User, view: View, *, cleared: bool) -> Json:
    """A modal closed without submitting."""
    shown = in_view(workspace, view)["view"]
    return {**interaction(workspace, "view_closed", user), "view": shown, "is_cleared": cleared}


def event(workspace: Workspace, body: Json, *, shared: bool = False) -> Json:
    """An event in its wrapper."""
    at = int(workspace.seconds())
    event_id = workspace.new_id("Ev")
    bot = workspace.bot.id
    return {
        "token": VERIFICATION,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": {"event_ts": f"{at}.{workspace.counter:06d}", **body},
        "type": "event_callback",
        "event_id": event_id,
        "event_time": at,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": bot,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "authed_users": [bot],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{event_id}",
    }


def message_event(workspace: Workspace, message: Message, kind: str = "message") -> Json:
    """The event of something a person said."""
    channel = workspace.channels[message.channel]
    body = message_json(workspace, message)
    body |= {"type": kind, "channel": channel.id, "client_msg_id": f"{message.ts}-client"}
    if kind == "message":
        body["channel_type"] = CHANNEL_TYPE[channel.kind]
    return event(workspace, {**body, "event_ts": message.ts}, shared=channel.is_ext_shared)
