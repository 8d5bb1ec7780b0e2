"""Who can cover and who is suggested, which notice rules are kept, who approves, which steps the bot knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.account import Account
from bot.domain.leave import (
    Approval,
    Away,
    Candidate,
    CoverState,
    Item,
    Need,
    Plan,
    PlanState,
    Reason,
    Step,
    SyncChoice,
    Ticked,
)
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp
from bot.features.coverage import rules
from bot.features.coverage.needs import Drafting
from bot.features.coverage.notice import approvers_of, business_days_away, needs_approvals, notices

POLICY = policy_module.load()
RULES = POLICY.ooo
CALENDAR = BankHolidays()
BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)
TODAY = NOW.date()


def away(first: str, last: str = "", **values: Any) -> Away:
    return Away(
        **{"email": "dana", "zone": BERLIN} | values,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
    )


WEEK = away("2026-11-23", "2026-11-27")
FORTNIGHT = away("2026-11-23", "2026-12-04")
ITEM = Item(
    account_id="A",
    account_name="Acme",
    reasons=(Reason(need=Need.TICKETS, words="3 open tickets"),),
    todo=("Answer",),
    until=WEEK.last,
)


def mate(email: str, **values: Any) -> Candidate:
    made: dict[str, Any] = {
        "name": email,
        "team": Team.ENTERPRISE,
        "zone": BERLIN,
        "level": "",
        "region": "",
        "segments": frozenset(["Enterprise"]),
        "own": 5,
        "covered": 0,
        "away": (),
    }
    return Candidate(email=email, **made | values)


def plan_of(leave: Away = WEEK, **values: Any) -> Plan:
    made: dict[str, Any] = {
        "id": 7,
        "team": Team.ENTERPRISE,
        "state": PlanState.DRAFT,
        "generation": 1,
        "source": "typed",
        "items": (ITEM,),
        "on_request": (),
        "created_at": NOW,
    }
    return Plan(away=leave, **made | values)


# ------------------------------------------------------------------------------------------------ who could cover


@pytest.mark.parametrize(
    ("candidate", "why"),
    [
        (mate("bea"), ""),
        (None, "not in the book of people: they left, or the address is another"),
        (mate("Dana"), "they are the one who is away"),
        (mate("bea", away=(away("2026-11-28", email="bea"),)), ""),
        (mate("bea", away=(away("2026-11-27", email="bea"),)), "away themselves 27 Nov 2026"),
        (
            mate("bea", away=(away("2026-11-20", "2026-11-23", email="bea", half_end=True),)),
            "away themselves 20 Nov – 23 Nov 2026 (until noon)",
        ),
        (
            mate("bea", away=(away("2026-11-27", "2026-11-30", email="bea", half_start=True),)),
            "away themselves 27 Nov (from noon) – 30 Nov 2026",
        ),
        (
            mate("bea", away=(away("2026-11-26", email="bea"), away("2026-11-23", email="bea"))),
            "away themselves 23 Nov 2026 and 26 Nov 2026",
        ),
    ],
)
def test_an_impossible_cover_is_refused_with_the_reason(candidate: Candidate | None, why: str) -> None:
    assert rules.why_not(candidate, WEEK) == why


def suggested(mates: Sequence[Candidate], item: Item = ITEM, segment: str = "Enterprise") -> Item:
    return rules.suggest(item, WEEK, mates, RULES, segment, Team.ENTERPRISE)


def test_without_a_team_nobody_is_suggested() -> None:
    made = rules.suggest(ITEM, WEEK, [mate("bea", team=None)], RULES, "", None)
    assert (made.cover_email, made.state) == ("", CoverState.NONE)
    assert made.why_cover == "no team is known in which to look for a cover"


def test_who_declined_is_not_asked_again_and_at_last_it_is_the_channel() -> None:
    mates = [mate("bea"), mate("carl", away=(away("2026-11-25", email="carl"),)), mate("mina")]
    first = suggested(mates)
    second = suggested(mates, replace(first, declined=("bea",), state=CoverState.DECLINED))
    last = suggested(mates, replace(second, declined=("bea", "mina"), state=CoverState.DECLINED))
    assert [first.cover_email, second.cover_email, last.cover_email] == ["bea", "mina", ""]
    assert last.state is CoverState.CHANNEL
    assert last.why_cover == "nobody of the team is left: 1 away themselves, 2 declined"


def test_a_warning_goes_when_the_next_suggestion_needs_none() -> None:
    full = suggested([mate("bea", own=14)])
    assert full.warning == "15 accounts with this one, policy says 14"
    assert suggested([mate("carl", own=13)], full).warning == ""


ZONES = [
    "Pacific/Pago_Pago",
    "Pacific/Honolulu",
    "America/New_York",
    "Europe/London",
    BERLIN,
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "",
]
SPANS = st.tuples(
    st.integers(-8, 12), st.integers(0, 6), st.booleans(), st.booleans(), st.sampled_from(ZONES[:-1])
)


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    email = draw(st.sampled_from(["ann", "bea", "carl", "dana", "eve", "finn", "gil"]))
    spans = [
        Away(
            email=email,
            first=WEEK.first + timedelta(days=start),
            last=WEEK.first + timedelta(days=start + days),
            zone=zone,
            half_start=half_start and days > 0,
            half_end=half_end,
        )
        for start, days, half_start, half_end, zone in draw(st.lists(SPANS, max_size=2))
    ]
    return mate(
        email,
        team=draw(st.sampled_from([Team.ENTERPRISE, Team.ENTERPRISE, Team.SCALED, None])),
        zone=draw(st.sampled_from(ZONES)),
        segments=frozenset(draw(st.sets(st.sampled_from(["Enterprise", "Strategic"])))),
        own=draw(st.integers(0, 20)),
        covered=draw(st.integers(0, 3)),
        away=tuple(spans),
    )


PEOPLE = st.lists(candidates(), max_size=6, unique_by=lambda one: one.email)


def _possible(one: Candidate, declined: Sequence[str] = ()) -> bool:
    clash = any(leave.starts_at < WEEK.ends_at and WEEK.starts_at < leave.ends_at for leave in one.away)
    return one.team is Team.ENTERPRISE and one.email not in ("dana", *declined) and not clash


@given(PEOPLE, st.sets(st.sampled_from(["ann", "bea", "carl"])))
def test_a_suggested_cover_is_always_possible_and_nobody_better_is_passed_over(
    mates: list[Candidate], declined: set[str]
) -> None:
    item = suggested(mates, replace(ITEM, declined=tuple(declined)))
    free = {one.email: one for one in mates if _possible(one, tuple(declined))}
    if item.state is CoverState.CHANNEL:
        assert not free
        return
    chosen = free[item.cover_email]
    fits = [one for one in free.values() if "Enterprise" in one.segments] or list(free.values())
    assert chosen in fits
    assert chosen.covered == min(one.covered for one in fits)
    assert (item.warning != "") == (chosen.own + chosen.covered + 1 > 14)


@given(PEOPLE, st.integers(1, 12))
def test_a_plan_is_shared_out_evenly_among_those_who_have_the_segment(
    mates: list[Candidate], count: int
) -> None:
    items = [replace(ITEM, account_id=str(at)) for at in range(count)]
    segments = {item.account_id: "Enterprise" for item in items}
    made = rules.suggest_all(items, WEEK, mates, RULES, segments, Team.ENTERPRISE)
    after = {one.email: one.covered for one in rules.with_items(mates, made)}
    free = [one for one in mates if _possible(one)]
    fits = [one for one in free if "Enterprise" in one.segments] or free
    took = [one for one in fits if after[one.email] > one.covered]
    assert sum(after.values()) - sum(one.covered for one in mates) == (count if fits else 0)
    assert {item.cover_email for item in made} <= {one.email for one in fits} | {""}
    for one in took:  # nobody was given one while another covered two fewer
        assert after[one.email] - min(after[other.email] for other in fits) <= 1


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_read_does_not_matter(mates: list[Candidate], chance: Any) -> None:
    shuffled = list(mates)
    chance.shuffle(shuffled)
    assert suggested(mates) == suggested(shuffled)


def test_an_accepted_cover_is_kept_and_counted() -> None:
    items = [
        replace(ITEM, account_id="1", cover_email="bea", state=CoverState.ACCEPTED),
        replace(ITEM, account_id="2", state=CoverState.CHANNEL),
        replace(ITEM, account_id="3"),
    ]
    made = rules.suggest_all(items, WEEK, [mate("bea"), mate("carl")], RULES, {}, Team.ENTERPRISE)
    assert made[:2] == tuple(items[:2])
    assert made[2].cover_email == "carl"


# ---------------------------------------------------------------------------------------------------- the drafting


def test_a_ta_with_four_hundred_accounts_has_each_of_them_once() -> None:
    file = Stamp("accounts.csv", NOW)
    accounts = [
        Account(
            id=str(at),
            name=f"Account {at}",
            ta_email=Known("DANA", file),
            renewal_date=Known(TODAY + timedelta(days=at), file),
        )
        for at in range(400)
    ]
    person = Person(email="dana", name="Dana", role=Role.TA, team=Team.ENTERPRISE)
    drafting = Drafting(away=WEEK, person=person, rules=RULES, health=POLICY.health, today=TODAY)
    items, on_request = rules.draft_items(accounts, drafting)
    assert len(items) == 19  # 16 Nov to 4 Dec, by the days of policy's margin
    assert sorted(int(one.account_id) for one in (*items, *on_request)) == list(range(400))


# --------------------------------------------------------------------------------------------- notice and approvals


@pytest.mark.parametrize(
    ("leave", "country", "days"),
    [
        (WEEK, "DE", 5),
        (WEEK, "US", 4),  # Thanksgiving
        (away("2026-11-23", "2026-11-27", half_start=True, half_end=True), "DE", 4),
        (away("2026-11-21", "2026-11-22"), "DE", 0),  # a weekend
        (away("2026-11-21", "2026-11-23", half_start=True), "DE", 1),  # half of a Saturday is nothing
        (away("2026-12-21", "2027-01-08"), "DE", 13),  # without the 25th and 1 January
        (away("2026-11-23", "2026-11-24"), "JP", 1),  # the 23rd is a holiday
    ],
)
def test_business_days_away_leave_out_holidays_and_halve_half_days(
    leave: Away, country: str, days: float
) -> None:
    assert business_days_away(leave, country, CALENDAR) == days


@pytest.mark.parametrize(
    ("leave", "others", "needed"),
    [
        (FORTNIGHT, [], False),  # ten
        (away("2026-11-20", "2026-12-04", half_start=True), [], True),  # ten and a half
        (WEEK, [away("2026-12-07", "2026-12-11")], False),
        (WEEK, [away("2026-12-07", "2026-12-14")], True),
        (WEEK, [away("2026-11-02", "2026-11-06"), away("2026-12-07", "2026-12-11")], False),
        # From 26 Oct on, 30 days reach to 24 Nov: 5 + 5 + 2.
        (WEEK, [away("2026-10-26", "2026-11-06")], True),
        # From 19 Oct on they reach to 17 Nov, and from the 26th on only four days of that week count.
        (WEEK, [away("2026-10-19", "2026-10-23"), away("2026-10-26", "2026-10-28")], False),
        (WEEK, [WEEK], False),  # the same absence is not counted twice
    ],
)
def test_more_than_ten_days_within_thirty_need_approvals(
    leave: Away, others: list[Away], needed: bool
) -> None:
    assert needs_approvals(leave, others, RULES, "DE", CALENDAR) is needed


def said(plan: Plan, today: date = TODAY, others: Sequence[Away] = ()) -> list[tuple[str, bool, str]]:
    return [(one.rule, one.kept, one.words) for one in notices(plan, today, RULES, others, "DE", CALENDAR)]


def test_five_business_days_ahead_are_enough_and_four_are_not() -> None:
    """Told on Monday the 16th, they are away from Monday the 23rd on; told on Tuesday, a day less."""
    kept, late = said(plan_of(), date(2026, 11, 16)), said(plan_of(), date(2026, 11, 17))
    assert kept == [
        ("notice", True, "told today, the manager knows 5 business days ahead, policy asks for 5")
    ]
    assert late == [
        ("notice", False, "told today, the manager knows 4 business days ahead, policy asks for 5")
    ]


def test_what_counts_is_when_the_manager_was_told_in_the_persons_zone() -> None:
    """23:30 UTC on the 16th is the 17th in Berlin."""
    told = plan_of(confirmed_at=datetime(2026, 11, 16, 23, 30, tzinfo=UTC))
    assert said(told, date(2026, 11, 20)) == [
        ("notice", False, "the manager was told 4 business days ahead, policy asks for 5")
    ]


def test_an_emergency_is_shown_and_waits_for_nothing() -> None:
    assert said(plan_of(emergency=True), date(2026, 11, 25)) == [
        (
            "notice",
            False,
            "told today, the manager knows 0 business days ahead, policy asks for 5 (an emergency waits for nothing)",
        )
    ]


def test_over_five_days_each_cover_accepts_and_over_ten_three_approve() -> None:
    long = away("2026-11-23", "2026-12-07")
    items = (ITEM, replace(ITEM, account_id="B", state=CoverState.ACCEPTED))
    manager = Approval(email="maya", role="manager", at=NOW)
    assert said(plan_of(long, items=items, approvals=(manager,)))[1:] == [
        (
            "acceptance",
            False,
            "11 business days away, more than 5: each cover accepts; 1 of 2 accounts are not accepted",
        ),
        (
            "approval",
            False,
            "11 business days away within 30 days, more than 10: 3 approvals; department head, people partner still to approve",
        ),
    ]
    given_by = tuple(Approval(email=role, role=role, at=NOW) for role in RULES.approvers)
    done = said(plan_of(long, items=items[1:], approvals=given_by))
    assert [(rule, kept) for rule, kept, _ in done] == [
        ("notice", True),
        ("acceptance", True),
        ("approval", True),
    ]


def _person(email: str, role: Role = Role.MANAGER, manager: str | None = None, **values: Any) -> Person:
    return Person(email=email, name=email, role=role, manager_email=manager, **values)


DANA = _person("dana", Role.TA, "Maya", region="EMEA")
HOUSE = (
    DANA,
    _person("maya", manager="max"),
    _person("max", manager="lea"),
    _person("lea", Role.LEADER, "leo"),
    _person("leo", Role.LEADER),
    _person("pat", Role.PEOPLE_PARTNER, region="AMER"),
    _person("pia", Role.PEOPLE_PARTNER, region="EMEA"),
)


@pytest.mark.parametrize(
    ("person", "people", "approve"),
    [
        (DANA, HOUSE, {"manager": "maya", "department_head": "lea", "people_partner": "pia"}),
        (
            replace(DANA, region="APAC"),
            HOUSE,
            {"manager": "maya", "department_head": "lea", "people_partner": "pat"},
        ),
        # A leader who is the manager is the department head as well.
        (replace(DANA, manager_email="lea"), HOUSE[3:5], {"manager": "lea", "department_head": "lea"}),
        # The book has a circle, and somebody who left.
        (DANA, [_person("maya", manager="max"), _person("max", manager="maya")], {"manager": "maya"}),
        (DANA, [], {}),
        (HOUSE[6], HOUSE, {"people_partner": "pat"}),
    ],
)
def test_who_approves(person: Person, people: Sequence[Person], approve: dict[str, str]) -> None:
    found = approvers_of(person, people, RULES, needed=True)
    assert {role: one.email for role, one in found} == approve
    assert approvers_of(person, people, RULES, needed=False) == tuple(
        one for one in found if one[0] == "manager"
    )


# ------------------------------------------------------------------------------------------------------- the steps


def known(plan: Plan, status: str = "") -> dict[str, str]:
    return {one.step: one.how for one in rules.evidence(plan, NOW, status=status)}


def test_a_fresh_plan_that_was_typed_has_only_what_needs_nothing() -> None:
    assert known(plan_of()) == {"syncs": "none is booked in the absence"}
    assert known(plan_of(items=())) == {
        "syncs": "none is booked in the absence",
        "customers": "there is no account to tell",
    }


def test_what_the_bot_saw_ticks_a_step() -> None:
    plan = plan_of(
        source="Deel",
        state=PlanState.APPROVED,
        items=(replace(ITEM, state=CoverState.ACCEPTED, sync_on=TODAY, sync=SyncChoice.MOVED),),
        shared_at=NOW,
    )
    assert known(plan, "scheduled with your consent") == {
        "logged": "seen in Deel",
        "planned": "approved, and every account is covered",
        "shared": "shared with the account teams",
        "syncs": "each is settled",
        "status": "scheduled with your consent",
    }


def test_an_open_sync_and_a_cover_that_is_missing_leave_their_steps_open() -> None:
    items = (replace(ITEM, sync_on=TODAY),)
    assert known(plan_of(state=PlanState.APPROVED, items=items)) == {}
    assert "planned" not in known(plan_of(state=PlanState.PROPOSED, items=()))


def test_ticks_by_hand_stay_and_evidence_stands_as_long_as_it_holds() -> None:
    """What the bot saw first keeps its instant; the plan that is covered no more loses its tick."""
    before = NOW - timedelta(days=2)
    plan = plan_of(
        ticked=(
            Ticked(step=Step.CUSTOMERS, at=before, by_hand=True),
            Ticked(step=Step.LOGGED, at=before, by_hand=True),
            Ticked(step=Step.PLANNED, at=before, by_hand=False, how="approved"),
            Ticked(step=Step.SYNCS, at=before, by_hand=False, how="each is settled"),
        )
    )
    made = rules.evidence(plan, NOW)
    assert [(one.step, one.at, one.by_hand) for one in made] == [
        (Step.LOGGED, before, True),
        (Step.SYNCS, before, False),
        (Step.CUSTOMERS, before, True),
    ]


# -------------------------------------------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("leave", "others", "why"),
    [
        (WEEK, [], ""),
        (away("2026-11-09"), [], ""),  # today
        (away("2026-11-27", "2026-11-23"), [], "The last day is before the first: change one of them."),
        (
            away("2026-11-23", half_start=True, half_end=True),
            [],
            "Nothing is left between the two halves: untick one of them.",
        ),
        (away("2026-11-08"), [], "8 Nov 2026 has passed: choose a last day from today on."),
        (
            WEEK,
            [away("2026-11-27", "2026-12-01", half_start=True)],
            "You are away 27 Nov (from noon) – 1 Dec 2026 already: change that absence instead.",
        ),
        (
            away("2026-11-23", "2026-11-27", half_end=True),
            [away("2026-11-27", "2026-12-01", half_start=True)],
            "",
        ),
    ],
)
def test_dates_that_cannot_be_are_refused_with_what_to_do(leave: Away, others: list[Away], why: str) -> None:
    assert rules.why_impossible(leave, NOW, others) == why
