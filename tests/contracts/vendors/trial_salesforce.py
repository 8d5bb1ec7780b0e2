"""Salesforce's accounts on trial."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.domain.salesforce_ids import full_id
from bot.integrations.salesforce.client import Access
from bot.integrations.salesforce.source import SalesforceSource
from bot.policy import load
from bot.standin.vendors.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceStandin
from bot.standin.vendors.serving import VendorBook

FEED, PATH, SECRET = "accounts", "/query", "SALESFORCE_CLIENT_ID"
PAGED, CURSORS, EMBEDDED = True, True, None
PLANT = "PLANTED-a7f3"
STAMP = "2026-11-01T10:00:00.000+0000"


def key(number: int) -> str:
    return full_id(f"001RO0000{number:06d}")


def account(number: int) -> dict[str, Any]:
    return {
        "attributes": {"type": "Account", "url": f"/services/data/v66.0/sobjects/Account/{key(number)}"},
        "Id": key(number),
        "Name": f"Account {number}",
        "IsDeleted": False,
        "SystemModstamp": STAMP,
        "Description": PLANT,
        "ARR__c": 120000.5,
        "Estimated_Developers__c": 340.0,
        "Licensed_Seats__c": 250,
        "Owner": {"attributes": {"type": "User"}, "Email": "AE@ta.example", "Name": "Ada"},
        "Technical_Advisor__r": {"Email": "ta@ta.example"},
        "Customer_Engineer__r": None,
        "Implementation_Engineer__r": {"Email": None},
    }


def book(count: int) -> VendorBook:
    return VendorBook({"Account": [account(number) for number in range(count)]})


def standin(book: VendorBook, page_size: int) -> SalesforceStandin:
    return SalesforceStandin(book, page_size=page_size)


def source(base_url: str, line: Any, clock: Any) -> SalesforceSource:
    access = Access(base_url, CLIENT_ID, SecretStr(CLIENT_SECRET))
    return SalesforceSource(line, load().sources.salesforce, clock, access)


def nulled() -> dict[str, Any]:
    kept = ("Id", "Name", "IsDeleted", "SystemModstamp")
    whole = account(90)
    return {name: whole[name] if name in kept else None for name in whole}


def bad() -> list[dict[str, Any]]:
    return [{**account(91), "Id": None}, {**account(92), "Id": ""}, {"Name": PLANT}]


def add(book: VendorBook, record: dict[str, Any]) -> None:
    book.of("Account").append(record)


def extended(book: VendorBook) -> None:
    for record in book.of("Account"):
        record["Unheard_Of__c"] = {"deep": [1, None]}
