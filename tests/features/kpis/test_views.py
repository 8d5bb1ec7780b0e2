"""KPIs of a digest, one picture a case, each within Slack's limits and through slack_sdk's models."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message
from bot.domain.digest import Digest, Series
from bot.domain.kpi import Kpi
from bot.features.kpis import charts, views
from bot.standin.validate import view_problems

DigestOf: TypeAlias = Callable[[str], Digest]
Shown: TypeAlias = Callable[[Message], dict[str, Any]]
CASES = ("usual", "quiet", "withheld", "history", "organisation", "two_teams", "too_much", "hostile")


@pytest.mark.parametrize("case", CASES)
def test_figures(case: str, digest_of: DigestOf, shown: Shown, seen: SnapshotAssertion) -> None:
    digest = digest_of(case)
    assert [shown(views.figures(team, digest.as_of)) for team in digest.teams][-1] == seen


@pytest.mark.parametrize("case", ["usual", "withheld", "hostile"])
def test_in_short(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.in_short(digest_of(case).teams[0]).split("\n") == seen


@pytest.mark.parametrize("case", ["usual", "quiet", "withheld", "empty"])
def test_compared(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert [views.compared(digest_of(case).teams)] == seen


@pytest.mark.parametrize("case", ["usual", "withheld"])
def test_in_words(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.in_words(digest_of(case).teams[0]).split("; ") == seen


@pytest.mark.parametrize("case", ["usual", "two_teams"])
def test_by_team(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    course = charts.by_team(Kpi.UTILIZATION, digest_of(case).teams)
    assert course is not None
    assert course._asdict() == seen


def test_retention(digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    course = charts.retention(digest_of("usual").teams[0])
    assert course is not None
    assert course._asdict() == seen


def test_categories_in_short(digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.categories_in_short(digest_of("usual").teams[0]).split(" · ") == seen


@pytest.mark.parametrize("case", ["usual", "withheld", "quiet"])
def test_sources(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    digest = digest_of(case)
    assert views.sources(digest.teams[0], digest.as_of).split(" · ") == seen


def test_notes(digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    assert views.notes(digest_of("usual").teams[0]) == ""
    assert [views.notes(digest_of("withheld").teams[0])] == seen


@pytest.mark.parametrize("case", ["usual", "empty", "withheld", "two_teams", "too_much", "hostile"])
def test_definitions(case: str, digest_of: DigestOf, seen: SnapshotAssertion) -> None:
    modal = views.definitions(digest_of(case))
    close = {"type": "plain_text", "text": modal.close}
    title = {"type": "plain_text", "text": modal.title}
    view = {"type": "modal", "title": title, "close": close, "blocks": list(modal.blocks)}
    assert view_problems(view) == []
    assert view == seen


def test_every_kpi_is_defined() -> None:
    assert set(views.DEFINITIONS) == set(Kpi)


def test_a_met_target_differs_by_mark_and_by_word(digest_of: DigestOf) -> None:
    utilization, consumption, *_ = views.in_short(digest_of("usual").teams[0]).split("\n")
    assert utilization.startswith("✓ *Utilization 81.2 %* ▲ 1.3 · target ≥ 80 % met")
    assert consumption.startswith("✗ *Consumption 27.1 %* ▼ 1.8 · target ≥ 30 % missed")


def test_percent_are_cut_and_not_rounded_up_to_their_target(digest_of: DigestOf) -> None:
    team = digest_of("usual").teams[0]
    first = replace(team.headlines[0], before=0.79996)
    said = views.figures(replace(team, headlines=(first,)), digest_of("usual").as_of)
    assert "(79.9 %)" in json.dumps(said.blocks)


def test_a_withheld_figure_is_neither_shown_nor_drawn(digest_of: DigestOf) -> None:
    digest = digest_of("withheld")
    message = views.figures(digest.teams[0], digest.as_of)
    words = json.dumps(message.blocks, ensure_ascii=False)
    assert "⊘ *Utilization* withheld: usage from looker is older than 10 days" in words
    assert "41,280 MAU" not in words
    assert "Consumption, 12 weeks" not in words
    assert "? *ARR grown (NRR)* unknown: no account has ARR of a year ago" in words
    assert charts.by_team(Kpi.UTILIZATION, digest.teams) is None


def test_teams_are_drawn_over_the_weeks_that_both_have(digest_of: DigestOf) -> None:
    course = charts.by_team(Kpi.UTILIZATION, digest_of("two_teams").teams)
    assert course is not None
    chart = course.block["chart"]
    assert [one["name"] for one in chart["series"]] == ["Scaled", "Digital", "Target"]
    assert len(chart["axis_config"]["categories"]) == 9


def test_a_single_week_is_no_course_and_twenty_are_the_most(digest_of: DigestOf) -> None:
    team = digest_of("usual").teams[0]
    first = team.headlines[0].series.endings[0]
    for weeks, drawn in ((0, None), (1, None), (2, 2), (30, 20)):
        endings = tuple(first + timedelta(weeks=week) for week in range(weeks))
        headline = replace(team.headlines[0], series=Series(endings, (0.5,) * weeks))
        course = charts.by_team(Kpi.UTILIZATION, (replace(team, headlines=(headline,)),))
        assert drawn == (len(course.block["chart"]["axis_config"]["categories"]) if course else None)
