"""For each signal, histories of an account and exactly what is told: crossing, flapping, gaps, first sync, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.watching import Found, Look, Memory
from bot.features.alerts import commitments, crowds, evaluating, signals

RULES = policy_module.load().watch
BEGAN = date(2026, 11, 2)
"""A Monday: the day of the first look at the book."""
Step = tuple[int, Mapping[str, Any]]
"""So many days later, what has changed by then."""


def day(offset: int) -> date:
    return BEGAN + timedelta(days=offset)


def worth_telling(found: Sequence[Found], *, settling: bool) -> Sequence[Found]:
    return evaluating.worth_telling(found, crowds.silent_of(found, RULES, settling=settling))


def told(steps: Sequence[Step], *, wakes: bool = False, **first: Any) -> list[str]:
    """What is told of one account, looked at on every day from the first step's on; a change lasts until the next.

    With `wakes` it is looked at only where it changed or its day has come.
    """
    look = Look(id="A1", **{"team": "enterprise", **first})
    changes = dict(steps)
    memory: Memory = {}
    said, last, wakes_on = [], None, BEGAN
    for offset in range(max(changes) + 1):
        today = day(offset)
        if changes.get(offset, {}).get("bot") == "down":
            continue
        before, look = look, look._replace(**changes.get(offset, {}))
        at = signals.Moment(today, last, RULES)
        last = today
        if wakes and look == before and (wakes_on is None or wakes_on > today):
            continue
        seen = commitments.watch(at, look, memory)
        memory, wakes_on = seen.memory, seen.wakes_on
        assert wakes_on is None or wakes_on > today
        (kept,) = worth_telling([Found("A1", seen)], settling=offset < 1)
        said += [f"{offset}: {one.signal} {one.what}".rstrip() for one in kept.seen.fired]
    return said


SEATS = {"licensed_seats": 100, "mau_28d": 50}
USED = "mau_28d"
HISTORIES: Mapping[str, tuple[Mapping[str, Any], Sequence[Step], Sequence[str]]] = {
    "seats: reaching 90 %, then 100 %": (
        SEATS,
        [(2, {USED: 89}), (3, {USED: 90}), (9, {USED: 99}), (10, {USED: 100}), (30, {USED: 130})],
        ["3: seats 90", "10: seats 100"],
    ),
    "seats: both levels at once are told as one": (SEATS, [(3, {USED: 120})], ["3: seats 100"]),
    "seats: wavering about the level is one crossing": (
        SEATS,
        [(day_, {USED: 90 if day_ % 2 else 88}) for day_ in range(3, 60)],
        ["3: seats 90"],
    ),
    "seats: falling well below and crossing again within the quiet days is not told": (
        SEATS,
        [(3, {USED: 91}), (4, {USED: 80}), (8, {USED: 92}), (20, {})],
        ["3: seats 90"],
    ),
    "seats: crossing again after them is": (
        SEATS,
        [(3, {USED: 91}), (4, {USED: 80}), (10, {USED: 92})],
        ["3: seats 90", "10: seats 90"],
    ),
    "seats: a higher level is told within the quiet days": (
        SEATS,
        [(3, {USED: 91}), (4, {USED: 80}), (5, {USED: 101})],
        ["3: seats 90", "5: seats 100"],
    ),
    "seats: days without a figure change nothing": (
        SEATS,
        [(3, {USED: 91}), (4, {USED: None}), (20, {USED: 92}), (21, {USED: None}), (22, {USED: 101})],
        ["3: seats 90", "22: seats 100"],
    ),
    "seats: last month's MAU stands in, and coming back is no crossing": (
        {**SEATS, USED: None, "mau": 95},
        [(3, {USED: 91}), (4, {USED: None}), (5, {USED: 101})],
        ["5: seats 100"],
    ),
    "seats: as they were at the first look": ({**SEATS, USED: 97}, [(5, {})], []),
    "seats: at the first look, then crossing for good": (
        {**SEATS, USED: 97},
        [(1, {USED: 101})],
        ["1: seats 100"],
    ),
    "seats: a figure that comes for the first time later is told, unless many do": (
        {**SEATS, USED: None},
        [(5, {USED: 95})],
        ["5: seats 90"],
    ),
    "seats: fewer are licensed": ({**SEATS, USED: 80}, [(3, {"licensed_seats": 80})], ["3: seats 100"]),
    "seats: unlimited ones never run out": (
        {**SEATS, "seats_unlimited": True},
        [(3, {USED: 500})],
        [],
    ),
    "category: each change, with the first one told of nobody": (
        {"health_category": "green"},
        [(3, {"health_category": "yellow"}), (10, {"health_category": "green"})],
        ["3: category yellow", "10: category green"],
    ),
    "category: flapping is told once, and what it comes to rest at": (
        {"health_category": "green"},
        [(at, {"health_category": "yellow" if at % 2 else "green"}) for at in range(3, 20)]
        + [(20, {"health_category": "green"}), (30, {})],
        [
            *("3: category yellow", "6: category green", "9: category yellow", "12: category green"),
            *("15: category yellow", "18: category green"),
        ],
    ),
    "category: worse is told at once": (
        {"health_category": "green"},
        [
            (3, {"health_category": "yellow"}),
            (4, {"health_category": "red"}),
            (5, {"health_category": "yellow"}),
        ],
        ["3: category yellow", "4: category red"],
    ),
    "category: unknown in between is no change": (
        {"health_category": "red"},
        [(3, {"health_category": None}), (9, {"health_category": "red"}), (10, {"health_category": "green"})],
        ["10: category green"],
    ),
    "category: of the score where no category is recorded": (
        {"health_score": 7.0},
        [(3, {"health_score": 20 / 3}), (9, {"health_score": 3.0})],
        ["3: category yellow", "9: category red"],
    ),
    "utilization: day 45 and day 60, under target": (
        {"licensed_seats": 100, "mau": 40, "customer_since": BEGAN, "team": None},
        [(100, {})],
        ["44: utilization 45", "59: utilization 60"],
    ),
    "utilization: reached between them": (
        {"licensed_seats": 100, "mau": 40, "customer_since": BEGAN, "team": None},
        [(50, {"mau": 80}), (100, {})],
        ["44: utilization 45"],
    ),
    "utilization: no figure on the day, and one after it": (
        {"licensed_seats": 100, "customer_since": BEGAN, "team": None},
        [(50, {"mau": 40}), (100, {})],
        ["50: utilization 45", "59: utilization 60"],
    ),
    "utilization: no bot on the day": (
        {"licensed_seats": 100, "mau": 40, "customer_since": BEGAN, "team": None},
        [(at, {"bot": "down"}) for at in range(40, 50)] + [(70, {})],
        ["50: utilization 45", "59: utilization 60"],
    ),
    "utilization: past when first seen": (
        {"licensed_seats": 100, "mau": 40, "customer_since": day(-50), "team": None},
        [(100, {})],
        ["9: utilization 60"],
    ),
    "utilization: a customer for years": (
        {"licensed_seats": 100, "mau": 40, "customer_since": day(-900), "team": None},
        [(9, {})],
        [],
    ),
    "renewal: in 120 days and in 30": (
        {"renewal_date": day(125), "health_category": "green", "active_champion": True},
        [(130, {})],
        ["5: renewal 120", "95: renewal 30"],
    ),
    "renewal: moved by some days it is the same": (
        {"renewal_date": day(125), "health_category": "green"},
        [(10, {"renewal_date": day(140)}), (50, {"renewal_date": day(132)}), (140, {})],
        ["5: renewal 120", "102: renewal 30"],
    ),
    "renewal: renewed, the next one is another": (
        {"renewal_date": day(30), "health_category": "green"},
        [(20, {"renewal_date": day(395)}), (400, {})],
        ["275: renewal 120", "365: renewal 30"],
    ),
    "renewal: a date that comes late is told": (
        {"health_category": "green"},
        [(5, {"renewal_date": day(60)}), (9, {})],
        ["5: renewal 120"],
    ),
    "lighthouse: near and yellow, once a month at most": (
        {"renewal_date": day(100), "health_category": "green"},
        [
            (3, {"health_category": "yellow"}),
            (8, {"health_category": "green"}),
            (13, {"health_category": "yellow"}),
            (18, {"health_category": "green"}),
            (45, {"health_category": "yellow"}),
        ],
        [
            *("3: category yellow", "3: lighthouse", "8: category green", "13: category yellow"),
            *("18: category green", "45: category yellow", "45: lighthouse"),
        ],
    ),
    "lighthouse: no champion when the renewal comes within six months": (
        {"renewal_date": day(190), "health_category": "green", "active_champion": False},
        [(12, {})],
        ["9: lighthouse"],
    ),
    "lighthouse: not while its save plan runs": (
        {"renewal_date": day(100), "health_category": "red", "lighthouse": "active"},
        [(1, {})],
        [],
    ),
    "save plan: each week that it is not updated, and the sync every second": (
        {"lighthouse": "active", "save_plan_updated_on": day(-2)},
        [(6, {"save_plan_updated_on": day(6)}), (30, {})],
        [
            *("5: save_plan_update 1", "13: save_plan_update 1", "14: lighthouse_sync 1"),
            *("20: save_plan_update 2", "27: save_plan_update 3", "28: lighthouse_sync 2"),
        ],
    ),
    "save plan: none recorded counts from when the program was first seen": (
        {},
        [(3, {"lighthouse": "active"}), (12, {"lighthouse": "none"}), (40, {})],
        ["10: save_plan_update 1"],
    ),
    "hand-off: known, due, closed, tagged": (
        {"expected_close_on": day(50), "team": "scaled"},
        [(90, {})],
        ["5: handoff 1", "15: handoff 2", "50: handoff 3", "57: handoff 4"],
    ),
    "hand-off: a close that slips by a week is told of once": (
        {"expected_close_on": day(50), "team": "scaled"},
        [(16, {"expected_close_on": day(57)}), (49, {}), (57, {})],
        ["5: handoff 1", "15: handoff 2", "57: handoff 3"],
    ),
    "hand-off: an account that is new to the book": (
        {"missing_since": BEGAN},
        [(5, {"missing_since": None, "expected_close_on": day(30)}), (9, {})],
        ["5: handoff 2"],
    ),
    "kick-off: due a week after signature, of pools": (
        {"customer_since": day(2), "team": "digital", "licensed_seats": None},
        [(30, {})],
        ["9: kickoff"],
    ),
    "kick-off: held": (
        {"customer_since": day(2), "team": "digital"},
        [(5, {"kickoff_on": day(4)}), (30, {})],
        [],
    ),
    "success plan: every quarter from the last": (
        {"success_plan_updated_on": date(2026, 8, 31), "last_cbr_on": date(2026, 11, 1)},
        [(50, {"success_plan_updated_on": date(2026, 12, 20)}), (80, {})],
        ["28: success_plan success_plan"],
    ),
    "success plan: not written at all, once a period": (
        {"customer_since": date(2026, 9, 15), "last_cbr_on": date(2026, 10, 31)},
        [(80, {})],
        ["43: success_plan success_plan"],
    ),
    "a pool's call, review and session": (
        {"customer_since": date(2025, 11, 20), "kickoff_on": date(2025, 12, 1), "team": "scaled"},
        [(20, {})],
        [
            *("18: quarterly_call quarterly_call", "18: success_plan success_plan_scaled"),
            *("18: business_review business_review_scaled", "18: roadmap_review roadmap_review"),
        ],
    ),
    "many at once": (
        {
            "licensed_seats": 100,
            "mau_28d": 50,
            "mau": 40,
            "customer_since": day(-40),
            "renewal_date": day(124),
            "health_category": "green",
            "active_champion": True,
        },
        [(4, {"mau_28d": 100, "health_category": "red"})],
        [
            *("4: seats 100", "4: category red", "4: utilization 45", "4: renewal 120"),
            "4: lighthouse",
        ],
    ),
    "a churned account says nothing": (
        SEATS,
        [(2, {"churned_on": day(3)}), (3, {USED: 100}), (9, {})],
        [],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_histories(name: str) -> None:
    first, steps, expected = HISTORIES[name]
    assert told(steps, **first) == list(expected)


@pytest.mark.parametrize("name", HISTORIES)
def test_looking_only_where_a_day_has_come_tells_the_same(name: str) -> None:
    first, steps, expected = HISTORIES[name]
    assert told(steps, wakes=True, **first) == list(expected)


def test_a_first_look_at_a_whole_book_tells_nothing_and_a_later_flood_neither() -> None:
    """Everything that is so when it is first known; a source that is connected later is a first look of its own."""
    look = Look(
        id="A1",
        team="scaled",
        licensed_seats=10,
        mau_28d=10,
        mau=3,
        customer_since=day(-48),
        renewal_date=day(20),
        health_category="red",
        lighthouse="active",
        save_plan_updated_on=day(-100),
        expected_close_on=day(-48),
    )
    at = signals.Moment(BEGAN, None, RULES)
    seen = commitments.watch(at, look, {})
    assert {one.signal for one in seen.fired} >= {"seats", "utilization", "renewal", "save_plan_update"}
    assert all(one.is_first for one in seen.fired)
    settling = worth_telling([Found("A1", seen)], settling=True)
    assert settling == (Found("A1", seen._replace(fired=())),)
    some = [Found(str(number), seen) for number in range(RULES.few)]
    assert worth_telling(some, settling=False) == tuple(some)
    flood = [*some, Found("one more", seen)]
    assert all(not one.seen.fired for one in worth_telling(flood, settling=False))


def test_looking_again_finds_nothing_new() -> None:
    look = Look(id="A1", team="scaled", licensed_seats=10, mau_28d=10, customer_since=day(-48))
    decide = partial(commitments.watch, signals.Moment(BEGAN, None, RULES))
    seen = decide(look, {})
    again = decide(look, seen.memory)
    assert again == seen._replace(fired=())
    assert commitments.watch(signals.Moment(BEGAN, BEGAN, RULES), look, seen.memory) == again
