"""The manifest, the commands and the README say the same; the settings are documented; sizes hold."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import bot
import commands
from bot import manifest
from bot.settings import Settings

ROOT = Path(bot.__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA = ROOT / "tests" / "data" / "slack"
MODULES: list[Any] = [
    importlib.import_module(f"commands.{info.name}") for info in pkgutil.iter_modules(commands.__path__)
]
SOURCES = [path for top in ("bot", "commands") for path in sorted((ROOT / top).rglob("*.py"))]
BANNED_NAMES = ("utils", "helpers", "common", "manager")
BANNED_WORDS = ("company", "client_account", "score_band", "customer_account")


def test_manifest_is_valid() -> None:
    """By Slack's own schema, offline."""
    schema = json.loads((DATA / "manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(manifest.load().raw)


def test_manifest_names_only_real_scopes_and_events() -> None:
    """The schema does not look at these."""
    known = json.loads((DATA / "methods" / "_scopes.json").read_text(encoding="utf-8"))
    loaded = manifest.load()
    extra = set(known.get("known_extra", ()))
    assert loaded.bot_scopes - set(known["bot"]) - extra == set()
    events = json.loads((DATA / "events" / "events.json").read_text(encoding="utf-8"))
    names = set(events) if isinstance(events, dict) else {event["name"] for event in events}
    assert loaded.bot_events - names == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.COMMAND)
def test_each_command_is_in_the_manifest_and_the_readme(module: Any) -> None:
    """Where it is not, these are the lines to paste."""
    listed = {each.command: each for each in manifest.load().commands}
    lines = f'    - command: {module.COMMAND}\n      description: {module.SUMMARY}\n      usage_hint: "{module.USAGE}"'
    assert module.COMMAND in listed, f"paste into manifest.yml:\n{lines}"
    assert (listed[module.COMMAND].description, listed[module.COMMAND].usage_hint) == (
        module.SUMMARY,
        module.USAGE,
    ), f"manifest.yml says something else; paste:\n{lines}"
    usage = module.USAGE.replace("|", "\\|")
    row = f"| `{module.COMMAND} {usage}` |"
    assert row in README, f"paste into the README's command table:\n{row} {module.SUMMARY} |"


def test_the_manifest_lists_no_command_that_is_not_there() -> None:
    """A command that nobody answers would be a promise broken."""
    assert {each.command for each in manifest.load().commands} == {module.COMMAND for module in MODULES}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_each_setting_is_documented(name: str) -> None:
    """In the README's table, and in its own description."""
    assert f"`{name.upper()}`" in README
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_short_enough_to_read(path: Path) -> None:
    """400 lines at the most, a command 60."""
    limit = 60 if path.parent.name == "commands" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def test_no_module_is_named_for_nothing() -> None:
    """A name says what is inside."""
    assert [path for path in SOURCES if path.stem in BANNED_NAMES] == []


def test_the_domain_says_it_in_the_fields_words() -> None:
    """One word each, as the glossary has it."""
    found = [
        (path.name, word)
        for path in sorted((ROOT / "bot" / "domain").glob("*.py"))
        for word in BANNED_WORDS
        if re.search(rf"\b{word}\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert found == []


def test_the_repository_stands_alone() -> None:
    """Nothing points outside of it."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    assert "../" + "shared" not in text
