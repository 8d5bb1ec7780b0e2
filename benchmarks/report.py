"""What a benchmark says, and how it is printed."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

LIBRARIES = ("slack_bolt", "slack_sdk", "aiohttp", "SQLAlchemy", "rapidfuzz", "orjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured. `accounts` is the size of the book, `rounds` how often a pair is repeated."""

    accounts: int = 100_000
    rounds: int = 5
    queries: int = 600
    seconds: float = 3.0  # how long one cell of a load runs
    burst: int = 20_000  # rows that are written while answers are timed


QUICK = Size(accounts=10_000, rounds=3, queries=100, seconds=1.0, burst=5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: ours beside the reference, in words, and their ratio against a goal (None: shown only).

    `goal` is read with `at_least`: the ratio (or ours, where nothing stands beside it) must reach it or must
    not exceed it. `number` is the goal's number in the list of goals.
    """

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    goal: float | None = None
    at_least: bool = False
    number: int | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where nothing was to be reached or nothing was measured."""
        if self.ratio is None or self.goal is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def p50_p99(values: Sequence[float]) -> str:
    """`0.31 / 1.20 ms` of values in seconds."""
    return f"{median(values) * 1000:.3g} / {quantile(values, 0.99) * 1000:.3g} ms"


def machine() -> str:
    """The machine in one line: figures are comparable within one run only."""
    cores = [line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if "model name" in line]
    name = cores[0].split(":")[1].strip() if cores else platform.processor()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = platform.python_version()
    return f"{len(cores)} × {name} · Python {python} · SQLite {sqlite3.sqlite_version} · {libraries}"


def show(console: Console, title: str, lines: Iterable[Line]) -> None:
    """Print one benchmark's lines as a table."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for head in ("goal", "what", "ta-bot", "beside", "ratio", "wanted", ""):
        table.add_column(head, justify="right" if head in ("goal", "ratio", "wanted") else "left")
    for line in lines:
        table.add_row(*_cells(line))
    console.print(table)


def _cells(line: Line) -> tuple[str, ...]:
    wanted = "" if line.goal is None else f"{'≥' if line.at_least else '≤'} {line.goal:g}"
    verdict = {True: "[green]pass[/]", False: "[red]short[/]", None: ""}[line.met]
    ratio = "" if line.ratio is None else f"{line.ratio:.3g}"
    what = f"{line.what}\n[dim]{line.note}[/]" if line.note else line.what
    number = "" if line.number is None else str(line.number)
    return (number, what, line.ours, line.beside, ratio, wanted, verdict)
