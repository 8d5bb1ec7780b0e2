"""The names most like one that is missing: what a renamed field may be called now."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 3
_LIKENESS = 0.5


def nearest(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the known names, the most alike first; case does not tell names apart."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(wanted.casefold(), list(folded), n=SHOWN, cutoff=_LIKENESS)
    return tuple(folded[name] for name in found)
