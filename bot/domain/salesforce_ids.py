"""Salesforce's ids, by which most systems know an account: 15 signs that heed case, or 18 that need not."""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9]{15}")
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def full_id(text: str) -> str:
    """An id with its three last signs, which are made from the case of the others; what is no id stays as it is."""
    text = text.strip()
    if len(text) != 15 or not _ID.fullmatch(text):
        return text
    return text + "".join(_check(text[start : start + 5]) for start in (0, 5, 10))


def _check(five: str) -> str:
    return _CHECKS[sum(1 << place for place, sign in enumerate(five) if "A" <= sign <= "Z")]
