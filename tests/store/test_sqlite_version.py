"""A SQLite that is too old is said in one line that names the way out."""

from __future__ import annotations

import pytest

from bot.store.sqlite_version import too_old


@pytest.mark.parametrize(
    ("python", "library", "said"),
    [
        ((3, 11, 7), (3, 40, 1), ""),
        ((3, 12, 1), (3, 42, 0), ""),
        ((3, 13, 0), (3, 46, 1), ""),
        (
            (3, 12, 1),
            (3, 40, 1),
            (
                "SQLite 3.40.1 is too old for Python 3.12.1: 3.42 or newer is needed; with Python 3.11 this "
                "machine's will do (make PYTHON=python3.11); or use PostgreSQL (TA_BOT_DATABASE_URL)"
            ),
        ),
        (
            (3, 11, 7),
            (3, 31, 0),
            (
                "SQLite 3.31.0 is too old for Python 3.11.7: 3.38 or newer is needed; "
                "or use PostgreSQL (TA_BOT_DATABASE_URL)"
            ),
        ),
    ],
)
def test_what_is_too_old(python: tuple[int, ...], library: tuple[int, ...], said: str) -> None:
    """The pair decides."""
    assert too_old(python, library) == said
