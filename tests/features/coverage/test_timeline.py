"""When a plan's reminders and turns are due, worked out by hand, and what holds for every zone and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from inspect import cleandoc
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.calendar import business_days_between, is_working_day
from bot.domain.leave import Away, OooRules, Plan, PlanState
from bot.domain.person import Team
from bot.features.coverage.timeline import Hours, timeline_of

RULES = policy_module.load().ooo
CALENDAR = BankHolidays()
BERLIN, AUCKLAND, HONOLULU = "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"


def plan_of(away: Away, state: PlanState = PlanState.APPROVED) -> Plan:
    return Plan(
        id=7,
        away=away,
        team=Team.ENTERPRISE,
        state=state,
        generation=1,
        source="deel",
        items=(),
        on_request=(),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def hours(
    zone: str = BERLIN, country: str = "DE", absences: Sequence[Away] = (), rules: OooRules = RULES
) -> Hours:
    return Hours(zone=zone, country=country, rules=rules, calendar=CALENDAR, absences=absences)


def away(
    first: date, last: date, *, zone: str = BERLIN, half_start: bool = False, half_end: bool = False
) -> Away:
    return Away(email="dana", first=first, last=last, zone=zone, half_start=half_start, half_end=half_end)


def at(local: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def written(plan: Plan, now: datetime, mine: Hours | None = None, managers: Hours | None = None) -> str:
    """Each moment in the person's own time."""
    mine = mine or hours()
    zone = ZoneInfo(plan.away.zone)
    moments = timeline_of(plan, mine, managers, now)
    return "\n".join(f"{one.at.astimezone(zone):%a %d %b %H:%M} {one.what}" for one in moments)


EARLY = at("2026-10-01T12:00")
NOVEMBER = away(date(2026, 11, 23), date(2026, 12, 4))


def test_from_monday_to_a_friday() -> None:
    """14 days before is a Monday, 7 too, 3 a Friday; the day before is a Sunday, so its reminder takes Friday's."""
    assert written(plan_of(NOVEMBER), EARLY) == cleandoc(
        """
        Mon 09 Nov 09:00 remind:14
        Mon 16 Nov 09:00 remind:7
        Thu 19 Nov 09:00 uncovered
        Fri 20 Nov 09:00 remind:1
        Fri 20 Nov 16:30 remind:0
        Mon 23 Nov 00:00 status_on
        Sat 05 Dec 00:00 status_off
        Sat 05 Dec 00:00 end
        Mon 07 Dec 09:00 return
        """
    )


def test_half_days() -> None:
    """They work on that morning, so it has the last reminder; they are back at noon, and the briefing with them."""
    half = away(date(2026, 11, 25), date(2026, 11, 27), half_start=True, half_end=True)
    assert written(plan_of(half), EARLY) == cleandoc(
        """
        Wed 11 Nov 09:00 remind:14
        Wed 18 Nov 09:00 remind:7
        Fri 20 Nov 09:00 remind:3
        Mon 23 Nov 09:00 uncovered
        Tue 24 Nov 09:00 remind:1
        Wed 25 Nov 09:00 remind:0
        Wed 25 Nov 12:00 status_on
        Fri 27 Nov 12:00 status_off
        Fri 27 Nov 12:00 end
        Fri 27 Nov 12:00 return
        """
    )


def test_holidays_in_germany() -> None:
    """Away from Monday 28 Dec to Thursday 31 Dec 2026: the 25th is a holiday, as is 1 Jan, which is a Friday.

    Three days before is the 25th and one is Sunday the 27th: both come on the 24th, and the later rung stays. Two
    working days before the 28th is Wednesday the 23rd.
    """
    week = away(date(2026, 12, 28), date(2026, 12, 31))
    assert written(plan_of(week), EARLY) == cleandoc(
        """
        Mon 14 Dec 09:00 remind:14
        Mon 21 Dec 09:00 remind:7
        Wed 23 Dec 09:00 uncovered
        Thu 24 Dec 09:00 remind:1
        Thu 24 Dec 16:30 remind:0
        Mon 28 Dec 00:00 status_on
        Fri 01 Jan 00:00 status_off
        Fri 01 Jan 00:00 end
        Mon 04 Jan 09:00 return
        """
    )


