"""Invented names for accounts, the same on every day: no word of them is a company's that we know of."""

from __future__ import annotations

import random
from collections.abc import Collection

_HEADS = (
    *("Brin", "Quel", "Tovi", "Vash", "Ondra", "Ferl", "Mirku", "Zanth", "Halvi", "Korva", "Ysto", "Plenn"),
    *("Druva", "Skelm", "Ardu", "Wexi", "Nolla", "Juthe", "Ghar", "Lume", "Osqui", "Pryz", "Rethu", "Sivo"),
    *("Thall", "Umbri", "Vekta", "Xandu", "Cald", "Dwen", "Eskra", "Fyno", "Grel", "Hesk", "Ivol", "Jarn"),
    *("Kelto", "Lodri", "Mowen", "Nerth", "Obrix", "Pavo", "Rusk", "Stryn"),
)
_TAILS = ("moor", "askov", "imora", "enholt", "urvane", "wick", "olane", "abrek", "etria", "undal", "orvik")
_TRADES = (
    *("Freight", "Ceramics", "Robotics", "Insurance", "Energy", "Logistics", "Biolabs", "Payments", "Foods"),
    *("Textiles", "Avionics", "Learning", "Media", "Diagnostics", "Mobility", "Systems", "Retail", "Marine"),
    *("Optics", "Software", "Banking", "Health", "Timber", "Games", "Networks", "Pharma", "Rail", "Studios"),
)
_FORMS = ("Inc", "GmbH", "Ltd", "AB", "S.A.", "LLC", "B.V.", "Oy", "S.r.l.", "Pty Ltd", "A/S", "")


def invented(count: int, taken: Collection[str] = ()) -> list[str]:
    """So many distinct names; the first word of each occurs once and is none of those taken."""
    draw = random.Random("names of accounts")
    firsts = [_joined(head, tail) for head in _HEADS for tail in draw.sample(_TAILS, 4)]
    firsts = [first for first in dict.fromkeys(firsts) if first not in taken]
    draw.shuffle(firsts)
    return [f"{first} {draw.choice(_TRADES)} {draw.choice(_FORMS)}".strip() for first in firsts[:count]]


def _joined(head: str, tail: str) -> str:
    vowels = "aeiou"
    return (head[:-1] if head[-1] in vowels and tail[0] in vowels else head) + tail


def web_domain(name: str, account_id: str) -> str:
    """A domain for a name, under the top level that is reserved for examples."""
    plain = "".join(c for c in name.split(" ", maxsplit=1)[0].lower() if c.isascii() and c.isalnum())
    return f"{plain or account_id.lower()}.example"
