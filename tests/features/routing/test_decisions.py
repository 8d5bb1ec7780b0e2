"""Where every request goes, who is mentioned and why: each segment and team, in each situation, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.account import Account
from bot.domain.leave import Away
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp
from bot.domain.request import Decision, RequestRules, Urgency
from bot.features.routing.choosing import Desk, GroupState
from bot.features.routing.rules import About, decide, served_by
from bot.features.routing.staff import Staffer, staffer_of

POLICY = policy_module.load()
RULES = POLICY.requests
MODEL = POLICY.models["fy25"]
CALENDAR = BankHolidays()
STAMP = Stamp("accounts.csv", datetime(2026, 11, 20, tzinfo=UTC))
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 15:00 in London, 10:00 in New York: all work
NIGHT = datetime(2026, 11, 24, 23, tzinfo=UTC)  # 23:00 in London, 18:00 in New York: nobody does
DESKS = {
    team: Desk(team=team, short=one.short, channel=one.channel, user_group=one.user_group)
    for team, one in POLICY.teams.items()
}
LONDON, NEW_YORK = "Europe/London", "America/New_York"


def _person(name: str, team: Team, zone: str, role: Role = Role.TA, manager: str | None = None) -> Person:
    return Person(
        email=f"{name.split(maxsplit=1)[0].lower()}@ta.example",
        name=name,
        role=role,
        team=team,
        timezone=zone,
        country={LONDON: "GB-ENG", NEW_YORK: "US"}[zone],
        manager_email=manager,
    )


PEOPLE = (
    _person("Dana Okafor", Team.ENTERPRISE, LONDON, manager="mia@ta.example"),
    _person("Bea Ito", Team.ENTERPRISE, LONDON, manager="mia@ta.example"),
    _person("Carl Lind", Team.SCALED, NEW_YORK, manager="max@ta.example"),
    _person("Sue Park", Team.SCALED, NEW_YORK, manager="max@ta.example"),
    _person("Tom Abara", Team.DIGITAL, LONDON, manager="max@ta.example"),
    _person("Dee Rossi", Team.DIGITAL, LONDON, role=Role.PROGRAM_MANAGER, manager="max@ta.example"),
    _person("Mia Holt", Team.ENTERPRISE, LONDON, role=Role.MANAGER),
    _person("Max Weber", Team.SCALED, NEW_YORK, role=Role.MANAGER),
)
LOAD = {"carl@ta.example": 3, "sue@ta.example": 1, "tom@ta.example": 2, "dee@ta.example": 5}
TAS = {Team.ENTERPRISE: "dana@ta.example", Team.SCALED: "carl@ta.example", Team.DIGITAL: "tom@ta.example"}
"""The account's TA where it has one; in a pool whoever served it last."""


def _away(email: str) -> Away:
    zone = next(one.timezone for one in PEOPLE if one.email == email)
    return Away(email=email, first=date(2026, 11, 23), last=date(2026, 11, 27), zone=zone or "UTC")


def _staff(
    away: Sequence[str] = (),
    covers: Mapping[tuple[str, str], str] | None = None,
    load: Mapping[str, int] = LOAD,
    people: Sequence[Person] = PEOPLE,
) -> tuple[Staffer, ...]:
    absences = [_away(email) for email in away]
    return tuple(staffer_of(one, RULES, away=absences, covers=covers or {}, load=load) for one in people)


def _account(**values: Any) -> Account:
    facts = {name: Known(value, STAMP) for name, value in values.items() if value is not None}
    return Account(id="A-1", name="Northwind", **facts)


def _decide(
    account: Account | None,
    *,
    staff: Sequence[Staffer] | None = None,
    now: datetime = TUESDAY,
    group: GroupState = GroupState.READY,
    rules: RequestRules = RULES,
    **about: Any,
) -> Decision:
    desks = {team: replace(desk, group=group) for team, desk in DESKS.items()}
    served = served_by(account, "Nortwhind", MODEL, desks)
    asked = About(account=account, served=served, **about)
    return decide(asked, _staff() if staff is None else staff, desks, rules, now, CALENDAR)


