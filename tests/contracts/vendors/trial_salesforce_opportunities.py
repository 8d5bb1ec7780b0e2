"""Salesforce's opportunities on trial."""

from __future__ import annotations

from typing import Any

from bot.domain.salesforce_ids import full_id
from bot.standin.vendors.serving import VendorBook

LIKE, FEED = "trial_salesforce", "opportunities"
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
