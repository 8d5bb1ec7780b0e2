"""Writes the demo's five CSV files into a folder: `python -m bot.standin.book FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.settings import load
from bot.standin.book import write_csvs


def main() -> None:
    """Write the files as of today; the folder is made where it is missing."""
    if len(sys.argv) != 2:
        sys.exit("name the folder to write into: python -m bot.standin.book FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write_csvs(folder, SystemClock(load().zone).now().date())
    sys.stdout.write(f"wrote people, accounts, history, contacts and absences into {folder}\n")


if __name__ == "__main__":
    main()
