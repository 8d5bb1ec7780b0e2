"""Deel's sample answers, each read for what it is: dates and status, and nothing of why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.domain.reading import AbsenceReading, PersonReading, Unreadable
from bot.errors import SourceRefused, SourceUnavailable
from bot.http.errors import Called, judged
from bot.integrations.deel import translate
from bot.integrations.deel.translate import absences, people

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "deel"
READ_HERE = {
    "time_offs_profile_list.json",
    "time_offs_org_list_page1.json",
    "people_list_min.json",
    "error_envelope.json",
    "error_429.json",
}
NOT_ASKED_FOR = {"webhook_time_off_reviewed.json"}  # time off is read by sweeps; nothing is posted to us
EVER = date(2000, 1, 1)
ANA = "d290f1ee-6c54-4b01-90e6-d701748f0851"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def time_off(**changes: Any) -> dict[str, Any]:
    return {**sample("time_offs_org_list_page1.json")["data"][0], "half_start_date": None, **changes}


def one(**changes: Any) -> AbsenceReading:
    readings, refused = absences([time_off(**changes)], ends_from=EVER)
    assert refused == ()
    assert isinstance(readings[0], AbsenceReading)
    return readings[0]


def test_no_sample_is_left_out():
    assert {path.name for path in SAMPLES.glob("*.json")} == READ_HERE | NOT_ASKED_FOR


def test_a_person_is_known_by_their_work_email():
    assert people(sample("people_list_min.json")["data"]) == (
        (
            PersonReading(
                key=ANA,
                email="jane.doe@example.com",
                name="Jane Doe",
                country="US",
                timezone="America/New_York",
            ),
        ),
        (),
    )


def test_a_persons_time_off():
    key = "d3m0d3m0-d3m0-d3m0-d3m0-d3m0d3m0d3m0"
    data = sample("time_offs_profile_list.json")["data"]
    approved = AbsenceReading(
        key=key, person_key=key, starts_on=date(2024, 10, 9), ends_on=date(2024, 10, 10), status="approved"
    )
    requested = AbsenceReading(
        key=key, person_key=key, starts_on=date(2024, 10, 1), ends_on=date(2024, 10, 3), status="requested"
    )
    assert absences(data, ends_from=EVER) == ((approved, requested), ())
    assert absences(data, ends_from=date(2024, 10, 4)) == ((approved,), ())


def test_an_organisations_time_off_with_half_a_day():
    readings, refused = absences(sample("time_offs_org_list_page1.json")["data"], ends_from=EVER)
    assert refused == ()
    assert readings == (
        AbsenceReading(
            key=ANA,
            person_key=ANA,
            starts_on=date(2022, 1, 1),
            ends_on=date(2022, 1, 1),
            half_day_start=True,
            status="requested",
        ),
    )


@pytest.mark.parametrize(
    "name", ["time_offs_profile_list.json", "time_offs_org_list_page1.json", "people_list_min.json"]
)
def test_nothing_of_why_leaves_the_translation(name: str):
    """No reason, description, kind or amount; of a person no job, no private address, no dates of employment."""
    read = (
        people(sample(name)["data"]) if "people" in name else absences(sample(name)["data"], ends_from=EVER)
    )
    said = repr(read)
    for word in ("crocodile", "fam", "Vacation", "leave", "Technical", "12345", "hris", "0.5"):
        assert word not in said


def test_the_translation_names_no_field_that_says_why():
    source = Path(translate.__file__ or "").read_text(encoding="utf-8").partition('"""\n\n')[2]
    for field in ('"reason', '"description', '"other_type', '"time_off_type', '"policy', '"note'):
        assert field not in source


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("APPROVED", "approved"),
        ("USED", "approved"),
        ("requested", "requested"),
        ("REJECTED", "cancelled"),
        ("CANCELED", "cancelled"),
    ],
)
def test_where_a_time_off_stands(said: str, meant: str):
    assert one(status=said).status == meant


@pytest.mark.parametrize(
    ("changes", "halves"),
    [
        ({"half_start_date": True, "end_date": "2022-01-03"}, (True, False)),
        ({"half_end_date": True, "end_date": "2022-01-03"}, (False, True)),
        ({"half_start_date": True, "half_end_date": True, "end_date": "2022-01-03"}, (True, True)),
        ({"half_start_date": True, "half_end_date": True}, (True, False)),
        (
            {"time_off_dailies": [{"date": "2022-01-03", "amount": 0.5}], "end_date": "2022-01-03"},
            (False, True),
        ),
        (
            {"time_off_dailies": [{"date": "2022-01-02", "amount": 0.5}], "end_date": "2022-01-03"},
            (False, False),
        ),
        ({"entitlement_unit": "HOUR"}, (False, False)),
        ({"time_off_dailies": None}, (False, False)),
    ],
)
def test_half_days_by_flag_or_by_what_a_day_counts(changes: dict[str, Any], halves: tuple[bool, bool]):
    absence = one(**changes)
    assert (absence.half_day_start, absence.half_day_end) == halves


def test_an_instant_for_a_date_is_the_day_that_it_names():
    absence = one(start_date="2024-09-29T00:00:00Z", end_date="2024-09-30T00:00:00.000Z")
    assert (absence.starts_on, absence.ends_on) == (date(2024, 9, 29), date(2024, 9, 30))


def test_what_cannot_be_known_of_a_person_does_not_cost_the_rest():
    record = {
        **sample("people_list_min.json")["data"][0],
        "timezone": "UTC+2",
        "country": "Germany",
        "direct_manager": {"id": "m", "work_email": "Boss@Example.com"},
    }
    readings, refused = people(
        [record, {**record, "id": "b", "emails": [{"type": "personal", "value": "j@home.example"}]}]
    )
    assert readings == (
        PersonReading(
            key=ANA, email="jane.doe@example.com", name="Jane Doe", manager_email="boss@example.com"
        ),
    )
    assert refused == (
        Unreadable(key=ANA, field="country", reason="is no code of a country such as DE"),
        Unreadable(key=ANA, field="timezone", reason="is no time zone such as Europe/Berlin"),
        Unreadable(key="b", field="emails", reason="holds no work e-mail"),
    )


def test_errors_are_ours_and_keep_the_name_of_the_call():
    refused = judged(Called(system="deel", path="/time_offs"), 400, sample("error_envelope.json"), {}).error
    assert isinstance(refused, SourceRefused)
    assert refused.request_id == ANA
    busy = judged(Called(system="deel", path="/time_offs"), 429, sample("error_429.json"), {})
    assert isinstance(busy.error, SourceUnavailable)
    assert busy.again
