"""Slack's payloads, as Bolt hands them over, into asks. Pure; what cannot be read becomes None, never an error.

Nobody can make Slack sign a payload of their choosing, but a field that is absent today may be absent for
everybody tomorrow: every look-up here survives a missing key or another type.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.asks import (
    Action,
    Asker,
    Command,
    Happening,
    HappeningKind,
    HomeOpened,
    Mention,
    Place,
    Plain,
    Shortcut,
    Submission,
    Surface,
    Typeahead,
)
from bot.blocks.running import RUN
from bot.domain.names import unescaped

Body = Mapping[str, Any]
_CHOSEN = ("value", "selected_date", "selected_time", "selected_user", "selected_channel")
_LEADING_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>[\s:,]*")
ANSWER = "edge.answer"
"""The callback id of a window that shows an answer."""
_CHOSEN_MANY = ("selected_users", "selected_channels", "selected_conversations")

# By a payload's type: in which part of it which texts must stand.
_NEEDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "block_actions": ("actions", ("action_id",)),
    "view_submission": ("view", ("callback_id", "type")),
    "block_suggestion": ("", ("action_id",)),
    "shortcut": ("", ("callback_id",)),
    "message_action": ("", ("callback_id",)),
    "event_callback": ("event", ("type",)),
}


@dataclass(frozen=True, slots=True)
class Teams:
    """Whose request it is: the installation it was sent to, and where the person belongs if it says so."""

    installed: str
    person: str = ""
    org_wide: bool = False

    def foreign_to(self, team_id: str) -> str:
        """Why a request is not ours, or empty when it is."""
        if self.org_wide:
            return "org-wide install"
        if self.installed != team_id:
            return "another workspace"
        return "person of another workspace" if self.person not in ("", team_id) else ""


def teams(body: Body) -> Teams:
    """The workspace a request was meant for, and the person's."""
    if "command" in body:
        return Teams(_text(body, "team_id"), "", _yes(body, "is_enterprise_install"))
    view, authorizations = _dict(body, "view"), body.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else {}
    source = first if isinstance(first, dict) and first else body
    installed = (
        _text(view, "app_installed_team_id")
        or _text(_dict(body, "team"), "id")
        or _text(source, "team_id")
        or _text(body, "team_id")
        or _text(_dict(body, "user"), "team_id")
    )
    org_wide = _yes(source, "is_enterprise_install") or _yes(body, "is_enterprise_install")
    return Teams(installed, _text(_dict(body, "user"), "team_id"), org_wide)


def command(body: Body, reference: str) -> Command | None:
    """A slash command."""
    name, user = _text(body, "command"), _text(body, "user_id")
    if not (name and user):
        return None
    return Command(
        asker=Asker(user, _text(body, "team_id")),
        place=Place(_text(body, "channel_id")),
        reference=reference,
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
        request_id=_request_id("command", body),
        name=name,
        text=_text(body, "text").strip(),
    )


def action(body: Body, reference: str) -> Action | None:
    """A button pressed, or a menu chosen from."""
    pressed = _first(body, "actions")
    action_id, common = _text(pressed, "action_id"), _interactive(body, reference)
    if not action_id or common is None:
        return None
    container, view = _dict(body, "container"), _dict(body, "view")
    value = chosen(pressed)
    return Action(
        **common,
        request_id=_request_id("action", body, _text(pressed, "action_ts")),
        action_id=action_id,
        value=value if isinstance(value, str) else ",".join(value or ()),
        message_ts=_text(container, "message_ts"),
        ephemeral=container.get("is_ephemeral") is True,
        private_metadata=_text(view, "private_metadata"),
    )


def typed_by(action: Action) -> Command | None:
    """The command that a button types for whoever presses it; None for any other button."""
    name, _, text = action.value.partition(" ")
    if action.action_id.partition(":")[0] != RUN or not name.startswith("/"):
        return None
    return Command(
        asker=action.asker,
        place=action.place,
        reference=action.reference,
        trigger_id=action.trigger_id,
        response_url=action.response_url,
        request_id=action.request_id,
        surface=action.surface,
        view_id=action.view_id,
        name=name,
        text=text.strip(),
    )


