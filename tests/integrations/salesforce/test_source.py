"""Salesforce before its stand-in: what changed, what was renamed, and what is forgotten half-way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain.reading import Drift
from bot.errors import SourceGarbled, SourceRefused, SourceUnavailable
from bot.http.client import Line, Patience, open_session
from bot.integrations.salesforce.client import Access
from bot.integrations.salesforce.source import SalesforceSource
from bot.policy import load
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceStandin
from bot.standin.vendors.serving import VendorBook, VendorSite

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "salesforce"
STAMPS = [f"2026-11-{day:02d}T10:00:00.000+0000" for day in range(1, 8)]


def key(number: int) -> str:
    return f"001RO00000{number:05d}AAA"


def book() -> VendorBook:
    accounts = [
        {"Id": key(number), "Name": f"Account {number}", "ARR__c": 1000.0 + number, "SystemModstamp": stamp}
        for number, stamp in enumerate(STAMPS)
    ]
    accounts[5]["IsDeleted"] = True
    return VendorBook({"Account": accounts, "Opportunity": []})


@asynccontextmanager
async def source(
    standin: SalesforceStandin, clock: Any, secret: str = CLIENT_SECRET, **changes: Any
) -> AsyncIterator[SalesforceSource]:
    table = load().sources.salesforce.model_copy(update=changes)
    async with VendorSite(standin) as base_url, open_session() as session:
        line = Line(session=session, patience=Patience(seconds=5, repeats=1, first_wait=0), paced=False)
        access = Access(base_url, CLIENT_ID, SecretStr(secret))
        yield SalesforceSource(line, table, clock, access)


async def keys(salesforce: SalesforceSource, **given: Any) -> list[str]:
    return [reading.key async for page in salesforce.pages("accounts", **given) for reading in page.readings]


async def test_what_changed_since_an_instant_with_what_was_deleted(clock: Any) -> None:
    """A change may be seen a while after its stamp: policy's ten minutes are read again."""
    standin = SalesforceStandin(book(), page_size=2)
    async with source(standin, clock) as salesforce:
        since = datetime(2026, 11, 4, 10, 5, tzinfo=UTC)
        pages = [page async for page in salesforce.pages("accounts", since=since)]
        assert [one.key for page in pages for one in page.readings] == [key(n) for n in (3, 4, 5, 6)]
        assert [getattr(one, "gone_on", None) for page in pages for one in page.readings] == [
            None,
            None,
            date(2026, 11, 6),
            None,
        ]
        place = pages[0].cursor
        assert place
        assert (await keys(salesforce, cursor=place, since=since))[-2:] == [key(5), key(6)]
        assert await keys(salesforce) == [key(n) for n in (0, 1, 2, 3, 4, 6)]


async def test_a_renamed_field_is_told_by_name_and_the_rest_goes_on(clock: Any) -> None:
    standin = SalesforceStandin(book())
    standin.rename("Account", "ARR__c", "ARR_USD__c")
    standin.objects["Opportunity"] = [
        each | {"picklistValues": [{"value": "Renewals"}]} if each["name"] == "Type" else each
        for each in standin.objects["Opportunity"]
    ]
    async with source(standin, clock) as salesforce:
        drifts = await salesforce.check()
        assert drifts[0] == Drift(
            system="salesforce", place="Salesforce field", wanted="Account.ARR__c", nearest=("ARR_USD__c",)
        )
        assert [(drift.place, drift.wanted, drift.nearest[0]) for drift in drifts[1:]] == [
            ("Salesforce opportunity type for new", "New Business", "Renewals"),
            ("Salesforce opportunity type for renewal", "Renewal", "Renewals"),
            ("Salesforce opportunity type for expansion", "Expansion", "Renewals"),
        ]
        page = await anext(aiter(salesforce.pages("accounts")))
        assert len(page.readings) == 6
        assert all("arr" not in getattr(one, "values", {"arr"}) for one in page.readings)


async def test_a_look_up_that_leads_nowhere_is_told_with_its_way(clock: Any) -> None:
    accounts = {"ta_email": "Technical_Adviser__r.Email", "ae_email": "Owner.Mail"}
    async with source(SalesforceStandin(book()), clock, accounts=accounts) as salesforce:
        assert [(drift.wanted, drift.nearest) for drift in await salesforce.check()] == [
            ("Account.Technical_Adviser__r.Email", ("Technical_Advisor__r.Email",)),
            ("Account.Owner.Mail", ("Owner.Email",)),
        ]