def test_holidays_in_japan_and_a_manager_in_new_york() -> None:
    """Monday 23 Nov is a holiday in Japan, so Tuesday's absence has its last working day on Friday the 20th.

    Two working days before are Thursday the 19th; by the end of it in Tokyo (17:30, 03:30 in New York) the manager's
    last morning is Wednesday's, 23:00 in Tokyo.
    """
    leave = away(date(2026, 11, 24), date(2026, 11, 25), zone="Asia/Tokyo")
    mine, managers = hours("Asia/Tokyo", "JP"), hours("America/New_York", "US")
    assert written(plan_of(leave), EARLY, mine, managers) == cleandoc(
        """
        Tue 10 Nov 09:00 remind:14
        Tue 17 Nov 09:00 remind:7
        Wed 18 Nov 23:00 uncovered
        Fri 20 Nov 09:00 remind:1
        Fri 20 Nov 16:30 remind:0
        Tue 24 Nov 00:00 status_on
        Thu 26 Nov 00:00 status_off
        Thu 26 Nov 00:00 end
        Thu 26 Nov 09:00 return
        """
    )


def test_a_manager_across_the_date_line() -> None:
    """Two working days before are Thursday the 19th in Auckland; until 17:30 there (18:30 Wednesday in Honolulu) the
    manager's last morning is Wednesday's at 09:00, Thursday 08:00 in Auckland.
    """
    week = away(date(2026, 11, 23), date(2026, 11, 27), zone=AUCKLAND)
    mine, managers = hours(AUCKLAND, "NZ"), hours(HONOLULU, "US")
    told = [
        line for line in written(plan_of(week), EARLY, mine, managers).splitlines() if "uncovered" in line
    ]
    assert told == ["Thu 19 Nov 08:00 uncovered"]


def test_a_plan_made_late() -> None:
    """Nothing is due in the past; the manager hears on the next morning of theirs what nobody covers."""
    assert written(plan_of(NOVEMBER), at("2026-11-20T10:00")) == cleandoc(
        """
        Fri 20 Nov 16:30 remind:0
        Mon 23 Nov 00:00 status_on
        Mon 23 Nov 09:00 uncovered
        Sat 05 Dec 00:00 status_off
        Sat 05 Dec 00:00 end
        Mon 07 Dec 09:00 return
        """
    )


def test_an_emergency_that_began() -> None:
    assert written(plan_of(NOVEMBER), at("2026-11-25T10:00")) == cleandoc(
        """
        Wed 25 Nov 10:00 status_on
        Thu 26 Nov 09:00 uncovered
        Sat 05 Dec 00:00 status_off
        Sat 05 Dec 00:00 end
        Mon 07 Dec 09:00 return
        """
    )


@pytest.mark.parametrize(
    ("now", "back"),
    [("2026-12-07T14:00", "Mon 07 Dec 14:00"), ("2026-12-07T18:00", "Tue 08 Dec 09:00")],
)
def test_leave_shortened_to_days_that_passed_ends_at_once(now: str, back: str) -> None:
    """And its briefing waits for working hours."""
    moment = f"{at(now).astimezone(ZoneInfo(BERLIN)):%a %d %b %H:%M}"
    expected = [f"{moment} status_off", f"{moment} end", f"{back} return"]
    assert written(plan_of(NOVEMBER), at(now)).splitlines() == expected


def test_other_absences_are_days_off() -> None:
    """Away on 18 to 20 Nov as well, and again on 7 and 8 Dec: nobody is reminded then, nor briefed."""
    others = (away(date(2026, 11, 18), date(2026, 11, 20)), away(date(2026, 12, 7), date(2026, 12, 8)))
    lines = written(plan_of(NOVEMBER), EARLY, hours(absences=others)).splitlines()
    assert [line for line in lines if "remind" in line or "return" in line] == [
        "Mon 09 Nov 09:00 remind:14",
        "Mon 16 Nov 09:00 remind:7",
        "Tue 17 Nov 09:00 remind:1",
        "Tue 17 Nov 16:30 remind:0",
        "Wed 09 Dec 09:00 return",
    ]


def test_a_morning_outside_the_working_hours_is_moved_into_them() -> None:
    rules = replace(RULES, remind_at=time(6), works_from=time(10), return_at=time(20))
    lines = written(plan_of(NOVEMBER), EARLY, hours(rules=rules)).splitlines()
    assert lines[0] == "Mon 09 Nov 10:00 remind:14"
    assert lines[-1] == "Mon 07 Dec 17:30 return"


def test_of_a_cancelled_plan_only_the_status_is_taken_away_and_of_an_ended_one_nothing_is_left() -> None:
    assert [
        (one.what, one.at)
        for one in timeline_of(plan_of(NOVEMBER, PlanState.CANCELLED), hours(), None, EARLY)
    ] == [("status_off", EARLY)]
    assert timeline_of(plan_of(NOVEMBER, PlanState.ENDED), hours(), None, EARLY) == ()


