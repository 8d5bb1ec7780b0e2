"""A vendor's records are read one by one: what is bad in one is told, by name and without its value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.domain import json_values
from bot.domain.reading import AccountReading, Unreadable
from bot.domain.records import Record, take

AT = datetime(2026, 11, 26, tzinfo=UTC)


def _account(record: Record) -> Iterator[AccountReading]:
    values: dict[str, object] = {}
    record.put(values, "health_score", record.data.get("score"), json_values.score, "score")
    record.put(values, "domain", record.within("site").get("domain"), json_values.text, "site.domain")
    yield AccountReading(key=record.key, name=record.must("name"), values=values, as_of=AT)


def test_a_bad_field_is_left_out_and_the_rest_of_its_record_taken() -> None:
    """So that its last value stays, while those that can be read go on."""
    readings, refused = take([{"id": 7, "name": "Acme", "score": 85.5, "site": None}], _account)
    assert [reading.values for reading in readings] == [{"domain": None}]
    assert refused == (Unreadable(key="7", field="score", reason="is not a score from 0 to 10"),)


def test_a_record_without_what_it_needs_is_refused_and_the_others_taken() -> None:
    """Each by its key and field; what is no object has neither."""
    good = {"id": "a", "name": "Acme", "score": None}
    records = [
        17,
        {"name": "Nobody"},
        {"id": "b", "name": " "},
        {"id": True, "name": "x"},
        {"id": "c", "name": {}},
        good,
    ]
    readings, refused = take(records, _account)
    assert [reading.key for reading in readings] == ["a"]
    assert [(each.key, each.field) for each in refused] == [
        ("", ""),
        ("", "id"),
        ("b", "name"),
        ("", "id"),
        ("c", "name"),
    ]


def test_a_key_may_have_other_names() -> None:
    """The first one that the record has."""
    readings, _ = take([{"id": None, "externalId": "x-1", "name": "Acme"}], _account, "id", "externalId")
    assert readings[0].key == "x-1"
