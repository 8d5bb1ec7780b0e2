"""Who hears of what fired: the people around an account, by what policy says of the signal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.account import Account
from bot.domain.alert import AlertRules
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The organisation's people, and who runs the bot."""

    people: Sequence[Person]
    operators: Sequence[Person]

    def managers_of(self, email: str | None, team: Team | None) -> Iterator[str]:
        """Who answers for an account: its TA's manager, else the team's."""
        for person in self.people:
            if email and person.email.lower() == email.lower() and person.manager_email:
                yield person.manager_email
                return
        for person in self.people:
            if person.role is Role.MANAGER and team is not None and person.team is team:
                yield person.email


def receivers(
    signal: str, account: Account | None, team: Team | None, staff: Staff, rules: AlertRules
) -> tuple[str, ...]:
    """The receivers of a signal, each once; where the book knows none of them, who answers for the team, else the
    alerts' channel.
    """
    roles = rules.tells(signal, team)
    found = [one.lower() for role in roles for one in _of_role(role, account, team, staff, rules)]
    if roles and not found:
        found = [one.lower() for one in _of_role("manager", account, team, staff, rules)] or [rules.channel]
    return tuple(dict.fromkeys(found))


def _of_role(
    role: str, account: Account | None, team: Team | None, staff: Staff, rules: AlertRules
) -> Iterator[str]:
    if role == "channel":
        yield rules.channel
    elif role == "operators":
        yield from (one.email for one in staff.operators)
    elif role == "manager":
        ta = value_of(account.ta_email) if account else None
        yield from list(staff.managers_of(ta, team))[:1]
    elif account is not None and (email := value_of(getattr(account, f"{role}_email"))):
        yield email
