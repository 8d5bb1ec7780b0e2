"""By when requests are answered, by hand, and who is reminded when: never outside their hours unless it is urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.leave import Away
from bot.domain.person import Person, Role, Team
from bot.domain.request import Decision, Happening, Request, RequestState, Urgency
from bot.domain.working_time import is_working
from bot.features.routing.clocks import (
    NONE_SAID,
    POSTPONED,
    REOPENED,
    Reminder,
    Whom,
    clocked_as,
    due_of,
    is_late,
    next_reminder,
    response_time,
)
from bot.features.routing.staff import Staffer, by_email, staffer_of, works_at

RULES = policy_module.load().requests
CALENDAR = BankHolidays()
LONDON, NEW_YORK, LOS_ANGELES = "Europe/London", "America/New_York", "America/Los_Angeles"
NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
ENTERPRISE, SCALED, DIGITAL = Team.ENTERPRISE, Team.SCALED, Team.DIGITAL
ZONES = {ENTERPRISE: LONDON, SCALED: NEW_YORK, DIGITAL: LONDON}


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def _request(team: Team | None, created_at: datetime, urgency: Urgency = NORMAL, **changes: Any) -> Request:
    made = Request(
        id=1,
        version=1,
        account_id="A-1",
        account_name="Northwind",
        text="Can we see their usage?",
        urgency=urgency,
        due_on=None,
        asker_user_id="U1",
        asker_email="ann@ae.example",
        asker_name="Ann Lee",
        link="",
        decision=Decision(team=team, channel="c", user_group="g"),
        channel_id="C1",
        state=RequestState.OPEN,
        assignee="dana@ta.example",
        created_at=created_at,
    )
    return replace(made, **changes)


DUE = [
    # team, urgency, asked, first response by, resolved by: all in the team's own zone
    (ENTERPRISE, NORMAL, "2026-11-23T09:00", "2026-11-23T17:30", "2026-11-25T17:30"),
    (ENTERPRISE, NORMAL, "2026-11-23T10:00", "2026-11-24T10:00", "2026-11-26T10:00"),
    (ENTERPRISE, NORMAL, "2026-11-20T16:00", "2026-11-23T16:00", "2026-11-25T16:00"),  # over a weekend
    (ENTERPRISE, NORMAL, "2026-11-21T12:00", "2026-11-23T17:30", "2026-11-25T17:30"),  # asked on a Saturday
    (ENTERPRISE, NORMAL, "2026-12-24T12:00", "2026-12-29T12:00", "2026-12-31T12:00"),  # over Christmas
    (ENTERPRISE, NORMAL, "2027-03-25T12:00", "2027-03-30T12:00", "2027-04-01T12:00"),  # Easter, clock forward
    (ENTERPRISE, NORMAL, "2026-10-23T12:00", "2026-10-26T12:00", "2026-10-28T12:00"),  # clock back
    (ENTERPRISE, URGENT, "2026-11-23T16:30", "2026-11-24T10:00", "2026-11-24T16:30"),
    (ENTERPRISE, URGENT, "2026-11-20T17:00", "2026-11-23T10:30", "2026-11-23T17:00"),
    (DIGITAL, NORMAL, "2026-11-20T16:00", "2026-11-23T16:00", "2026-11-25T16:00"),
    (SCALED, NORMAL, "2026-11-23T10:00", "2026-11-24T10:00", "2026-11-27T10:00"),  # over Thanksgiving
    (SCALED, NORMAL, "2026-11-20T16:00", "2026-11-22T16:00", "2026-11-25T16:00"),  # Sunday, by the clock
    (
        SCALED,
        NORMAL,
        "2026-11-25T16:00",
        "2026-11-27T16:00",
        "2026-12-01T16:00",
    ),  # Thanksgiving: 48 hours too
    (
        SCALED,
        NORMAL,
        "2027-03-12T16:00",
        "2027-03-14T17:00",
        "2027-03-17T16:00",
    ),  # 48 hours, the clock forward
    (SCALED, NORMAL, "2026-10-30T16:00", "2026-11-01T15:00", "2026-11-04T16:00"),  # and back
    (SCALED, URGENT, "2026-11-20T17:00", "2026-11-22T17:00", "2026-11-23T17:00"),
]


@pytest.mark.parametrize(("team", "urgency", "asked", "response", "resolved"), DUE)
def test_by_when_a_request_is_answered(
    team: Team, urgency: Urgency, asked: str, response: str, resolved: str
) -> None:
    zone = ZONES[team]
    due = due_of(_request(team, _local(asked, zone), urgency), RULES, CALENDAR)
    assert due == (_local(response, zone), _local(resolved, zone))


@pytest.mark.parametrize(
    ("asked", "due_on", "response", "resolved"),
    [
        ("2026-11-23T10:00", "2026-11-23", "2026-11-23T17:30", "2026-11-23T17:30"),  # today
        ("2026-11-23T10:00", "2026-11-24", "2026-11-24T10:00", "2026-11-24T17:30"),
        ("2026-11-23T10:00", "2026-12-11", "2026-11-24T10:00", "2026-12-11T17:30"),  # the asker has time
        ("2026-11-23T18:00", "2026-11-23", "2026-11-24T17:30", "2026-11-26T17:30"),  # over already: policy's
    ],
)
def test_the_day_that_the_asker_names_counts(asked: str, due_on: str, response: str, resolved: str) -> None:
    request = _request(ENTERPRISE, _local(asked, LONDON), due_on=date.fromisoformat(due_on))
    assert due_of(request, RULES, CALENDAR) == (_local(response, LONDON), _local(resolved, LONDON))


def test_a_reopened_request_has_its_resolution_anew() -> None:
    asked, again = _local("2026-11-23T10:00", LONDON), _local("2026-12-01T10:00", LONDON)
    request = _request(ENTERPRISE, asked, happened=(Happening(at=again, what=REOPENED),))
    assert due_of(request, RULES, CALENDAR) == (
        _local("2026-11-24T10:00", LONDON),
        _local("2026-12-04T10:00", LONDON),
    )


def test_a_request_of_no_team_is_measured_by_whose_turn_would_come_first() -> None:
    """Asked at noon in London, New York's whole day is ahead, and ends first; asked in the evening, London's does."""
    assert clocked_as(_request(None, _local("2026-11-23T12:00", LONDON)), RULES, CALENDAR) is SCALED
    assert clocked_as(_request(None, _local("2026-11-23T20:00", LONDON)), RULES, CALENDAR) is ENTERPRISE
    assert clocked_as(_request(None, _local("2026-12-24T15:00", LONDON)), RULES, CALENDAR) is SCALED
    assert clocked_as(_request(DIGITAL, _local("2026-12-24T15:00", LONDON)), RULES, CALENDAR) is DIGITAL


def test_how_long_a_response_took_is_working_time() -> None:
    asked = _local("2026-11-20T16:00", LONDON)
    request = _request(ENTERPRISE, asked)
    assert response_time(request, RULES, CALENDAR) is None
    responded = replace(request, first_response_at=_local("2026-11-23T09:45", LONDON))
    assert response_time(responded, RULES, CALENDAR) == timedelta(hours=2, minutes=15)


@pytest.mark.parametrize(
    ("responded", "answered", "now", "late"),
    [
        (None, None, "2026-11-24T10:00", False),
        (None, None, "2026-11-24T10:01", True),
        ("2026-11-24T10:00", None, "2026-11-26T10:00", False),
        ("2026-11-24T10:00", None, "2026-11-26T10:01", True),
        ("2026-11-24T10:01", None, "2026-11-24T10:02", True),
        ("2026-11-23T11:00", "2026-11-23T12:00", "2027-01-01T12:00", False),
        (None, "2026-11-24T10:01", "2027-01-01T12:00", True),
    ],
)
def test_what_came_late_is_late(responded: str | None, answered: str | None, now: str, late: bool) -> None:
    request = _request(
        ENTERPRISE,
        _local("2026-11-23T10:00", LONDON),
        first_response_at=responded and _local(responded, LONDON),
        answered_at=answered and _local(answered, LONDON),
    )
    assert is_late(request, due_of(request, RULES, CALENDAR), _local(now, LONDON)) is late


def _person(name: str, zone: str, role: Role = Role.TA, manager: str | None = "mia@ta.example") -> Person:
    return Person(
        email=f"{name.split(maxsplit=1)[0].lower()}@ta.example",
        name=name,
        role=role,
        team=ENTERPRISE,
        timezone=zone,
        country="US" if zone.startswith("America") else "GB-ENG",
        manager_email=manager,
    )


DANA = _person("Dana Okafor", LONDON)
FAR = _person("Dana Okafor", LOS_ANGELES)
MIA = _person("Mia Holt", LONDON, Role.MANAGER, "lea@ta.example")
LEA = _person("Lea Ruiz", LONDON, Role.LEADER, None)


def _staff(*people: Person, away: Sequence[str] = ()) -> tuple[Staffer, ...]:
    absences = [
        Away(email=email, first=date(2026, 11, 23), last=date(2026, 11, 27), zone=LONDON) for email in away
    ]
    return tuple(staffer_of(person, RULES, away=absences) for person in people)


USUAL = _staff(DANA, MIA, LEA)
MONDAY = _local("2026-11-23T10:00", LONDON)


def _next(request: Request, said: int, staff: Sequence[Staffer] = USUAL, now: datetime | None = None) -> Any:
    return next_reminder(request, said, staff, RULES, now or request.created_at, CALENDAR)


def _ladder(request: Request, staff: Sequence[Staffer] = USUAL) -> list[tuple[int, str, str]]:
    """Every reminder of a request that nobody answers: each asked for when the one before it was said."""
    said, now, told = NONE_SAID, request.created_at, []
    while reminder := next_reminder(request, said, staff, RULES, now, CALENDAR):
        local = reminder.at.astimezone(ZoneInfo(LONDON))
        told.append((reminder.number, reminder.email or "the group", f"{local:%a %H:%M}"))
        said, now = reminder.number, reminder.at
    return told


def test_the_assignee_then_the_group_then_the_manager() -> None:
    """One working day of 8:30 from Monday at 10:00: half of it, eight tenths, the whole."""
    assert _ladder(_request(ENTERPRISE, MONDAY)) == [
        (1, "dana@ta.example", "Mon 14:15"),
        (2, "the group", "Mon 16:48"),
        (3, "mia@ta.example", "Tue 10:00"),
    ]


def test_what_was_claimed_is_reminded_of_by_its_resolution() -> None:
    """Three working days from Monday at 10:00."""
    claimed = _request(ENTERPRISE, MONDAY, state=RequestState.CLAIMED, first_response_at=MONDAY)
    assert _ladder(claimed) == [
        (4, "dana@ta.example", "Tue 14:15"),
        (5, "the group", "Wed 13:24"),
        (6, "mia@ta.example", "Thu 10:00"),
    ]


@pytest.mark.parametrize("state", [RequestState.ANSWERED, RequestState.CLOSED, RequestState.WITHDRAWN])
def test_what_is_answered_or_over_reminds_nobody(state: RequestState) -> None:
    assert _next(_request(ENTERPRISE, MONDAY, state=state), NONE_SAID) is None


def test_a_silent_assignee_is_passed_over_with_a_line() -> None:
    request = _request(ENTERPRISE, MONDAY)
    second = _next(request, 1)
    assert second == Reminder(
        number=2,
        whom=Whom.GROUP,
        at=_local("2026-11-23T16:48", LONDON),
        passed=("dana@ta.example",),
        why=("Dana Okafor was reminded and has not answered.",),
    )
    assert _next(request, 2).why == ()
    assert _next(request, 3) is None


def test_an_assignee_who_is_away_is_passed_over_with_a_line() -> None:
    staff = _staff(DANA, MIA, away=["dana@ta.example"])
    first = _next(_request(ENTERPRISE, MONDAY), NONE_SAID, staff)
    assert (first.number, first.whom) == (2, Whom.GROUP)
    assert first.passed == ("dana@ta.example",)
    assert first.why == ("Dana Okafor is away until 27 Nov 2026 and is passed over.",)
    urgent = _next(_request(ENTERPRISE, MONDAY, URGENT), NONE_SAID, staff)
    assert urgent.whom is Whom.GROUP  # who is away is left alone even so


def test_an_assignee_who_begins_after_the_groups_turn_is_passed_over_with_a_line() -> None:
    """The group's turn is Monday at 16:48 in London; in Los Angeles it is 8:48."""
    first = _next(_request(ENTERPRISE, MONDAY), NONE_SAID, _staff(FAR, MIA))
    assert (first.number, first.at) == (2, _local("2026-11-23T16:48", LONDON))
    assert first.why == (
        "Dana Okafor is outside working hours until Mon 23 Nov 2026 at 09:00 (America/Los_Angeles) and is passed over.",
    )
    urgent = _next(_request(ENTERPRISE, MONDAY, URGENT), NONE_SAID, _staff(FAR, MIA))
    assert (urgent.number, urgent.at) == (1, _local("2026-11-23T11:00", LONDON))  # 3:00 in Los Angeles


