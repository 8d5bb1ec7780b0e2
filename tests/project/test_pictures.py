"""The README's pictures: each is one that `make pictures` takes, each is shown, and none is heavy."""

from __future__ import annotations

import re
from pathlib import Path

import bot
from bot.standin.pictures import LIMIT, PICTURES

ROOT = Path(bot.__file__).parent.parent
KEPT = {path.name: path for path in (ROOT / "docs" / "pictures").iterdir()}
SHOWN = re.findall(r"!\[([^\]]+)\]\(docs/pictures/([\w-]+\.png)\)", (ROOT / "README.md").read_text("utf-8"))


def test_taken_kept_and_shown_are_the_same() -> None:
    taken = {f"{picture.name}.png" for picture in PICTURES}
    assert taken == set(KEPT) == {name for _, name in SHOWN}
    assert all(len(alternative) > 20 for alternative, _ in SHOWN), "who cannot see them reads what they show"


def test_they_are_light() -> None:
    assert LIMIT == 150 * 1024
    assert {name: path.stat().st_size for name, path in KEPT.items() if path.stat().st_size > LIMIT} == {}
