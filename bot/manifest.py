"""manifest.yml, the Slack app as we want it: its scopes, events and commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PACKAGED = Path(__file__).with_name("manifest.yml")
CHECKOUT = Path(__file__).parent.parent / "manifest.yml"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command as people find it in Slack's composer."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of the manifest that the program itself needs; `raw` is the whole of it."""

    bot_scopes: frozenset[str]
    user_scopes: frozenset[str]
    bot_events: frozenset[str]
    commands: tuple[SlashCommand, ...]
    raw: dict[str, Any]


def load(path: Path | None = None) -> Manifest:
    """Read the manifest: the one in the package, or in a checkout the one at its root."""
    source = path or (PACKAGED if PACKAGED.is_file() else CHECKOUT)
    raw: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return Manifest(
        bot_scopes=frozenset(raw["oauth_config"]["scopes"]["bot"]),
        user_scopes=frozenset(raw["oauth_config"]["scopes"].get("user", ())),
        bot_events=frozenset(raw["settings"]["event_subscriptions"]["bot_events"]),
        commands=tuple(
            SlashCommand(each["command"], each["description"], each.get("usage_hint", ""))
            for each in raw["features"]["slash_commands"]
        ),
        raw=raw,
    )
