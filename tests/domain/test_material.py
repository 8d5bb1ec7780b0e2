"""What is passed on by which team, and on which days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot import policy as policy_module
from bot.domain.material import Announcement
from bot.domain.person import Team

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("first", "last", "day", "team", "holds"),
    [
        (None, None, FIRST, Team.SCALED, True),
        (None, None, FIRST, Team.DIGITAL, False),
        (FIRST, LAST, FIRST, Team.SCALED, True),
        (FIRST, LAST, LAST, Team.SCALED, True),
        (FIRST, None, date(2026, 10, 31), Team.SCALED, False),
        (None, LAST, date(2026, 12, 1), Team.SCALED, False),
    ],
)
def test_an_announcement_is_passed_on_between_its_days(
    first: date | None, last: date | None, day: date, team: Team, holds: bool
) -> None:
    one = Announcement(
        title="T",
        url="https://x.example",
        is_beta=True,
        teams=frozenset({Team.SCALED}),
        first=first,
        last=last,
    )
    assert one.holds_on(day, team) is holds


def test_lists_are_due_every_so_many_months_on_policys_days() -> None:
    rules = policy_module.load().drafts
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 11), date(2026, 12, 1))
    assert [rules.lists_on(day) for day in days] == [False, True, True, False, True]
    seldom = replace(rules, list_months=3)
    assert [month for month in range(1, 13) if seldom.lists_on(date(2026, month, 2))] == [1, 4, 7, 10]
