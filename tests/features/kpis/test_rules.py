"""From sums to headlines: what is withheld, what has no data, what a figure is against, and why an account moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import policy
from bot.domain import digest
from bot.domain.account import Account, Week
from bot.domain.digest import Headline
from bot.domain.health import Category, read_account, read_week
from bot.domain.kpi import Kpi
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp, Unknown
from bot.domain.schedule import IsoWeek
from bot.domain.sums import CategorySums, Flagged, GroupAge, Moved, Sums, WeekSums
from bot.features.kpis import lists, rules

POLICY = policy.load()
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TODAY = NOW.date()
WEEK = IsoWeek(2026, 47)
SUMS = Sums(
    accounts=10, arr=100_00, mau=80, seats=100, with_utilization=8, with_tam=0, median_utilization=0.7,
    daily=20.0, daily_mau=80, with_consumption=9, median_consumption=0.2, arr_kept=80_00, arr_now=110_00,
    arr_then=100_00, with_retention=7, without_retention=2, goals_met=3, goals_set=4, with_goals=5,
    score_sum=63.0, with_score=9,
)  # fmt: skip
NOTHING = Sums(0, 0, 0, 0, 0, 0, None, 0.0, 0, 0, None, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0)


def a_week(back: int, **values: Any) -> WeekSums:
    found = WeekSums(WEEK.plus(-back).sunday, 10, 70, 100, 0, 21.0, 70, 0, 79_00, 79_00, 100_00, 0, 60.0, 10)
    return found._replace(**values)


def age(group: str, stale: int = 0, days: int = 1, accounts: int = 10) -> GroupAge:
    newest = NOW - timedelta(days=days)
    return GroupAge(group, (f"{group} source",), newest, newest - timedelta(days=1), False, accounts, stale)


FRESH = tuple(age(group) for group in ("usage", "revenue", "health", "tickets", "programme"))


def read(sums: Sums = SUMS, weeks: Any = None, ages: Any = FRESH, today: date = TODAY) -> rules.Read:
    told = [a_week(back) for back in range(11, 0, -1)] if weeks is None else weeks
    return rules.Read(week=WEEK, at=NOW, on=today, now=sums, then=None, weeks=told, ages=ages)


def headlines(of: rules.Read, team: Team | None = Team.ENTERPRISE) -> dict[Kpi, Headline]:
    found = rules.headlines(of, rules.targets_of(team, POLICY.kpis), POLICY.digest)
    return {one.kpi: one for one in found}


def test_each_team_has_its_kpis_in_the_policys_order() -> None:
    assert list(headlines(read())) == list(Kpi)
    assert Kpi.VALUE_REALIZATION not in headlines(read(), Team.SCALED)


def test_the_organisation_has_what_every_team_has_and_no_target_where_they_differ() -> None:
    found = headlines(read(), None)
    assert list(found) == [kpi for kpi in Kpi if kpi is not Kpi.VALUE_REALIZATION]
    assert found[Kpi.UTILIZATION].target.at_least == 0.8
    assert (found[Kpi.GRR].target.at_least, found[Kpi.GRR].target.text) == (None, "differs by team")
    assert found[Kpi.GRR].met is None


def test_a_headline_says_what_it_is_made_of_and_whether_it_is_met() -> None:
    one = headlines(read())[Kpi.UTILIZATION]
    assert isinstance(one.value, Known)
    assert (one.value.value, one.met, one.detail) == (0.8, True, "80 MAU of 100 seats")
    assert one.value.stamp == Stamp("usage source + revenue source", NOW - timedelta(days=2))
    assert isinstance(one.median, Known)
    assert (one.median.value, one.counted, one.left_out) == (0.7, 8, 2)
    grr = headlines(read())[Kpi.GRR]
    assert (grr.met, grr.left_out, grr.detail) == (False, 2, "$80 kept of $100 a year ago")


def test_without_a_denominator_there_is_no_data() -> None:
    for kpi, one in headlines(read(NOTHING)).items():
        assert one.value == Unknown(rules.NO_DATA[kpi])
        assert one.met is None


@pytest.mark.parametrize(("stale", "shown"), [(1, True), (2, False)])
def test_a_figure_of_values_that_are_too_old_is_withheld(stale: int, shown: bool) -> None:
    """A tenth of the accounts may be older than policy's limit, no more."""
    ages = [age("usage", stale=stale, days=12), *FRESH[1:]]
    found = headlines(read(ages=ages))
    for kpi in (Kpi.UTILIZATION, Kpi.CONSUMPTION):
        assert isinstance(found[kpi].value, Known) is shown
        assert bool(found[kpi].withheld) is not shown
    if not shown:
        said = "usage from usage source is older than 10 days for 2 of 10 accounts, the newest 12 days old"
        assert found[Kpi.CONSUMPTION].withheld == said
        assert not found[Kpi.CONSUMPTION].series.values
    assert isinstance(found[Kpi.GRR].value, Known)
    assert [one.withheld for one in rules.sources_of(ages, POLICY.digest)] == [not shown, False, False, False]


