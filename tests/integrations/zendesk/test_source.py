"""Zendesk over real HTTP: from when tickets are asked for, organizations page by page, and what has drifted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import policy
from bot.domain.reading import Drift
from bot.errors import SourceGarbled, SourceRefused
from bot.http.client import Line, Patience, open_session
from bot.integrations.zendesk.source import ZendeskSource
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.serving import VendorBook, VendorSite
from bot.standin.vendors.zendesk import API_TOKEN, EMAIL, ZendeskStandin

TABLE = policy.load().sources.zendesk


def ticket(number: int, updated_at: str) -> dict[str, Any]:
    return {"id": number, "status": "open", "created_at": "2025-01-01T00:00:00Z", "updated_at": updated_at}


@pytest.fixture
def standin() -> ZendeskStandin:
    book = VendorBook()
    book.put("organizations", *({"id": at, "name": f"O{at}", "external_id": f"x{at}"} for at in range(5)))
    book.put(
        "tickets",
        ticket(1, "2025-06-01T00:00:00Z"),
        ticket(2, "2026-02-01T00:00:00Z"),
        ticket(3, "2026-11-20T00:00:00Z"),
    )
    return ZendeskStandin(book, page_size=2)


@pytest.fixture
async def source(standin: ZendeskStandin, clock: Any) -> AsyncIterator[ZendeskSource]:
    async with VendorSite(standin) as base_url, open_session() as session:
        line = Line(session=session, patience=Patience(first_wait=0.01), paced=False)
        yield ZendeskSource(line, TABLE, clock, base_url=base_url, email=EMAIL, api_token=API_TOKEN)


async def keys(source: ZendeskSource, feed: str, **given: Any) -> list[str]:
    return [reading.key async for page in source.pages(feed, **given) for reading in page.readings]


async def test_a_full_sweep_goes_back_as_far_as_policy_says(source: ZendeskSource) -> None:
    assert await keys(source, "tickets") == ["2", "3"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (datetime(2026, 11, 20, 0, 10, tzinfo=UTC), ["3"]),
        (datetime(2026, 11, 20, 0, 10, 1, tzinfo=UTC), []),
        (datetime(2027, 1, 1, tzinfo=UTC), []),  # a start within the last minute would be refused
    ],
)
async def test_what_changed_since_with_an_overlap(
    source: ZendeskSource, since: datetime, expected: list[str]
) -> None:
    assert await keys(source, "tickets", since=since) == expected


async def test_organizations_page_by_page(source: ZendeskSource) -> None:
    pages = [page async for page in source.pages("organizations")]
    assert [reading.key for page in pages for reading in page.readings] == ["0", "1", "2", "3", "4"]
    assert await keys(source, "organizations", cursor=pages[0].cursor) == ["2", "3", "4"]
    assert pages[-1].cursor is None


async def test_organizations_in_circles_are_garbled(standin: ZendeskStandin, source: ZendeskSource) -> None:
    standin.faults.append(VendorFault(kind="repeated_cursor", times=None, skip=1))
    with pytest.raises(SourceGarbled, match="twice"):
        await keys(source, "organizations")


async def test_a_stream_that_does_not_say_whether_it_ends_is_garbled(
    standin: ZendeskStandin, source: ZendeskSource
) -> None:
    """A page without its last words is not the last page."""
    standin.faults.append(VendorFault(kind="answer", body='{"tickets": [], "after_cursor": null}'))
    with pytest.raises(SourceGarbled, match="whether it ends"):
        await keys(source, "tickets")


async def test_an_agent_who_is_no_admin_is_told(standin: ZendeskStandin, source: ZendeskSource) -> None:
    standin.faults.append(VendorFault(kind="status", status=403, path="incremental", times=None))
    with pytest.raises(SourceRefused, match="of an admin"):
        await source.check()


async def test_ids_that_nobody_entered_are_told(standin: ZendeskStandin, source: ZendeskSource) -> None:
    """Without them no ticket finds its account."""
    assert await source.check() == ()
    standin.book.collections["organizations"] = [{"id": 1, "name": "Acme", "external_id": None}]
    assert await source.check() == (
        Drift(system="zendesk", place="field of organizations", wanted="external_id"),
    )
