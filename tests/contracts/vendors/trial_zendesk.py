"""Zendesk on trial, by its tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot import policy
from bot.http.client import Line
from bot.integrations.zendesk.source import ZendeskSource
from bot.standin.vendors.serving import VendorBook
from bot.standin.vendors.zendesk import API_TOKEN, EMAIL, ZendeskStandin

FEED = "tickets"
PATH = "/incremental/tickets"
SECRET = "ZENDESK_API_TOKEN"
PAGED = CURSORS = True
EMBEDDED = None
PLANT = "PLANTED-a7f3"
TABLE = policy.load().sources.zendesk
_FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def key(number: int) -> str:
    return str(100 + number)


def ticket(number: int, **given: Any) -> dict[str, Any]:
    at = (_FIRST + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")
    words = dict.fromkeys(("subject", "raw_subject", "description"), PLANT)
    return {
        "id": 100 + number,
        "created_at": at,
        "updated_at": at,
        "type": "problem",
        "status": "open",
        "priority": "high",
        "organization_id": 7,
        "tags": ["billing"],
        "custom_fields": [{"id": 1, "value": PLANT}],
        **words,
        **given,
    }


def book(count: int) -> VendorBook:
    acme = {"id": 7, "name": "Acme", "external_id": "001RO0000000001AAA", "notes": PLANT, "details": PLANT}
    return VendorBook({"organizations": [acme], "tickets": [ticket(number) for number in range(count)]})


def standin(held: VendorBook, page_size: int) -> ZendeskStandin:
    return ZendeskStandin(held, page_size=page_size)


def source(base_url: str, line: Line, clock: Any) -> ZendeskSource:
    return ZendeskSource(line, TABLE, clock, base_url=base_url, email=EMAIL, api_token=API_TOKEN)


def nulled() -> dict[str, Any]:
    empty = dict.fromkeys(("type", "priority", "organization_id", "subject", "assignee_id", "due_at"))
    return ticket(99, tags=[], custom_fields=[], **empty)


def bad() -> list[dict[str, Any]]:
    return [
        ticket(90, status=PLANT),
        ticket(91, created_at=PLANT),
        ticket(92, status=None),
        ticket(93, id=None),
    ]


def add(held: VendorBook, record: dict[str, Any]) -> None:
    held.put("tickets", record)


def extended(held: VendorBook) -> None:
    held.put("tickets", *({**each, "novel": {"x": [PLANT]}} for each in held.of("tickets")))
