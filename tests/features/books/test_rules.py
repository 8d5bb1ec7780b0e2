"""What was typed, whose book it is, in what order it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.domain.account import Account, Group
from bot.domain.kpi import book_health
from bot.domain.person import Person, Role, Team, team_named
from bot.domain.provenance import Known, Stamp
from bot.errors import WrongUsage
from bot.features.books import rules
from bot.features.books.rules import Scope, Wanted

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
NAMES: dict[Team, Sequence[str]] = {
    Team.ENTERPRISE: ("Enterprise & Strategic TAs", "technical-advisors"),
    Team.SCALED: ("Scaled TAs", "Scaled team", "scaled-success"),
    Team.DIGITAL: ("Digital TAs", "Digital team", "scaled-success"),
}


@pytest.mark.parametrize(
    ("typed", "wanted", "value"),
    [
        ("", Wanted.MINE, ""),
        ("   ", Wanted.MINE, ""),
        ("acme", Wanted.ACCOUNT, "acme"),
        ("  Acme Corp ", Wanted.ACCOUNT, "Acme Corp"),
        ("acme.example", Wanted.ACCOUNT, "acme.example"),
        ("A-1001", Wanted.ACCOUNT, "A-1001"),
        ("help", Wanted.HELP, ""),
        ("HELP", Wanted.HELP, ""),
        ("help desk", Wanted.ACCOUNT, "help desk"),
        ("changes", Wanted.CHANGES, ""),
        ("Changes", Wanted.CHANGES, ""),
        ("changes since 2026-10-01", Wanted.CHANGES, "2026-10-01"),
        ("changes 2026-10-01", Wanted.CHANGES, "2026-10-01"),
        ("changes since tuesday", Wanted.CHANGES, "tuesday"),
        ("changes since", Wanted.CHANGES, "?"),
        ("changes management", Wanted.ACCOUNT, "changes management"),
        ("changes sincerely", Wanted.ACCOUNT, "changes sincerely"),
        ("team scaled", Wanted.TEAM, "scaled"),
        ("team", Wanted.TEAM, ""),
        ("teamwork", Wanted.ACCOUNT, "teamwork"),
        ("<@U123>", Wanted.PERSON, "U123"),
        ("<@W0ABC|dana>", Wanted.PERSON, "W0ABC"),
        ("dana@ta.example", Wanted.PERSON, "dana@ta.example"),
        ("<mailto:dana@ta.example|dana@ta.example>", Wanted.PERSON, "dana@ta.example"),
        ("<@U123> acme", Wanted.ACCOUNT, "<@U123> acme"),
        ('"changes"', Wanted.ACCOUNT, '"changes"'),
        ("“team scaled”", Wanted.ACCOUNT, "“team scaled”"),
        ("'help'", Wanted.ACCOUNT, "'help'"),
        ('"', Wanted.ACCOUNT, '"'),
        ("x" * 4000, Wanted.ACCOUNT, "x" * 4000),
    ],
)
def test_reading_a_request(typed: str, wanted: Wanted, value: str) -> None:
    request = rules.read_request(typed)
    assert (request.wanted, request.value) == (wanted, value)


@given(st.text())
def test_any_text_is_read_as_something(typed: str) -> None:
    assert rules.read_request(typed).wanted in Wanted


def test_dates() -> None:
    today = date(2026, 11, 21)
    assert rules.since_of("", today, 4) == date(2026, 10, 24)
    assert rules.since_of("2026-10-01", today, 4) == date(2026, 10, 1)
    assert rules.since_of("2026-11-21", today, 4) == today


@pytest.mark.parametrize("typed", ["tuesday", "2026-02-30", "01/10/2026", "?", "2027-01-01", "x" * 4000])
def test_a_wrong_date_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(WrongUsage, match="changes since 2026-10-24") as raised:
        rules.since_of(typed, date(2026, 11, 21), 4)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("typed", "team"),
    [
        ("scaled", Team.SCALED),
        ("Scaled TAs", Team.SCALED),
        ("@technical-advisors", Team.ENTERPRISE),
        (' "Digital" ', Team.DIGITAL),
        ("rocket", None),
        ("", None),
    ],
)
def test_teams_go_by_several_names(typed: str, team: Team | None) -> None:
    assert team_named(typed, NAMES) is team


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(team=Team.SCALED),
        Scope(email="a@x.example"),
        Scope(team=Team.DIGITAL, email="a@x.example"),
    ],
)
def test_a_token_opens_the_page_it_was_made_for(scope: Scope) -> None:
    assert rules.read_token(scope.token(40)) == (scope, 40)


@pytest.mark.parametrize("token", ["", "x", "scaled||x", "nothing||0", "a|b|c|d"])
def test_a_broken_token_is_noticed(token: str) -> None:
    with pytest.raises(WrongUsage, match="Type `/account-health` again"):
        rules.read_token(token)


@pytest.mark.parametrize(
    ("role", "team", "whole", "scope"),
    [
        (Role.TA, Team.ENTERPRISE, True, Scope(email="p@x.example")),
        (Role.TA, None, True, Scope(email="p@x.example")),
        (Role.TA, Team.SCALED, True, Scope(team=Team.SCALED)),
        (Role.TA, Team.SCALED, False, Scope(team=Team.SCALED, email="p@x.example")),
        (Role.PROGRAM_MANAGER, Team.DIGITAL, True, Scope(team=Team.DIGITAL)),
        (Role.AE, Team.ENTERPRISE, True, None),
        (Role.MANAGER, Team.SCALED, True, None),
    ],
)
def test_whose_book(role: Role, team: Team | None, whole: bool, scope: Scope | None) -> None:
    person = Person(email="p@x.example", name="P", role=role, team=team)
    assert rules.scope_of(person, whole_pool=whole) == scope


def _account(name: str, *, old: timedelta = timedelta(), **values: Any) -> Account:
    stamp = Stamp("accounts.csv", NOW - old)
    return Account(id=name, name=name, **{key: Known(value, stamp) for key, value in values.items()})


def test_the_worst_comes_first_and_the_unknown_last() -> None:
    accounts = [
        _account("none"),
        _account("good", health_score=9.0),
        _account("small", health_score=1.0, arr=100),
        _account("large", health_score=1.0, arr=900),
        _account("zero", health_score=0.0),
    ]
    assert [one.name for one in rules.worst_first(accounts)] == ["zero", "large", "small", "good", "none"]


def test_a_book_in_one_line() -> None:
    policy = policy_module.load()
    accounts = [
        _account("a", health_score=9.0, arr=100),
        _account("b", health_score=2.0, health_category="red"),
        _account("c"),
    ]
    summary = rules.summary_of(accounts, book_health(accounts), policy.health)
    assert (summary.count, summary.arr, summary.arr_unknown) == (3, 100, 2)
    assert summary.categories == {"green": 1, "red": 1, None: 1}
    assert summary.mean_health.value == 5.5  # type: ignore[union-attr]


def test_what_is_stale_is_known_by_group() -> None:
    policy = policy_module.load()
    old = _account("a", old=timedelta(days=3), health_score=9.0, arr=100)
    assert rules.stale_groups(old, policy.freshness, NOW) == {Group.HEALTH}
    row = rules.Row(account=old, category=None, traits=(), stale=frozenset({Group.HEALTH}))
    origins = {one.group: one for one in rules.origins_of([row])}
    assert origins[Group.HEALTH].stale == 1
    assert origins[Group.REVENUE].stale == 0
    assert Group.TICKETS not in origins