def test_utilization_is_month_over_month_with_the_day_of_its_next_figure() -> None:
    weeks = [a_week(back, mau=40 + back) for back in range(11, 0, -1)]
    one = headlines(read(weeks=weeks))[Kpi.UTILIZATION]
    assert (one.before, one.compared) == (
        0.44,
        "the month before",
    )  # W43 ends on 25 October; W44 on 1 November
    assert one.next_on == date(2026, 12, 1)
    early = headlines(read(weeks=weeks, today=date(2026, 12, 1)))[Kpi.UTILIZATION]
    assert (early.before, early.next_on) == (0.41, date(2027, 1, 1))


def test_a_month_without_weeks_is_not_skipped_silently() -> None:
    weeks = [a_week(11), a_week(10)]  # September's
    assert headlines(read(weeks=weeks))[Kpi.UTILIZATION].before is None


def test_consumption_is_week_over_week_and_marks_a_new_denominator() -> None:
    one = headlines(read())[Kpi.CONSUMPTION]
    assert (one.before, one.compared, one.note) == (21 / 70, "the week before", "")
    december = headlines(read(today=date(2026, 12, 1)))[Kpi.CONSUMPTION]
    assert december.note == "its denominator changed in this week: MAU of November instead of October"


def test_a_missing_week_before_leaves_the_change_out() -> None:
    one = headlines(read(weeks=[a_week(2)]))[Kpi.GRR]
    assert (one.before, one.compared) == (None, "")


def test_a_series_has_twelve_points_and_only_known_ones() -> None:
    weeks = [a_week(back, daily_mau=0 if back == 3 else 70) for back in range(11, 0, -1)]
    series = headlines(read(weeks=weeks))[Kpi.CONSUMPTION].series
    assert len(series.values) == 11
    assert series.endings[-1] == WEEK.sunday
    assert series.values[-1] == 0.25


def test_unlimited_seats_are_said() -> None:
    one = headlines(read(SUMS._replace(with_tam=2)))[Kpi.UTILIZATION]
    assert one.note == "2 accounts have unlimited seats: their addressable developers (TAM) stand in"


def test_an_older_week_keeps_no_goals() -> None:
    of = replace(read(), now=None, then=a_week(0), sources=("history.csv",), on=WEEK.sunday)
    found = headlines(of)
    assert found[Kpi.VALUE_REALIZATION].value == Unknown("not kept: the weekly history keeps no goals")
    grr = found[Kpi.GRR].value
    assert isinstance(grr, Known)
    assert (grr.value, grr.source) == (0.79, "history.csv")
    assert found[Kpi.UTILIZATION].next_on is None


def test_categories_are_in_order_with_the_week_before() -> None:
    now = [CategorySums("red", 1, 10), CategorySums("green", 2, 20)]
    before = [CategorySums("red", 3, 30), CategorySums("", 1, 1)]
    found = rules.categories_of(now, before)
    assert [(one.category, one.accounts, one.accounts_before) for one in found] == [
        (Category.GREEN, 2, 0), (Category.YELLOW, 0, 0), (Category.RED, 1, 3), (None, 0, 1),
    ]  # fmt: skip
    assert all(one.accounts_before is None for one in rules.categories_of(now, []))


def test_accounts_without_a_team_are_never_silent() -> None:
    assert rules.without_team(0, whole=True) == ()
    assert rules.without_team(12, whole=False) == ("12 accounts have no team and are in no team's digest.",)
    assert "only in this one" in rules.without_team(1, whole=True)[0]


STAMP = Stamp("vitally", NOW)


def known(**values: Any) -> dict[str, Any]:
    return {name: Known(value, STAMP) for name, value in values.items()}


def moved(**values: Any) -> Moved:
    return Moved("A1", "Alder", None, "green", "yellow", 8.0, 6.0)._replace(**values)


