"""Vitally over real HTTP: what is asked for, what changed since, account by account, and what has drifted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import policy
from bot.domain.reading import Drift
from bot.http.client import Line, Patience, open_session
from bot.integrations.vitally.source import VitallySource
from bot.standin.vendors.serving import VendorBook, VendorSite
from bot.standin.vendors.vitally import API_KEY, OWNER, VitallyStandin

TABLE = policy.load().sources.vitally
SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "vitally"


def at(day: int, hour: int = 0) -> str:
    return datetime(2026, 11, day, hour, tzinfo=UTC).isoformat().replace("+00:00", ".000Z")


def account(key: str, day: int, **given: Any) -> dict[str, Any]:
    return {"id": key, "name": key, "createdAt": at(1), "updatedAt": at(day), "traits": {}, **given}


@pytest.fixture
def standin() -> VitallyStandin:
    book = VendorBook()
    book.put("customFields:accounts", *({"id": path, "path": path} for path in TABLE.traits.values()))
    book.put(
        "customFields:users", {"path": TABLE.contact_roles, "id": 1}, {"path": TABLE.contact_title, "id": 2}
    )
    return VitallyStandin(book, page_size=2)


@pytest.fixture
async def source(standin: VitallyStandin, clock: Any) -> AsyncIterator[VitallySource]:
    async with VendorSite(standin) as base_url, open_session() as session:
        line = Line(session=session, patience=Patience(first_wait=0.01), paced=False)
        yield VitallySource(line, TABLE, clock, base_url=base_url, api_key=API_KEY)


async def keys(source: VitallySource, feed: str, **given: Any) -> list[str]:
    return [reading.key async for page in source.pages(feed, **given) for reading in page.readings]


async def test_what_changed_since_is_read_and_no_more(standin: VitallyStandin, source: VitallySource) -> None:
    """With an overlap: ten minutes before the instant are read again. Pages beyond are not even asked for."""
    days = [*range(1, 16), 20]
    standin.book.put("accounts", *(account(f"a{day:02}", day) for day in days))
    since = datetime(2026, 11, 15, 0, 10, tzinfo=UTC)
    assert await keys(source, "accounts", since=since) == ["a20", "a15"]
    assert standin.calls["/resources/accounts"] == 2
    assert await keys(source, "accounts", since=since + timedelta(seconds=1)) == ["a20"]
    assert sorted(await keys(source, "accounts")) == [f"a{day:02}" for day in days]


async def test_churned_accounts_are_read_too(standin: VitallyStandin, source: VitallySource) -> None:
    """Vitally hides them from whoever does not ask."""
    standin.book.put("accounts", account("a", 1), account("gone", 2, churnedAt=at(2)))
    assert sorted(await keys(source, "accounts")) == ["a", "gone"]


async def test_an_empty_trait_is_told_apart_from_one_that_is_not_there(
    standin: VitallyStandin, source: VitallySource
) -> None:
    """A trait that was renamed must not empty the book."""
    standin.book.put("accounts", account("a", 1))
    renamed = TABLE.traits["ta_sentiment"]
    standin.book.remove("customFields:accounts", renamed)
    (page,) = [page async for page in source.pages("accounts")]
    (reading,) = page.readings
    assert "ta_sentiment" not in reading.values
    assert reading.values["active_champion"] is None


async def test_conversations_are_read_account_by_account_where_there_were_messages(
    standin: VitallyStandin, source: VitallySource
) -> None:
    """Each account costs a call, so the quiet ones are left alone; whose a conversation is, its list does not say."""
    long_ago = "2026-01-05T00:00:00.000Z"
    standin.book.put(
        "accounts",
        account("busy", 1, lastInboundMessageTimestamp=at(20)),
        account("quiet", 1, lastInboundMessageTimestamp=None, lastOutboundMessageTimestamp=long_ago),
        account("new", 1),
    )
    standin.book.put(
        "conversations",
        {"id": "c1", OWNER: "busy", "updatedAt": at(20), "createdAt": at(2), "source": "slack"},
        {"id": "c0", OWNER: "busy", "updatedAt": long_ago, "createdAt": long_ago, "source": "slack"},
        {"id": "c2", OWNER: "quiet", "updatedAt": long_ago, "createdAt": long_ago, "source": "google"},
    )
    pages = [page async for page in source.pages("conversations")]
    readings = [reading for page in pages for reading in page.readings]
    assert [(each.key, each.account_key, each.label) for each in readings] == [("c1", "busy", "slack")]
    assert standin.calls["/resources/accounts/busy/conversations"] == 1
    assert not any("quiet" in path or "new" in path for path in standin.calls)
    assert await keys(source, "conversations", since=datetime(2026, 11, 21, tzinfo=UTC)) == []
    assert await keys(source, "conversations", cursor=pages[0].cursor) == [
        reading.key for page in pages[1:] for reading in page.readings
    ]


async def test_any_list_but_the_accounts_can_be_read_account_by_account(
    standin: VitallyStandin, clock: Any
) -> None:
    """Where the whole list is too heavy, for every contact holds copies of its accounts."""
    standin.book.put("accounts", account("a", 1), account("b", 2), account("c", 3))
    held = [{"id": "b"}, {"id": "c"}]
    standin.book.put("users", {"id": "u", "name": "Jane", "accounts": held, "updatedAt": at(1)})
    table = TABLE.model_copy(update={"by_account": ["contacts", "tasks"]})
    async with VendorSite(standin) as base_url, open_session() as session:
        line = Line(session=session, paced=False)
        source = VitallySource(line, table, clock, base_url=base_url, api_key=API_KEY)
        assert sorted(await keys(source, "contacts")) == ["u:b", "u:c"]
        assert await keys(source, "tasks") == []
    assert standin.calls["/resources/users"] == 0


async def test_an_admin_names_the_owner(standin: VitallyStandin, source: VitallySource) -> None:
    admins = json.loads((SAMPLES / "admins_list.json").read_text())["results"]
    standin.book.put("admins", *admins)
    standin.book.put("accounts", account("a", 1, csmId=admins[0]["id"]))
    (page,) = [page async for page in source.pages("accounts")]
    assert page.readings[0].values["ta_email"] == "gilfoyle@example.com"


async def test_what_drifted_is_told_with_what_was_found_instead(
    standin: VitallyStandin, source: VitallySource
) -> None:
    """A renamed trait, a renamed key role, a field that is gone; the rest is not spoken of."""
    standin.book.remove("customFields:accounts", "vitally.custom.sentiment")
    standin.book.put("customFields:accounts", {"id": "x", "path": "vitally.custom.taSentiment"})
    roles = ["Technical Advisor", "Account Exec", "Customer Engineer", "Implementation Engineer"]
    held = account("a", 1, healthScore=1, mrr=2, nextRenewal=None)
    held["keyRoles"] = [{"keyRole": {"label": label}} for label in roles]
    standin.book.put("accounts", held)
    assert await source.check() == (
        Drift(
            system="vitally",
            place="trait",
            wanted="vitally.custom.sentiment",
            nearest=("vitally.custom.taSentiment", "vitally.custom.goalsMet", "vitally.custom.customerSince"),
        ),
        Drift(
            system="vitally", place="field of accounts", wanted="nextRenewalDate", nearest=("nextRenewal",)
        ),
        Drift(system="vitally", place="key role", wanted="Account Executive", nearest=("Account Exec",)),
    )


async def test_a_whole_reading_asks_for_the_next_page_while_one_is_looked_at(
    standin: VitallyStandin, source: VitallySource
) -> None:
    """What changed lately may end with any page, so nothing is asked for ahead of it; nor once nobody reads on."""
    standin.book.put("accounts", *(account(f"a{day:02}", day) for day in range(1, 16)))
    path = "/resources/accounts"
    pages = source.pages("accounts")
    await anext(pages)
    for _ in range(100):
        if standin.calls[path] == 2:
            break
        await asyncio.sleep(0.01)
    assert standin.calls[path] == 2
    await pages.aclose()  # type: ignore[attr-defined] # a generator
    await anext(source.pages("accounts", since=datetime(2026, 11, 1, tzinfo=UTC)))
    await asyncio.sleep(0.1)
    assert standin.calls[path] == 3
