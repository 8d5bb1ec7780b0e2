"""Both segmentation models at every bound, and the proof that they leave no gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.person import Team
from bot.domain.segment import Classified, Unclassified, classify, model_problems, team_of
from bot.policy import load

MODELS = load().models
LINE = 100_000_00

# developers, ARR in cents, segment, team, on the line
FY25 = [
    (0, None, "SMB", "digital", False),
    (99, LINE, "SMB", "digital", False),
    (100, LINE - 1, "Mid-Market", "digital", False),
    (100, LINE, "Mid-Market", "scaled", True),
    (100, LINE + 1, "Mid-Market", "scaled", False),
    (500, 0, "Mid-Market", "digital", False),
    (500, LINE, "Mid-Market", "scaled", True),
    (501, LINE - 1, "Enterprise", "scaled", False),
    (501, LINE, "Enterprise", "enterprise", True),
    (2500, LINE + 1, "Enterprise", "enterprise", False),
    (2500, LINE - 1, "Enterprise", "scaled", False),
    (2501, None, "Strategic", "enterprise", False),
    (2501, LINE, "Strategic", "enterprise", False),
    (400_000, 0, "Strategic", "enterprise", False),
    (700, -5, "Enterprise", "scaled", False),
]
OLDER = [
    (0, LINE - 1, "Commercial", "managed", False),
    (1499, LINE, "Commercial", "managed", True),
    (1499, LINE + 1, "Commercial", "unmanaged", False),
    (1500, None, "Enterprise", "managed", False),
    (9999, LINE, "Enterprise", "managed", False),
    (10_000, None, "Strategic", "managed", False),
]
POINTS = [("fy25", *point) for point in FY25] + [("managed-unmanaged", *point) for point in OLDER]


@pytest.mark.parametrize(("model", "developers", "arr", "segment", "team", "on_the_line"), POINTS)
def test_a_point_falls_into_one_row(model, developers, arr, segment, team, on_the_line):
    found = classify(developers, arr, MODELS[model])
    assert isinstance(found, Classified)
    assert (found.rule.segment, found.rule.team, found.on_the_line) == (segment, team, on_the_line)


@pytest.mark.parametrize(
    ("developers", "arr", "missing"),
    [
        (None, LINE, ("developers",)),
        (None, None, ("developers", "arr")),
        (100, None, ("arr",)),
        (2500, None, ("arr",)),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_guessed(developers, arr, missing):
    assert classify(developers, arr, MODELS["fy25"]) == Unclassified(missing=missing)


@given(
    st.sampled_from(sorted(MODELS)),
    st.integers(0, 50_000),
    st.integers(-1_000_00, 10_000_000_00) | st.sampled_from([LINE - 1, LINE, LINE + 1]),
)
def test_every_point_falls_into_exactly_one_row(name, developers, arr):
    model = MODELS[name]
    found = classify(developers, arr, model)
    assert isinstance(found, Classified)
    others = replace(model, rules=tuple(rule for rule in model.rules if rule is not found.rule))
    with pytest.raises(ValueError, match="no row"):
        classify(developers, arr, others)


@pytest.mark.parametrize("name", MODELS)
def test_the_models_as_shipped_have_no_problem(name):
    assert model_problems(MODELS[name]) == ()


def test_a_gap_and_an_overlap_are_told_with_a_point():
    fy25 = MODELS["fy25"]
    short = replace(fy25.rules[5], developers_to=98)
    assert model_problems(replace(fy25, rules=(*fy25.rules[:5], short))) == (
        "no row covers 99 developers with ARR of $0",
    )
    wide = replace(fy25.rules[0], developers_from=2500)
    assert model_problems(replace(fy25, rules=(wide, *fy25.rules[1:]))) == (
        "rows 1 and 3 both cover 2,500 developers with ARR of $0",
        "rows 1 and 2 both cover 2,500 developers with ARR of $100,000",
    )


@pytest.mark.parametrize(
    ("values", "model", "team"),
    [
        ({"team": "digital", "developers": 9000}, "fy25", Team.DIGITAL),  # what is recorded holds
        ({"developers": 9000}, "fy25", Team.ENTERPRISE),
        ({"developers": 700, "arr": LINE - 1}, "fy25", Team.SCALED),
        ({"developers": 700}, "fy25", None),
        ({}, "fy25", None),
        ({"developers": 9000}, "managed-unmanaged", None),  # `managed` is no team of today
    ],
)
def test_the_team_is_the_recorded_one_else_what_the_rules_give(values, model, team, account):
    assert team_of(account(**values), MODELS[model]) == team


@pytest.mark.parametrize(
    ("day", "model"),
    [
        (date(2023, 9, 24), "fy25"),  # before both: the default
        (date(2023, 9, 25), "managed-unmanaged"),
        (date(2024, 1, 31), "managed-unmanaged"),
        (date(2024, 2, 1), "fy25"),
        (date(2026, 11, 21), "fy25"),
    ],
)
def test_the_model_in_force_on_a_day(day, model, policy):
    assert policy.model_on(day).name == model
