"""`python -m benchmarks [--quick] [--accounts 20000] [--only NAME,NAME…]`: the names are those of `BENCHMARKS`."""

from __future__ import annotations

import argparse
import importlib
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.report import QUICK, Line, Size, machine, show

BENCHMARKS = {
    "lookup": "Look-ups",
    "writes": "Writing and importing",
    "segments": "Segments of a whole book",
    "digest": "The weekly digest",
    "alerts": "What fires an alert",
    "leave": "Twenty thousand absences",
    "home": "App Home",
    "sync": "A whole sync",
    "start": "Cold start and memory",
    "requests": "Signed /account-health requests",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen benchmarks and print their tables; 0 also where a goal is short."""
    chosen = _parsed(arguments)
    console = Console(width=None if Console().is_terminal else 150)
    size = QUICK if chosen.quick else Size()
    size = replace(size, accounts=chosen.accounts or size.accounts)
    console.print(machine())
    console.print("Ratios of one run count; absolute figures drift with the machine.\n")
    with tempfile.TemporaryDirectory(prefix="ta-bot-bench-", dir=chosen.work) as work:
        for name in chosen.only:
            began = time.perf_counter()
            show(console, BENCHMARKS[name], _run(name, size, Path(work)))
            console.print(f"{time.perf_counter() - began:.0f} s\n")
    return 0


def _run(name: str, size: Size, work: Path) -> list[Line]:
    lines: list[Line] = importlib.import_module(f"benchmarks.{name}").run(size, work)
    return lines


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios against references.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size: to see that it works")
    parser.add_argument("--only", type=_names, default=list(BENCHMARKS), help=f"of {','.join(BENCHMARKS)}")
    parser.add_argument("--accounts", type=int, default=None, help="a book of this size instead")
    parser.add_argument("--work", type=Path, default=None, help="where databases are made (default: /tmp)")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no benchmark {', '.join(unknown)}; choose of {', '.join(BENCHMARKS)}"
        )
    return names


if __name__ == "__main__":
    raise SystemExit(main())
