"""A small language for what Slack accepts: rules for one value, shapes for one object.

A rule is called with the notebook, the value and where it sits; it writes what is wrong and returns nothing.
`block_shapes` and `element_shapes` say with it what Block Kit allows; `validate` reads a whole surface.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, TypeAlias


@dataclass(slots=True)
class Notebook:
    """Collects what is wrong, each line with the JSON pointer of the place."""

    lines: list[str] = field(default_factory=list)

    def write(self, where: str, problem: str) -> None:
        """Add one problem."""
        self.lines.append(f"{where}: {problem}")


Rule: TypeAlias = Callable[[Notebook, Any, str], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys an object must and may have; `whole` looks at the object once its keys are known."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    whole: Rule | None = None

    def __call__(self, notes: Notebook, value: Any, where: str) -> None:
        """Check one object."""
        if not isinstance(value, Mapping):
            notes.write(where, "must be an object")
            return
        for key in sorted(self.required.keys() - value.keys()):
            notes.write(where, f"“{key}” is missing")
        for key, item in value.items():
            rule = self.required.get(key) or self.optional.get(key)
            if rule is None:
                notes.write(f"{where}/{key}", "is no property of this object")
            else:
                rule(notes, item, f"{where}/{key}")
        if self.whole is not None:
            self.whole(notes, value, where)


@cache
def limits() -> Mapping[str, int]:
    """Slack's documented limits by name (data/blockkit-limits.json)."""
    found: Mapping[str, int] = _data()["limits"]
    return found


@cache
def surfaces() -> Mapping[str, frozenset[str]]:
    """Which block types each surface shows."""
    return {name: frozenset(types) for name, types in _data()["surfaces"].items()}


@cache
def _data() -> Any:
    file = resources.files("bot.standin").joinpath("data", "blockkit-limits.json")
    return json.loads(file.read_text(encoding="utf-8"))


def anything(notes: Notebook, value: Any, where: str) -> None:
    """Accept whatever is there."""


def boolean(notes: Notebook, value: Any, where: str) -> None:
    """Accept true or false."""
    if not isinstance(value, bool):
        notes.write(where, "must be true or false")


def string(most: int, least: int = 1) -> Rule:
    """Accept a text of `least` to `most` characters."""

    def rule(notes: Notebook, value: Any, where: str) -> None:
        if not isinstance(value, str):
            notes.write(where, "must be a string")
        elif len(value) > most:
            notes.write(where, f"must be at most {most} characters, has {len(value)}")
        elif len(value) < least:
            notes.write(where, f"must be at least {least} characters")

    return rule


def web_address(most: int) -> Rule:
    """Accept an http or https address."""
    short = string(most)

    def rule(notes: Notebook, value: Any, where: str) -> None:
        short(notes, value, where)
        if isinstance(value, str) and not value.startswith(("https://", "http://", "mailto:", "slack://")):
            notes.write(where, "is no web address")

    return rule


def integer(least: int, most: int | None = None) -> Rule:
    """Accept a whole number between two bounds."""

    def rule(notes: Notebook, value: Any, where: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            notes.write(where, "must be a whole number")
        elif value < least or (most is not None and value > most):
            notes.write(where, f"must be between {least} and {most}")

    return rule


def is_number(value: Any) -> bool:
    """Whether JSON's number can hold it: finite, and not a boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(notes: Notebook, value: Any, where: str) -> None:
    """Accept a finite number."""
    if not is_number(value):
        notes.write(where, "must be a number")


def one_of(words: Iterable[str]) -> Rule:
    """Accept one of a few words."""
    allowed = tuple(words)

    def rule(notes: Notebook, value: Any, where: str) -> None:
        if value not in allowed:
            notes.write(where, f"must be one of {', '.join(allowed)}")

    return rule


def list_of(each: Rule, least: int = 1, most: int | None = None) -> Rule:
    """Accept a list of `least` to `most` items that each pass."""

    def rule(notes: Notebook, value: Any, where: str) -> None:
        if not isinstance(value, list | tuple):
            notes.write(where, "must be a list")
            return
        if len(value) < least:
            notes.write(where, f"must have at least {least} items, has {len(value)}")
        if most is not None and len(value) > most:
            notes.write(where, f"must have at most {most} items, has {len(value)}")
        for position, item in enumerate(value):
            each(notes, item, f"{where}/{position}")

    return rule


def typed(table: Callable[[], Mapping[str, Rule]], allowed: Iterable[str], what: str) -> Rule:
    """Accept an object by its `type`, looked up late so that shapes may hold one another."""
    names = frozenset(allowed)

    def rule(notes: Notebook, value: Any, where: str) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str) or kind not in names:
            notes.write(where, f"{what} of type “{kind}” is not allowed here")
            return
        table()[kind](notes, value, where)

    return rule


def text(most: int, *, markdown: bool = True, least: int = 1) -> Rule:
    """Accept a text object; `markdown` says whether mrkdwn may be used."""
    inner = string(most, least)
    plain = Shape({"type": anything, "text": inner}, {"emoji": boolean})
    mrkdwn = Shape({"type": anything, "text": inner}, {"verbatim": boolean})

    def rule(notes: Notebook, value: Any, where: str) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if kind == "plain_text":
            plain(notes, value, where)
        elif kind == "mrkdwn" and markdown:
            mrkdwn(notes, value, where)
        else:
            notes.write(where, f"must be {'a text object' if markdown else 'a plain_text object'}")

    return rule


def objects(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects listed under a key; empty where there is no list."""
    found = value.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list | tuple) else []
