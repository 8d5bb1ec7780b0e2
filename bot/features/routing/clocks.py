"""By when a request is to be answered, in the team's working time, and who is reminded when.

Holidays are asked for: in a thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.calendar import Holidays
from bot.domain.person import Team
from bot.domain.request import Hours, Request, RequestRules, RequestState, Urgency
from bot.domain.schedule import instant_of
from bot.domain.working_time import add_working, next_working_moment, working_between
from bot.features.routing.staff import Staffer, away_at, by_email, find_manager, moment, works_next

REOPENED = "reopened"
"""The word of a request's life from which its resolution is counted anew."""
POSTPONED = 0
"""The number of the mention that the first message left out, since it was outside somebody's hours."""
NONE_SAID = -1


class Due(NamedTuple):
    """The instants by which somebody responds, and by which the request is resolved; in UTC."""

    first_response_by: datetime
    resolve_by: datetime


class Whom(StrEnum):
    """Who is reminded."""

    ASSIGNEE = "assignee"
    GROUP = "group"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Who is reminded next (`email` empty: the user group) and when; `passed` are those it passes over, and `why`.

    Numbers 1 to 3 are about the first response, 4 to 6 about the resolution; 0 is the first mention, postponed.
    """

    number: int
    whom: Whom
    at: datetime
    email: str = ""
    passed: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def due_of(request: Request, rules: RequestRules, calendar: Holidays) -> Due:
    """By when a request is responded to and resolved.

    Targets are working time of its team; `outer` is clock time that holds as well. A day that the asker named
    replaces policy's resolution: the end of the team's hours on it. Of a request whose team is not known the team
    whose response would come due first is the measure.
    """
    return _due(request, clocked_as(request, rules, calendar), rules, calendar)


def clocked_as(request: Request, rules: RequestRules, calendar: Holidays) -> Team:
    """The team whose hours and targets a request is measured by."""
    if request.decision.team is not None:
        return request.decision.team
    return min(Team, key=lambda team: _due(request, team, rules, calendar))


def response_time(request: Request, rules: RequestRules, calendar: Holidays) -> timedelta | None:
    """How much of the team's working time the first response took; None while there is none."""
    if request.first_response_at is None:
        return None
    hours = rules.hours[clocked_as(request, rules, calendar)]
    return working_between(request.created_at, request.first_response_at, hours, calendar)


def is_late(request: Request, due: Due, now: datetime) -> bool:
    """Whether the first response or the resolution came, or is by now, later than it was due."""
    responded = request.first_response_at or request.answered_at or request.over_at or now
    resolved = request.answered_at or request.over_at or now
    return responded > due.first_response_by or resolved > due.resolve_by


def next_reminder(
    request: Request,
    said: int,
    staff: Sequence[Staffer],
    rules: RequestRules,
    now: datetime,
    calendar: Holidays,
) -> Reminder | None:
    """The next reminder after number `said` (NONE_SAID at first), not before now; None where none is left.

    Asked again when it is due, it says whether it still is: `at` is later than now where whom it is for is out of
    their hours meanwhile. Nobody is reminded outside their working hours unless it is urgent, and nobody who is away
    at all. Who would be reached no earlier than the one after them is passed over.
    """
    if request.state not in (RequestState.OPEN, RequestState.CLAIMED):
        return None
    scene = _Scene(
        request=request,
        team=clocked_as(request, rules, calendar),
        staff=by_email(staff),
        rules=rules,
        now=now,
        calendar=calendar,
    )
    ahead = [stage for stage in _stages(scene) if stage.number > said]
    passed: list[str] = []
    why: list[str] = []
    for place, stage in enumerate(ahead):
        later = [one.at for one in ahead[place + 1 :] if one.at is not None]
        if stage.at is not None and all(stage.at < at for at in later):
            silent = _silent(scene, said, stage)
            return Reminder(
                number=stage.number,
                whom=stage.whom,
                at=stage.at,
                email=stage.email,
                passed=(*passed, *(email for email, _ in silent)),
                why=(*why, *(line for _, line in silent)),
            )
        if line := _out(scene, stage):
            passed.append(stage.email)
            why.append(line)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    request: Request
    team: Team
    staff: Mapping[str, Staffer]
    rules: RequestRules
    now: datetime
    calendar: Holidays

    @property
    def hours(self) -> Hours:
        return self.rules.hours[self.team]

    @property
    def urgent(self) -> bool:
        return self.request.urgency is Urgency.URGENT


