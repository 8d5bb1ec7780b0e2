"""What may be passed on to an account's people: material by trait and contact role, announcements and betas.

Handbook: nurture accounts with blogs, content and videos, by usage and by the role of a contact; pass on product
feature announcements and beta programmes; Vitally sends all communication to pools, and writes the only messages there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.person import Contact, Team


class MaterialKind(StrEnum):
    """What it is."""

    BLOG = "blog"
    CONTENT = "content"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One piece of the catalogue: for accounts where `trait` is poor, or that have begun to use `feature`."""

    title: str
    url: str
    kind: MaterialKind
    roles: tuple[str, ...]
    trait: str = ""
    feature: str = ""

    def suits(self, traits: Collection[str], features: Collection[str]) -> bool:
        """Whether it is for one of these traits, or for one of these features (their case does not matter)."""
        folded = {one.casefold() for one in features}
        return self.trait in traits or bool(self.feature and self.feature.casefold() in folded)

    def readers(self, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
        """The contacts of an account whom it is for."""
        wanted = {role.casefold() for role in self.roles}
        return tuple(one for one in contacts if wanted & {role.casefold() for role in one.roles})


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A feature announcement or a beta programme, to be passed on by these teams between two days."""

    title: str
    url: str
    is_beta: bool
    teams: frozenset[Team]
    first: date | None
    last: date | None

    def holds_on(self, day: date, team: Team) -> bool:
        """Whether a team passes it on, on that day."""
        return team in self.teams and (self.first or date.min) <= day <= (self.last or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRules:
    """Everything `policy.toml` says of drafts.

    A pool's list is posted every `list_months`, from `list_from` to `list_until` (days of the month); whom Vitally wrote to
    within `written_within` is left out. Usage is low where one of `low_usage` is poor; an account fell behind in
    upgrading where `upgrade` is not healthy: that calls for a recap every `recap_months`.
    """

    materials: tuple[Material, ...]
    announcements: tuple[Announcement, ...]
    list_teams: frozenset[Team]
    recap_teams: frozenset[Team]
    recap_months: int
    list_months: int
    list_from: int
    list_until: int
    written_within: timedelta
    first_use_within: timedelta
    low_usage: tuple[str, ...]
    upgrade: str
    playbook_url: str

    def lists_on(self, day: date) -> bool:
        """Whether pools' lists are due on a day, where that is a working day and they are not posted yet."""
        return _begins(day, self.list_months) and self.list_from <= day.day <= self.list_until

    def recaps_on(self, day: date) -> bool:
        """Whether recaps for those who fell behind in upgrading are made in a day's month."""
        return _begins(day, self.recap_months)

    def offered(self, traits: Collection[str], features: Collection[str]) -> tuple[Material, ...]:
        """The catalogue's material for these traits and features, in its order."""
        return tuple(one for one in self.materials if one.suits(traits, features))


def _begins(day: date, months: int) -> bool:
    """Whether a day's month is the first of a period of so many, counted from January of the year 0."""
    return (day.year * 12 + day.month - 1) % months == 0
