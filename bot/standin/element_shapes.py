"""What Block Kit allows of buttons, menus and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.standin.shapes import (
    Notebook,
    Rule,
    Shape,
    anything,
    boolean,
    integer,
    limits,
    list_of,
    objects,
    one_of,
    string,
    text,
    typed,
    web_address,
)

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
IN_ACTIONS = ("button", "workflow_button", "overflow", *SELECTS, *MULTI_SELECTS, *PICKERS, *CHOICES)
IN_SECTION = ("image", *IN_ACTIONS)
TYPED_INPUTS = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
IN_INPUT = (*SELECTS, *MULTI_SELECTS, *PICKERS, *CHOICES, *TYPED_INPUTS)


@cache
def elements() -> Mapping[str, Rule]:
    """Every element by its type."""
    return {**_buttons(), **_menus(), **_choices(), **_pickers(), **_inputs()}


def element(*allowed: str) -> Rule:
    """An element of one of these types."""
    return typed(elements, allowed, "an element")


def _most(name: str) -> int:
    return limits()[name]


def _named(**optional: Rule) -> dict[str, Rule]:
    return {"action_id": string(_most("action_id.max_length")), **optional}


@cache
def confirmation() -> Rule:
    """The question asked before a press counts."""
    return Shape(
        {"title": text(_most("confirmation.title.max_length"), markdown=False)},
        {
            "text": text(_most("confirmation.text.max_length")),
            "confirm": text(_most("confirmation.confirm.max_length"), markdown=False),
            "deny": text(_most("confirmation.deny.max_length"), markdown=False),
            "style": one_of(("primary", "danger")),
        },
    )


def option(*, markdown: bool = False, url: bool = False) -> Rule:
    """One choice of a menu."""
    optional: dict[str, Rule] = {
        "description": text(_most("option.description.max_length"), markdown=markdown)
    }
    if url:
        optional["url"] = web_address(_most("option.url.max_length"))
    return Shape(
        {
            "text": text(_most("option.text.max_length"), markdown=markdown),
            "value": string(_most("option.value.max_length")),
        },
        optional,
    )


@cache
def option_group() -> Rule:
    """A titled group of choices."""
    return Shape(
        {
            "label": text(_most("option_group.label.max_length"), markdown=False),
            "options": list_of(option(), 1, _most("option_group.options.max_items")),
        }
    )


def option_values(value: Mapping[str, Any]) -> list[Any]:
    """The values of every option of a menu, grouped or not."""
    groups = [value, *objects(value, "option_groups")]
    return [item.get("value") for group in groups for item in objects(group, "options")]


def _unique_values(notes: Notebook, value: Any, where: str) -> None:
    values = option_values(value)
    if len(values) != len(set(map(str, values))):
        notes.write(where, "two options have the same value")


def _options_or_groups(notes: Notebook, value: Any, where: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        notes.write(where, "needs either “options” or “option_groups”")
    _unique_values(notes, value, where)


def _buttons() -> dict[str, Rule]:
    label = text(_most("button.text.max_length"), markdown=False)
    style = one_of(("primary", "danger"))
    said = string(_most("button.accessibility_label.max_length"))
    people = list_of(string(255), 1, _most("icon_button.visible_to_user_ids.max_items"))
    button = Shape(
        {"type": anything, "text": label},
        _named(
            value=string(_most("button.value.max_length"), 0),
            url=web_address(_most("button.url.max_length")),
            style=style,
            confirm=confirmation(),
            accessibility_label=said,
            agent_prompt=string(_most("button.agent_prompt.max_length")),
            agent_prompt_display=anything,
            visible_to_user_ids=people,
        ),
    )
    workflow = Shape(
        {"type": anything, "text": label, "workflow": anything}, _named(style=style, accessibility_label=said)
    )
    icon = Shape(
        {"type": anything, "icon": one_of(("trash",)), "text": label},
        _named(
            value=string(_most("icon_button.value.max_length")),
            confirm=confirmation(),
            accessibility_label=said,
            visible_to_user_ids=people,
        ),
    )
    answer = Shape(
        {"text": label, "value": string(_most("feedback_button.value.max_length"))},
        {"accessibility_label": said},
    )
    feedback = Shape({"type": anything, "positive_button": answer, "negative_button": answer}, _named())
    image = Shape(
        {"type": anything, "alt_text": string(_most("image_element.alt_text.max_length"))},
        {"image_url": web_address(_most("image_element.image_url.max_length")), "slack_file": anything},
        _one_picture,
    )
    return {
        "button": button,
        "workflow_button": workflow,
        "icon_button": icon,
        "feedback_buttons": feedback,
        "image": image,
    }


def _one_picture(notes: Notebook, value: Any, where: str) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        notes.write(where, "needs either “image_url” or “slack_file”")


def _menus() -> dict[str, Rule]:
    placeholder = text(_most("select.placeholder.max_length"), markdown=False)
    fixed: dict[str, Rule] = {
        "options": list_of(option(), 1, _most("select.options.max_items")),
        "option_groups": list_of(option_group(), 1, _most("select.option_groups.max_items")),
    }
    own: dict[str, dict[str, Rule]] = {
        "static": fixed,
        "external": {"min_query_length": integer(0)},
        "users": {},
        "conversations": {"filter": anything, "default_to_current_conversation": boolean},
        "channels": {},
    }
    start = {"static": "option", "external": "option", "users": "user", "conversations": "conversation"}
    found: dict[str, Rule] = {}
    for kind, keys in own.items():
        initial = f"initial_{start.get(kind, 'channel')}"
        common = _named(placeholder=placeholder, confirm=confirmation(), focus_on_load=boolean, **keys)
        whole = _options_or_groups if kind == "static" else None
        one = {**common, initial: anything, "response_url_enabled": boolean}
        many = {**common, f"{initial}s": anything, "max_selected_items": integer(1)}
        found[f"{kind}_select"] = Shape({"type": anything}, one, whole)
        found[f"multi_{kind}_select"] = Shape({"type": anything}, many, whole)
    return found


def _choices() -> dict[str, Rule]:
    def shape(name: str, offered: Rule, **optional: Rule) -> Shape:
        few = list_of(offered, 1, _most(f"{name}.options.max_items"))
        return Shape(
            {"type": anything, "options": few}, _named(confirm=confirmation(), **optional), _unique_values
        )

    rich = option(markdown=True)
    return {
        "overflow": shape("overflow", option(url=True)),
        "checkboxes": shape("checkboxes", rich, initial_options=anything, focus_on_load=boolean),
        "radio_buttons": shape("radio_buttons", rich, initial_option=anything, focus_on_load=boolean),
    }


def _pickers() -> dict[str, Rule]:
    def shape(name: str | None, **own: Rule) -> Shape:
        if name:
            own["placeholder"] = text(_most(f"{name}.placeholder.max_length"), markdown=False)
        return Shape({"type": anything}, _named(confirm=confirmation(), focus_on_load=boolean, **own))

    return {
        "datepicker": shape("date_picker", initial_date=string(10, 10)),
        "timepicker": shape("time_picker", initial_time=string(5, 5), timezone=anything),
        "datetimepicker": shape(None, initial_date_time=integer(0)),
    }


def _inputs() -> dict[str, Rule]:
    def shape(name: str, required: dict[str, Rule] | None = None, **own: Rule) -> Shape:
        own["placeholder"] = text(_most(f"{name}.placeholder.max_length"), markdown=False)
        own |= {"dispatch_action_config": anything, "focus_on_load": boolean}
        return Shape({"type": anything, **(required or {})}, _named(**own))

    most = _most("plain_text_input.max_length.max")
    lines = integer(1, _most("rich_text_input.max_lines.max"))
    return {
        "plain_text_input": shape(
            "plain_text_input",
            initial_value=string(most, 0),
            multiline=boolean,
            min_length=integer(0, most),
            max_length=integer(1, most),
        ),
        "email_text_input": shape("email_input", initial_value=anything),
        "url_text_input": shape("url_input", initial_value=anything),
        "number_input": shape(
            "number_input",
            {"is_decimal_allowed": boolean},
            initial_value=string(100),
            min_value=string(100),
            max_value=string(100),
        ),
        "rich_text_input": shape("rich_text_input", initial_value=anything, min_lines=lines, max_lines=lines),
        "file_input": Shape(
            {"type": anything},
            _named(filetypes=anything, max_files=integer(1, _most("file_input.max_files.max"))),
        ),
    }
