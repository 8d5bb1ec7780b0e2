"""The Web API of what people say of themselves: profiles with their statuses, and notifications paused."""

from __future__ import annotations

import re
from typing import Any

from bot.standin.api_people import profile_json
from bot.standin.calls import Call, Handler, Json, Refusal, TooFast
from bot.standin.state import User

LONGEST = 100
BALLOON = ":speech_balloon:"
"""What Slack shows beside words without an emoji."""
_EMOJI = re.compile(r":[a-z0-9_+'-]+:(:skin-tone-[2-6]:)?")


def _get(call: Call) -> Json:
    user = call.user() if call.text("user") else call.workspace.users[call.bot]
    return {"profile": _profile(call, user)}


def _set(call: Call) -> Json:
    user = call.workspace.users[call.bot]
    given = call.json("profile") if call.args.get("profile") else {call.text("name"): call.text("value")}
    if not isinstance(given, dict):
        raise Refusal("invalid_profile")
    if call.text("user", user.id) != user.id:
        raise Refusal("not_admin")
    changes = _changes(user, given)
    seconds = call.desk.pace.take_profile(user.id)
    if seconds:
        raise TooFast(seconds)
    call.desk.change_user(user, changes)
    return {"username": user.name, "profile": _profile(call, user)}


def _changes(user: User, given: Json) -> Json:
    text = str(given.get("status_text", user.status_text))
    emoji = str(given.get("status_emoji", user.status_emoji))
    if len(text) > LONGEST:
        raise Refusal("too_long")
    if emoji and not _EMOJI.fullmatch(emoji):
        raise Refusal("invalid_emoji_not_allowed")
    if bool(text) != bool(emoji) and not {"status_text", "status_emoji"} <= given.keys():
        raise Refusal("must_clear_both_status_text_and_status_emoji")
    until = _whole(given.get("status_expiration", 0)) if text or emoji else 0
    return {
        "status_text": text,
        "status_emoji": emoji or (BALLOON if text else ""),
        "status_expiration": until,
    }


def _whole(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        raise Refusal("invalid_profile") from None


def _profile(call: Call, user: User) -> Json:
    with_email = "users:read.email" in (call.install.scopes if call.install else ())
    return profile_json(call, user, with_email=with_email)


def _dnd_info(call: Call) -> Json:
    return _dnd(call, call.user() if call.text("user") else call.workspace.users[call.bot])


def _set_snooze(call: Call) -> Json:
    if not call.text("num_minutes").isdecimal():
        raise Refusal("missing_duration")
    user = call.workspace.users[call.bot]
    user.snooze_until = int(call.workspace.seconds()) + 60 * int(call.text("num_minutes"))
    call.workspace.changed()
    return {**_snooze(call, user), "snooze_is_indefinite": False}


def _end_snooze(call: Call) -> Json:
    user = call.workspace.users[call.bot]
    user.snooze_until = 0
    call.workspace.changed()
    return _dnd(call, user)


def _dnd(call: Call, user: User) -> Json:
    snooze = _snooze(call, user)
    on = snooze["snooze_enabled"]
    return {"dnd_enabled": on, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, **snooze}


def _snooze(call: Call, user: User) -> Json:
    left = max(0, user.snooze_until - int(call.workspace.seconds()))
    return {"snooze_enabled": bool(left), "snooze_endtime": user.snooze_until, "snooze_remaining": left}


METHODS: dict[str, Handler] = {
    "users.profile.get": _get,
    "users.profile.set": _set,
    "dnd.info": _dnd_info,
    "dnd.setSnooze": _set_snooze,
    "dnd.endSnooze": _end_snooze,
}
