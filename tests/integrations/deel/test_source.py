"""Deel before its stand-in: scopes, what changed, and how far back time off is of interest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import SourceGarbled, SourceRefused
from bot.http.client import Line, Patience, open_session
from bot.integrations.deel.client import BUDGET, Access
from bot.integrations.deel.source import DeelSource
from bot.policy import load
from bot.standin.vendors.deel import TOKEN, DeelStandin
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.serving import VendorBook, VendorSite


def time_off(number: int, ends_on: str, updated_at: str) -> dict[str, Any]:
    return {
        "id": f"t{number}",
        "recipient_profile": {"hris_profile_id": "p1"},
        "start_date": "2024-01-01",
        "end_date": ends_on,
        "status": "APPROVED",
        "updated_at": updated_at,
    }


@asynccontextmanager
async def source(played: DeelStandin, clock: Any) -> AsyncIterator[DeelSource]:
    async with VendorSite(played) as base_url, open_session() as session:
        line = Line(session=session, patience=Patience(seconds=5, repeats=1, first_wait=0), paced=False)
        yield DeelSource(line, load().sources.deel, clock, Access(base_url, SecretStr(TOKEN)))


async def keys(deel: DeelSource, feed: str = "time_offs", **given: Any) -> list[str]:
    return [reading.key async for page in deel.pages(feed, **given) for reading in page.readings]


@pytest.mark.parametrize(("scope", "path"), [("people:read", "people"), ("time-off:read", "time_offs")])
async def test_a_scope_that_is_missing_is_told_by_check(clock: Any, scope: str, path: str) -> None:
    played = DeelStandin(VendorBook())
    played.scopes.discard(scope)
    async with source(played, clock) as deel:
        with pytest.raises(SourceRefused, match=f"{path} .*HTTP 403.*{scope}"):
            await deel.check()


async def test_what_changed_is_read_with_an_hour_before(clock: Any) -> None:
    played = DeelStandin(
        VendorBook(
            {
                "time_offs": [
                    time_off(1, "2026-12-01", "2026-11-20T08:00:00Z"),
                    time_off(2, "2026-12-01", "2026-11-20T11:30:00Z"),
                    time_off(3, "2026-12-01", "2026-11-20T12:30:00Z"),
                ]
            }
        )
    )
    async with source(played, clock) as deel:
        assert await keys(deel, since=datetime(2026, 11, 20, 12, tzinfo=UTC)) == ["t2", "t3"]


async def test_what_ended_long_ago_is_left_out_and_what_began_long_ago_is_not(clock: Any) -> None:
    """400 days before 21 November 2026 is 17 October 2025."""
    changed = "2026-11-20T08:00:00Z"
    played = DeelStandin(
        VendorBook(
            {"time_offs": [time_off(n, on, changed) for n, on in enumerate(("2025-10-16", "2025-10-17"))]}
        )
    )
    async with source(played, clock) as deel:
        assert await keys(deel) == ["t1"]


@pytest.mark.parametrize(
    ("feed", "body"),
    [
        ("time_offs", '{"data": []}'),
        ("time_offs", '{"data": [], "has_next_page": true}'),
        ("time_offs", '{"has_next_page": false}'),
        ("people", '{"data": []}'),
        ("people", '{"data": [], "page": {"offset": 50, "total_rows": 80}}'),
    ],
)
async def test_half_an_envelope_is_garbled(clock: Any, feed: str, body: str) -> None:
    played = DeelStandin(VendorBook())
    played.faults.append(VendorFault(kind="answer", path=feed, body=body))
    async with source(played, clock) as deel:
        with pytest.raises(SourceGarbled, match=r"^Deel"):
            await keys(deel, feed)


async def test_the_same_people_again_are_garbled(clock: Any) -> None:
    """An offset that is not heeded would be read for ever."""
    body = '{"data": [{"id": "p1"}], "page": {"total_rows": 9}}'
    played = DeelStandin(VendorBook())
    played.faults.append(VendorFault(kind="answer", path="people", body=body, times=None))
    async with source(played, clock) as deel:
        with pytest.raises(SourceGarbled, match="twice"):
            await keys(deel, "people")
    assert played.calls["/rest/v2/people"] == 2


def test_its_pace_is_below_half_of_what_the_whole_organisation_may_call():
    assert BUDGET.calls / BUDGET.seconds <= 2.5
