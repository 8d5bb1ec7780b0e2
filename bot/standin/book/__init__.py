"""A fictional but believable book of business for the local workspace: three teams, 200 accounts, a year."""

from __future__ import annotations

from bot.standin.book.files import COLUMNS, people, write_csvs

__all__ = ["COLUMNS", "people", "write_csvs"]
