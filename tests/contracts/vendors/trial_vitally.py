"""Vitally on trial, by its accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot import policy
from bot.http.client import Line
from bot.integrations.vitally.source import VitallySource
from bot.standin.vendors.serving import VendorBook
from bot.standin.vendors.vitally import API_KEY, OWNER, VitallyStandin

FEED = "accounts"
PATH = "/resources/accounts"
SECRET = "VITALLY_API_KEY"
PAGED = CURSORS = True
EMBEDDED = None
PLANT = "PLANTED-a7f3"
TABLE = policy.load().sources.vitally
_FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_NOW = "2026-11-20T09:00:00.000Z"
_NULLABLE = (
    *("organizationId", "accountOwnerId", "mrr", "nextRenewalDate", "churnedAt", "firstSeenTimestamp"),
    *("lastSeenTimestamp", "lastInboundMessageTimestamp", "lastOutboundMessageTimestamp", "trialEndDate"),
    *("npsScore", "healthScore", "csmId", "accountExecutiveId", "externalId"),
)


def key(number: int) -> str:
    return f"acc-{number:05}"


def account(number: int, **given: Any) -> dict[str, Any]:
    at = (_FIRST + timedelta(minutes=number)).isoformat().replace("+00:00", ".000Z")
    return {
        "id": key(number),
        "name": f"Account {number}",
        "createdAt": at,
        "updatedAt": at,
        "externalId": f"001RO00000{number:05}AAA",
        "healthScore": number % 11,
        "mrr": 100.5 * number,
        "nextRenewalDate": "2027-04-01T00:00:00.000Z",
        "churnedAt": None,
        "lastInboundMessageTimestamp": _NOW,
        "csmId": "admin-1",
        "accountExecutiveId": None,
        "segments": [{"id": "s", "name": "Enterprise"}],
        "keyRoles": [
            {
                "id": f"role-{number}-{label}",
                "keyRole": {"label": label},
                "vitallyUser": {"email": "ann@example.com"},
            }
            for label in (
                "Technical Advisor",
                "Account Executive",
                "Customer Engineer",
                "Implementation Engineer",
            )
        ],
        "traits": {"vitally.custom.sentiment": "Healthy", "vitally.custom.nextSteps": PLANT},
        **given,
    }


def book(count: int) -> VendorBook:
    fields = [{"label": trait, "type": "string", "path": trait} for trait in TABLE.traits.values()]
    of_users = [{"path": TABLE.contact_roles}, {"path": TABLE.contact_title}]
    at = {"createdAt": _NOW, "updatedAt": _NOW}
    thing = {**at, "subject": PLANT, "title": PLANT, "note": PLANT, "description": PLANT, "summary": PLANT}
    return VendorBook(
        {
            "accounts": [account(number) for number in range(count)],
            "admins": [
                {"id": "admin-1", "name": "Ann", "email": "ann@example.com", "licenseStatus": "active"}
            ],
            "customFields:accounts": fields,
            "customFields:users": of_users,
            "users": [
                {**at, "id": "u-1", "name": "Jane", "email": "jane@example.com", "npsLastFeedback": PLANT}
            ],
            "tasks": [
                {**thing, "id": "t-1", "name": "Send the plan", "accountId": key(0), "completedAt": None}
            ],
            "notes": [{**thing, "id": "n-1", "noteDate": _NOW, "accountId": key(0), "tags": [PLANT]}],
            "meetings": [
                {**thing, "id": "m-1", "startDateTime": _NOW, "accountIds": [key(0)], "keyPoints": PLANT}
            ],
            "conversations": [{**thing, "id": "c-1", OWNER: key(0), "source": "slack", "messages": [PLANT]}],
        }
    )


def standin(held: VendorBook, page_size: int) -> VitallyStandin:
    return VitallyStandin(held, page_size=page_size)


def source(base_url: str, line: Line, clock: Any) -> VitallySource:
    return VitallySource(line, TABLE, clock, base_url=base_url, api_key=API_KEY)


def nulled() -> dict[str, Any]:
    empty = {"traits": dict.fromkeys(TABLE.traits.values()), "segments": [], "keyRoles": []}
    return {**account(99), **dict.fromkeys(_NULLABLE), **empty}


def bad() -> list[dict[str, Any]]:
    return [account(90, name=None), account(91, name={"text": PLANT}), account(92, id=None, externalId=None)]


def add(held: VendorBook, record: dict[str, Any]) -> None:
    held.put("accounts", record)


def extended(held: VendorBook) -> None:
    held.put(
        "accounts",
        *(
            {**each, "novel": [{"x": 1}], "traits": {**each["traits"], "new": PLANT}}
            for each in held.of("accounts")
        ),
    )
