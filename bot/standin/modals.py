"""People in modals: they fill in, submit, and close; the app's answer changes what they see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.standin import payloads
from bot.standin.actors import Actors, CannotDo
from bot.standin.api_views import change_view, read_view, show_modal
from bot.standin.calls import Heard, Json, Refusal
from bot.standin.delivery import Envelope
from bot.standin.entering import Held, elements_of, entered, is_empty, options_of, pick, state_of
from bot.standin.state import User, View

REQUIRED = "Please complete this required field."


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a submit: the errors by block id (the modal stays), or how it ended."""

    errors: Mapping[str, str] = field(default_factory=dict)
    action: str = "close"


async def submit(actors: Actors, user: str, values: Mapping[str, Any] | None = None) -> Submitted:
    """Fill in the modal on top and submit it. `values` go by block id or action id."""
    person, view = _top(actors, user)
    if not view.body.get("submit"):
        raise CannotDo("The form has nothing to submit.")
    for name, value in (values or {}).items():
        fill(view, name, value)
    view.errors = _left_empty(view)
    actors.desk.workspace.changed()
    if view.errors:
        return Submitted(dict(view.errors), "errors")
    payload = payloads.submission(actors.desk.workspace, person, view)
    payload["trigger_id"] = actors.desk.triggers.issue(person.id)
    ack = await actors.transport().deliver(Envelope("interactive", payload))
    actors.desk.heard.append(Heard("response_action", ack or {}))
    return _answered(actors, person, view, ack or {})


async def close(actors: Actors, user: str, *, all_of_them: bool = False) -> None:
    """Close the modal on top, or all of them; the app hears of it where it asked to."""
    person, view = _top(actors, user)
    stack = actors.desk.workspace.modals[person.id]
    gone = list(stack) if all_of_them else [view]
    for one in gone:
        stack.remove(one)
    actors.desk.workspace.changed()
    for one in gone:
        if one.body.get("notify_on_close"):
            payload = payloads.closing(actors.desk.workspace, person, one, cleared=all_of_them)
            await actors.transport().deliver(Envelope("interactive", payload))


def fill(view: View, name: str, value: Any) -> None:
    """Enter something in the input of that block id or action id."""
    for held in elements_of(view.body["blocks"]):
        if name in (held.block.get("block_id"), held.element["action_id"]):
            state = entered(held.element, _as_options(held, value))
            view.values.setdefault(held.block["block_id"], {})[held.element["action_id"]] = state
            return
    raise CannotDo(f"The form has no field {name}.")


def _as_options(held: Held, value: Any) -> Any:
    options = options_of(held.element)
    if not options or not isinstance(value, str | list):
        return value
    names = [value] if isinstance(value, str) else value
    picked = [pick(options, str(name)) for name in names]
    if None in picked:
        raise CannotDo(f"The menu does not offer {value}.")
    return picked if isinstance(value, list) else picked[0]


def _top(actors: Actors, user: str) -> tuple[User, View]:
    person = actors.who(user)
    stack = actors.desk.workspace.modals.get(person.id)
    if not stack:
        raise CannotDo(f"{person.real_name} has no form open.")
    return person, stack[-1]


def _left_empty(view: View) -> dict[str, str]:
    blocks = view.body["blocks"]
    state = state_of(blocks, view.values)
    found = {}
    for held in elements_of(blocks):
        block_id = held.block.get("block_id", "")
        needed = held.block.get("type") == "input" and not held.block.get("optional")
        if needed and is_empty(state.get(block_id, {}).get(held.element["action_id"])):
            found[block_id] = REQUIRED
    return found


def _answered(actors: Actors, person: User, view: View, ack: Json) -> Submitted:
    workspace = actors.desk.workspace
    action = str(ack.get("response_action", "close"))
    stack = workspace.modals[person.id]
    if action == "errors":
        view.errors = dict(ack.get("errors") or {})
    elif action in ("update", "push"):
        _put(actors, person, view, ack)
    elif action == "clear":
        stack.clear()
    elif view in stack:
        stack.remove(view)
    workspace.changed()
    return Submitted(dict(view.errors), action)


def _put(actors: Actors, person: User, view: View, ack: Json) -> None:
    try:
        body = read_view(ack.get("view"), actors.desk, "response_action")
        if ack["response_action"] == "update":
            change_view(actors.desk.workspace, view, body)
        else:
            show_modal(actors.desk.workspace, person.id, body, push=True)
    except Refusal as refusal:
        actors.desk.heard.append(Heard("response_action", ack, refusal.code))
        raise CannotDo("We had some trouble connecting. Try again?") from refusal
