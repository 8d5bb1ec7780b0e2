"""Whether this machine's SQLite will do."""

from __future__ import annotations

import sqlite3
import sys

Version = tuple[int, ...]

LEAST: Version = (3, 38)  # STRICT tables, UPSERT and RETURNING as the store writes them
LEAST_FROM_312: Version = (3, 42)  # from Python 3.12 on durable work asks SQLite for fractions of a second


def too_old(
    python: Version = tuple(sys.version_info[:3]), library: Version = sqlite3.sqlite_version_info
) -> str:
    """One clear line where SQLite is too old for this Python; empty where it will do."""
    wanted = LEAST_FROM_312 if python >= (3, 12) else LEAST
    if library >= wanted:
        return ""
    line = f"SQLite {_shown(library)} is too old for Python {_shown(python)}: {_shown(wanted)} or newer is needed"
    other = "; with Python 3.11 this machine's will do (make PYTHON=python3.11)" if library >= LEAST else ""
    return f"{line}{other}; or use PostgreSQL (TA_BOT_DATABASE_URL)"


def _shown(version: Version) -> str:
    return ".".join(str(part) for part in version)
