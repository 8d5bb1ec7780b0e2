"""Looker's one Look on trial."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.integrations.looker.client import Access
from bot.integrations.looker.source import LookerSource
from bot.policy import load
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.looker import CLIENT_ID, CLIENT_SECRET, LOOK_ID, LookerStandin
from bot.standin.vendors.serving import VendorBook

FEED, PATH, SECRET = "usage", "/run/json", "LOOKERSDK_CLIENT_ID"
PAGED, CURSORS = False, False
PLANT = "PLANTED-a7f3"


def EMBEDDED() -> VendorFault:  # noqa: N802 # as the suite calls it
    body = '[{"looker_error": "SQL Error: invalid identifier PLANTED-a7f3"}]'
    return VendorFault(kind="answer", path=PATH, body=body, times=None)


def key(number: int) -> str:
    return f"001RO00000{number:05d}AAA"


def row(number: int) -> dict[str, Any]:
    return {
        "accounts.salesforce_account_id": key(number),
        "accounts.name": f"Account {number}",
        "accounts.remarks": PLANT,
        "usage.mau": 400 + number,
        "usage.dau_avg_28d": 131.6,
        "usage.licensed_seats": "500",
        "usage.product_version": f"2026.{number}.1",
        "usage.snapshot_date": "2026-11-20",
    }


def book(count: int) -> VendorBook:
    return VendorBook({"rows": [row(number) for number in reversed(range(count))]})


def standin(book: VendorBook, page_size: int) -> LookerStandin:
    return LookerStandin(book, page_size=page_size)


def source(base_url: str, line: Any, clock: Any) -> LookerSource:
    access = Access(base_url, CLIENT_ID, SecretStr(CLIENT_SECRET), LOOK_ID)
    return LookerSource(line, load().sources.looker, clock, access)


def nulled() -> dict[str, Any]:
    return {name: key(90) if name == "accounts.salesforce_account_id" else None for name in row(0)}


def bad() -> list[dict[str, Any]]:
    return [{**row(92), "accounts.salesforce_account_id": None}, {**row(93), "usage.snapshot_date": PLANT}]


def add(book: VendorBook, record: dict[str, Any]) -> None:
    book.of("rows").append(record)


def extended(book: VendorBook) -> None:
    for record in book.of("rows"):
        record["usage.unheard_of"] = {"deep": [1, None]}
