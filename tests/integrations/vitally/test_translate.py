"""Every sample of Vitally's answers becomes our nouns with these values, and nothing that people wrote is among them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import policy
from bot.domain.reading import AccountReading, ContactReading, Event, EventReading, Unreadable
from bot.domain.records import take
from bot.http.errors import said_in
from bot.integrations.vitally.translate import Told, Translator
from bot.policy.sources import VitallyTable

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "vitally"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TABLE = policy.load().sources.vitally
ADMINS = {"usr_13579": "Kim@Example.com", "bbab97d8-0000-4000-8000-000000000000": "csm@example.com"}
_VALUES = {"healthScore": "health_score"}
SOME = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def account(record: dict[str, Any], table: VitallyTable = TABLE, **told: Any) -> tuple[AccountReading, Any]:
    given = Told(**{"admins": ADMINS, "now": NOW, **told})
    readings, refused = take([record], lambda each: Translator(table).account(each, given))
    return readings[0], refused  # type: ignore[return-value]


def events(method: str, records: list[Any], **given: Any) -> tuple[Any, Any]:
    read = getattr(Translator(TABLE), method)
    return take(records, lambda each: read(each, now=NOW, **given), "id", "externalId")


def test_an_account_as_documented() -> None:
    """A part of an account says nothing of what it does not hold: key roles, segments, traits."""
    reading, refused = account(sample("account_get_truncated.json"))
    assert refused == ()
    assert reading == AccountReading(
        key="acc_12345",
        name="Acme, Inc.",
        ids={"salesforce": "external-account-001"},
        values={
            "health_score": 7.0,
            "arr": 12 * 1200 * 100,
            "renewal_date": date(2024, 4, 1),
            "last_activity_on": date(2024, 2, 19),
            "ta_email": "kim@example.com",
            "churned_on": None,
        },
        as_of=NOW,
    )


def test_an_account_as_recorded() -> None:
    """Nearly everything is null; an unfilled or unknown role is nobody."""
    page = sample("accounts_list_live_anonymised.json")
    reading, refused = account(page["results"][0], traits=frozenset({TABLE.traits["ta_sentiment"]}))
    assert refused == ()
    assert reading.ids == {"salesforce": "3763"}
    assert reading.values == {
        **dict.fromkeys(("health_score", "arr", "renewal_date", "last_activity_on", "segment", "churned_on")),
        "ta_email": "csm@example.com",
        "ae_email": None,
        "ce_email": None,
        "ie_email": None,
        "ta_sentiment": None,  # is set up and empty; the other traits are not set up, so they are not told
    }


def test_traits_are_read_in_the_kinds_of_the_book() -> None:
    """With what a word means here, and by any system's id that a trait holds."""
    table = TABLE.model_copy(update={"ids": {"looker": "sf.id"}, "account_url": "https://x.example/a/{id}"})
    traits = {
        "vitally.custom.sentiment": "At Risk",
        "vitally.custom.activeChampion": "yes",
        "vitally.custom.accessToBuyer": False,
        "vitally.custom.lighthouse": "Yes",
        "vitally.custom.goalsSet": "3",
        "vitally.custom.customerSince": "2024-02-03T00:00:00.000Z",
        "sf.id": "L-7",
    }
    record = {
        "id": "a",
        "name": "Acme",
        "traits": traits,
        "segments": [{"name": "Beta"}, {"name": "enterprise"}],
    }
    reading, refused = account(record, table)
    assert refused == ()
    assert reading.ids == {"looker": "L-7"}
    assert reading.values == {
        "ta_sentiment": "poor",
        "active_champion": True,
        "access_to_buyer": False,
        "lighthouse": "active",
        "goals_set": 3,
        "customer_since": date(2024, 2, 3),
        "segment": "Enterprise",
        "vitally_url": "https://x.example/a/a",
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"healthScore": -1}, "healthScore"),
        ({"healthScore": 85.5}, "healthScore"),
        ({"healthScore": "7 of 10"}, "healthScore"),
        ({"mrr": -3}, "mrr"),
        ({"nextRenewalDate": "soon"}, "nextRenewalDate"),
        ({"nextRenewalDate": "2026-02-30"}, "nextRenewalDate"),
        ({"churnedAt": 17}, "churnedAt"),
        ({"csmId": "usr_0"}, "csmId"),
        (
            {"keyRoles": [{"keyRole": {"label": "CSM"}, "vitallyUser": {"email": "x"}}]},
            "keyRoles.technical advisor",
        ),
        ({"traits": {"vitally.custom.sentiment": "Ecstatic"}}, "vitally.custom.sentiment"),
        ({"lastInboundMessageTimestamp": "yesterday"}, "lastInboundMessageTimestamp"),
    ],
)
def test_a_value_out_of_bounds_is_left_out_by_name(given: dict[str, Any], field: str) -> None:
    """The rest of the account is taken; the value itself is not repeated."""
    reading, refused = account({"id": "a", "name": "Acme", "healthScore": 5, **given})
    assert reading.name == "Acme"
    assert set(reading.values) <= {"health_score", "ce_email", "ae_email", "ie_email"} - {_VALUES.get(field)}
    assert [(each.key, each.field) for each in refused] == [("a", field)]
    assert not any(str(value) in refused[0].reason for value in given.values())


