"""Salesforce's sample answers, each read for what it is; their values are checked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.reading import AccountReading, Event, EventReading, Unreadable
from bot.errors import SourceError, SourceRefused, SourceUnavailable
from bot.http.errors import Called, judged
from bot.integrations.salesforce.translate import Accounts, Opportunities
from bot.policy import load

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "salesforce"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SITE = "https://acme.my.salesforce.com"
STAMP = datetime(2026, 11, 1, 10, tzinfo=UTC)
READ_HERE = {
    "opportunity_renewal_query.json",
    "query_page1.json",
    "query_last_page.json",
    "error_400_malformed_query.json",
    "error_401_invalid_session.json",
    "error_403_request_limit.json",
    "error_oauth_token.json",
}
READ_ELSEWHERE = {"oauth_token_client_credentials.json"}  # test_source.py logs in with it


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def table() -> Any:
    return load().sources.salesforce


def test_no_sample_is_left_out():
    assert {path.name for path in SAMPLES.glob("*.json")} == READ_HERE | READ_ELSEWHERE


def test_a_renewal_is_an_event_without_its_words():
    readings, refused = Opportunities(table()).read(sample("opportunity_renewal_query.json")["records"], NOW)
    assert refused == ()
    assert readings == (
        EventReading(
            kind=Event.OPPORTUNITY,
            key="006RO00000AbCdEYAV",
            account_key="001RO00000XyZabYAF",
            label="renewal",
            on=date(2027, 1, 31),
            amount=12_000_000,
            as_of=STAMP,
        ),
    )


@pytest.mark.parametrize("name", ["query_page1.json", "query_last_page.json"])
def test_a_page_of_a_query_is_records_with_ids_and_names(name):
    data = sample(name)
    readings, refused = Accounts(table(), SITE).read(data["records"], NOW)
    assert refused == ()
    assert [(one.key, one.name, dict(one.values)) for one in readings] == [
        (record["Id"], record["Name"], {"salesforce_url": f"{SITE}/{record['Id']}"})
        for record in data["records"]
    ]


@pytest.mark.parametrize(
    ("name", "status", "kind", "told"),
    [
        ("error_400_malformed_query.json", 400, SourceRefused, "MALFORMED_QUERY"),
        ("error_401_invalid_session.json", 401, SourceRefused, "INVALID_SESSION_ID"),
        ("error_403_request_limit.json", 403, SourceUnavailable, "REQUEST_LIMIT_EXCEEDED"),
        ("error_oauth_token.json", 400, SourceRefused, "invalid_client_id"),
    ],
)
def test_an_error_is_one_of_ours(name: str, status: int, kind: type[SourceError], told: str):
    """Salesforce says that the day's calls are used up with 403, which is no refusal."""
    failure = judged(Called(system="salesforce", path="/x"), status, sample(name), {})
    assert type(failure.error) is kind
    assert told in str(failure.error)
    assert failure.stale_token == (status == 401)


def test_an_accounts_values_are_read_in_their_kinds():
    record = {
        "Id": "001RO00000XyZab",
        "Name": " Acme,\n Inc. ",
        "ARR__c": 120000.1,
        "Estimated_Developers__c": 340.0,
        "Licensed_Seats__c": None,
        "Owner": {"Email": "AE@TA.example"},
        "Technical_Advisor__r": None,
        "SystemModstamp": "2026-11-01T10:00:00.000+0000",
    }
    readings, refused = Accounts(table(), SITE).read([record], NOW)
    assert refused == ()
    assert readings == (
        AccountReading(
            key="001RO00000XyZabYAF",
            name="Acme, Inc.",
            values={
                "salesforce_url": f"{SITE}/001RO00000XyZabYAF",
                "arr": 12_000_010,
                "developers": 340,
                "licensed_seats": None,
                "ta_email": None,
                "ae_email": "ae@ta.example",
            },
            as_of=NOW,
        ),
    )


def test_a_value_that_cannot_be_read_leaves_the_others():
    """It is left out, so that the last good one stays; a field that was not given is not told at all."""
    record = {
        "Id": "001RO00000XyZabYAF",
        "ARR__c": -5,
        "Estimated_Developers__c": 12.5,
        "Licensed_Seats__c": 7,
    }
    readings, refused = Accounts(table(), SITE).read([record], NOW)
    assert isinstance(readings[0], AccountReading)
    assert set(readings[0].values) == {"salesforce_url", "licensed_seats"}
    assert refused == (
        Unreadable(key=record["Id"], field="ARR__c", reason="is not an amount in US dollars, 0 or more"),
        Unreadable(
            key=record["Id"], field="Estimated_Developers__c", reason="is not a whole number, 0 or more"
        ),
    )


@pytest.mark.parametrize(
    ("kind", "label"),
    [("renewal ", "renewal"), ("New Customer", "new"), ("Add-On", "expansion"), ("Services", ""), (None, "")],
)
def test_policy_says_which_type_is_what(kind: str | None, label: str):
    record = {**sample("opportunity_renewal_query.json")["records"][0], "Type": kind, "Amount": -10.5}
    (event,), refused = Opportunities(table()).read([record], NOW)
    assert isinstance(event, EventReading)
    assert (event.label, event.amount, refused) == (label, -1050, ())


def test_a_deleted_account_is_gone_on_the_day_of_its_stamp():
    record = {"Id": "001RO00000XyZabYAF", "IsDeleted": True, "SystemModstamp": "2026-11-01T10:00:00.000+0000"}
    (account,), _ = Accounts(table(), SITE).read([record], NOW)
    assert isinstance(account, AccountReading)
    assert account.gone_on == STAMP.date()
