"""What a sync decides by itself: who is whose, what counts, who agrees. Tables, without a store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import policy as policy_module
from bot.domain.account import FIELDS
from bot.domain.provenance import Stamp
from bot.domain.reading import AccountReading, Event
from bot.features.sync import counting, rules
from bot.features.sync.identity import OURS_NOT, UNSAID, claim_of
from bot.features.sync.merging import Merging
from bot.ports.readings import Claimed, Happened, Met, Spoken, Told
from bot.store import provenance

POLICY = policy_module.load()
TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
SHORT, LONG = "001RO00000XyZab", "001RO00000XyZabYAF"


def day(distance: int) -> date:
    return TODAY + timedelta(days=distance)


def happened(kind: Event, key: str = "1", **told: Any) -> Happened:
    empty = {
        "label": "",
        "title": "",
        "whom": "",
        "on": None,
        "opened_on": None,
        "amount": None,
        "done": False,
    }
    return Happened(system="vitally", kind=kind, key=key, **{**empty, **told})


COUNTED = {
    "tickets of 90 days, the open ones whenever they were opened": (
        [
            happened(Event.TICKET, "1", label="defect", opened_on=day(-90)),
            happened(Event.TICKET, "2", label="defect", opened_on=day(-91)),
            happened(Event.TICKET, "3", label="help", opened_on=day(-1), done=True),
            happened(Event.TICKET, "4", label="", opened_on=day(0)),
        ],
        {"open_tickets": 3, "defect_tickets_90d": 1, "help_tickets_90d": 1},
    ),
    "the next renewal, overdue ones too, and what may be added": (
        [
            happened(Event.OPPORTUNITY, "1", label="renewal", on=day(-5)),
            happened(Event.OPPORTUNITY, "2", label="renewal", on=day(300)),
            happened(Event.OPPORTUNITY, "3", label="renewal", on=day(-60), done=True),
            happened(Event.OPPORTUNITY, "4", label="expansion", amount=500),
            happened(Event.OPPORTUNITY, "5", label="expansion", amount=700),
            happened(Event.OPPORTUNITY, "6", label="", on=day(1), amount=9),
        ],
        {"renewal_date": day(-5), "expected_close_on": None, "expansion_arr_open": 1200},
    ),
    "open tasks by their due date": (
        [
            happened(Event.TASK, "1", title="Later", on=day(9)),
            happened(Event.TASK, "2", title="Soon", on=day(1)),
            happened(Event.TASK, "3", title="Some day"),
            happened(Event.TASK, "4", title="Done", on=day(0), done=True),
        ],
        {"pending_actions": ("Soon", "Later", "Some day")},
    ),
    "meetings held and to come": (
        [
            happened(Event.MEETING, "1", label="sync", on=day(7), whom="Cy"),
            happened(Event.MEETING, "2", label="sync", on=day(3), whom="Di"),
            happened(Event.MEETING, "3", label="sync", on=day(-4), done=True),
            happened(Event.MEETING, "4", label="business_review", on=day(-40), done=True),
            happened(Event.MEETING, "5", label="business_review", on=day(30)),
            happened(Event.MEETING, "6", label="kickoff", on=day(10)),
        ],
        {
            "next_customer_sync_on": day(3),
            "next_customer_sync_with": "Di",
            "last_cbr_on": day(-40),
            "last_roadmap_review_on": None,
            "kickoff_on": day(10),
            "last_activity_on": day(-4),
        },
    ),
    "plans by their newest note": (
        [
            happened(Event.NOTE, "1", label="save_plan", on=day(-9)),
            happened(Event.NOTE, "2", label="save_plan", on=day(-2)),
        ],
        {"save_plan_updated_on": day(-2), "success_plan_updated_on": None},
    ),
    "conversations": (
        [
            happened(Event.CONVERSATION, "1", label="slack", on=day(-8)),
            happened(Event.CONVERSATION, "2", label="mail", on=day(-1)),
        ],
        {"last_activity_on": day(-1), "slack_channel_active_on": day(-8)},
    ),
}


@pytest.mark.parametrize("case", COUNTED)
def test_what_events_come_to(case: str) -> None:
    events, wanted = COUNTED[case]
    assert list(counting.counted_by_kind(events, TODAY).values()) == [wanted]


@pytest.mark.parametrize(
    ("system", "key", "ids", "wanted"),
    [
        ("salesforce", LONG, {}, Claimed(LONG)),
        ("salesforce", SHORT, {}, Claimed(LONG)),
        ("vitally", "v1", {"salesforce": SHORT}, Claimed(LONG)),
        ("vitally", "v1", {"salesforce": " "}, UNSAID),
        ("vitally", "v1", {}, UNSAID),
        ("vitally", "v1", {"salesforce": LONG, "zendesk": "7"}, Claimed(LONG, (("zendesk", "7"),))),
        ("zendesk", "8", {"salesforce": SHORT}, Claimed("001B")),
        ("zendesk", "9", {"salesforce": SHORT}, OURS_NOT),
    ],
)
def test_whose_a_record_is(system: str, key: str, ids: dict[str, str], wanted: Claimed) -> None:
    """By policy's override, then by the id that policy joins by; Salesforce's short ids are its long ones."""
    join = policy_module.load().join
    same = {("zendesk", "8"): "001B", ("zendesk", "9"): ""}
    changed = type(join)(**{name: getattr(join, name) for name in join.__dataclass_fields__} | {"same": same})
    assert claim_of(system, AccountReading(key=key, ids=ids, as_of=AT), changed) == wanted


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        (100_000, 101_000, True),
        (100_000, 102_000, False),
        (TODAY, day(1), True),
        (TODAY, day(2), False),
        ("SMB", "smb ", True),
        ("a@x.example", "b@x.example", False),
        (0, 0, True),
    ],
)
def test_who_agrees(one: Any, other: Any, *, agrees: bool) -> None:
    assert rules.agree(one, other, POLICY.join) is agrees


@pytest.mark.parametrize(
    ("seen", "before", "far"),
    [(70, 100, False), (69, 100, True), (0, 20, False), (0, 21, True), (5, 0, False)],
)
def test_what_is_far_fewer(seen: int, before: int, *, far: bool) -> None:
    assert rules.is_far_fewer(seen, before, POLICY.join) is far


def spoken(system: str, gone_on: date | None = None, **values: Any) -> Spoken:
    return Spoken(system, f"{system}-1", system.capitalize(), values, AT, {}, gone_on)


def merged(*said: Spoken, **told: Any) -> Any:
    empty = {"held": None, "happened": (), "met": (), "week": False}
    merging = Merging(join=POLICY.join, health=POLICY.health, today=TODAY)
    return merging.merge(Told(account_id="A", spoken=said, **{**empty, **told}), {})


def test_who_owns_a_value_goes_first_and_whoever_knows_it_after() -> None:
    found = merged(
        spoken("salesforce", arr=1, ae_email="sf@x.example", renewal_date=None),
        spoken("vitally", arr=2, ta_email="v@x.example", ae_email="v@x.example", renewal_date=TODAY, mau=3),
        spoken("zendesk", arr=9),
    )
    assert found.row.name == "Vitally"
    assert found.row.values == {
        "arr": 1,
        "ae_email": "sf@x.example",
        "ta_email": "v@x.example",
        "renewal_date": TODAY,
        "mau": 3,
    }
    assert {name: stamp.source for name, stamp in found.row.stamps.items() if name in ("arr", "mau")} == {
        "arr": "Salesforce",
        "mau": "Vitally",
    }
    assert [one.field for one in found.disagreements] == ["ae_email", "arr"]


def test_who_no_longer_has_an_account_speaks_last_and_disagrees_with_nobody() -> None:
    found = merged(spoken("salesforce", gone_on=day(-3), arr=1, developers=5), spoken("vitally", arr=2))
    assert (found.row.values["arr"], found.row.values["developers"]) == (2, 5)
    assert "churned_on" not in found.row.values, "Vitally decides, and has it"
    assert not found.disagreements
    gone = merged(spoken("salesforce", arr=1), spoken("vitally", gone_on=day(-3), arr=2))
    assert (gone.row.values["churned_on"], gone.row.stamps["churned_on"].source) == (day(-3), "Vitally")
    known = merged(spoken("vitally", gone_on=day(-3), churned_on=day(-30)))
    assert known.row.values["churned_on"] == day(-30)


def test_new_business_of_a_customer_makes_it_no_prospect() -> None:
    assert "expected_close_on" not in merged(spoken("salesforce", expected_close_on=day(9), arr=5)).row.values
    assert merged(spoken("salesforce", expected_close_on=day(9), arr=0)).row.values[
        "expected_close_on"
    ] == day(9)


def test_a_score_without_a_category_falls_into_one() -> None:
    found = merged(spoken("vitally", health_score=3.0), week=True)
    assert found.row.values["health_category"] == "red"
    assert (found.week.health_category, found.week.week_ending, found.week.source) == (
        "red",
        TODAY,
        "Vitally",
    )


def test_contacts_are_one_by_their_address() -> None:
    met = [
        Met("vitally", "1", "Cy Mason", "CY@x.example", None, ("Champion",)),
        Met("vitally", "2", "Cy Mason", "cy@x.example", None, ()),
        Met("vitally", "3", "Di", None, None, ()),
    ]
    assert [one.name for one in merged(spoken("vitally"), met=met).contacts] == ["Cy Mason", "Di"]


def test_stamps_of_several_systems_come_back_value_by_value() -> None:
    stamps = {
        name: Stamp(source, AT + timedelta(hours=n))
        for n, (name, source) in enumerate(
            {
                "arr": "Salesforce",
                "renewal_date": "Vitally",
                "mau": "Looker",
                "ta_email": 'Vi"tally',
                "segment": "Vitally",
            }.items()
        )
    }
    text = provenance.Compact().encode(stamps, Stamp("Vitally", AT))
    decoded = dict(zip((field.name for field in FIELDS), provenance.decode(text), strict=True))
    assert {name: decoded[name] for name in stamps} == stamps
