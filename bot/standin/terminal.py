"""Blocks in a terminal: what `ta-bot try` prints, readable without Slack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.standin.mrkdwn import Names, as_is, rich_text, text_of
from bot.standin.state import View

BARS = "▁▂▃▄▅▆▇█"
PRESSED = {"button": "[ {} ]", "overflow": "[ … ]", "workflow_button": "[ {} ]", "image": "🖼 {}"}


CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def message(text: str, blocks: Sequence[Mapping[str, Any]], names: Names = as_is) -> RenderableType:
    """A message: its blocks, or its text where it has none."""
    if not blocks:
        return _said(text_of({"type": "mrkdwn", "text": text}, names))
    return Group(*(_spaced(one, names) for one in blocks))


def modal(view: View | Mapping[str, Any], names: Names = as_is) -> RenderableType:
    """A modal with its title and its buttons."""
    body = view.body if isinstance(view, View) else view
    foot = [f"[ {text_of(body[name])} ]" for name in ("close", "submit") if body.get(name)]
    title = Rule(_said(text_of(body.get("title")), style="bold"), align="left")
    return Group(
        title, *(_spaced(one, names) for one in body.get("blocks", ())), _said("  ".join(foot), style="cyan")
    )


def _spaced(block: Mapping[str, Any], names: Names) -> RenderableType:
    draw = _DRAWN.get(str(block.get("type")))
    if draw is None:
        return _said(f"(a block of type {block.get('type')} that this terminal cannot show)", style="yellow")
    return Padding(draw(block, names), (0, 0, 0 if block.get("type") in ("context", "divider") else 1, 0))


def _said(text: str, style: str = "") -> Text:
    """Words without the control characters that would move a terminal's cursor."""
    return Text(text.translate(CONTROLS), style=style)


def _header(block: Mapping[str, Any], names: Names) -> RenderableType:
    return _said(text_of(block.get("text"), names), style="bold")


def _section(block: Mapping[str, Any], names: Names) -> RenderableType:
    parts: list[RenderableType] = []
    if block.get("text"):
        parts.append(_said(text_of(block["text"], names)))
    if block.get("fields"):
        grid = Table.grid(expand=False, padding=(0, 3))
        fields = [_said(text_of(one, names)) for one in block["fields"]]
        for left in range(0, len(fields), 2):
            grid.add_row(*fields[left : left + 2])
        parts.append(grid)
    if block.get("accessory"):
        parts.append(_said(_element(block["accessory"]), style="cyan"))
    return Group(*parts)


def _context(block: Mapping[str, Any], names: Names) -> RenderableType:
    held = block.get("elements", ())
    words = [str(one.get("alt_text")) if one.get("type") == "image" else text_of(one, names) for one in held]
    return _said("  ".join(words), style="dim")


def _divider(_block: Mapping[str, Any], _names: Names) -> RenderableType:
    return Rule(style="dim")


def _actions(block: Mapping[str, Any], _names: Names) -> RenderableType:
    return _said("  ".join(_element(one) for one in block.get("elements", ())), style="cyan")


def _element(element: Mapping[str, Any]) -> str:
    kind = str(element.get("type"))
    label = (
        text_of(element.get("text"))
        or text_of(element.get("placeholder"))
        or str(element.get("alt_text", ""))
    )
    shown = PRESSED.get(kind, "[ {} ▾ ]").format(label or kind.replace("_", " "))
    return f"{shown} {element['url']}" if element.get("url") else shown


def _input(block: Mapping[str, Any], _names: Names) -> RenderableType:
    label = text_of(block.get("label"))
    optional = " (optional)" if block.get("optional") else ""
    return _said(f"{label}{optional}: {_element(block.get('element', {}))}")


def _data_table(block: Mapping[str, Any], names: Names) -> RenderableType:
    return _table([*block.get("rows", ())], str(block.get("caption", "")), names)


def _plain_table(block: Mapping[str, Any], names: Names) -> RenderableType:
    return _table([*block.get("rows", ())], "", names)


def _table(rows: list[Sequence[Mapping[str, Any]]], caption: str, names: Names) -> RenderableType:
    head, body = (rows[0], rows[1:]) if rows else ((), [])
    table = Table(title=_said(caption) if caption else None, title_justify="left", box=box.SIMPLE_HEAD)
    for position, cell in enumerate(head):
        below = [row[position] for row in body if position < len(row)]
        numbers = bool(below) and all(one.get("type") == "raw_number" for one in below)
        table.add_column(_said(cell_text(cell, names)), justify="right" if numbers else "left")
    for row in body:
        table.add_row(*(_said(cell_text(one, names)) for one in row))
    return table


def cell_text(cell: Mapping[str, Any], names: Names = as_is) -> str:
    """The words of a table's cell."""
    if cell.get("type") == "rich_text":
        return rich_text(cell, names).strip()
    return str(cell.get("text", cell.get("value", "")))


def _chart(block: Mapping[str, Any], _names: Names) -> RenderableType:
    chart = block.get("chart", {})
    title = _said(str(block.get("title", "")), style="bold")
    if chart.get("type") == "pie":
        parts = [f"{one['label']}: {one['value']:g}" for one in chart.get("segments", ())]
        return Group(title, _said("   ".join(parts)))
    categories = chart.get("axis_config", {}).get("categories") or [""]
    lines = [_spark(one, f"{categories[0]} – {categories[-1]}") for one in chart.get("series", ())]
    return Group(title, *lines)


def _spark(series: Mapping[str, Any], span: str) -> RenderableType:
    values = [float(one["value"]) for one in series.get("data", ())]
    low, high = min(values, default=0), max(values, default=0)
    step = (high - low) / (len(BARS) - 1) or 1
    bars = "".join(BARS[round((value - low) / step)] for value in values)
    ends = f"{values[0]:g} → {values[-1]:g}" if values else "no values"
    return _said(f"{bars}  {series.get('name', '')}: {ends}  ({span})")


def _markdown(block: Mapping[str, Any], _names: Names) -> RenderableType:
    return _said(str(block.get("text", "")))


def _rich_text(block: Mapping[str, Any], names: Names) -> RenderableType:
    return _said(rich_text(dict(block), names).rstrip("\n"))


def _image(block: Mapping[str, Any], _names: Names) -> RenderableType:
    return _said(
        f"🖼 {text_of(block.get('title')) or block.get('alt_text', '')}  {block.get('image_url', '')}"
    )


def _alert(block: Mapping[str, Any], names: Names) -> RenderableType:
    return _said(f"⚠ {text_of(block.get('text'), names)}", style="bold")


_DRAWN: dict[str, Callable[[Mapping[str, Any], Names], RenderableType]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "input": _input,
    "data_table": _data_table,
    "table": _plain_table,
    "data_visualization": _chart,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "image": _image,
    "alert": _alert,
}
