"""Deel's time off on trial."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.integrations.deel.client import Access
from bot.integrations.deel.source import DeelSource
from bot.policy import load
from bot.standin.vendors.deel import TOKEN, DeelStandin
from bot.standin.vendors.serving import VendorBook

FEED, PATH, SECRET = "time_offs", "/time_offs", "DEEL_API_TOKEN"
PAGED, CURSORS, EMBEDDED = True, True, None
PLANT = "PLANTED-a7f3"


def key(number: int) -> str:
    return f"d290f1ee-6c54-4b01-90e6-{number:012d}"


def time_off(number: int) -> dict[str, Any]:
    return {
        "id": key(number),
        "amount": 2,
        "reason": PLANT,
        "description": PLANT,
        "other_type_description": PLANT,
        "status": "APPROVED",
        "start_date": "2026-12-03",
        "end_date": "2026-12-04",
        "half_start_date": True,
        "half_end_date": False,
        "updated_at": "2026-11-01T00:00:00Z",
        "time_off_type": {"name": PLANT, "policy": {"name": PLANT, "policy_type": {"name": PLANT}}},
        "time_off_dailies": [{"date": "2026-12-03", "type": PLANT, "amount": 0.5, "description": PLANT}],
        "recipient_profile": {"hris_profile_id": "p-1"},
        "requester_profile": {"hris_profile_id": "p-2"},
    }


def book(count: int) -> VendorBook:
    return VendorBook({"time_offs": [time_off(number) for number in range(count)]})


def standin(book: VendorBook, page_size: int) -> DeelStandin:
    return DeelStandin(book, page_size=page_size)


def source(base_url: str, line: Any, clock: Any) -> DeelSource:
    return DeelSource(line, load().sources.deel, clock, Access(base_url, SecretStr(TOKEN)))


def nulled() -> dict[str, Any]:
    kept = ("id", "status", "start_date", "end_date", "recipient_profile")
    whole = time_off(90)
    return {name: whole[name] if name in kept else None for name in whole}


def bad() -> list[dict[str, Any]]:
    return [
        {**time_off(91), "recipient_profile": None},
        {**time_off(92), "start_date": PLANT},
        {**time_off(93), "end_date": "2026-12-01"},
        {**time_off(94), "status": PLANT},
        {**time_off(95), "id": None},
    ]


def add(book: VendorBook, record: dict[str, Any]) -> None:
    book.of("time_offs").append(record)


def extended(book: VendorBook) -> None:
    for record in book.of("time_offs"):
        record["unheard_of"] = {"deep": [1, None]}