async def test_a_field_that_the_description_hid_is_named(clock: Any) -> None:
    body = json.dumps(
        [{"errorCode": "INVALID_FIELD", "message": "No such column 'ARR__c' on entity 'Account'."}]
    )
    standin = SalesforceStandin(book())
    standin.faults.append(VendorFault(kind="status", path="/query", status=400, body=body))
    async with source(standin, clock) as salesforce:
        with pytest.raises(SourceRefused, match=r"no field ARR__c.*policy\.toml") as raised:
            await keys(salesforce)
    assert raised.value.code == "INVALID_FIELD"


async def test_a_forgotten_query_is_asked_anew_from_the_place_that_was_reached(clock: Any) -> None:
    standin = SalesforceStandin(book(), page_size=2)
    async with source(standin, clock) as salesforce:
        seen = []
        async for page in salesforce.pages("accounts"):
            seen += [one.key for one in page.readings]
            standin.forget_queries()
        assert seen == [key(n) for n in (0, 1, 2, 3, 4, 6)]


async def test_a_token_that_ends_half_way_is_made_anew(clock: Any) -> None:
    standin = SalesforceStandin(book(), page_size=2)
    async with source(standin, clock) as salesforce:
        seen = []
        async for page in salesforce.pages("accounts"):
            seen += [one.key for one in page.readings]
            standin.expire_tokens()
        assert len(seen) == 6
        assert standin.calls["/services/oauth2/token"] == 3


async def test_a_log_in_as_it_is_sampled(clock: Any) -> None:
    """Its `instance_url` is not followed: the credentials are for the host in the settings."""
    token = (SAMPLES / "oauth_token_client_credentials.json").read_text(encoding="utf-8")
    standin = SalesforceStandin(book())
    standin.faults.append(VendorFault(kind="answer", path="oauth2", body=token))
    async with source(standin, clock) as salesforce:
        assert len(await keys(salesforce)) == 6  # refused with this token, and well with the next one
        assert standin.calls["/services/oauth2/token"] == 2


async def test_wrong_credentials_name_their_settings(clock: Any) -> None:
    async with source(SalesforceStandin(book()), clock, secret="PLANTED-a7f3") as salesforce:
        with pytest.raises(SourceRefused, match=r"invalid_client.*SALESFORCE_CLIENT_SECRET") as raised:
            await salesforce.check()
    assert "PLANTED" not in repr(raised.value)


async def test_a_day_without_calls_left_is_waited_for_not_refused(clock: Any) -> None:
    body = (SAMPLES / "error_403_request_limit.json").read_text(encoding="utf-8")
    standin = SalesforceStandin(book())
    fault = VendorFault(kind="status", path="/query", status=403, body=body, times=None)
    standin.faults.append(fault)
    async with source(standin, clock) as salesforce:
        with pytest.raises(SourceUnavailable, match="REQUEST_LIMIT_EXCEEDED"):
            await keys(salesforce)
    assert fault.struck == 1


@pytest.mark.parametrize(
    "body",
    ['{"totalSize": 1, "records": []}', '{"done": false, "records": []}', '{"done": true}'],
    ids=["not whether it is done", "not where it goes on", "no records"],
)
async def test_half_an_envelope_is_garbled(clock: Any, body: str) -> None:
    standin = SalesforceStandin(book())
    standin.faults.append(VendorFault(kind="answer", path="/query", body=body))
    async with source(standin, clock) as salesforce:
        with pytest.raises(SourceGarbled):
            await keys(salesforce)


async def test_old_closed_opportunities_and_other_accounts_are_not_asked_for(clock: Any) -> None:
    records = [
        {"Id": f"006RO0000000{n:03d}AAA", "AccountId": key(0), "IsClosed": closed, "CloseDate": on}
        for n, (closed, on) in enumerate([(True, "2025-01-01"), (True, "2026-10-01"), (False, "2025-01-01")])
    ]
    standin = SalesforceStandin(VendorBook({"Opportunity": records, "Account": book().of("Account")}))
    async with source(standin, clock, accounts_where="ARR__c > 1004 OR Name = 'Account 0'") as salesforce:
        found = [one.key async for page in salesforce.pages("opportunities") for one in page.readings]
        assert found == ["006RO0000000001AAA", "006RO0000000002AAA"]
        assert await keys(salesforce) == [key(0)]
