"""The week's line in a digest: by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.digest import Asked
from bot.domain.person import Team
from bot.domain.request import Decision, Request, RequestState, Urgency
from bot.features.routing.weekly import asked_of

RULES = policy_module.load().requests
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 30, 10, tzinfo=UTC)
ONE = Request(
    id=1,
    version=1,
    account_id="A-1",
    account_name="Northwind",
    text="?",
    urgency=Urgency.NORMAL,
    due_on=None,
    asker_user_id="U1",
    asker_email="",
    asker_name="",
    link="",
    decision=Decision(team=Team.ENTERPRISE, channel="c", user_group="g"),
    channel_id="C1",
    state=RequestState.CLOSED,
    assignee="",
    created_at=MONDAY,
)


def took(hours: float, **more: Any) -> Request:
    at = MONDAY + timedelta(hours=hours)
    return replace(ONE, first_response_at=at, answered_at=at, over_at=at, **more)


def line(*requests: Request) -> Asked | None:
    return asked_of(requests, RULES, LATER, BankHolidays())


def test_a_week_without_requests_has_no_line() -> None:
    assert line() is None


def test_counts_the_median_of_working_time_the_late_ones_and_the_accounts() -> None:
    other = {"account_id": "A-2", "account_name": "Acme"}
    found = line(took(1), took(2), took(50, **other), took(3, account_id="", account_name=""))
    assert found is not None
    assert (found.count, found.response, found.late) == (4, timedelta(hours=2, minutes=30), 1)
    assert found.accounts == (("A-1", "Northwind", 2), ("A-2", "Acme", 1))


@pytest.mark.parametrize(("state", "late"), [(RequestState.OPEN, 1), (RequestState.WITHDRAWN, 0)])
def test_what_still_waits_is_late_and_what_was_withdrawn_is_not(state: RequestState, late: int) -> None:
    found = line(replace(ONE, state=state, over_at=LATER if state.is_over else None))
    assert found is not None
    assert (found.late, found.response) == (late, None)
