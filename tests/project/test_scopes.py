"""The app asks for the scopes that its calls need, and for no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import manifest
from bot.slack.consents import SCOPES
from bot.standin.calls import methods

ROOT = Path(__file__).parents[2]
CALLED = sorted(
    {
        name
        for path in (ROOT / "bot" / "slack").glob("*.py")
        for name in re.findall(r'"([a-z]+(?:\.[A-Za-z0-9]+)+)"', path.read_text(encoding="utf-8"))
        if name in methods()
    }
)
# What no single method asks for by itself.
BESIDES = {
    "app_mentions:read": "the event app_mention",
    "commands": "slash commands",
    "chat:write.public": "chat.postMessage where the bot is no member",
}


OWN = {name for name in CALLED if methods()[name].get("user")}
"""What is called with people's own tokens."""


def test_the_calls_are_found() -> None:
    assert {"auth.test", "users.info", "conversations.members", "chat.postMessage", "views.open"} <= set(
        CALLED
    )


@pytest.mark.parametrize("method", sorted(set(CALLED) - OWN))
def test_every_call_is_granted(method: str) -> None:
    scopes = set(methods()[method]["scopes"])
    assert not scopes or scopes & manifest.load().bot_scopes


def test_every_scope_is_used() -> None:
    used = {scope for method in set(CALLED) - OWN for scope in methods()[method]["scopes"]} | BESIDES.keys()
    assert manifest.load().bot_scopes <= used


def test_people_are_asked_for_what_is_done_with_their_tokens_and_for_nothing_else() -> None:
    """In the manifest, on the page that asks, and in the calls."""
    needed = {scope for method in OWN for scope in methods()[method]["user"]}
    assert needed == manifest.load().user_scopes == set(SCOPES)
