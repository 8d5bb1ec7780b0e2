"""People of the organisation as the book knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does (facts of the handbook: TA, AE, CE, IE and those around them)."""

    TA = "ta"
    AE = "ae"
    CE = "ce"
    IE = "ie"
    MANAGER = "manager"
    LEADER = "leader"
    PROGRAM_MANAGER = "program_manager"
    PEOPLE_PARTNER = "people_partner"
    OPERATOR = "operator"


class Team(StrEnum):
    """The three TA teams."""

    ENTERPRISE = "enterprise"
    SCALED = "scaled"
    DIGITAL = "digital"

    @property
    def is_pool(self) -> bool:
        """Scaled and digital accounts have no owner: the book is the team's."""
        return self is not Team.ENTERPRISE


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector that each TA must have on (handbook); `url` leads to where it is switched on, empty: not known."""

    key: str
    name: str
    url: str


def team_named(typed: str, names: Mapping[Team, Sequence[str]]) -> Team | None:
    """The team that a word means: its key, or any name policy gives it."""
    word = typed.strip(" \"'“”‘’@#").casefold()
    for team, known in names.items():
        if word in {team.value, *(name.casefold() for name in known)}:
            return team
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the organisation, joined to Slack by e-mail."""

    email: str
    name: str
    role: Role
    team: Team | None = None
    level: str | None = None
    region: str | None = None
    manager_email: str | None = None
    timezone: str | None = None
    country: str | None = None
    slack_user_id: str | None = None

    @property
    def serves_pool(self) -> bool:
        """Whether the team's pool is this person's book."""
        return self.team is not None and self.team.is_pool and self.role in (Role.TA, Role.PROGRAM_MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Someone on the customer's side."""

    account_id: str
    name: str
    email: str | None = None
    title: str | None = None
    roles: tuple[str, ...] = ()
