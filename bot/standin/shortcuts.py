"""People at the app's shortcuts: the ones of the composer's menu and the ones of a message's menu."""

from __future__ import annotations

from typing import Any

from bot.standin import manifest, payloads
from bot.standin.actors import Actors, CannotDo
from bot.standin.calls import Json
from bot.standin.delivery import Envelope
from bot.standin.state import Message, User


async def use(actors: Actors, user: str, callback_id: str, *, message: str | None = None) -> Any:
    """Choose a shortcut; one of a message's menu names the message by its timestamp."""
    person = actors.who(user)
    workspace = actors.desk.workspace
    known = manifest.load().find_shortcut(callback_id)
    if known is None or not workspace.is_ours(person) or (known.kind == "message") != (message is not None):
        raise CannotDo(f"There is no shortcut {callback_id} here.")
    found = _message(actors, person, message) if message is not None else None
    payload = payloads.interaction(workspace, "message_action" if found else "shortcut", person)
    payload |= {"callback_id": callback_id, "action_ts": workspace.new_ts()}
    payload["trigger_id"] = actors.desk.triggers.issue(person.id)
    if found is not None:
        payload |= _about(actors, person, found)
    return await actors.transport().deliver(Envelope("interactive", payload))


def _message(actors: Actors, person: User, ts: str) -> Message:
    seen = actors.desk.workspace.seen_by(person.id)
    found = next((one for one in seen if one.ts == ts and one.only_for is None), None)
    if found is None:
        raise CannotDo("A message that only one person sees has no menu of shortcuts.")
    return found


def _about(actors: Actors, person: User, message: Message) -> Json:
    told = payloads.in_message(actors.desk.workspace, message)
    return {
        "channel": told["channel"],
        "message": told["message"],
        "message_ts": message.ts,
        "response_url": actors.responses.issue(person.id, message.channel, message.ts),
    }
