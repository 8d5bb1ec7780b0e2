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
    key = spelled(system, reading.key)
    chosen = rules.same.get((system, key))
    if chosen is None:
        told = key if system == rules.account_id else reading.ids.get(rules.account_id, "")
        chosen = spelled(rules.account_id, told)
        if not chosen:
            return UNSAID
    if not chosen:
        return OURS_NOT
    known = (system, rules.account_id)
    links = ((other, spelled(other, id_)) for other, id_ in reading.ids.items() if id_ and other not in known)
    return Claimed(chosen, tuple(links))
