"""Whether Slack would take these blocks: every documented limit, the stricter where sources differ.

`problems` reads the blocks of a message, a modal or a home tab; `view_problems` reads a whole view. Each line
of the answer begins with the JSON pointer of the place. No lines: Slack would take it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeAlias

from bot.standin.block_shapes import block
from bot.standin.shapes import (
    Notebook,
    Rule,
    Shape,
    anything,
    boolean,
    limits,
    list_of,
    objects,
    one_of,
    string,
    surfaces,
    text,
)

Surface: TypeAlias = Literal["message", "modal", "home"]

TABLES = 1  # tables of both kinds in one message
OLDER_BLOCKS_SIZE = (
    13_200  # characters of JSON in a message's older blocks: `msg_blocks_too_long` past about here
)
VIEW_SIZE = 250 * 1024  # `view_too_large`
NATIVE = ("data_table", "data_visualization")


def problems(blocks: Sequence[Mapping[str, Any]], surface: Surface = "message") -> list[str]:
    """What Slack would refuse in these blocks on this surface, one line each."""
    notes = Notebook()
    most = limits()["message.blocks.max_items" if surface == "message" else "view.blocks.max_items"]
    list_of(block(*surfaces()[surface]), 0, most)(notes, blocks, "/blocks")
    if isinstance(blocks, list | tuple):
        _check_together(notes, [one for one in blocks if isinstance(one, Mapping)], surface)
    return notes.lines


def view_problems(view: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse in this view, its blocks included."""
    notes = Notebook()
    kind = view.get("type") if isinstance(view, Mapping) else None
    if kind not in ("modal", "home"):
        return [f"/view/type: must be modal or home, not “{kind}”"]
    _view_shape(str(kind))(notes, view, "/view")
    if len(json.dumps(view, ensure_ascii=False)) > VIEW_SIZE:
        notes.write("/view", "is larger than 250 KB")
    blocks = view.get("blocks", [])
    found = problems(blocks, "modal" if kind == "modal" else "home")
    return [*notes.lines, *(f"/view{line}" for line in found)]


def walk(blocks: Any) -> Iterator[Mapping[str, Any]]:
    """Every object inside these blocks, outermost first."""
    if isinstance(blocks, Mapping):
        yield blocks
        for item in blocks.values():
            yield from walk(item)
    elif isinstance(blocks, list | tuple):
        for item in blocks:
            yield from walk(item)


@cache
def _view_shape(kind: str) -> Rule:
    words = limits()
    optional: dict[str, Rule] = {
        "callback_id": string(words["view.callback_id.max_length"], 0),
        "external_id": string(words["view.external_id.max_length"], 0),
        "private_metadata": string(words["view.private_metadata.max_length"], 0),
    }
    if kind == "home":
        return Shape({"type": one_of(("home",)), "blocks": anything}, optional)
    title, submit, close = (
        text(words[f"view.{name}.max_length"], markdown=False) for name in ("title", "submit", "close")
    )
    flags = dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean)
    return Shape(
        {"type": one_of(("modal",)), "blocks": anything, "title": title},
        {**optional, **flags, "submit": submit, "close": close},
        _inputs_need_submit,
    )


def _inputs_need_submit(notes: Notebook, value: Any, where: str) -> None:
    inputs = any(one.get("type") == "input" for one in objects(value, "blocks"))
    if inputs and not value.get("submit"):
        notes.write(where, "needs “submit”: it holds an input")


def _check_together(notes: Notebook, blocks: Sequence[Mapping[str, Any]], surface: Surface) -> None:
    inner = list(walk(blocks))
    _check_repeats(notes, inner)
    total = limits()
    cells = sum(len(str(cell.get("text", ""))) for cell in _cells(inner))
    if cells > total["data_table.total_content.max_length"]:
        notes.write("/blocks", f"tables hold {cells} characters, at most 20000 fit")
    said = sum(len(str(one.get("text", ""))) for one in blocks if one.get("type") == "markdown")
    if said > total["markdown.total_text.max_length"]:
        notes.write("/blocks", f"markdown blocks hold {said} characters, at most 12000 fit")
    if surface == "message":
        _check_message(notes, blocks, Counter(str(one.get("type")) for one in inner if "type" in one))


def _check_message(notes: Notebook, blocks: Sequence[Mapping[str, Any]], count: Counter[str]) -> None:
    charts = limits()["message.data_visualizations.max_items"]
    if count["data_visualization"] > charts:
        notes.write("/blocks", f"at most {charts} charts fit in a message")
    if count["table"] + count["data_table"] > TABLES:
        notes.write("/blocks", f"at most {TABLES} table fits in a message")
    older = [one for one in blocks if one.get("type") not in NATIVE]
    size = len(json.dumps(older, ensure_ascii=False, separators=(",", ":")))
    if size > OLDER_BLOCKS_SIZE:
        notes.write("/blocks", f"msg_blocks_too_long: {size} characters, about {OLDER_BLOCKS_SIZE} fit")


def _check_repeats(notes: Notebook, inner: Sequence[Mapping[str, Any]]) -> None:
    for name in ("block_id", "action_id"):
        count = Counter(str(one[name]) for one in inner if one.get(name))
        for value, times in count.items():
            if times > 1:
                notes.write("/blocks", f"{name} “{value}” is used {times} times")
    focused = sum(1 for one in inner if one.get("focus_on_load") is True)
    if focused > 1:
        notes.write("/blocks", "only one element can have focus_on_load")


def _cells(inner: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in inner:
        if one.get("type") == "data_table":
            yield from (cell for cell in walk(one.get("rows")) if "text" in cell)
