"""Which account of the book a system's record is of: by ids alone, never by name. Pure."""

from __future__ import annotations

from bot.domain.joining import JoinRules, spelled
from bot.domain.reading import AccountReading
from bot.ports.readings import Claimed

OURS_NOT = Claimed("")
"""Policy says that a record is of no account of ours."""
UNSAID = Claimed(None)
"""Its ids say nothing: it may still be joined through a record that names it."""


def claim_of(system: str, reading: AccountReading, rules: JoinRules) -> Claimed:
    """What policy's override says of a record, else its own ids."""
    by, ids = rules.account_id, reading.ids
    chosen = rules.same.get((system, spelled(system, reading.key))) if rules.same else None
    if chosen is None:
        chosen = spelled(by, reading.key if system == by else ids.get(by, ""))
        if not chosen:
            return UNSAID
    if not chosen:
        return OURS_NOT
    if not ids or (len(ids) == 1 and by in ids):
        return Claimed(chosen)
    links = ((other, spelled(other, id_)) for other, id_ in ids.items() if id_ and other not in (system, by))
    return Claimed(chosen, tuple(links))