def test_the_first_key_role_that_somebody_fills_names_the_owner() -> None:
    """Before csmId, whatever the order in which Vitally lists them."""
    filled = {"keyRole": {"label": "csm"}, "vitallyUser": {"email": "Lee@example.com"}}
    empty = {"keyRole": {"label": "Technical Advisor"}}
    reading, _ = account({"id": "a", "name": "A", "csmId": "usr_13579", "keyRoles": [empty, filled]})
    assert reading.values["ta_email"] == "lee@example.com"
    reading, _ = account({"id": "a", "name": "A", "csmId": "usr_13579", "keyRoles": [empty]})
    assert reading.values["ta_email"] == "kim@example.com"


def test_a_churned_account_is_told_with_its_day() -> None:
    reading, _ = account({"id": "a", "name": "A", "churnedAt": "2026-10-02T23:30:00.000Z"})
    assert (reading.gone_on, reading.values["churned_on"]) == (date(2026, 10, 2), date(2026, 10, 2))


def test_contacts_with_their_roles() -> None:
    """One for each account they belong to; without one they are told all the same, to be counted as unmatched."""
    users = sample("users_list.json")["results"]
    readings, refused = take(users, Translator(TABLE).contact)
    jane = ContactReading(
        key=SOME, account_key="", name="Jane Customer", email="jane@example.com", roles=("Champion",)
    )
    assert (readings, refused) == ((jane,), ())
    several = {**users[0], "accounts": [{"id": "a"}, {"id": "b"}], "deactivatedAt": "2026-01-01T00:00:00Z"}
    readings, _ = take([several], Translator(TABLE).contact)
    assert [(each.key, each.account_key, each.deleted) for each in readings] == [
        (f"{SOME}:a", "a", True),
        (f"{SOME}:b", "b", True),
    ]


def test_tasks_keep_their_name_and_not_their_description() -> None:
    readings, refused = events("task", sample("tasks_list.json")["results"], account_key="acc")
    assert refused == ()
    assert readings == (
        EventReading(
            kind=Event.TASK,
            key="task-1",
            account_key="acc",
            title="Check in on the Account",
            on=date(2021, 1, 1),
            opened_at=datetime(2020, 12, 11, 20, 16, 27, 370000, UTC),
            done=True,
            as_of=datetime(2020, 12, 11, 20, 16, 27, 370000, UTC),
        ),
    )
    (open_one,), _ = events("task", [{"id": "t", "name": "Do", "completedAt": None, "accountId": "a"}])
    assert (open_one.done, open_one.account_key, open_one.on) == (False, "a", None)


