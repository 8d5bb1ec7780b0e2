"""Finds buttons, menus and inputs in blocks, and says what Slack's state holds once somebody used them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.standin.calls import Json

LISTED = ("elements", "actions", "child_blocks")
STATE_KEY = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
NO_STATE = ("button", "overflow", "image", "workflow_button", "icon_button", "feedback_buttons")
WITH_OPTIONS = ("selected_option", "selected_options")


@dataclass(frozen=True, slots=True)
class Held:
    """An element and the block it sits in."""

    block: Json
    element: Json

    @property
    def is_input(self) -> bool:
        """Whether it waits for a submit instead of telling the app at once."""
        return bool(self.block.get("type") == "input" and not self.block.get("dispatch_action"))


def elements_of(blocks: Sequence[Json]) -> Iterator[Held]:
    """Every element that a person can use, with its block."""
    for block in blocks:
        for inner in _inside(block):
            if "type" in inner and "action_id" in inner:
                yield Held(block, inner)
            else:
                yield from elements_of([inner])


def _inside(block: Json) -> list[Json]:
    held = [one for name in LISTED for one in block.get(name) or ()]
    held += [block[name] for name in ("accessory", "element") if name in block]
    return [one for one in held if isinstance(one, dict)]


def find_element(blocks: Sequence[Json], action_id: str, value: str | None = None) -> Held | None:
    """The element of that action id (and, among several, of that value or label)."""
    for held in elements_of(blocks):
        if held.element["action_id"] == action_id and (value is None or value in _names(held.element)):
            return held
    return None


def _names(element: Mapping[str, Any]) -> tuple[str, ...]:
    # Thumbs up and down share one element; each has its own value.
    thumbs = (element[name] for name in ("positive_button", "negative_button") if name in element)
    pressed = [element, *thumbs]
    labels = (one.get("text") for one in pressed)
    return (
        *(str(one.get("value", "")) for one in pressed),
        *(str(label.get("text", "")) for label in labels if isinstance(label, Mapping)),
    )


def options_of(element: Mapping[str, Any]) -> list[Json]:
    """The options that a menu carries itself."""
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(one for group in groups for one in group.get("options") or ())]


def pick(options: Sequence[Json], wanted: str) -> Json | None:
    """An option by its value or by its text."""
    by_value = (one for one in options if one.get("value") == wanted)
    by_text = (one for one in options if one.get("text", {}).get("text") == wanted)
    return next(by_value, None) or next(by_text, None)


def entered(element: Mapping[str, Any], value: Any) -> Json:
    """What Slack's state holds once this was entered: options as objects, the rest as it is."""
    kind = element["type"]
    return {"type": kind, STATE_KEY.get(kind, "value"): value}


def initial(element: Mapping[str, Any]) -> Json | None:
    """What an element holds before anybody touched it; None for those that hold nothing."""
    kind = element["type"]
    if kind in NO_STATE:
        return None
    key = STATE_KEY.get(kind, "value")
    begun = element.get(key.replace("selected", "initial") if key.startswith("selected") else "initial_value")
    empty: list[Any] | None = [] if key.endswith("s") else None
    return {"type": kind, key: empty if begun is None else begun}


def state_of(blocks: Sequence[Json], values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """`state.values`: what was entered, over what was there to begin with."""
    state: dict[str, dict[str, Any]] = {}
    for held in elements_of(blocks):
        block_id, action_id = str(held.block.get("block_id")), str(held.element["action_id"])
        now = values.get(block_id, {}).get(action_id) or initial(held.element)
        if now is not None:
            state.setdefault(block_id, {})[action_id] = now
    return state


def is_empty(state: Mapping[str, Any] | None) -> bool:
    """Whether nothing was entered."""
    return state is None or all(value in (None, "", []) for key, value in state.items() if key != "type")
