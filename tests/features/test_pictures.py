"""Every view has a picture, every id that a picture shows is heard, and every id heard is shown somewhere."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.features
from bot.blocks.running import RUN
from bot.bootstrap.answering import handlers

FEATURES = Path(bot.features.__path__[0])
PURE = sorted(path for name in ("rules", "views") for path in FEATURES.glob(f"*/{name}.py"))
VIEWS = sorted(FEATURES.glob("*/views.py"))
PICTURES = Path(__file__).parent
MODAL_IDS = {
    *("health.share_choose", "health.share_confirm", "segment_lists.corrected", "subscriptions.form"),
    *("coverage.dates", "coverage.covers", "coverage.confirm", "coverage.settle", "coverage.told"),
    *("coverage.call_off", "routing.form", "routing.handing", "feedback.form"),
    *("feedback.edit", "plan_updates.form"),
}
"""Modals are held by tests/commands (test_pressing.py, test_kpi_digest.py, test_ooo.py) and tests/asking, which submit each."""
MENU_IDS = {"health.choose", "segments.choose", "coverage.choose", "coverage.find"}
"""Menus of candidates are held by tests/commands/test_account_health.py, test_segment.py and test_ooo.py."""


def _pictured() -> Iterator[tuple[str, Any]]:
    for path in sorted(PICTURES.glob("*/__snapshots__/*/*.json")):
        yield path.parts[-4], json.loads(path.read_text(encoding="utf-8"))


def _action_ids(value: Any, *, inputs: bool = False) -> Iterator[str]:
    """What can be pressed or chosen, without what tells apart the same id in one message; forms wait for a submit."""
    if isinstance(value, dict):
        if value.get("type") == "input" and not inputs:
            return
        if "action_id" in value:
            yield value["action_id"].partition(":")[0]
        for inner in value.values():
            yield from _action_ids(inner, inputs=inputs)
    elif isinstance(value, list):
        for inner in value:
            yield from _action_ids(inner, inputs=inputs)


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_rules_and_views_wait_for_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.parent.name)
def test_every_view_has_a_picture(path: Path) -> None:
    feature = path.parent.name
    module = importlib.import_module(f"bot.features.{feature}.views")
    public = {
        name
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and one.__module__ == module.__name__
    }
    pictured = {
        re.split(r"[\[.]", picture.name)[0].removeprefix("test_")
        for picture in (PICTURES / feature / "__snapshots__" / "test_views").glob("*.json")
    }
    assert public <= pictured, f"no picture of {sorted(public - pictured)}"


def test_every_id_shown_is_heard_and_every_id_heard_is_shown() -> None:
    heard = handlers()
    shown = {action_id for _, picture in _pictured() for action_id in _action_ids(picture)}
    # The edge itself makes a command of RUN: tests/slack/test_homes.py presses it.
    assert (shown - {RUN}) | MENU_IDS == set(heard.actions)
    menus = {action_id for _, picture in _pictured() for action_id in _action_ids(picture, inputs=True)}
    assert set(heard.typeaheads) <= menus | MENU_IDS
    assert set(heard.submissions) == MODAL_IDS