def submission(body: Body, reference: str) -> Submission | None:
    """A modal submitted."""
    view, common = _dict(body, "view"), _interactive(body, reference)
    callback_id = _text(view, "callback_id")
    if not callback_id or common is None:
        return None
    return Submission(
        **common,
        request_id=_request_id("submission", body, _text(view, "hash")),
        callback_id=callback_id,
        values=_entered(_dict(_dict(view, "state"), "values")),
        private_metadata=_text(view, "private_metadata"),
    )


def shortcut(body: Body, reference: str) -> Shortcut | None:
    """A global shortcut, or one on a message."""
    callback_id, common = _text(body, "callback_id"), _interactive(body, reference)
    if not callback_id or common is None:
        return None
    message = _dict(body, "message")
    return Shortcut(
        **common,
        request_id=_request_id("shortcut", body, _text(body, "action_ts")),
        callback_id=callback_id,
        message_text=_text(message, "text"),
        message_ts=_text(body, "message_ts") or _text(message, "ts"),
    )


def typeahead(body: Body, reference: str) -> Typeahead | None:
    """Letters typed into a menu whose options we supply."""
    action_id, common = _text(body, "action_id"), _interactive(body, reference)
    if not action_id or common is None:
        return None
    # No request id: Slack does not deliver these twice, and the same letters are asked again on purpose.
    return Typeahead(**common, action_id=action_id, text=_text(body, "value").strip())


def mention(body: Body, reference: str) -> Mention | None:
    """The bot mentioned by a person; what another app says, and an edited message, is no question."""
    event = _dict(body, "event")
    user, channel, ts = (_text(event, key) for key in ("user", "channel", "ts"))
    if event.get("type") != "app_mention" or not (user and channel and ts):
        return None
    if "bot_id" in event or "edited" in event:
        return None
    return Mention(
        asker=Asker(user, _text(event, "user_team") or _text(event, "team")),
        place=Place(channel),
        reference=reference,
        request_id=f"mention:{channel}:{ts}",
        text=_LEADING_MENTION.sub("", _text(event, "text"), count=1).strip(),
        message_ts=ts,
    )


def plain(body: Body, reference: str) -> Plain | None:
    """Words a person said in the direct message with the bot, or the message opened; threads and edits are not heard."""
    event = _dict(body, "event")
    user, channel, ts = (_text(event, key) for key in ("user", "channel", "ts"))
    if event.get("type") == "app_home_opened" and event.get("tab") == "messages" and user and channel:
        said, request_id = "", f"opened:{event_id(body)}"
    elif event.get("type") == "message" and event.get("channel_type") == "im" and user and channel and ts:
        if event.keys() & {"bot_id", "app_id", "subtype", "edited", "thread_ts"}:
            return None
        said, request_id = unescaped(_text(event, "text")), f"plain:{channel}:{ts}"
        if not said:
            return None
    else:
        return None
    return Plain(
        asker=Asker(user, _text(event, "user_team") or _text(event, "team")),
        place=Place(channel),
        reference=reference,
        request_id=request_id,
        text=said,
    )


def home_opened(body: Body, reference: str) -> HomeOpened | None:
    """The App Home tab opened; the messages beside it are the direct message with the bot."""
    event = _dict(body, "event")
    user = _text(event, "user")
    if event.get("type") != "app_home_opened" or event.get("tab") != "home" or not user:
        return None
    # Nobody but the person sees what is published there, so no place is looked at.
    return HomeOpened(
        asker=Asker(user, _text(event, "user_team") or _text(event, "team")),
        place=Place(""),
        reference=reference,
        request_id=f"home:{event_id(body)}",
        surface=Surface.HOME,
        whole=False,
    )


def status_changed(event: Body, key: str, team_id: str) -> Happening | None:
    """A person of our own workspace shows another status, perhaps: Slack tells of every change of a profile."""
    user = _dict(event, "user")
    profile = _dict(user, "profile")
    user_id, email = _text(user, "id"), _text(profile, "email")
    if not (user_id and email) or _text(user, "team_id") != team_id:
        return None
    return Happening(
        kind=HappeningKind.STATUS_CHANGED,
        user_id=user_id,
        email=email,
        key=key,
        status_text=html.unescape(_text(profile, "status_text")),
        status_emoji=_text(profile, "status_emoji"),
    )