@dataclass(frozen=True)
class Row:
    """A row of the handbook's segmentation."""

    developers: int
    arr: int  # dollars
    team: Team
    why: str


SEGMENTS = {
    "Strategic": Row(
        3000,
        50_000,
        Team.ENTERPRISE,
        "Northwind is Strategic (2,501 developers or more, any ARR): the Enterprise team serves it.",
    ),
    "Enterprise over $100k": Row(
        1000,
        150_000,
        Team.ENTERPRISE,
        "Northwind is Enterprise (501 to 2,500 developers, $100,000 or more): the Enterprise team serves it.",
    ),
    "Enterprise under $100k": Row(
        1000,
        50_000,
        Team.SCALED,
        "Northwind is Enterprise (501 to 2,500 developers, less than $100,000): the Scaled team serves it.",
    ),
    "Mid-Market over $100k": Row(
        300,
        150_000,
        Team.SCALED,
        "Northwind is Mid-Market (100 to 500 developers, $100,000 or more): the Scaled team serves it.",
    ),
    "Mid-Market under $100k": Row(
        300,
        50_000,
        Team.DIGITAL,
        "Northwind is Mid-Market (100 to 500 developers, less than $100,000): the Digital team serves it.",
    ),
    "SMB": Row(
        40,
        500_000,
        Team.DIGITAL,
        "Northwind is SMB (0 to 99 developers, any ARR): the Digital team serves it.",
    ),
}
PLACES = {
    Team.ENTERPRISE: ("discuss-technical-advisors", "technical-advisors"),
    Team.SCALED: ("discuss-scaled-success", "scaled-success"),
    Team.DIGITAL: ("discuss-scaled-success", "scaled-success"),
}


@dataclass(frozen=True)
class Told:
    """Who is mentioned: (assignee, for whom, mentioned now), the group or not; and the lines after the first two."""

    who: tuple[str, str, bool]
    group: bool
    steps: tuple[str, ...]


