"""Who is mentioned for a request, and why: the TA or their cover, one of a pool, the group, whoever is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.account import Account
from bot.domain.calendar import Holidays
from bot.domain.person import Role, Team
from bot.domain.provenance import value_of
from bot.domain.request import Hours, RequestRules
from bot.domain.working_time import is_working, next_working_moment
from bot.features.routing.staff import Staffer, away_at, covering, find_manager, moment, works_at, works_next

_MEMBERS = (Role.TA, Role.PROGRAM_MANAGER)


class GroupState(StrEnum):
    """What Slack says of a user group."""

    READY = "ready"
    EMPTY = "empty"
    DISABLED = "disabled"
    MISSING = "missing"
    HIDDEN = "hidden"  # Slack does not show us groups: a permission is missing, or it did not answer

    @property
    def is_usable(self) -> bool:
        """Whether mentioning it reaches anybody."""
        return self is GroupState.READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a team takes requests: its channel and user group (handles without `#` and `@`), and its short name."""

    team: Team
    short: str
    channel: str
    user_group: str
    group: GroupState = GroupState.READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that choosing looks at. `team` None: triage; `desk` None: in a channel that is no team's."""

    account: Account | None
    desk: Desk | None
    team: Team | None
    staff: Mapping[str, Staffer]
    urgent: bool
    last_served: str
    passed: frozenset[str]
    rules: RequestRules
    now: datetime
    calendar: Holidays
    at_work: dict[str, bool] = field(default_factory=dict)  # asked of the same people several times

    @property
    def members(self) -> list[Staffer]:
        """The people of the desk's team."""
        team = self.desk and self.desk.team
        return [one for one in self.staff.values() if one.person.team is team and one.person.role in _MEMBERS]

    @property
    def working(self) -> list[Staffer]:
        """Those of them who work now, without those who were asked in vain."""
        return [one for one in self.members if self.works(one) and one.email.lower() not in self.passed]

    def works(self, one: Staffer) -> bool:
        """Whether somebody works now."""
        if one.email not in self.at_work:
            self.at_work[one.email] = works_at(one, self.now, self.calendar)
        return self.at_work[one.email]

    @property
    def hours(self) -> Hours:
        """The team's."""
        return self.rules.hours[self.desk.team if self.desk else Team.ENTERPRISE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who is named, if anybody; whether they are mentioned now; and how that came about."""

    who: Staffer | None = None
    for_whom: str = ""
    mention: bool = True
    steps: tuple[str, ...] = ()


def named(scene: Scene) -> Choice:
    """The TA that the book has for the account, or whoever covers for them."""
    if scene.account is None:
        return Choice()
    email = (value_of(scene.account.ta_email) or "").lower()
    if not email:
        return Choice(steps=("No TA is recorded for it.",))
    ta = scene.staff.get(email)
    if ta is None:
        return Choice(steps=(f"Its TA is recorded as {email}, whom the book of people does not know.",))
    return _covered(scene, ta)


def _covered(scene: Scene, ta: Staffer) -> Choice:
    account_id = scene.account.id if scene.account else ""
    person, seen = ta, {ta.email.lower()}
    steps: list[str] = []
    while away := away_at(person, scene.now):
        title = f"{person.name}, its TA," if person is ta else person.name
        gone = f"{title} is away until {away.last:%-d %b %Y}"
        email = covering(person, account_id)
        cover = scene.staff.get((email or "").lower())
        if email == "":
            return Choice(steps=(*steps, f"{gone}; the team's channel covers."))
        if email is None or cover is None or cover.email.lower() in seen:
            return Choice(steps=(*steps, f"{gone}, and nobody covers who is here."))
        steps.append(f"{gone}; {cover.name} covers.")
        seen.add(cover.email.lower())
        person = cover
    if person.email.lower() in scene.passed:
        return Choice(steps=(*steps, _passed(person)))
    if person is ta:
        return Choice(who=ta, steps=(f"{ta.name} is its TA in the book.",))
    return Choice(who=person, for_whom=ta.email, steps=tuple(steps))


def of_pool(scene: Scene) -> Choice:
    """Whoever served the account last where they can, else the one who works now with the fewest open requests."""
    steps = tuple(_passed(one) for one in scene.members if one.email.lower() in scene.passed)
    last, reason = _continued(scene)
    if last is not None:
        return Choice(who=last, steps=(*steps, reason))
    steps = (*steps, reason) if reason else steps
    working = scene.working
    if not working:
        return Choice(steps=steps)
    best = min(working, key=_least_load)
    few = f"{_requests(best.open_requests)}, the fewest of the {len(working)} who work now"
    why = f"{best.name} has {few}." if len(working) > 1 else f"{best.name} is the only one who works now."
    return Choice(who=best, steps=(*steps, why))


def _continued(scene: Scene) -> tuple[Staffer | None, str]:
    """Whoever served it last, and in words that it is they, or why not."""
    recorded = value_of(scene.account.ta_email) if scene.account else None
    email = scene.last_served or (recorded or "").lower()
    last = scene.staff.get(email)
    if last is None or email in scene.passed:
        return None, ""
    served = f"{last.name} served it last"
    if last not in scene.members:
        return None, f"{served}, and is no longer of the team."
    if away := away_at(last, scene.now):
        return None, f"{served}, and is away until {away.last:%-d %b %Y}."
    if not scene.works(last):
        return None, f"{served}, and is outside working hours."
    limit = f"has {_requests(last.open_requests)}; the limit is {scene.rules.load_limit}"
    if last.open_requests >= scene.rules.load_limit:
        return None, f"{served}, and {limit}."
    return last, f"{served}, works now and {limit}."


def fallback(scene: Scene, choice: Choice) -> Choice:
    """Somebody to name where nobody is and the group cannot be mentioned: a request still reaches a person."""
    if working := scene.working:
        best = min(working, key=_least_load)
        return _left(
            choice, best, "works now" + (" with the fewest open requests" if len(working) > 1 else "")
        )
    here = [one for one in scene.members if not _gone(scene, one)]
    if here:
        best = min(here, key=lambda one: (_begins(scene, one), _least_load(one)))
        return _left(choice, best, "is the first of the team to work again")
    manager = find_manager(scene.staff, "", scene.desk.team if scene.desk else None, scene.now)
    if manager is None:
        return replace(choice, steps=(*choice.steps, "The book has nobody to name."))
    return _left(choice, manager, "is a manager, since nobody of the team is here")


def _left(choice: Choice, who: Staffer, why: str) -> Choice:
    return replace(choice, who=who, steps=(*choice.steps, f"{who.name} is named, who {why}."))


def _gone(scene: Scene, one: Staffer) -> bool:
    return away_at(one, scene.now) is not None or one.email.lower() in scene.passed


def _begins(scene: Scene, one: Staffer) -> datetime:
    return works_next(one, scene.now, scene.calendar)


def with_hours(scene: Scene, choice: Choice) -> Choice:
    """Whether whoever is named is mentioned now, with a line where that is not plain."""
    who = choice.who
    if who is None or scene.works(who):
        return choice
    if scene.urgent:
        line = f"It is urgent, so {who.name} is mentioned outside working hours."
        return replace(choice, steps=(*choice.steps, line))
    when = moment(_begins(scene, who), who.hours.zone)
    line = f"{who.name} is outside working hours and is mentioned on {when}."
    return replace(choice, mention=False, steps=(*choice.steps, line))


_CANNOT = {
    GroupState.EMPTY: "nobody is in it",
    GroupState.DISABLED: "it is disabled",
    GroupState.MISSING: "there is no such group",
    GroupState.HIDDEN: "Slack does not show it to the bot",
}


def group_steps(scene: Scene, choice: Choice) -> tuple[bool, tuple[str, ...]]:
    """Whether the user group is mentioned now, and the lines about it: it is never woken unless urgent."""
    desk = scene.desk
    if desk is None:
        return False, ()
    group = f"@{desk.user_group}"
    nobody = () if any(map(scene.works, scene.members)) else (f"Nobody of the {desk.short} works now.",)
    if desk.group in _CANNOT:
        return False, (*nobody, f"{group} cannot be mentioned: {_CANNOT[desk.group]}.")
    reached = choice.who is not None and choice.mention
    if reached and not scene.rules.group_too:
        return False, nobody
    if scene.urgent or is_working(scene.now, scene.hours, scene.calendar):
        return True, (*nobody, f"{group} is mentioned{' as well' if reached else ''}.")
    when = moment(next_working_moment(scene.now, scene.hours, scene.calendar), scene.hours.zone)
    if choice.who is not None:
        return False, (*nobody, f"{group} is not mentioned: the team's hours begin on {when}.")
    return False, (*nobody, f"{group} is mentioned once the team's hours begin, on {when}.")


def _least_load(one: Staffer) -> tuple[int, str, str]:
    return one.open_requests, one.name.casefold(), one.email


def _passed(one: Staffer) -> str:
    return f"{one.name} was asked, has not answered and is passed over."


def _requests(count: int) -> str:
    return f"{count} open request{'' if count == 1 else 's'}"
