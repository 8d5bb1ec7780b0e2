"""A request with the people, the group and the hours that its messages speak of; read before a view is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person as messages name them. `quiet`: without a notification, since they do not work now."""

    name: str
    user_id: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The user group that is mentioned; without `id` or when `quiet` it is only named."""

    handle: str
    id: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything that is shown of a request. `people` are those that its life names, by e-mail address."""

    request: Request
    group: Group
    team_name: str = ""
    people: Mapping[str, Named] = field(default_factory=dict)
    first_response_by: datetime | None = None
    resolve_by: datetime | None = None
    permalink: str = ""
    as_of: datetime

    def who(self, email: str) -> Named:
        """A person; by the address where nobody in the book has it."""
        return self.people.get(email) or Named(name=email or "somebody")