class _Stage(NamedTuple):
    """A reminder as it would come; `at` None: not at all."""

    number: int
    whom: Whom
    email: str
    at: datetime | None


def _due(request: Request, team: Team, rules: RequestRules, calendar: Holidays) -> Due:
    hours, targets = rules.hours[team], rules.targets[team, request.urgency]
    # In UTC: between times of one zone Python counts what the wall shows, not what passes.
    asked, started = request.created_at.astimezone(UTC), _started_at(request)
    response = add_working(asked, targets.first_response, hours, calendar)
    if targets.outer is not None:
        response = min(response, asked + targets.outer)
    resolution = max(response, add_working(started, targets.resolution, hours, calendar))
    if request.due_on is not None:
        wanted = instant_of(request.due_on, hours.ends, ZoneInfo(hours.zone))
        if wanted > started:
            response, resolution = min(response, wanted), wanted
    return Due(response, resolution)


def _started_at(request: Request) -> datetime:
    again = [one.at for one in request.happened if one.what == REOPENED]
    return max(again, default=request.created_at)


def _stages(scene: _Scene) -> Iterator[_Stage]:
    request = scene.request
    if request.first_response_at is None:
        yield from _postponed(scene)
    due = _due(request, scene.team, scene.rules, scene.calendar)
    targets = scene.rules.targets[scene.team, request.urgency]
    if request.first_response_at is None:
        first, start, by, target = 1, request.created_at, due.first_response_by, targets.first_response
    else:
        first, start, by, target = 4, _started_at(request), due.resolve_by, targets.resolution
    span = _span(scene, start, by, target)
    for number, (whom, share) in enumerate(zip(Whom, scene.rules.reminders, strict=True), start=first):
        raw = add_working(start, share * span, scene.hours, scene.calendar)
        yield _stage(scene, number, whom, raw)


def _postponed(scene: _Scene) -> Iterator[_Stage]:
    request = scene.request
    if request.assignee and not request.decision.mention_assignee:
        yield _stage(scene, POSTPONED, Whom.ASSIGNEE, request.created_at)
    elif not request.assignee and request.decision.user_group and not request.decision.mention_group:
        yield _stage(scene, POSTPONED, Whom.GROUP, request.created_at)


def _span(scene: _Scene, start: datetime, by: datetime, target: timedelta) -> timedelta:
    """The working time of which reminders take their shares: the target's, or what is left of it until it is due.

    Where less is left than an urgent request would have (asked on a Friday evening, due by the clock on Sunday),
    nobody can be reminded in good time, and the target's own time is taken.
    """
    left = working_between(start, by, scene.hours, scene.calendar)
    enough = scene.rules.targets[scene.team, Urgency.URGENT].first_response
    return left if left >= enough else target


def _stage(scene: _Scene, number: int, whom: Whom, raw: datetime) -> _Stage:
    """A reminder at its place: not before now, not outside anybody's hours unless urgent, not to who is away."""
    at = max(raw, scene.now)
    if whom is Whom.GROUP:
        wakes = at if scene.urgent else next_working_moment(at, scene.hours, scene.calendar)
        return _Stage(number, whom, "", wakes)
    request = scene.request
    if whom is Whom.ASSIGNEE:
        person = scene.staff.get(request.assignee.lower())
    else:
        person = find_manager(scene.staff, request.assignee.lower(), scene.team, at)
    if person is None or away_at(person, at) is not None:
        return _Stage(number, whom, person.email if person else "", None)
    when = at if scene.urgent else works_next(person, at, scene.calendar)
    return _Stage(number, whom, person.email, when)


def _out(scene: _Scene, stage: _Stage) -> str:
    """Why whom a reminder was for is passed over: away, or not at work before the next one is due."""
    person = scene.staff.get(stage.email.lower())
    if person is None:
        return ""
    if away := away_at(person, scene.now):
        return f"{person.name} is away until {away.last:%-d %b %Y} and is passed over."
    if stage.at is None or stage.at <= scene.now:
        return ""
    return f"{person.name} is outside working hours until {moment(stage.at, person.hours.zone)} and is passed over."


def _silent(scene: _Scene, said: int, stage: _Stage) -> list[tuple[str, str]]:
    """Whoever was reminded or mentioned and has not answered, told when the reminder goes to others."""
    person = scene.staff.get(scene.request.assignee.lower())
    if stage.whom is Whom.ASSIGNEE or person is None or said not in (1, 4):
        return []
    return [(person.email, f"{person.name} was reminded and has not answered.")]
