"""Deel's people on trial: by offset, not by cursor."""

from __future__ import annotations

from typing import Any

from bot.standin.vendors.serving import VendorBook

LIKE, FEED, PATH, CURSORS = "trial_deel", "people", "/people", False
PLANT = "PLANTED-a7f3"


def key(number: int) -> str:
    return f"d290f1ee-6c54-4b01-90e6-{number:012d}"


def person(number: int) -> dict[str, Any]:
    return {
        "id": key(number),
        "worker_id": "12345",
        "full_name": f"Person {number}",
        "job_title": "Technical Advisor",
        "country": "de",
        "timezone": "Europe/Berlin",
        "emails": [
            {"type": "personal", "value": f"{PLANT}@home.example"},
            {"type": "work", "value": f"Person{number}@TA.example"},
        ],
        "termination_reason": PLANT,
        "person_status": "ACTIVE",
        "direct_manager": {"id": "x", "work_email": "boss@ta.example"},
    }


def book(count: int) -> VendorBook:
    return VendorBook({"people": [person(number) for number in range(count)]})


def nulled() -> dict[str, Any]:
    kept = ("id", "emails", "person_status")
    whole = person(90)
    return {name: whole[name] if name in kept else None for name in whole}


def bad() -> list[dict[str, Any]]:
    return [
        {**person(91), "emails": None},
        {**person(92), "emails": [{"type": "work", "value": PLANT}]},
        {**person(93), "id": None},
    ]


def add(book: VendorBook, record: dict[str, Any]) -> None:
    book.of("people").append(record)


def extended(book: VendorBook) -> None:
    for record in book.of("people"):
        record["unheard_of"] = {"deep": [1, None]}