def event_id(body: Body) -> str:
    """What makes two deliveries of an event the same one."""
    return _text(body, "event_id") or _request_id("event", body)


def input_blocks(body: Body) -> tuple[str, ...]:
    """The ids of a modal's input blocks, top first: where an error can be shown."""
    blocks = _dict(body, "view").get("blocks")
    found = blocks if isinstance(blocks, list) else []
    return tuple(
        _text(block, "block_id")
        for block in found
        if isinstance(block, dict) and block.get("type") == "input" and _text(block, "block_id")
    )


def readable(body: Any) -> bool:
    """Whether it is of a kind we listen to and Bolt's own matchers can look at it without stumbling."""
    if not isinstance(body, dict):
        return False
    if "command" in body:
        return isinstance(body["command"], str)
    kind = body.get("type")
    if kind == "url_verification":
        return True
    where, names = _NEEDED.get(kind, (None, ())) if isinstance(kind, str) else (None, ())
    if where is None:
        return False
    part = body if where == "" else _first(body, where) if where == "actions" else _dict(body, where)
    return all(isinstance(part.get(name), str) for name in names)


def chosen(element: Mapping[str, Any]) -> str | list[str] | None:
    """What an element holds: the entered text, the chosen option's value, or a list of several."""
    option = element.get("selected_option")
    if isinstance(option, dict):
        return _text(option, "value")
    if isinstance(element.get("selected_options"), list):
        return [_text(item, "value") for item in element["selected_options"] if isinstance(item, dict)]
    for key in _CHOSEN_MANY:
        if isinstance(element.get(key), list):
            return [item for item in element[key] if isinstance(item, str)]
    if isinstance(element.get("selected_conversation"), str):
        return _text(element, "selected_conversation")
    return next((element[key] for key in _CHOSEN if isinstance(element.get(key), str)), None)


def _interactive(body: Body, reference: str) -> dict[str, Any] | None:
    person, container = _dict(body, "user"), _dict(body, "container")
    user_id = _text(person, "id")
    if not user_id:
        return None
    team_id = _text(person, "team_id") or _text(_dict(body, "team"), "id")
    channel = _text(_dict(body, "channel"), "id") or _text(container, "channel_id")
    answers, surface = _first(body, "response_urls"), _surface(_dict(body, "view"))
    return {
        "asker": Asker(user_id, team_id),
        "place": Place(channel or _text(answers, "channel_id")),
        "reference": reference,
        "trigger_id": _text(body, "trigger_id"),
        "response_url": _text(body, "response_url") or _text(answers, "response_url"),
        "surface": surface,
        # The tab itself is published, never opened or updated as windows are.
        "view_id": "" if surface is Surface.HOME else _text(_dict(body, "view"), "id"),
    }


def _surface(view: Mapping[str, Any]) -> Surface:
    if not view:
        return Surface.CONVERSATION
    if view.get("type") == "home":
        return Surface.HOME
    return Surface.WINDOW if view.get("callback_id") == ANSWER else Surface.FORM


def _entered(blocks: Mapping[str, Any]) -> dict[str, Any]:
    entered: dict[str, Any] = {}
    for block_id, elements in blocks.items():
        held = next(iter(elements.values()), None) if isinstance(elements, dict) else None
        entered[block_id] = chosen(held) if isinstance(held, dict) else None
    return entered


def _request_id(kind: str, body: Body, also: str = "") -> str:
    trigger = _text(body, "trigger_id")
    if trigger:
        return f"{kind}:{trigger}"
    # Without a trigger, a delivery is the same when every byte of it is.
    whole = orjson.dumps(body, option=orjson.OPT_SORT_KEYS, default=str)
    return f"{kind}:{also}:{hashlib.sha256(whole).hexdigest()[:32]}"


def _dict(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _first(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _yes(body: Mapping[str, Any], key: str) -> bool:
    # Forms carry the word, JSON the word or the value.
    return str(body.get(key, "")).lower() == "true"


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
