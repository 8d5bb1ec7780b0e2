"""Twelve accounts whose health was worked out on paper from the handbook's table.

Weights: sentiment .05, technical .15, relationships .25, utilization .55. Healthy 10, concerning 5, poor 0.
Red below 3.33, green above 6.67.
"""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.health import Category, Pillar, Verdict, read_account

ALL_HEALTHY = {
    "ta_sentiment": "healthy",
    "versions_behind": 0,
    "precise_code_nav": True,
    "defect_tickets_90d": 0,
    "help_tickets_90d": 0,
    "active_champion": True,
    "access_to_buyer": True,
    "last_activity_on": date(2026, 11, 20),
    "mau": 90,
    "licensed_seats": 100,
    "dau_4w_avg": 45.0,
}

CASES = {
    # Every trait healthy: .05*10 + .15*10 + .25*10 + .55*10 = 10
    "all healthy": (ALL_HEALTHY, 10.0, "green", {}),
    # Every trait poor: 0. Each costs 10 * weight / traits of its category:
    # sentiment .5; technical 1.5/4 = .375 each; relationships 2.5/3 = .8333 each; utilization 5.5/2 = 2.75 each
    "all poor": (
        {
            "ta_sentiment": "poor",
            "versions_behind": 4,
            "precise_code_nav": False,
            "defect_tickets_90d": 5,
            "help_tickets_90d": 15,
            "active_champion": False,
            "access_to_buyer": False,
            "last_activity_on": date(2026, 10, 22),  # 30 days
            "mau": 49,  # 49 / 100 = .49, below .50
            "licensed_seats": 100,
            "dau_4w_avg": 9.8,  # 9.8 / 49 = .20
        },
        0.0,
        "red",
        {
            "ta_sentiment": 0.5,
            "versions_behind": 0.375,
            "precise_code_nav": 0.375,
            "defect_tickets_90d": 0.375,
            "help_tickets_90d": 0.375,
            "active_champion": 0.8333333,
            "access_to_buyer": 0.8333333,
            "last_activity": 0.8333333,
            "usage": 2.75,
            "utilization": 2.75,
        },
    ),
    # Everything that can be concerning is (the three flags healthy):
    # sentiment 5; technical (5 + 10 + 5 + 5)/4 = 6.25; relationships (10 + 10 + 5)/3 = 8.3333; utilization 5
    # .05*5 + .15*6.25 + .25*8.3333 + .55*5 = .25 + .9375 + 2.0833 + 2.75 = 6.0208
    "all concerning": (
        {
            "ta_sentiment": "concerning",
            "versions_behind": 2,
            "precise_code_nav": True,
            "defect_tickets_90d": 2,
            "help_tickets_90d": 10,
            "active_champion": True,
            "access_to_buyer": True,
            "last_activity_on": date(2026, 11, 6),  # 15 days
            "mau": 50,  # .50 is not below .50
            "licensed_seats": 100,
            "dau_4w_avg": 12.5,  # .25
        },
        6.0208333,
        "yellow",
        {
            "ta_sentiment": 0.25,
            "versions_behind": 0.1875,  # 5 * .15 / 4
            "defect_tickets_90d": 0.1875,
            "help_tickets_90d": 0.1875,
            "last_activity": 0.4166667,  # 5 * .25 / 3
            "usage": 1.375,  # 5 * .55 / 2
            "utilization": 1.375,
        },
    ),
    # Only the pulse is known: its weight counts alone, 5 / 1 = 5
    "only a concerning pulse": ({"ta_sentiment": "concerning"}, 5.0, "yellow", {"ta_sentiment": 5.0}),
    # Pulse healthy, champion no, buyer yes: relationships (0 + 10)/2 = 5
    # (.05*10 + .25*5) / (.05 + .25) = 1.75 / .30 = 5.8333; champion costs 10/2 * .25/.30 = 4.1667
    "no champion, no usage data": (
        {"ta_sentiment": "healthy", "active_champion": False, "access_to_buyer": True},
        5.8333333,
        "yellow",
        {"active_champion": 4.1666667},
    ),
    # 312 of 480 seats = .65 concerning; 94 of 312 = .301 healthy: (5 + 10)/2 = 7.5, alone
    # utilization costs 5/2 = 2.5
    "usage only": (
        {"mau": 312, "licensed_seats": 480, "dau_4w_avg": 94.0},
        7.5,
        "green",
        {"utilization": 2.5},
    ),
    # Two healthy and one poor in relationships: 20/3 = 6.6667, which is not above two thirds: yellow
    "exactly two thirds": (
        {"active_champion": True, "access_to_buyer": True, "last_activity_on": date(2026, 1, 1)},
        6.6666667,
        "yellow",
        {"last_activity": 3.3333333},
    ),
    # One healthy and two poor: 10/3 = 3.3333, which is not below one third: yellow
    "exactly one third": (
        {"active_champion": False, "access_to_buyer": False, "last_activity_on": date(2026, 11, 7)},
        3.3333333,
        "yellow",
        {"active_champion": 3.3333333, "access_to_buyer": 3.3333333},
    ),
    # Great usage, everything else poor: .55*10 = 5.5
    # sentiment costs .5; code navigation is the only technical trait: 10 * .15 = 1.5; champion alone: 2.5
    "loved by users only": (
        {
            "ta_sentiment": "poor",
            "precise_code_nav": False,
            "active_champion": False,
            "mau": 80,
            "licensed_seats": 100,
            "dau_4w_avg": 24.0,  # exactly .30
        },
        5.5,
        "yellow",
        {"ta_sentiment": 0.5, "precise_code_nav": 1.5, "active_champion": 2.5},
    ),
    # Healthy but unused: .05*10 + .15*10 + .25*10 + 0 = 4.5; each of the two costs 2.75
    "shelfware": (
        {**ALL_HEALTHY, "mau": 10, "dau_4w_avg": 1.0},  # .10 of seats; 1 / 10 = .10
        4.5,
        "yellow",
        {"usage": 2.75, "utilization": 2.75},
    ),
    # Unlimited seats: 600 of 800 addressable developers = .75 concerning, alone 5; costs 5
    "unlimited seats": (
        {"seats_unlimited": True, "tam": 800, "licensed_seats": 1, "mau": 600},
        5.0,
        "yellow",
        {"utilization": 5.0},
    ),
    # Technical: 1 version healthy, nav poor, 4 defects concerning, 14 help concerning: (10+0+5+5)/4 = 5
    # Utilization: 40/100 poor 0; no DAU. (.15*5 + .55*0) / .70 = .75/.70 = 1.0714
    # nav costs 10/4 * .15/.70 = .5357; a concerning one 5/4 * .15/.70 = .2679; utilization 10 * .55/.70 = 7.8571
    "red": (
        {
            "versions_behind": 1,
            "precise_code_nav": False,
            "defect_tickets_90d": 4,
            "help_tickets_90d": 14,
            "mau": 40,
            "licensed_seats": 100,
        },
        1.0714286,
        "red",
        {
            "precise_code_nav": 0.5357143,
            "defect_tickets_90d": 0.2678571,
            "help_tickets_90d": 0.2678571,
            "utilization": 7.8571429,
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_score_is_what_paper_says(case, account, policy, today):
    values, score, category, costs = CASES[case]
    reading = read_account(account(**values), policy.health, today)
    assert reading.score == pytest.approx(score, abs=1e-6)
    assert reading.category == category
    told = {trait.rule.key: trait.cost for trait in reading.traits if trait.cost}
    assert told == pytest.approx(costs, abs=1e-6)


# value → verdict, at each bound of the handbook's table and beside it
VERDICTS = [
    ("versions_behind", [(0, "healthy"), (1, "healthy"), (2, "concerning"), (3, "concerning"), (4, "poor")]),
    ("defect_tickets_90d", [(1, "healthy"), (2, "concerning"), (4, "concerning"), (5, "poor"), (9, "poor")]),
    ("help_tickets_90d", [(9, "healthy"), (10, "concerning"), (14, "concerning"), (15, "poor")]),
    ("last_activity", [(14, "healthy"), (15, "concerning"), (29, "concerning"), (30, "poor")]),
    (
        "usage",
        [
            (0.30, "healthy"),
            (14.1 / 47, "healthy"),
            (0.2999, "concerning"),
            (0.2001, "concerning"),
            (0.2, "poor"),
        ],
    ),
    ("utilization", [(0.8, "healthy"), (0.7999, "concerning"), (0.5, "concerning"), (0.4999, "poor")]),
    ("precise_code_nav", [(True, "healthy"), (False, "poor")]),
    ("active_champion", [(True, "healthy"), (False, "poor")]),
    ("access_to_buyer", [(True, "healthy"), (False, "poor")]),
    ("ta_sentiment", [("healthy", "healthy"), ("concerning", "concerning"), ("poor", "poor")]),
]


@pytest.mark.parametrize(("key", "pairs"), VERDICTS)
def test_bounds_belong_to_the_side_the_handbook_says(key, pairs, policy):
    rule = next(rule for rule in policy.health.traits if rule.key == key)
    assert [rule.verdict_of(value) for value, _ in pairs] == [Verdict(verdict) for _, verdict in pairs]


def test_rules_are_told_in_words(policy):
    words = {rule.key: (rule.healthy_when, rule.poor_when) for rule in policy.health.traits}
    assert words == {
        "ta_sentiment": ("Healthy", "Poor"),
        "versions_behind": ("≤ 1", "≥ 4"),
        "precise_code_nav": ("active", "inactive"),
        "defect_tickets_90d": ("< 2", "≥ 5"),
        "help_tickets_90d": ("< 10", "≥ 15"),
        "active_champion": ("yes", "no"),
        "access_to_buyer": ("yes", "no"),
        "last_activity": ("≤ 14", "≥ 30"),
        "usage": ("≥ 30 %", "≤ 20 %"),
        "utilization": ("≥ 80 %", "< 50 %"),
    }


def test_an_account_without_data_has_no_score(account, policy, today):
    reading = read_account(account(), policy.health, today)
    assert (reading.score, reading.category) == (None, None)
    assert set(reading.pillars.values()) == {None}
    assert all(trait.verdict is None and trait.cost is None for trait in reading.traits)


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ({"mau": 5, "licensed_seats": 0}, {"utilization": "no licensed seats"}),
        ({"mau": 0, "dau_4w_avg": 0.0}, {"usage": "no monthly active users last month"}),
        ({"licensed_seats": 9}, {"utilization": "MAU unknown: not in the book"}),
        ({"mau": 5}, {"utilization": "licensed seats unknown: not in the book"}),
        (
            {"mau": 5, "seats_unlimited": True, "licensed_seats": 9},
            {
                "utilization": "seats are unlimited and the addressable developers (TAM) are unknown: "
                "not in the book"
            },
        ),
        ({}, {"last_activity": "last activity unknown: not in the book"}),
    ],
)
def test_what_is_unknown_says_what_is_missing(values, reasons, account, policy, today):
    reading = read_account(account(**values), policy.health, today)
    told = {trait.rule.key: trait.value for trait in reading.traits}
    assert {key: told[key].reason for key in reasons} == reasons


@pytest.mark.parametrize(
    ("score", "category"),
    [(0, "red"), (3.3333, "red"), (10 / 3, "yellow"), (20 / 3, "yellow"), (6.6667, "green"), (10, "green")],
)
def test_categories_are_thirds(score, category, policy):
    assert policy.health.category_of(score) is Category(category)


def test_pillars_are_the_means_of_their_known_traits(account, policy, today):
    reading = read_account(account(active_champion=True, access_to_buyer=False), policy.health, today)
    assert reading.pillars[Pillar.RELATIONSHIPS] == 5
    assert reading.pillars[Pillar.TECHNICAL] is None
