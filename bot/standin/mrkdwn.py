"""Slack's mrkdwn made readable as plain text: mentions by name, links with their address, dates, escapes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

Names = Callable[[str], str]
"""Gives the readable name of a user, channel or group id."""

TOKEN = re.compile(r"<([^<>]+)>")


def as_is(identity: str) -> str:
    """The name of somebody nobody knows: the id."""
    return identity


def readable(text: str, names: Names = as_is) -> str:
    """A mrkdwn text as a person reads it; emphasis marks stay, they read well."""
    return html.unescape(TOKEN.sub(lambda found: _token(found[1], names), text))


def _token(token: str, names: Names) -> str:
    body, _, label = token.partition("|")
    if body.startswith("@"):
        return "@" + (label or names(body[1:]))
    if body.startswith("#"):
        return "#" + (label or names(body[1:]))
    if body.startswith("!subteam^"):
        return "@" + (label.removeprefix("@") or names(body.removeprefix("!subteam^")))
    if body.startswith("!date^"):
        return label
    if body.startswith("!"):
        return "@" + body[1:].partition("^")[0]
    return f"{label} ({body.removeprefix('mailto:')})" if label and label != body else body


def text_of(value: Any, names: Names = as_is) -> str:
    """The text of a text object, plain or mrkdwn."""
    if not isinstance(value, dict):
        return ""
    text = str(value.get("text", ""))
    return readable(text, names) if value.get("type") == "mrkdwn" else text


def rich_text(value: Any, names: Names = as_is) -> str:
    """The words of a rich_text block or of anything inside it."""
    if isinstance(value, list):
        return "".join(rich_text(one, names) for one in value)
    if not isinstance(value, dict):
        return ""
    kind = value.get("type")
    if kind == "rich_text_list":
        return "\n".join(f"• {rich_text(one, names)}" for one in value.get("elements", ())) + "\n"
    if kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text"):
        return rich_text(value.get("elements", []), names) + ("" if kind == "rich_text_section" else "\n")
    return _inline(value, names)


def _inline(value: dict[str, Any], names: Names) -> str:
    mention = next((value[key] for key in ("user_id", "channel_id", "usergroup_id") if key in value), None)
    if mention is not None:
        return ("#" if "channel_id" in value else "@") + names(str(mention))
    if value.get("type") == "emoji":
        return f":{value.get('name', '')}:"
    return str(value.get("text") or value.get("url") or value.get("fallback") or "")
