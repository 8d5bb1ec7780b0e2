"""The app asks for the scopes that its calls need, and for no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import manifest
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
    "commands": "slash commands",
    "chat:write.public": "chat.postMessage where the bot is no member",
}


def test_the_calls_are_found() -> None:
    assert {"auth.test", "users.info", "conversations.members", "chat.postMessage", "views.open"} <= set(
        CALLED
    )


@pytest.mark.parametrize("method", CALLED)
def test_every_call_is_granted(method: str) -> None:
    scopes = set(methods()[method]["scopes"])
    assert not scopes or scopes & manifest.load().bot_scopes


def test_every_scope_is_used() -> None:
    used = {scope for method in CALLED for scope in methods()[method]["scopes"]} | BESIDES.keys()
    assert manifest.load().bot_scopes <= used
