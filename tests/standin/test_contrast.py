"""The page's colours: every text that is read keeps WCAG AA's contrast, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.standin

SHEET = (Path(bot.standin.__file__).parent / "page" / "blocks.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([a-z0-9]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(SHEET)}
WHITE = {"light": "#ffffff", "dark": "#ffffff"}
TEXTS = [
    *((ink, ground) for ink in ("ink", "soft", "link", "wrong") for ground in ("ground", "raised", "tint")),
    ("code", "ground"),
    ("ink", "mine"),
    ("link", "mention"),
    ("white", "accent"),
    ("white", "danger"),
]
SIGNS = [*((f"s{number}", "raised") for number in range(6)), ("edge", "raised"), ("ring", "ground")]


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_wcags() -> None:
    """Black on white is 21, and nothing on itself is 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == pytest.approx(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_texts_can_be_read(ink: str, ground: str, theme: str) -> None:
    """4.5 to 1 for text."""
    colours = {**COLOURS, "white": WHITE}
    assert contrast(colours[ink][theme], colours[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGNS)
def test_lines_of_charts_and_edges_of_fields_can_be_seen(sign: str, ground: str, theme: str) -> None:
    """3 to 1 for what is no text."""
    assert contrast(COLOURS[sign][theme], COLOURS[ground][theme]) >= 3
