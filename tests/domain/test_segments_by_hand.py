"""Both segmentation models at every bound, and the proof that they leave no gap."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.amounts import dollars, read_count, read_dollars
from bot.domain.boundary import boundaries
from bot.domain.person import Team
from bot.domain.segment import (
    Classified,
    Classifier,
    Unclassified,
    classify,
    model_problems,
    possible,
    team_of,
)
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
# Every boundary one developer and one cent to each side, written from the handbook's tables.
EDGES_FY25 = [
    (developers, arr, segment, above if arr >= LINE else below)
    for developers, segment, above, below in (
        (99, "SMB", "digital", "digital"),
        (100, "Mid-Market", "scaled", "digital"),
        (101, "Mid-Market", "scaled", "digital"),
        (499, "Mid-Market", "scaled", "digital"),
        (500, "Mid-Market", "scaled", "digital"),
        (501, "Enterprise", "enterprise", "scaled"),
        (502, "Enterprise", "enterprise", "scaled"),
        (2499, "Enterprise", "enterprise", "scaled"),
        (2500, "Enterprise", "enterprise", "scaled"),
        (2501, "Strategic", "enterprise", "enterprise"),
        (2502, "Strategic", "enterprise", "enterprise"),
    )
    for arr in (LINE - 1, LINE, LINE + 1)
]
EDGES_OLDER = [
    (developers, arr, segment, above if arr > LINE else below)
    for developers, segment, above, below in (
        (0, "Commercial", "unmanaged", "managed"),
        (1499, "Commercial", "unmanaged", "managed"),
        (1500, "Enterprise", "managed", "managed"),
        (1501, "Enterprise", "managed", "managed"),
        (9999, "Enterprise", "managed", "managed"),
        (10_000, "Strategic", "managed", "managed"),
        (10_001, "Strategic", "managed", "managed"),
    )
    for arr in (LINE - 1, LINE, LINE + 1)
]
EDGES = [("fy25", *edge) for edge in EDGES_FY25] + [("managed-unmanaged", *edge) for edge in EDGES_OLDER]
POINTS = [("fy25", *point) for point in FY25] + [("managed-unmanaged", *point) for point in OLDER]


@pytest.mark.parametrize(("model", "developers", "arr", "segment", "team", "on_the_line"), POINTS)
def test_a_point_falls_into_one_row(model, developers, arr, segment, team, on_the_line):
    found = classify(developers, arr, MODELS[model])
    assert isinstance(found, Classified)
    assert (found.rule.segment, found.rule.team, found.on_the_line) == (segment, team, on_the_line)


@pytest.mark.parametrize(("model", "developers", "arr", "segment", "team"), EDGES)
def test_a_developer_or_a_cent_to_each_side_of_every_boundary(model, developers, arr, segment, team):
    found = classify(developers, arr, MODELS[model])
    assert isinstance(found, Classified)
    assert (found.rule.segment, found.rule.team) == (segment, team)
    assert found.on_two_rows is (developers in {"fy25": {2500}, "managed-unmanaged": {1500, 10_000}}[model])


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


POINT = st.tuples(st.none() | st.integers(0, 12_000), st.none() | st.integers(0, 30_000_000) | st.just(LINE))


@given(st.sampled_from(sorted(MODELS)), POINT)
def test_many_are_classified_as_one_is(name, point):
    assert Classifier(MODELS[name])(*point) == classify(*point, MODELS[name])


@given(
    st.sampled_from(sorted(MODELS)),
    st.integers(0, 5),
    st.integers(-60, 60),
    st.sampled_from(["from", "to", "gone", "twice"]),
)
def test_any_gap_or_overlap_that_is_seeded_is_found_with_a_true_example(name, place, by, how):
    model = MODELS[name]
    rules = list(model.rules)
    rule = rules[place % len(rules)]
    if how == "gone":
        rules.remove(rule)
    elif how == "twice":
        rules.append(rule)
    elif how == "from":
        rules[rules.index(rule)] = replace(rule, developers_from=max(rule.developers_from + by, 0))
    elif rule.developers_to is not None:
        rules[rules.index(rule)] = replace(rule, developers_to=max(rule.developers_to + by, 0))
    seeded = replace(model, rules=tuple(rules))
    found = model_problems(seeded)
    assert bool(found) is (seeded != model)
    for said in found:
        developers, arr = re.search(
            r"cover[s]? ([\d,]+) developers with ARR of (\$[\d,]+(?:\.\d\d)?)", said
        ).groups()
        point = read_count(developers), read_dollars(arr)
        covering = possible(*point, seeded)
        assert (len(covering) == 0) is said.startswith("no row"), said
        assert len(covering) != 1, said


@given(st.sampled_from(sorted(MODELS)), st.integers(0, 12_000), st.integers(0, 30_000_000) | st.just(LINE))
def test_an_edge_is_where_the_row_changes_and_not_one_step_before(name, developers, arr):
    model = MODELS[name]
    found = classify(developers, arr, model)
    for edge in boundaries(found, developers, arr):
        assert edge.beyond == classify(developers + edge.developers, arr + edge.arr, model)
        assert edge.beyond.rule != found.rule
        nearer = (
            edge.developers - (edge.developers > 0) + (edge.developers < 0),
            edge.arr - (edge.arr > 0) + (edge.arr < 0),
        )
        assert classify(developers + nearer[0], arr + nearer[1], model).rule == found.rule


def test_without_arr_the_row_beyond_may_be_unclassified():
    found = classify(99, None, MODELS["fy25"])
    (edge,) = boundaries(found, 99, None)
    assert (edge.developers, edge.beyond) == (1, Unclassified(missing=("arr",)))


@pytest.mark.parametrize(
    ("typed", "count", "cents"),
    [
        ("480", 480, 48_000),
        ("2,500", 2500, 250_000),
        ("1.5k", 1500, 150_000),
        ("100K", 100_000, 10_000_000),
        ("0.1m", 100_000, 10_000_000),
        (".5k", 500, 50_000),
        ("1.005k", 1005, 100_500),
        ("0", 0, 0),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, count, cents):
    assert (read_count(typed), read_dollars(f"${typed}"), read_dollars(typed)) == (count, cents, cents)
    assert read_dollars("$99,999.50") == 9_999_950
    assert dollars(9_999_950) == "$99,999.50"


@pytest.mark.parametrize(
    "typed", ["", "-1", "abc", "1e3", "nan", "1,00", "1 000", "$$1", "1.5.1", "٣", "1kk", "99999999999"]
)
def test_what_is_no_amount_is_none(typed):
    assert read_count(typed) is None
