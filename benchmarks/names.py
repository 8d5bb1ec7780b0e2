"""Invented account names in any number, and the ways people mistype them."""

from __future__ import annotations

import random
import string

_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "qu",
)
_MORE = ("r", "s", "sk", "st", "t", "th", "tr", "v", "w", "x", "y", "z", "zw")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "or", "un", "el")
_ENDS = ("x", "n", "ra", "vik", "moor", "dal", "ton", "la", "sk", "wick", "holt", "ne")
_TRADES = (
    "Systems",
    "Freight",
    "Energy",
    "Labs",
    "Foods",
    "Networks",
    "Health",
    "Software",
    "Retail",
    "Media",
)
_FORMS = ("Inc", "GmbH", "Ltd", "AB", "LLC", "S.A.")


def invented(count: int, seed: str = "names") -> list[str]:
    """So many distinct names, near twins among them."""
    draw = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        parts = (draw.choice(_ONSETS + _MORE) + draw.choice(_VOWELS) for _ in range(draw.choice((1, 2, 2))))
        stem = ("".join(parts) + draw.choice(_ENDS)).capitalize()
        names[f"{stem} {draw.choice(_TRADES)} {draw.choice(_FORMS)}"] = None
    return list(names)


def mistyped(name: str, draw: random.Random) -> str:
    """The name with one or two slips; every other time without its legal form."""
    text = name.rsplit(" ", 1)[0] if draw.random() < 0.5 else name
    for _ in range(draw.choice((1, 2))):
        text = _slip(text, draw)
    return text


def typed(name: str, draw: random.Random) -> str:
    """As people ask: 60 % the exact name, 25 % its first words, 15 % with slips."""
    chance = draw.random()
    if chance < 0.6:
        return name
    return " ".join(name.split()[:2]) if chance < 0.85 else mistyped(name, draw)


def _slip(text: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(text) - 1)
    kind = draw.choice(("drop", "swap", "change", "add"))
    letter = draw.choice(string.ascii_lowercase)
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "swap":
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text[:at] + letter + (text[at:] if kind == "add" else text[at + 1 :])
