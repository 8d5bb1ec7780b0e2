"""Explaining a command: its usage, what it answers, and examples to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from bot.blocks import build, text
from bot.blocks.answers import Block, Message

Explained: TypeAlias = tuple[str, str, str, Sequence[tuple[str, str]]]
"""A command's name, its usage, its summary and its (line, what it answers) examples."""


def explain(commands: Sequence[Explained], note: str = "") -> Message:
    """One section a command."""
    blocks: list[Block] = []
    for name, usage, summary, examples in commands:
        lines = [f"*{name}* {text.escape(usage)}", text.escape(summary) + "."]
        lines.extend(f"• `{text.escape(line)}` {text.escape(what)}" for line, what in examples)
        blocks.append(build.section("\n".join(lines)))
    if note:
        blocks.append(build.context(note))
    said = " · ".join(f"{name}: {summary}" for name, _, summary, _ in commands)
    return Message(text=text.escape(said), blocks=tuple(blocks))
