"""What `/kpi-digest` was asked, which week, and what its buttons carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.domain.person import Team
from bot.domain.schedule import IsoWeek
from bot.errors import WrongUsage
from bot.features.digest import rules
from bot.features.digest.rules import Token, Wanted

TEAMS = {team: (of.name, of.short, of.user_group) for team, of in policy_module.load().teams.items()}
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", (Wanted.STATUS, "")),
        ("  Preview  scaled W47 ", (Wanted.PREVIEW, "scaled W47")),
        ("now", (Wanted.NOW, "")),
        ("subscribe <#C1|x> scaled", (Wanted.SUBSCRIBE, "<#C1|x> scaled")),
        ("help", (Wanted.HELP, "")),
    ],
)
def test_the_first_word_says_what_is_wanted(typed: str, read: tuple[Wanted, str]) -> None:
    assert rules.read_request(typed) == read


def test_any_other_word_is_answered_with_those_there_are() -> None:
    with pytest.raises(WrongUsage) as raised:
        rules.read_request("previw scaled")
    assert "“previw”" in str(raised.value)
    assert "`/kpi-digest preview`, `/kpi-digest subscribe`" in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "today", "week"),
    [
        ("2026-W47", "2026-11-25", "2026-W47"),
        ("2026W47", "2026-11-25", "2026-W47"),
        ("w47", "2026-11-25", "2026-W47"),
        ("W48", "2026-11-25", "2026-W48"),  # this week, so far
        ("W49", "2026-11-25", "2025-W49"),  # ahead this year, so last year's
        ("W53", "2027-02-01", "2026-W53"),
        ("2020-W53", "2026-11-25", "2020-W53"),
        ("last", "2026-11-25", "2026-W47"),
        ("last", "2027-01-04", "2026-W53"),
        ("W1", "2027-01-04", "2027-W01"),
        ("W1", "2027-01-03", "2026-W01"),
    ],
)
def test_a_week_is_read(typed: str, today: str, week: str) -> None:
    assert str(rules.read_week(typed, date.fromisoformat(today))) == week


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2025-W53", "2025 has weeks W01 to W52"),
        ("2026-W54", "2026 has weeks W01 to W53"),
        ("2026-W00", "2026 has weeks W01 to W53"),
        ("2026-W49", "that week has not begun"),
        ("2030-W01", "that week has not begun"),
        ("W99", "2026 has weeks W01 to W53"),
    ],
)
def test_a_week_that_is_none_is_answered_with_why(typed: str, why: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        rules.read_week(typed, TODAY)
    assert why in str(raised.value)
    assert "`2026-W47`" in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "own", "teams", "week"),
    [
        ("", (Team.DIGITAL,), (Team.DIGITAL,), "2026-W47"),
        ("", (), (), "2026-W47"),
        ("scaled W46", (Team.DIGITAL,), (Team.SCALED,), "2026-W46"),
        ("2026-W46 scaled, digital", (), (Team.SCALED, Team.DIGITAL), "2026-W46"),
        ("all last", (Team.DIGITAL,), (), "2026-W47"),
        ("scaled scaled", (), (Team.SCALED,), "2026-W47"),
    ],
)
def test_whose_digest_of_which_week(
    typed: str, own: tuple[Team, ...], teams: tuple[Team, ...], week: str
) -> None:
    found, of = rules.read_preview(typed, own, TEAMS, TODAY)
    assert (found, str(of)) == (teams, week)


def test_a_team_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(WrongUsage, match="`enterprise`, `scaled`, `digital` or `all`"):
        rules.read_preview("skaled", (), TEAMS, TODAY)


@given(
    st.lists(st.sampled_from(Team), unique=True),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["", "digest:3:2026-W47:head", "digest:3:2026-W47:2:head"]),
)
def test_a_button_carries_whose_which_and_where(teams: list[Team], day: date, key: str) -> None:
    token = Token(teams=tuple(teams), week=IsoWeek.of(day), key=key)
    assert rules.read_token(str(token)) == token
    assert len(str(token)) < 150


@pytest.mark.parametrize("value", ["", "x", "sales|2026-W47|", "scaled|2026|", "scaled|2026-W47|<!channel>"])
def test_a_button_of_no_digest_is_refused(value: str) -> None:
    with pytest.raises(WrongUsage, match="out of date"):
        rules.read_token(value)


def test_keys_of_a_slot() -> None:
    week = IsoWeek(2026, 47)
    first, second = rules.head_key(3, week), rules.head_key(3, week, 2)
    assert (first, second) == ("digest:3:2026-W47:head", "digest:3:2026-W47:2:head")
    assert (rules.turn_of(first), rules.turn_of(second)) == (1, 2)
    assert rules.part_key(first, "scaled.kpis") == "digest:3:2026-W47:scaled.kpis"
    assert rules.part_key(second, rules.AGENDA) == "digest:3:2026-W47:2:agenda"
    assert rules.is_head(second)
    assert not rules.is_head("digest:3:2026-W47:scaled.kpis")


@pytest.mark.parametrize(
    ("late", "posts_late", "why"),
    [
        (
            timedelta(hours=5),
            False,
            "it was due 5 hours before the bot ran again, and policy posts none late",
        ),
        (
            timedelta(days=9),
            True,
            "it was due 9 days before the bot ran again, and that is too late by policy",
        ),
    ],
)
def test_why_a_slot_is_skipped(late: timedelta, *, posts_late: bool, why: str) -> None:
    now = datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert rules.why_skipped(now - late, now, posts_late=posts_late) == why