def test_the_manager_is_the_assignees_and_the_one_above_where_they_are_away() -> None:
    request = _request(ENTERPRISE, MONDAY)
    assert _next(request, 2).email == "mia@ta.example"
    assert _next(request, 2, _staff(DANA, MIA, LEA, away=["mia@ta.example"])).email == "lea@ta.example"
    assert _next(replace(request, assignee=""), 2).email == "mia@ta.example"
    assert _next(request, 2, _staff(DANA)) is None


def test_the_first_mention_waits_for_the_morning_where_it_was_left_out() -> None:
    asked = _local("2026-11-20T19:00", LONDON)
    decision = Decision(team=ENTERPRISE, channel="c", user_group="g", mention_assignee=False)
    assert _ladder(_request(ENTERPRISE, asked, decision=decision)) == [
        (POSTPONED, "dana@ta.example", "Mon 09:00"),
        (1, "dana@ta.example", "Mon 13:15"),
        (2, "the group", "Mon 15:48"),
        (3, "mia@ta.example", "Tue 09:00"),  # at 17:30 the hours are over
    ]
    decision = replace(decision, mention_assignee=True, mention_group=False)
    assert _ladder(_request(ENTERPRISE, asked, decision=decision, assignee="")) == [
        (POSTPONED, "the group", "Mon 09:00"),
        (2, "the group", "Mon 15:48"),
        (3, "mia@ta.example", "Tue 09:00"),
    ]