def test_a_note_of_a_meeting_is_a_meeting() -> None:
    """As recorded: category 📅 Meeting, subject Onboarding Kickoff."""
    (reading,), refused = events("note", sample("notes_list.json")["results"])
    assert refused == ()
    assert (reading.kind, reading.label, reading.on, reading.account_key) == (
        Event.MEETING,
        "kickoff",
        date(2025, 11, 8),
        SOME,
    )
    assert reading.title == ""


@pytest.mark.parametrize(
    ("category", "label"),
    [("🛟 Save plan", "save_plan"), ("Joint Success Plan", "success_plan"), ("Gossip", ""), (None, "")],
)
def test_notes_are_told_apart_by_category(category: str | None, label: str) -> None:
    record = {
        "id": "n",
        "accountId": "a",
        "category": {"name": category},
        "createdAt": "2026-11-02T10:00:00Z",
    }
    (reading,), _ = events("note", [record])
    assert (reading.kind, reading.label, reading.on) == (Event.NOTE, label, date(2026, 11, 2))


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Acme | QBR Q3", "business_review"),
        ("Weekly sync with Acme", "sync"),
        ("Roadmap review and sync", "roadmap_review"),
        ("Kick-off!", "kickoff"),
        ("Synchronicity gig", ""),
        (None, ""),
        (17, ""),
    ],
)
def test_meetings_are_told_apart_by_whole_words_of_their_title(title: Any, label: str) -> None:
    """And nothing of the title is kept; one meeting with two accounts is one of each."""
    people = [
        {"vitallyUserId": "v", "email": "ta@example.com"},
        {"userId": "u", "email": "jane@acme.example"},
    ]
    record = {
        "id": "m",
        "title": title,
        "startDateTime": "2026-12-01T15:00:00Z",
        "accountIds": ["a", "b"],
        "participants": people,
    }
    readings, refused = events("meeting", [record])
    assert refused == ()
    assert [(each.key, each.account_key, each.label) for each in readings] == [
        ("m:a", "a", label),
        ("m:b", "b", label),
    ]
    assert (readings[0].on, readings[0].done, readings[0].whom) == (
        date(2026, 12, 1),
        False,
        "jane@acme.example",
    )
    assert readings[0].title == ""


def test_conversations_are_told_by_place_and_last_day() -> None:
    readings, refused = events(
        "conversation", sample("conversations_list.json")["results"], account_key="acc"
    )
    assert refused == ()
    assert [(each.label, each.on, each.account_key) for each in readings] == [
        ("mail", date(2026, 6, 2), "acc")
    ]
    whole = {**sample("conversation_get.json"), "source": "slack", "updatedAt": "2026-06-01T00:00:00.000Z"}
    (reading,), _ = events("conversation", [whole], account_key="acc")
    assert (reading.label, reading.on) == ("slack", date(2026, 6, 1))
    assert "Just checking in" not in repr(reading)


def test_a_conversation_that_does_not_say_when_is_refused() -> None:
    """As the single conversation is documented: without any date."""
    readings, refused = events("conversation", [sample("conversation_get.json")], account_key="acc")
    assert readings == ()
    assert refused == (Unreadable(key=SOME, field="updatedAt", reason="is empty"),)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("error_400_validation_live.json", "validation failed"),
        ("error_401.json", "Authorization header not present."),
    ],
)
def test_errors_are_read(name: str, message: str) -> None:
    assert said_in(sample(name), {}).message == message


def test_every_sample_is_tried() -> None:
    """Those that are of no feed are: the catalogue and the envelope by the source, the rest we do not call."""
    of_no_feed = {
        "custom_fields_bare_array.json",
        "list_last_page.json",
        "admins_list.json",
        "playbook_webhook_UNVERIFIED.json",  # webhooks are not heard
        "project_fields.json",  # projects are not read
        "project_templates_list.json",
    }
    tried = Path(__file__).read_text()
    named = {path.name for path in SAMPLES.glob("*.json")}
    assert named - of_no_feed == {name for name in named if f'"{name}"' in tried} - of_no_feed
