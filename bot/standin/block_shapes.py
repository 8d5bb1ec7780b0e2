"""What Block Kit allows of each block: its keys, its limits and what must agree inside it.

Where two sources differ the stricter number holds; those that data/blockkit-limits.json has looser are named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.standin.element_shapes import IN_ACTIONS, IN_INPUT, IN_SECTION, element
from bot.standin.shapes import (
    Notebook,
    Rule,
    Shape,
    anything,
    boolean,
    integer,
    is_number,
    limits,
    list_of,
    number,
    objects,
    one_of,
    string,
    surfaces,
    text,
    typed,
    web_address,
)

TABLE_ROWS = 101  # the header and 100 rows: the earlier of two documented numbers
SERIES = 6  # the earlier of two documented numbers, for lines, bars and pies alike
CHARTS = ("bar", "line", "area")
CELLS = ("raw_text", "raw_number", "rich_text")


@cache
def blocks() -> Mapping[str, Rule]:
    """Every block by its type."""
    return {**_older(), **_boxes(), **_native()}


def block(*allowed: str) -> Rule:
    """A block of one of these types."""
    return typed(blocks, allowed, "a block")


def _most(name: str) -> int:
    return limits()[name]


def _block(
    required: dict[str, Rule], optional: dict[str, Rule] | None = None, whole: Rule | None = None
) -> Shape:
    known = {"block_id": string(_most("block_id.max_length")), **(optional or {})}
    return Shape({"type": anything, **required}, known, whole)


def _older() -> dict[str, Rule]:
    inline = _either(text(_most("text.max_length")), element("image"))
    section = {
        "text": text(_most("section.text.max_length")),
        "fields": list_of(
            text(_most("section.fields.item_max_length")), 1, _most("section.fields.max_items")
        ),
        "accessory": element(*IN_SECTION),
        "expand": boolean,
    }
    return {
        "section": _block({}, section, _something_said),
        "header": _block({"text": text(_most("header.text.max_length"), markdown=False)}),
        "divider": _block({}),
        "context": _block({"elements": list_of(inline, 1, _most("context.elements.max_items"))}),
        "actions": _block(
            {"elements": list_of(element(*IN_ACTIONS), 1, _most("actions.elements.max_items"))}
        ),
        "context_actions": _block(
            {
                "elements": list_of(
                    element("feedback_buttons", "icon_button"), 1, _most("context_actions.elements.max_items")
                )
            }
        ),
        "image": _image(),
        "input": _input(),
        "markdown": _block({"text": string(_most("markdown.text.max_length"))}),
        "rich_text": _block({"elements": list_of(anything)}),
        "file": _block({"external_id": string(255), "source": one_of(("remote",))}),
        "video": _video(),
    }


def _image() -> Rule:
    title = text(_most("image.title.max_length"), markdown=False)
    address = web_address(_most("image.image_url.max_length"))
    return _block(
        {"alt_text": string(_most("image.alt_text.max_length"))},
        {"title": title, "image_url": address, "slack_file": anything},
        _one_picture,
    )


def _input() -> Rule:
    label = text(_most("input.label.max_length"), markdown=False)
    hint = text(_most("input.hint.max_length"), markdown=False)
    return _block(
        {"label": label, "element": element(*IN_INPUT)},
        {"hint": hint, "optional": boolean, "dispatch_action": boolean},
    )


def _video() -> Rule:
    return _block(
        {
            "alt_text": string(_most("video.alt_text.max_length")),
            "title": text(_most("video.title.max_length"), markdown=False),
            "thumbnail_url": web_address(_most("video.thumbnail_url.max_length")),
            "video_url": web_address(_most("video.video_url.max_length")),
        },
        {
            "author_name": string(_most("video.author_name.max_length")),
            "description": text(_most("video.description.max_length"), markdown=False),
            "provider_name": string(_most("video.provider_name.max_length")),
            "provider_icon_url": web_address(_most("video.provider_icon_url.max_length")),
            "title_url": web_address(_most("video.title_url.max_length")),
        },
    )


def _boxes() -> dict[str, Rule]:
    card = {
        "title": text(_most("card.title.max_length")),
        "subtitle": text(_most("card.subtitle.max_length")),
        "body": text(_most("card.body.max_length")),
        "subtext": text(_most("card.subtext.max_length")),
        "hero_image": element("image"),
        "icon": element("image"),
        "actions": list_of(element("button"), 1, _most("card.actions.max_items")),
    }
    inside = surfaces()["message"] - {"container"}
    container = {
        "title": text(_most("container.title.max_length"), markdown=False),
        "rich_text_title": block("rich_text"),
        "subtitle": text(_most("container.subtitle.max_length")),
        "width": one_of(("narrow", "standard", "wide", "full")),
        "icon": element("image"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    }
    levels = ("default", "info", "warning", "error", "success")
    return {
        "card": _block({}, card, _card_holds_something),
        "carousel": _block({"elements": list_of(block("card"), 1, _most("carousel.elements.max_items"))}),
        "container": _block(
            {"child_blocks": list_of(block(*inside), 1, _most("container.child_blocks.max_items"))},
            container,
            _container_is_titled,
        ),
        "alert": _block({"text": text(_most("alert.text.max_length"))}, {"level": one_of(levels)}),
        "plan": _block(
            {"title": string(3000)}, {"tasks": list_of(block("task_card"), 0, _most("plan.tasks.max_items"))}
        ),
        "task_card": _block(
            {"task_id": string(255), "title": string(3000)},
            {
                "status": one_of(("pending", "in_progress", "complete", "error")),
                "details": anything,
                "output": anything,
                "sources": anything,
            },
        ),
    }


def _native() -> dict[str, Rule]:
    columns = _most("data_table.columns.max_items")
    return {
        "data_table": _block(
            {"rows": list_of(list_of(_cell, 1, columns), 2, TABLE_ROWS), "caption": string(10_000)},
            {
                "page_size": integer(1, _most("data_table.page_size.max")),
                "row_header_column_index": integer(0),
            },
            _rows_agree,
        ),
        "table": _block(
            {
                "rows": list_of(
                    list_of(_cell, 1, _most("table.columns.max_items")), 1, _most("table.rows.max_items")
                )
            },
            {"column_settings": list_of(anything, 0, _most("table.column_settings.max_items"))},
        ),
        "data_visualization": _block(
            {"title": string(_most("data_visualization.title.max_length")), "chart": _chart}
        ),
    }


def _either(said: Rule, shown: Rule) -> Rule:
    def rule(notes: Notebook, value: Any, where: str) -> None:
        image = isinstance(value, Mapping) and value.get("type") == "image"
        (shown if image else said)(notes, value, where)

    return rule


def _cell(notes: Notebook, value: Any, where: str) -> None:
    least = string(_most("data_table.content.max_length"))
    shapes: dict[str, Rule] = {
        "raw_text": Shape({"type": anything, "text": least}),
        "raw_number": Shape({"type": anything, "value": number}, {"text": least}),
        "rich_text": blocks()["rich_text"],
    }
    typed(lambda: shapes, CELLS, "a cell")(notes, value, where)


def _chart(notes: Notebook, value: Any, where: str) -> None:
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "pie":
        _pie()(notes, value, where)
    elif kind in CHARTS:
        _series_chart()(notes, value, where)
    else:
        notes.write(where, f"a chart of type “{kind}” is not known")


@cache
def _pie() -> Rule:
    label = string(_most("data_visualization.segment.label.max_length"))
    segment = Shape({"label": label, "value": _above_nothing})
    return Shape({"type": anything, "segments": list_of(segment, 1, SERIES)})


@cache
def _series_chart() -> Rule:
    point = Shape({"label": string(_most("data_visualization.point_label.max_length")), "value": number})
    one = Shape(
        {
            "name": string(_most("data_visualization.series_name.max_length")),
            "data": list_of(point, 1, _most("data_visualization.data.max_items")),
        }
    )
    axis_label = string(_most("data_visualization.axis_label.max_length"), 0)
    category = string(_most("data_visualization.category_label.max_length"))
    axis = Shape(
        {"categories": list_of(category, 1, _most("data_visualization.categories.max_items"))},
        {"x_label": axis_label, "y_label": axis_label},
    )
    return Shape(
        {"type": anything, "series": list_of(one, 1, SERIES), "axis_config": axis}, {}, _series_agree
    )


def _above_nothing(notes: Notebook, value: Any, where: str) -> None:
    if not is_number(value) or value <= 0:
        notes.write(where, "must be a number above 0")


def _series_agree(notes: Notebook, value: Any, where: str) -> None:
    series = objects(value, "series")
    axis = value.get("axis_config")
    given = axis.get("categories") if isinstance(axis, Mapping) else None
    categories = [str(one) for one in given] if isinstance(given, list | tuple) else []
    if len(categories) != len(set(categories)):
        notes.write(f"{where}/axis_config/categories", "two categories are the same")
    names = [str(one.get("name")) for one in series]
    if len(names) != len(set(names)):
        notes.write(f"{where}/series", "two series have the same name")
    for position, one in enumerate(series):
        labels = [str(point.get("label")) for point in objects(one, "data")]
        if labels != categories:
            notes.write(f"{where}/series/{position}/data", "its labels must be exactly the categories")


def _rows_agree(notes: Notebook, value: Any, where: str) -> None:
    given = value.get("rows")
    rows = [row for row in given if isinstance(row, list | tuple)] if isinstance(given, list | tuple) else []
    if len({len(row) for row in rows}) > 1:
        notes.write(f"{where}/rows", "every row must have the same number of cells")
    header = rows[0] if rows else ()
    if any(isinstance(cell, Mapping) and cell.get("type") == "rich_text" for cell in header):
        notes.write(f"{where}/rows/0", "the header row may not hold rich_text")
    index = value.get("row_header_column_index", 0)
    if isinstance(index, int) and index >= max(len(header), 1):
        notes.write(f"{where}/row_header_column_index", "names no column")


def _one_picture(notes: Notebook, value: Any, where: str) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        notes.write(where, "needs either “image_url” or “slack_file”")


def _something_said(notes: Notebook, value: Any, where: str) -> None:
    if "text" not in value and "fields" not in value:
        notes.write(where, "needs “text” or “fields”")


def _card_holds_something(notes: Notebook, value: Any, where: str) -> None:
    if not value.keys() & {"hero_image", "title", "actions", "body"}:
        notes.write(where, "needs a title, a body, a picture or actions")


def _container_is_titled(notes: Notebook, value: Any, where: str) -> None:
    if not value.keys() & {"title", "rich_text_title"}:
        notes.write(where, "needs “title” or “rich_text_title”")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        notes.write(where, "only a collapsible container can start collapsed")