def test_a_clock_limit_on_a_weekend_draws_reminders_nearer_where_there_is_time() -> None:
    """Asked of the scaled team on Friday at 10:00 in New York, answered by the clock by Sunday: 7:30 are left."""
    request = _request(SCALED, _local("2026-11-20T10:00", NEW_YORK), assignee="sue@ta.example")
    staff = _staff(replace(DANA, email="sue@ta.example", timezone=NEW_YORK, country="US"))
    assert _next(request, NONE_SAID, staff).at == _local("2026-11-20T13:45", NEW_YORK)
    assert _next(request, 1, staff).at == _local("2026-11-20T16:00", NEW_YORK)


def test_where_too_little_time_is_left_the_target_itself_spaces_them() -> None:
    """Asked on Friday at 17:00, thirty minutes before the weekend."""
    request = _request(SCALED, _local("2026-11-20T17:00", NEW_YORK))
    assert _next(request, 1).at == _local("2026-11-23T15:18", NEW_YORK)


def test_after_a_long_silence_of_the_bot_only_the_last_that_is_due_is_said() -> None:
    late = _next(_request(ENTERPRISE, MONDAY), NONE_SAID, now=_local("2026-11-30T22:00", LONDON))
    assert (late.number, late.at) == (3, _local("2026-12-01T09:00", LONDON))


