"""Buttons that type a command for whoever presses them: the answer is the command's own, asked by that person."""

from __future__ import annotations

from bot.blocks import build

RUN = "command.run"
"""The action id, up to its colon: the edge makes a command of it, and no feature hears it."""


def button(label: str, line: str, place: int | str = 0, *, style: str = "") -> build.Json:
    """A button for a whole line, such as `/ask-ta mine`; `place` tells apart those of one block."""
    return build.button(label, f"{RUN}:{place}", line, style=style)
