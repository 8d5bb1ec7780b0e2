"""The app's manifest as the stand-in reads it: commands with their escaping, the home tab, the bot's name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from bot import manifest


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command as people are offered it."""

    command: str
    description: str
    usage_hint: str
    escapes: bool


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app: `global` ones everywhere, `message` ones in a message's menu."""

    name: str
    kind: str
    callback_id: str
    description: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the stand-in needs of manifest.yml."""

    scopes: tuple[str, ...]
    events: frozenset[str]
    commands: tuple[SlashCommand, ...]
    shortcuts: tuple[Shortcut, ...]
    home_tab: bool
    bot_name: str

    def find_shortcut(self, callback_id: str) -> Shortcut | None:
        """A shortcut by its callback id."""
        return next((one for one in self.shortcuts if one.callback_id == callback_id), None)

    def find_command(self, name: str) -> SlashCommand | None:
        """A command by its name with the slash."""
        return next((one for one in self.commands if one.command == name), None)


@cache
def load() -> Manifest:
    """Read the manifest once."""
    return translate(manifest.load().raw)


def translate(raw: dict[str, Any]) -> Manifest:
    """Read a manifest that was parsed."""
    features = raw.get("features", {})
    settings = raw.get("settings", {})
    return Manifest(
        scopes=tuple(raw["oauth_config"]["scopes"].get("bot", ())),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        commands=tuple(_command(one) for one in features.get("slash_commands", ())),
        shortcuts=tuple(_shortcut(one) for one in features.get("shortcuts", ())),
        home_tab=bool(features.get("app_home", {}).get("home_tab_enabled")),
        bot_name=features.get("bot_user", {}).get("display_name", "bot"),
    )


def _command(raw: dict[str, Any]) -> SlashCommand:
    return SlashCommand(
        command=raw["command"],
        description=raw.get("description", ""),
        usage_hint=raw.get("usage_hint", ""),
        escapes=bool(raw.get("should_escape")),
    )


def _shortcut(raw: dict[str, Any]) -> Shortcut:
    return Shortcut(
        name=raw["name"],
        kind=raw["type"],
        callback_id=raw["callback_id"],
        description=raw.get("description", ""),
    )