INSTANTS = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2028, 1, 1, tzinfo=UTC).timestamp())
).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
PEOPLE = st.sampled_from((LONDON, NEW_YORK, LOS_ANGELES, "Asia/Kolkata", "Pacific/Auckland"))
DECISIONS = st.builds(
    lambda team, assignee, group: Decision(
        team=team, channel="c", user_group="g", mention_assignee=assignee, mention_group=group
    ),
    st.sampled_from([*Team, None]),
    st.booleans(),
    st.booleans(),
)


@settings(deadline=None)  # a country's first year of holidays takes a moment
@given(
    st.builds(
        lambda at, decision, urgency, assignee, responded: _request(
            decision.team,
            at,
            urgency,
            decision=decision,
            assignee=assignee,
            first_response_at=at if responded else None,
        ),
        INSTANTS,
        DECISIONS,
        st.sampled_from(Urgency),
        st.sampled_from(("dana@ta.example", "")),
        st.booleans(),
    ),
    PEOPLE,
    PEOPLE,
    st.lists(st.sampled_from(("dana@ta.example", "mia@ta.example")), unique=True),
    st.integers(0, 100),
)
def test_nobody_is_reminded_outside_their_hours_unless_urgent_and_nobody_who_is_away(
    request: Request, zone: str, other: str, away: Sequence[str], hours: int
) -> None:
    """Whoever asks in the meantime gets the same answer, later reminders come later, and each ladder ends."""
    absent = [Away(email=email, first=date(2025, 12, 30), last=date(2028, 2, 1), zone=zone) for email in away]
    people = (_person("Dana Okafor", zone), replace(MIA, timezone=other), LEA)
    staff = tuple(staffer_of(person, RULES, away=absent) for person in people)
    said, now, seen = NONE_SAID, request.created_at + timedelta(hours=hours), 0
    while reminder := next_reminder(request, said, staff, RULES, now, CALENDAR):
        assert reminder.at >= now
        assert reminder.number > said
        if reminder.whom is Whom.GROUP:
            team = RULES.hours[clocked_as(request, RULES, CALENDAR)]
            assert request.urgency is URGENT or is_working(reminder.at, team, CALENDAR)
        else:
            assert reminder.email not in away
            person = by_email(staff)[reminder.email]
            assert request.urgency is URGENT or works_at(person, reminder.at, CALENDAR)
        again = next_reminder(request, said, staff, RULES, reminder.at, CALENDAR)
        assert again is not None
        assert again.number >= reminder.number
        assert again.at == reminder.at or again.number > reminder.number
        said, now, seen = reminder.number, reminder.at, seen + 1
    assert 1 <= seen <= 4  # the group, at least
