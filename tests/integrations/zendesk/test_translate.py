"""Every sample of Zendesk's answers becomes our nouns with these values, and nothing that people wrote is among them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import policy
from bot.domain.reading import AccountReading, Event, EventReading, Unreadable
from bot.domain.records import take
from bot.errors import SourceRefused, SourceUnavailable
from bot.http.errors import Called, judged
from bot.integrations.zendesk.translate import Translator

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "zendesk"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TABLE = policy.load().sources.zendesk
BORN = datetime(2023, 9, 18, 15, 57, 42, tzinfo=UTC)
TICKET = {
    "id": 1,
    "status": "open",
    "created_at": "2026-11-20T08:00:00Z",
    "updated_at": "2026-11-21T08:00:00Z",
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def tickets(*records: Any, **policy_says: Any) -> tuple[Any, Any]:
    translator = Translator(TABLE.model_copy(update=policy_says))
    return take(records, lambda each: translator.ticket(each, now=NOW))


@pytest.mark.parametrize(
    ("name", "held", "keys"),
    [
        ("incremental_tickets_cursor_recorded.json", "tickets", ["28", "29"]),
        ("incremental_tickets_time_recorded.json", "tickets", ["28"]),
        ("search_tickets.json", "results", ["28"]),
    ],
)
def test_tickets_as_recorded(name: str, held: str, keys: list[str]) -> None:
    """Without type, tags or priority: open, unlabelled, of their organization."""
    readings, refused = tickets(*sample(name)[held])
    assert refused == ()
    assert readings == tuple(
        EventReading(kind=Event.TICKET, key=key, account_key="6130869157658", opened_at=BORN, as_of=BORN)
        for key in keys
    )
    assert "test" not in repr(readings)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"type": "problem", "tags": []}, "defect"),
        ({"type": "incident", "tags": None}, "help"),
        ({"type": "question", "tags": ["vip", "Bug"]}, "defect"),
        ({"type": "problem", "tags": ["how-to"]}, "help"),
        ({"type": None, "tags": ["vip"]}, "other"),
        ({"type": "novel", "tags": []}, "other"),
        ({}, "other"),
    ],
)
def test_tags_tell_before_types(given: dict[str, Any], label: str) -> None:
    """And policy says what a ticket is that neither tells."""
    (reading,), refused = tickets({**TICKET, **given}, otherwise="other")
    assert (reading.label, refused) == (label, ())


@pytest.mark.parametrize(
    ("status", "done", "deleted"),
    [
        ("new", False, False),
        ("open", False, False),
        ("pending", False, False),
        ("hold", False, False),
        ("solved", True, False),
        ("closed", True, False),
        ("deleted", True, True),
    ],
)
def test_what_is_over(status: str, done: bool, deleted: bool) -> None:
    (reading,), _ = tickets({**TICKET, "status": status})
    assert (reading.done, reading.deleted) == (done, deleted)


def test_a_ticket_without_an_organization_is_told_all_the_same() -> None:
    """To be counted as unmatched; what is no id is refused by name and the ticket taken."""
    (reading,), refused = tickets({**TICKET, "organization_id": None})
    assert (reading.account_key, refused) == ("", ())
    (reading,), refused = tickets({**TICKET, "organization_id": {"id": 7}})
    assert reading.account_key == ""
    assert refused == (Unreadable(key="1", field="organization_id", reason="is no id"),)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"status": "thinking"}, "status"),
        ({"status": None}, "status"),
        ({"created_at": "lately"}, "created_at"),
        ({"created_at": None}, "created_at"),
        ({"id": None}, "id"),
    ],
)
def test_a_ticket_that_cannot_be_counted_is_refused(given: dict[str, Any], field: str) -> None:
    readings, refused = tickets({**TICKET, **given}, TICKET)
    assert len(readings) == 1
    assert [each.field for each in refused] == [field]
    assert not any(str(value) in refused[0].reason for value in given.values() if value)


def test_an_organization_and_the_id_by_which_others_know_it() -> None:
    def organizations(*records: Any, **says: Any) -> Any:
        translator = Translator(TABLE.model_copy(update=says))
        return take(records, lambda each: translator.organization(each, now=NOW))

    acme = {
        "id": 7,
        "name": "Acme",
        "external_id": "001RO00000XyZabYAF",
        "domain_names": ["acme.example", "acme.test"],
        "notes": "do not say",
    }
    assert organizations(acme) == (
        (
            AccountReading(
                key="7",
                name="Acme",
                ids={"salesforce": "001RO00000XyZabYAF"},
                values={"domain": "acme.example"},
                as_of=NOW,
            ),
        ),
        (),
    )
    (bare,), _ = organizations({"id": 8, "name": "Bare", "external_id": None})
    assert (bare.ids, bare.values) == ({}, {})
    (unjoined,), _ = organizations(acme, external_id_of="")
    assert unjoined.ids == {}


@pytest.mark.parametrize(
    ("name", "status", "kind", "code"),
    [
        ("error_404_recorded.json", 404, SourceRefused, "RecordNotFound"),
        ("error_400_toomanyvalues_recorded.json", 400, SourceRefused, "TooManyValues"),
        ("error_422_search_limit.json", 422, SourceRefused, "invalid"),
        ("search_unavailable.json", 422, SourceUnavailable, None),
    ],
)
def test_errors_are_read(name: str, status: int, kind: type[Exception], code: str | None) -> None:
    failure = judged(Called(system="zendesk", path="/api/v2/x"), status, sample(name), {})
    assert type(failure.error) is kind
    assert getattr(failure.error, "code", None) == code


def test_every_sample_is_tried() -> None:
    """But those of calls that we do not make."""
    not_called = {"search_count.json", "search_export_users_recorded.json"}
    named = {path.name for path in SAMPLES.glob("*.json")}
    assert named == {name for name in named if f'"{name}"' in Path(__file__).read_text()}
    assert not_called < named
