"""Filling the book: imports now, vendors by the same road."""
