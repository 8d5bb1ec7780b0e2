"""Salesforce's opportunities on trial."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.domain.salesforce_ids import full_id
from bot.integrations.salesforce.client import Access
from bot.integrations.salesforce.source import SalesforceSource
from bot.policy import load
from bot.standin.vendors.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceStandin
from bot.standin.vendors.serving import VendorBook

FEED, PATH, SECRET = "opportunities", "/query", "SALESFORCE_CLIENT_ID"
PAGED, CURSORS, EMBEDDED = True, True, None
PLANT = "PLANTED-a7f3"
STAMP = "2026-11-01T10:00:00.000+0000"


def key(number: int) -> str:
    return full_id(f"006RO0000{number:06d}")


def opportunity(number: int) -> dict[str, Any]:
    return {
        "Id": key(number),
        "Name": f"{PLANT} renewal",
        "NextStep": PLANT,
        "Description": PLANT,
        "AccountId": "001RO00000XyZab",
        "Type": "Renewal",
        "StageName": "Negotiation/Review",
        "Amount": 120000.0,
        "CloseDate": "2027-01-31",
        "CreatedDate": STAMP,
        "SystemModstamp": STAMP,
        "IsClosed": False,
        "IsWon": False,
        "IsDeleted": False,
    }


def book(count: int) -> VendorBook:
    return VendorBook({"Opportunity": [opportunity(number) for number in range(count)]})


def standin(book: VendorBook, page_size: int) -> SalesforceStandin:
    return SalesforceStandin(book, page_size=page_size)


def source(base_url: str, line: Any, clock: Any) -> SalesforceSource:
    access = Access(base_url, CLIENT_ID, SecretStr(CLIENT_SECRET))
    return SalesforceSource(line, load().sources.salesforce, clock, access)


def nulled() -> dict[str, Any]:
    kept = ("Id", "AccountId", "CloseDate", "IsClosed", "IsDeleted", "SystemModstamp")
    whole = opportunity(90)
    return {name: whole[name] if name in kept else None for name in whole}


def bad() -> list[dict[str, Any]]:
    return [
        {**opportunity(91), "AccountId": None},
        {**opportunity(92), "CloseDate": PLANT},
        {**opportunity(93), "IsClosed": None},
        {**opportunity(94), "Id": None},
    ]


def add(book: VendorBook, record: dict[str, Any]) -> None:
    book.of("Opportunity").append(record)


def extended(book: VendorBook) -> None:
    for record in book.of("Opportunity"):
        record["Unheard_Of__c"] = {"deep": [1, None]}