NOBODY = ("", "", True)
SITUATIONS: Mapping[str, Mapping[Team, Told]] = {
    "the TA is here": {
        Team.ENTERPRISE: Told(
            ("dana@ta.example", "", True),
            True,
            ("Dana Okafor is its TA in the book.", "@technical-advisors is mentioned as well."),
        ),
        Team.SCALED: Told(
            ("carl@ta.example", "", True),
            True,
            (
                "Carl Lind served it last, works now and has 3 open requests; the limit is 8.",
                "@scaled-success is mentioned as well.",
            ),
        ),
        Team.DIGITAL: Told(
            ("tom@ta.example", "", True),
            True,
            (
                "Tom Abara served it last, works now and has 2 open requests; the limit is 8.",
                "@scaled-success is mentioned as well.",
            ),
        ),
    },
    "away with cover": {
        Team.ENTERPRISE: Told(
            ("bea@ta.example", "dana@ta.example", True),
            True,
            (
                "Dana Okafor, its TA, is away until 27 Nov 2026; Bea Ito covers.",
                "@technical-advisors is mentioned as well.",
            ),
        ),
        # In a pool nobody owns the account: whoever works now takes it, whatever the plan of the one who is away says.
        Team.SCALED: Told(
            ("sue@ta.example", "", True),
            True,
            (
                "Carl Lind served it last, and is away until 27 Nov 2026.",
                "Sue Park is the only one who works now.",
                "@scaled-success is mentioned as well.",
            ),
        ),
        Team.DIGITAL: Told(
            ("dee@ta.example", "", True),
            True,
            (
                "Tom Abara served it last, and is away until 27 Nov 2026.",
                "Dee Rossi is the only one who works now.",
                "@scaled-success is mentioned as well.",
            ),
        ),
    },
    "away without cover": {
        Team.ENTERPRISE: Told(
            NOBODY,
            True,
            (
                "Dana Okafor, its TA, is away until 27 Nov 2026, and nobody covers who is here.",
                "@technical-advisors is mentioned.",
            ),
        ),
        Team.SCALED: Told(
            ("sue@ta.example", "", True),
            True,
            (
                "Carl Lind served it last, and is away until 27 Nov 2026.",
                "Sue Park is the only one who works now.",
                "@scaled-success is mentioned as well.",
            ),
        ),
        Team.DIGITAL: Told(
            ("dee@ta.example", "", True),
            True,
            (
                "Tom Abara served it last, and is away until 27 Nov 2026.",
                "Dee Rossi is the only one who works now.",
                "@scaled-success is mentioned as well.",
            ),
        ),
    },
    "the group is empty": {
        Team.ENTERPRISE: Told(
            ("dana@ta.example", "", True),
            False,
            (
                "Dana Okafor is its TA in the book.",
                "@technical-advisors cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.SCALED: Told(
            ("carl@ta.example", "", True),
            False,
            (
                "Carl Lind served it last, works now and has 3 open requests; the limit is 8.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.DIGITAL: Told(
            ("tom@ta.example", "", True),
            False,
            (
                "Tom Abara served it last, works now and has 2 open requests; the limit is 8.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
    },
    "away without cover, and the group is empty": {
        Team.ENTERPRISE: Told(
            ("bea@ta.example", "", True),
            False,
            (
                "Dana Okafor, its TA, is away until 27 Nov 2026, and nobody covers who is here.",
                "Bea Ito is named, who works now.",
                "@technical-advisors cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.SCALED: Told(
            ("sue@ta.example", "", True),
            False,
            (
                "Carl Lind served it last, and is away until 27 Nov 2026.",
                "Sue Park is the only one who works now.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.DIGITAL: Told(
            ("dee@ta.example", "", True),
            False,
            (
                "Tom Abara served it last, and is away until 27 Nov 2026.",
                "Dee Rossi is the only one who works now.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
    },
    "nobody works": {
        Team.ENTERPRISE: Told(
            ("dana@ta.example", "", False),
            False,
            (
                "Dana Okafor is its TA in the book.",
                "Dana Okafor is outside working hours and is mentioned on Wed 25 Nov 2026 at 09:00 (Europe/London).",
                "Nobody of the Enterprise team works now.",
                "@technical-advisors is not mentioned: the team's hours begin on Wed 25 Nov 2026 at 09:00 (Europe/London).",
            ),
        ),
        Team.SCALED: Told(
            NOBODY,
            False,
            (
                "Carl Lind served it last, and is outside working hours.",
                "Nobody of the Scaled team works now.",
                "@scaled-success is mentioned once the team's hours begin, on Wed 25 Nov 2026 at 09:00 (America/New_York).",
            ),
        ),
        Team.DIGITAL: Told(
            NOBODY,
            False,
            (
                "Tom Abara served it last, and is outside working hours.",
                "Nobody of the Digital team works now.",
                "@scaled-success is mentioned once the team's hours begin, on Wed 25 Nov 2026 at 09:00 (Europe/London).",
            ),
        ),
    },
    "nobody works, and it is urgent": {
        Team.ENTERPRISE: Told(
            ("dana@ta.example", "", True),
            True,
            (
                "Dana Okafor is its TA in the book.",
                "It is urgent, so Dana Okafor is mentioned outside working hours.",
                "Nobody of the Enterprise team works now.",
                "@technical-advisors is mentioned as well.",
            ),
        ),
        Team.SCALED: Told(
            NOBODY,
            True,
            (
                "Carl Lind served it last, and is outside working hours.",
                "Nobody of the Scaled team works now.",
                "@scaled-success is mentioned.",
            ),
        ),
        Team.DIGITAL: Told(
            NOBODY,
            True,
            (
                "Tom Abara served it last, and is outside working hours.",
                "Nobody of the Digital team works now.",
                "@scaled-success is mentioned.",
            ),
        ),
    },
    "nobody works, and the group is empty": {
        Team.ENTERPRISE: Told(
            ("dana@ta.example", "", False),
            False,
            (
                "Dana Okafor is its TA in the book.",
                "Dana Okafor is outside working hours and is mentioned on Wed 25 Nov 2026 at 09:00 (Europe/London).",
                "Nobody of the Enterprise team works now.",
                "@technical-advisors cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.SCALED: Told(
            ("sue@ta.example", "", False),
            False,
            (
                "Carl Lind served it last, and is outside working hours.",
                "Sue Park is named, who is the first of the team to work again.",
                "Sue Park is outside working hours and is mentioned on Wed 25 Nov 2026 at 09:00 (America/New_York).",
                "Nobody of the Scaled team works now.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
        Team.DIGITAL: Told(
            ("tom@ta.example", "", False),
            False,
            (
                "Tom Abara served it last, and is outside working hours.",
                "Tom Abara is named, who is the first of the team to work again.",
                "Tom Abara is outside working hours and is mentioned on Wed 25 Nov 2026 at 09:00 (Europe/London).",
                "Nobody of the Digital team works now.",
                "@scaled-success cannot be mentioned: nobody is in it.",
            ),
        ),
    },
}
COVERS = {
    ("dana@ta.example", ""): "bea@ta.example",
    ("carl@ta.example", ""): "bea@ta.example",
    ("tom@ta.example", ""): "bea@ta.example",
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("segment", SEGMENTS)
def test_each_segment_and_team_in_each_situation(segment: str, situation: str) -> None:
    row = SEGMENTS[segment]
    told, (channel, group) = SITUATIONS[situation][row.team], PLACES[row.team]
    ta = TAS[row.team]
    decision = _decide(
        _account(developers=row.developers, arr=row.arr * 100, ta_email=ta),
        staff=_staff([ta] if "away" in situation else [], COVERS if "with cover" in situation else {}),
        now=NIGHT if "nobody works" in situation else TUESDAY,
        group=GroupState.EMPTY if "empty" in situation else GroupState.READY,
        urgency=Urgency.URGENT if "urgent" in situation else Urgency.NORMAL,
    )
    assert decision == Decision(
        team=row.team,
        channel=channel,
        user_group=group,
        assignee=told.who[0],
        for_whom=told.who[1],
        mention_assignee=told.who[2],
        mention_group=told.group,
        steps=(row.why, f"It goes to #{channel}.", *told.steps),
    )


TRIAGE = "It goes to #discuss-technical-advisors, where requests go whose team is not known."
GROUP = "@technical-advisors is mentioned"


@pytest.mark.parametrize(
    ("account", "missing", "assignee", "steps"),
    [
        (
            None,
            ("account",),
            "",
            ("“Nortwhind” is no account of the book.", TRIAGE, f"{GROUP}."),
        ),
        (
            _account(arr=1_000_000),
            ("developers",),
            "",
            (
                "Northwind is unclassified: its number of developers is unknown, so no team can be told.",
                TRIAGE,
                "No TA is recorded for it.",
                f"{GROUP}.",
            ),
        ),
        (
            _account(developers=1000),
            ("arr",),
            "",
            (
                "Northwind is unclassified: its ARR is unknown, so no team can be told.",
                TRIAGE,
                "No TA is recorded for it.",
                f"{GROUP}.",
            ),
        ),
        (
            _account(ta_email="sue@ta.example"),
            ("developers", "arr"),
            "sue@ta.example",
            (
                "Northwind is unclassified: its number of developers and its ARR are unknown, so no team can be told.",
                TRIAGE,
                "Sue Park is its TA in the book.",
                f"{GROUP} as well.",
            ),
        ),
        (
            _account(ta_email="dana@ta.example"),
            ("developers", "arr"),
            "bea@ta.example",
            (
                "Northwind is unclassified: its number of developers and its ARR are unknown, so no team can be told.",
                TRIAGE,
                "Dana Okafor, its TA, is away until 27 Nov 2026; Bea Ito covers.",
                f"{GROUP} as well.",
            ),
        ),
    ],
    ids=["unknown", "no developers", "no ARR", "neither, with a TA", "neither, with a TA away and covered"],
)
def test_what_no_team_can_be_told_for_goes_to_triage(
    account: Account | None, missing: tuple[str, ...], assignee: str, steps: tuple[str, ...]
) -> None:
    decision = _decide(account, staff=_staff(["dana@ta.example"], COVERS))
    assert decision == Decision(
        team=None,
        channel="discuss-technical-advisors",
        user_group="technical-advisors",
        assignee=assignee,
        for_whom="dana@ta.example" if assignee == "bea@ta.example" else "",
        mention_group=True,
        steps=steps,
        triage=True,
        missing=missing,
    )


def test_triage_reaches_a_person_where_its_group_is_empty() -> None:
    decision = _decide(None, group=GroupState.EMPTY)
    assert (decision.assignee, decision.mention_group) == ("bea@ta.example", False)
    assert decision.steps[2:] == (
        "Bea Ito is named, who works now with the fewest open requests.",
        "@technical-advisors cannot be mentioned: nobody is in it.",
    )


def test_triage_in_a_channel_of_no_team_reaches_a_manager() -> None:
    decision = _decide(None, rules=replace(RULES, triage_channel="triage"))
    assert (decision.channel, decision.user_group, decision.assignee) == ("triage", "", "max@ta.example")
    assert decision.mention_group is False
    assert decision.steps[-1] == "Max Weber is named, who is a manager, since nobody of the team is here."


def test_a_recorded_team_wins_over_the_numbers_and_needs_none() -> None:
    decision = _decide(_account(team="scaled", developers=9000))
    assert decision.team is Team.SCALED
    assert decision.steps[0] == "Northwind is recorded for the Scaled team."


POOL = {"developers": 300, "arr": 15_000_000}


@pytest.mark.parametrize(
    ("last", "load", "away", "who", "steps"),
    [
        (
            "",
            LOAD,
            [],
            "sue@ta.example",
            ("Sue Park has 1 open request, the fewest of the 2 who work now.",),
        ),
        (
            "carl@ta.example",
            {"carl@ta.example": 7, "sue@ta.example": 0},
            [],
            "carl@ta.example",
            ("Carl Lind served it last, works now and has 7 open requests; the limit is 8.",),
        ),
        (
            "Carl@TA.example",
            {"carl@ta.example": 8, "sue@ta.example": 20},
            [],
            "carl@ta.example",  # over the limit, and still the one with the fewest
            (
                "Carl Lind served it last, and has 8 open requests; the limit is 8.",
                "Carl Lind has 8 open requests, the fewest of the 2 who work now.",
            ),
        ),
        (
            "dana@ta.example",
            LOAD,
            [],
            "sue@ta.example",
            (
                "Dana Okafor served it last, and is no longer of the team.",
                "Sue Park has 1 open request, the fewest of the 2 who work now.",
            ),
        ),
        (
            "gone@ta.example",
            {},
            [],
            "carl@ta.example",  # as many each: by name
            ("Carl Lind has 0 open requests, the fewest of the 2 who work now.",),
        ),
        ("", LOAD, ["carl@ta.example", "sue@ta.example"], "", ("Nobody of the Scaled team works now.",)),
    ],
    ids=["nobody served it", "under the limit", "at the limit", "left the team", "left", "all away"],
)
def test_a_pool_is_asked_by_continuity_then_by_load(
    last: str, load: Mapping[str, int], away: Sequence[str], who: str, steps: tuple[str, ...]
) -> None:
    decision = _decide(_account(**POOL), staff=_staff(away, load=load), last_served=last)
    assert decision.assignee == who
    assert decision.steps[2:-1] == steps
    assert decision.mention_group


def test_whoever_answered_last_counts_before_the_book() -> None:
    decision = _decide(_account(**POOL, ta_email="carl@ta.example"), last_served="sue@ta.example")
    assert decision.assignee == "sue@ta.example"


ENTERPRISE = {"developers": 3000, "ta_email": "dana@ta.example"}


@pytest.mark.parametrize(
    ("away", "covers", "who", "line"),
    [
        (
            ["dana@ta.example"],
            {("dana@ta.example", ""): "carl@ta.example", ("dana@ta.example", "A-1"): "bea@ta.example"},
            "bea@ta.example",
            "Dana Okafor, its TA, is away until 27 Nov 2026; Bea Ito covers.",
        ),
        (
            ["dana@ta.example"],
            {("dana@ta.example", "A-2"): "bea@ta.example"},
            "",
            "Dana Okafor, its TA, is away until 27 Nov 2026, and nobody covers who is here.",
        ),
        (
            ["dana@ta.example"],
            {("dana@ta.example", "A-1"): ""},
            "",
            "Dana Okafor, its TA, is away until 27 Nov 2026; the team's channel covers.",
        ),
        (
            ["dana@ta.example", "bea@ta.example"],
            {("dana@ta.example", ""): "bea@ta.example", ("bea@ta.example", "A-1"): "carl@ta.example"},
            "carl@ta.example",
            "Bea Ito is away until 27 Nov 2026; Carl Lind covers.",
        ),
        (
            ["dana@ta.example", "bea@ta.example"],
            {("dana@ta.example", ""): "bea@ta.example", ("bea@ta.example", ""): "dana@ta.example"},
            "",
            "Bea Ito is away until 27 Nov 2026, and nobody covers who is here.",
        ),
        (
            ["dana@ta.example"],
            {("dana@ta.example", ""): "gone@ta.example"},
            "",
            "Dana Okafor, its TA, is away until 27 Nov 2026, and nobody covers who is here.",
        ),
    ],
    ids=[
        "of this account",
        "of another",
        "the channel",
        "of the cover",
        "in a circle",
        "who is not in the book",
    ],
)
def test_cover_is_followed_as_far_as_it_goes(
    away: Sequence[str], covers: Mapping[tuple[str, str], str], who: str, line: str
) -> None:
    decision = _decide(_account(**ENTERPRISE), staff=_staff(away, covers))
    assert (decision.assignee, decision.for_whom) == (who, "dana@ta.example" if who else "")
    assert line in decision.steps
    assert decision.mention_group


@pytest.mark.parametrize(
    ("ta", "line"),
    [
        (None, "No TA is recorded for it."),
        (
            "Gone@TA.example",
            "Its TA is recorded as gone@ta.example, whom the book of people does not know.",
        ),
    ],
)
def test_without_a_ta_the_group_is_asked(ta: str | None, line: str) -> None:
    decision = _decide(_account(developers=3000, ta_email=ta))
    assert decision.assignee == ""
    assert decision.steps[2:] == (line, f"{GROUP}.")


@pytest.mark.parametrize(
    ("group", "why"),
    [
        (GroupState.EMPTY, "nobody is in it"),
        (GroupState.DISABLED, "it is disabled"),
        (GroupState.MISSING, "there is no such group"),
        (GroupState.HIDDEN, "Slack does not show it to the bot"),
    ],
)
@pytest.mark.parametrize("now", [TUESDAY, NIGHT])
@pytest.mark.parametrize("away", [[], [one.email for one in PEOPLE if one.role is not Role.MANAGER]])
@pytest.mark.parametrize("account", [ENTERPRISE, {"developers": 3000}, POOL, {"developers": 9}, {}])
def test_a_group_that_cannot_be_mentioned_is_said_and_a_person_is_named_all_the_same(
    group: GroupState, why: str, now: datetime, away: Sequence[str], account: Mapping[str, Any]
) -> None:
    decision = _decide(_account(**account), staff=_staff(away), now=now, group=group)
    assert decision.assignee
    assert decision.assignee not in away
    assert not decision.mention_group
    assert decision.steps[-1] == f"@{decision.user_group} cannot be mentioned: {why}."


def test_where_all_are_away_their_manager_is_named() -> None:
    staff = _staff(["carl@ta.example", "sue@ta.example"])
    decision = _decide(_account(**POOL), staff=staff, group=GroupState.DISABLED)
    assert decision.assignee == "max@ta.example"
    assert "Max Weber is named, who is a manager, since nobody of the team is here." in decision.steps


def test_of_those_who_rest_whoever_begins_first_is_named_before_whoever_has_less_to_do() -> None:
    """At 23:00 UTC on Tuesday Dee, in New York, begins on Wednesday at 14:00 UTC, and Tom in London at 9:00."""
    moved = tuple(
        replace(one, timezone=NEW_YORK, country="US") if one.name.startswith("Dee") else one for one in PEOPLE
    )
    staff = _staff(people=moved, load={"tom@ta.example": 9})
    decision = _decide(_account(developers=9), staff=staff, now=NIGHT, group=GroupState.MISSING)
    assert decision.assignee == "tom@ta.example"
    assert "Tom Abara is named, who is the first of the team to work again." in decision.steps


def test_an_empty_book_of_people_is_said() -> None:
    decision = _decide(_account(**POOL), staff=(), group=GroupState.MISSING)
    assert decision.assignee == ""
    assert decision.steps[2:] == (
        "The book has nobody to name.",
        "Nobody of the Scaled team works now.",
        "@scaled-success cannot be mentioned: there is no such group.",
    )


def test_the_group_sleeps_where_only_its_ta_is_at_work() -> None:
    """At 15:00 in New York it is 20:00 in London, where the team is."""
    moved = tuple(
        replace(one, timezone=NEW_YORK, country="US") if one.name.startswith("Dana") else one
        for one in PEOPLE
    )
    decision = _decide(_account(**ENTERPRISE), staff=_staff(people=moved), now=TUESDAY.replace(hour=20))
    assert (decision.mention_assignee, decision.mention_group) == (True, False)
    assert decision.steps[2:] == (
        "Dana Okafor is its TA in the book.",
        "@technical-advisors is not mentioned: the team's hours begin on Wed 25 Nov 2026 at 09:00 (Europe/London).",
    )


def test_policy_may_leave_the_group_in_peace_where_a_person_is_mentioned() -> None:
    alone = replace(RULES, group_too=False)
    assert not _decide(_account(**POOL), rules=alone).mention_group
    assert _decide(_account(developers=3000), rules=alone).mention_group  # nobody is named


def test_who_was_asked_in_vain_is_passed_over_with_a_line() -> None:
    silent = frozenset({"Sue@ta.example"})
    decision = _decide(_account(**POOL), passed=silent)
    assert decision.assignee == "carl@ta.example"
    assert decision.steps[2:4] == (
        "Sue Park was asked, has not answered and is passed over.",
        "Carl Lind is the only one who works now.",
    )
    decision = _decide(_account(**ENTERPRISE), passed=frozenset({"dana@ta.example"}))
    assert decision.assignee == ""
    assert decision.steps[2:] == (
        "Dana Okafor was asked, has not answered and is passed over.",
        f"{GROUP}.",
    )


def test_half_a_day_away_counts_by_the_persons_own_clock() -> None:
    """Away on Tuesday until noon in New York: at 10:00 there, not yet back; at 12:00, back."""
    half = Away(
        email="carl@ta.example",
        first=date(2026, 11, 23),
        last=date(2026, 11, 24),
        zone=NEW_YORK,
        half_end=True,
    )
    staff = tuple(replace(one, away=(half,)) if one.email == half.email else one for one in _staff())
    account = _account(**POOL, ta_email="carl@ta.example")
    assert _decide(account, staff=staff).assignee == "sue@ta.example"
    assert _decide(account, staff=staff, now=TUESDAY.replace(hour=17)).assignee == "carl@ta.example"


def test_a_mention_waits_over_the_evening_and_the_absence_after_it() -> None:
    """On Tuesday night, before two days off: the next working moment is Friday's."""
    off = Away(email="dana@ta.example", first=date(2026, 11, 25), last=date(2026, 11, 26), zone=LONDON)
    staff = tuple(replace(one, away=(off,)) if one.email == off.email else one for one in _staff())
    decision = _decide(_account(**ENTERPRISE), staff=staff, now=NIGHT)
    assert (decision.assignee, decision.mention_assignee) == ("dana@ta.example", False)
    line = (
        "Dana Okafor is outside working hours and is mentioned on Fri 27 Nov 2026 at 09:00 (Europe/London)."
    )
    assert line in decision.steps


def test_a_bank_holiday_where_a_person_lives_is_none_where_another_does() -> None:
    """On Thanksgiving the scaled team of New York rests, and the TA of London works."""
    thanksgiving = datetime(2026, 11, 26, 15, tzinfo=UTC)
    assert _decide(_account(**POOL), now=thanksgiving).assignee == ""
    assert _decide(_account(**ENTERPRISE), now=thanksgiving).mention_assignee
