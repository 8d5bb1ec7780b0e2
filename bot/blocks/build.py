"""Block Kit as plain dicts: model classes cost ten times as much, and tests hold each result against them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, TypeAlias

from bot.blocks import limits
from bot.blocks.text import trim

Json: TypeAlias = dict[str, Any]

DIVIDER: Json = {"type": "divider"}
"""A thin line."""


def plain(text: str, limit: int = limits.TEXT) -> Json:
    """A text in which nothing is formatted and no colon code becomes an emoji."""
    return {"type": "plain_text", "text": trim(text, limit), "emoji": False}


def mrkdwn(text: str) -> Json:
    """A formatted text; whatever came from outside must have been escaped."""
    return {"type": "mrkdwn", "text": text}


def header(text: str) -> Json:
    """A heading."""
    return {"type": "header", "text": plain(text, limits.HEADER)}


def section(text: str, accessory: Json | None = None) -> Json:
    """A paragraph of formatted text, with perhaps a control beside it."""
    block: Json = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    if accessory:
        block["accessory"] = accessory
    return block


def paragraphs(lines: Sequence[str], each: int) -> list[Json]:
    """Many lines as sections of a few, so that none grows past Slack's limit."""
    return [section("\n".join(lines[at : at + each])) for at in range(0, len(lines), each)]


def fields(texts: Iterable[str]) -> Json:
    """Short formatted texts in two columns; at most ten."""
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in texts]}


def context(*texts: str) -> Json:
    """Small print; at most ten texts."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in texts]}


def actions(*elements: Json) -> Json:
    """A row of controls."""
    return {"type": "actions", "elements": list(elements)}


def button(text: str, action_id: str, value: str = "", *, url: str = "", style: str = "") -> Json:
    """A button; `style` is `primary` or `danger`."""
    element: Json = {"type": "button", "text": plain(text, limits.BUTTON_TEXT), "action_id": action_id}
    for key, given in (("value", value), ("url", url), ("style", style)):
        if given:
            element[key] = given
    return element


def option(text: str, value: str) -> Json:
    """One choice of a menu."""
    return {"text": plain(text, limits.OPTION_TEXT), "value": value}


def static_select(
    action_id: str, placeholder: str, options: Sequence[tuple[str, str]], chosen: str | None = None
) -> Json:
    """A menu of (text, value) options, with perhaps one of them chosen already."""
    made = [option(text, value) for text, value in options[: limits.OPTIONS]]
    element: Json = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "options": made,
    }
    initial = next((one for one in made if one["value"] == chosen), None)
    if initial:
        element["initial_option"] = initial
    return element


def external_select(
    action_id: str, placeholder: str, min_letters: int = 1, chosen: tuple[str, str] | None = None
) -> Json:
    """A menu whose (text, value) options we are asked for as letters are typed, with perhaps one chosen already."""
    element: Json = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "min_query_length": min_letters,
    }
    if chosen:
        element["initial_option"] = option(*chosen)
    return element


def conversations_select(action_id: str, placeholder: str, include: Sequence[str], chosen: str = "") -> Json:
    """A menu of our own conversations: none with another organisation, no bots; the current one is chosen, or
    the one given.
    """
    element: Json = {
        "type": "conversations_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "default_to_current_conversation": not chosen,
        "filter": {
            "include": list(include),
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    if chosen:
        element["initial_conversation"] = chosen
    return element


def checkboxes(action_id: str, options: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Json:
    """At most ten (text, value) options, of which any number may be chosen."""
    made = [option(text, value) for text, value in options]
    element: Json = {"type": "checkboxes", "action_id": action_id, "options": made}
    if initial := [one for one in made if one["value"] in chosen]:
        element["initial_options"] = initial
    return element


def timepicker(action_id: str, placeholder: str, at: time) -> Json:
    """A time of the day; the zone is nobody's until it is said beside it."""
    return {
        "type": "timepicker",
        "action_id": action_id,
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "initial_time": at.isoformat("minutes"),
    }


def datepicker(action_id: str, placeholder: str, on: date | None = None) -> Json:
    """A day of the calendar, with perhaps one chosen already."""
    element: Json = {
        "type": "datepicker",
        "action_id": action_id,
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
    }
    if on:
        element["initial_date"] = on.isoformat()
    return element


def field_input(block_id: str, label: str, element: Json, hint: str = "", *, optional: bool = False) -> Json:
    """A labelled field of a modal; what is entered is found under its block id."""
    block: Json = {"type": "input", "block_id": block_id, "label": plain(label), "element": element}
    if hint:
        block["hint"] = plain(hint)
    if optional:
        block["optional"] = True
    return block


def text_field(action_id: str, placeholder: str = "", *, multiline: bool = False, initial: str = "") -> Json:
    """A field to type in."""
    element: Json = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline}
    if placeholder:
        element["placeholder"] = plain(placeholder, limits.PLACEHOLDER)
    if initial:
        element["initial_value"] = initial
    return element


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> Json:
    """A “more” menu of at most five choices."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [option(text, value) for text, value in options],
    }
