"""The two blocks that slack_sdk lacks: `data_table` and `data_visualization`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from bot.blocks import limits
from bot.blocks.text import score, trim

Json: TypeAlias = dict[str, Any]
Cell: TypeAlias = str | tuple[float, str]
"""A text, or a number with how it reads (so that the column sorts as numbers)."""


def data_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], page_size: int) -> Json:
    """A native table; the first column names each row for screen readers."""
    made: list[list[Json]] = [[{"type": "raw_text", "text": text} for text in head]]
    made.extend(table_row(row) for row in rows[: limits.TABLE_ROWS - 1])
    return {"type": "data_table", "caption": caption, "page_size": page_size, "rows": made}


def table_row(row: Sequence[Cell]) -> list[Json]:
    """One row of a table as its block has it."""
    return [
        {"type": "raw_text", "text": cell}
        if isinstance(cell, str)
        else {"type": "raw_number", "value": cell[0], "text": cell[1]}
        for cell in row
    ]


def line_chart(
    title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], y_label: str = ""
) -> Json:
    """A native line chart: every series has a value for every label, and both are at most twenty long."""
    labels = [trim(label, limits.CHART_LABEL) for label in labels[-limits.CHART_POINTS :]]
    lines = [
        {
            "name": trim(name, limits.CHART_LABEL),
            "data": [
                {"label": label, "value": value}
                for label, value in zip(labels, values[-limits.CHART_POINTS :], strict=True)
            ],
        }
        for name, values in series[: limits.CHART_SERIES]
    ]
    axis: Json = {"categories": labels}
    if y_label:
        axis["y_label"] = trim(y_label, limits.CHART_AXIS)
    return {
        "type": "data_visualization",
        "title": trim(title, limits.CHART_TITLE),
        "chart": {"type": "line", "series": lines, "axis_config": axis},
    }


def chart_in_words(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """What a line chart shows, for screen readers and for workspaces without native charts."""
    lines = [
        f"*{name}* "
        + " · ".join([f"{label} {score(value)}" for label, value in zip(labels, values, strict=True)])
        for name, values in series
    ]
    return "\n".join((f"*{title}*", *lines))