def test_somebody_who_was_away_for_years_before_is_not_reminded() -> None:
    """No working day is left on which they could be."""
    long = away(date(2020, 1, 1), date(2026, 11, 22))
    assert [one.what for one in timeline_of(plan_of(NOVEMBER), hours(absences=[long]), None, EARLY)] == [
        "uncovered",
        "status_on",
        "status_off",
        "end",
        "return",
    ]


ZONES = st.sampled_from(
    [
        "Pacific/Pago_Pago",  # -11
        HONOLULU,
        "America/Los_Angeles",
        "America/New_York",
        "America/St_Johns",  # half hours
        "Africa/Casablanca",  # its clocks change with Ramadan
        "Europe/London",
        BERLIN,
        "Asia/Kathmandu",  # quarters
        "Australia/Lord_Howe",  # its clocks change by half an hour
        AUCKLAND,
        "Pacific/Chatham",
        "Pacific/Kiritimati",  # +14
    ]
)
COUNTRIES = st.sampled_from(["", "DE", "US", "JP", "NZ", "GB"])
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
INSTANTS = st.integers(0, 26 * 30 * 24 * 60).map(
    lambda minutes: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@st.composite
def absences(draw: st.DrawFn) -> Away:
    first = draw(DAYS)
    days = draw(st.integers(0, 40))
    half_start, half_end = draw(st.booleans()), draw(st.booleans())
    return away(
        first,
        first + timedelta(days=days),
        zone=draw(ZONES),
        half_start=half_start,
        half_end=half_end and not (days == 0 and half_start),
    )


@given(absences(), INSTANTS, COUNTRIES, ZONES, COUNTRIES)
def test_nobody_is_written_to_outside_their_working_hours_twice_or_too_late(
    leave: Away, now: datetime, country: str, managers_zone: str, managers_country: str
) -> None:
    managers = hours(managers_zone, managers_country)
    moments = timeline_of(plan_of(leave), hours(leave.zone, country), managers, now)
    assert len({one.what for one in moments}) == len(moments)
    assert list(moments) == sorted(moments, key=lambda one: one.at)
    reminded = [one for one in moments if one.what.startswith("remind")]
    assert len({one.at for one in reminded}) == len(reminded)
    assert all(now < one.at < leave.starts_at for one in reminded)
    assert all(one.at >= now for one in moments)
    for one in moments:
        if one in reminded or one.what == "return":
            assert _works(one.at, leave.zone, country)
        if one.what == "uncovered":
            assert _works(one.at, managers_zone, managers_country)


def _works(at: datetime, zone: str, country: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    in_hours = RULES.works_from <= local.time().replace(tzinfo=None) <= RULES.works_to
    return in_hours and is_working_day(local.date(), country, CALENDAR)


@given(absences(), COUNTRIES)
def test_with_time_enough_every_rung_that_has_a_day_of_its_own_is_there(leave: Away, country: str) -> None:
    early = leave.starts_at - timedelta(days=60)
    moments = {
        one.what: one.at for one in timeline_of(plan_of(leave), hours(leave.zone, country), None, early)
    }
    zone = ZoneInfo(leave.zone)
    rungs = {}
    for days in (14, 7, 3, 1):
        day = leave.first - timedelta(days=days)
        while not is_working_day(day, country, CALENDAR):
            day -= timedelta(days=1)
        rungs[day] = days
    assert {
        at.astimezone(zone).date(): int(what.partition(":")[2])
        for what, at in moments.items()
        if what in {f"remind:{days}" for days in (14, 7, 3, 1)}
    } == rungs
    assert moments["remind:0"] == max(at for what, at in moments.items() if what.startswith("remind"))
    told = moments["uncovered"].astimezone(zone).date()
    assert business_days_between(told, leave.first - timedelta(days=1), country, CALENDAR) >= 2
    assert (moments["status_on"], moments["status_off"]) == (leave.starts_at, leave.ends_at)


@given(absences(), INSTANTS, COUNTRIES)
def test_the_briefing_comes_at_the_first_working_moment_back(
    leave: Away, now: datetime, country: str
) -> None:
    moments = {one.what: one.at for one in timeline_of(plan_of(leave), hours(leave.zone, country), None, now)}
    since = max(leave.ends_at, now)
    assert moments["return"] >= since
    step = since
    while step < moments["return"] - timedelta(minutes=15):
        local = step.astimezone(ZoneInfo(leave.zone)).time().replace(tzinfo=None)
        assert not (_works(step, leave.zone, country) and local >= RULES.return_at)
        step += timedelta(minutes=15)


@given(absences(), absences())
def test_two_are_away_together_where_they_share_an_instant(one: Away, other: Away) -> None:
    """However their zones, half days and clock changes lie; and always both or neither."""
    shared = min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at)
    assert one.overlaps(other) == other.overlaps(one) == (shared > timedelta())