def cause(then: dict[str, Any], now: dict[str, Any], **of: Any) -> str:
    was = Week(account_id="A1", week_ending=WEEK.plus(-1).sunday, source="history.csv", **then)
    account = Account(id="A1", name="Alder", **known(**now))
    return lists.cause_of(
        moved(**of), read_week(was, POLICY.health), read_account(account, POLICY.health, TODAY)
    )


def test_the_cause_is_the_trait_that_did_most_of_the_move() -> None:
    then = {"mau": 84, "licensed_seats": 100, "active_champion": True, "defect_tickets_90d": 1}
    now = {"mau": 71, "licensed_seats": 100, "active_champion": True, "defect_tickets_90d": 4}
    assert cause(then, now) == "Utilization: MAU of seats 84 % → 71 %, healthy → concerning"


def test_a_trait_that_went_the_other_way_is_no_cause() -> None:
    then = {"mau": 40, "licensed_seats": 100, "active_champion": True}
    now = {"mau": 84, "licensed_seats": 100, "active_champion": False}
    assert cause(then, now) == "Active champion yes → no, healthy → poor"
    rise = {"category_before": "yellow", "category_now": "green", "score_before": None}
    assert cause(then, now, **rise).startswith("Utilization: MAU of seats 40 % → 84 %")


def test_a_sentiment_is_not_said_twice_and_an_unknown_end_has_no_cause() -> None:
    assert cause({"ta_sentiment": "healthy"}, {"ta_sentiment": "poor"}) == "TA sentiment healthy → poor"
    assert cause({}, {"ta_sentiment": "poor"}) == ""
    assert cause({"ta_sentiment": "poor"}, {"ta_sentiment": "poor"}) == ""


ANN = Person(email="ann@x.example", name="Ann", role=Role.TA, team=Team.ENTERPRISE, slack_user_id="U1")
BEA = Person(email="bea@x.example", name="Bea", role=Role.TA, team=Team.ENTERPRISE)


def staff(**of: Any) -> lists.Staff:
    people = {one.email: one for one in (ANN, BEA)}
    return lists.Staff(**{"people": people, "away": {}, "covers": {}, **of})


def test_while_the_ta_is_away_the_cover_is_named_with_them() -> None:
    until = TODAY + timedelta(days=3)
    covers = {(ANN.email, ""): "someone@x.example", (ANN.email, "A1"): BEA.email}
    away = staff(away={ANN.email: until}, covers=covers)
    owner = away.owner(ANN.email, "A1")
    assert owner is not None
    assert owner.covered_by is not None
    assert (owner.name, owner.user_id, owner.away_until, owner.covered_by.name) == ("Ann", "U1", until, "Bea")
    other = away.owner(ANN.email, "A2")
    assert other is not None
    assert other.covered_by is not None
    assert other.covered_by.name == "someone@x.example"
    here = staff(covers=covers).owner(ANN.email, "A1")
    assert here is not None
    assert here.covered_by is None
    assert staff().owner(None) is None


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        (digest.RENEWAL, {"when": TODAY + timedelta(days=41)}, "renews in 41 days"),
        (digest.RENEWAL, {"when": TODAY + timedelta(days=1)}, "renews in 1 day"),
        (digest.RENEWAL, {"when": TODAY}, "renews today"),
        (digest.SEATS, {"amount": 0.949, "basis": "mau_28d"}, "94 % of seats"),
        (digest.SEATS, {"amount": 1.2, "basis": "mau"}, "120 % of seats (last month's MAU)"),
        (
            digest.UTILIZATION,
            {"amount": 0.796, "when": TODAY - timedelta(days=44)},
            "79 % of seats on day 45",
        ),
        (digest.LIGHTHOUSE, {"when": TODAY - timedelta(days=12)}, "save plan updated 12 days ago"),
        (digest.LIGHTHOUSE, {"when": TODAY}, "save plan updated today"),
        (digest.LIGHTHOUSE, {}, "no update of its save plan is recorded"),
        (digest.CHAMPION, {}, "no active champion"),
    ],
)
def test_attention_says_why(kind: str, values: dict[str, Any], why: str) -> None:
    one = Flagged("A1", "Alder", ANN.email, "red", 5, None, None)._replace(**values)
    found = lists.attention_of(one, kind, staff(), TODAY)
    assert (found.why, found.category, found.kind) == (why, Category.RED, kind)
