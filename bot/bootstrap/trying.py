"""`ta-bot try`."""

from __future__ import annotations

from typing import Any

from rich.console import Console


async def try_line(line: str, *, email: str | None, channel: str | None) -> list[dict[str, Any]]:
    """Run one command."""
    raise NotImplementedError


def show_sent(sent: list[dict[str, Any]], console: Console) -> None:
    """Print what the person would see."""
    raise NotImplementedError
