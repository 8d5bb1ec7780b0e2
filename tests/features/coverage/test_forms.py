"""The windows of a plan, page by page, and what is read from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks.answers import Modal
from bot.domain.leave import Away, Notice, Plan, SyncChoice
from bot.domain.person import Person
from bot.errors import WrongUsage
from bot.features.coverage import forms, wording

Pictured = Callable[[Any], dict[str, Any]]
CHANNEL = "#discuss-technical-advisors"
Opened = Callable[[Plan, dict[str, Person], tuple[Notice, ...]], Modal]


def _texts(plan: Plan, people: dict[str, Person]) -> list[tuple[str, str, str]]:
    covers = [(item, people.get(item.cover_email)) for item in plan.items]
    return [
        (item.account_id, item.account_name, wording.draft_text(plan, item, cover)) for item, cover in covers
    ]


WINDOWS: dict[str, Opened] = {
    "covers": lambda plan, people, notices: forms.covers(plan, people, notices, CHANNEL),
    "covers_last_page": lambda plan, people, notices: forms.covers(plan, people, notices, CHANNEL, 380),
    "confirm": lambda plan, people, notices: forms.confirm(plan, people, notices, CHANNEL),
    "settle": lambda plan, people, _: forms.settle(plan, people),
    "drafts": lambda plan, people, _: forms.drafts(plan, _texts(plan, people), 0),
    "live": forms.live,
    "live_second_page": lambda plan, people, notices: forms.live(plan, people, notices, forms.PAGE),
}


@pytest.mark.parametrize("window", WINDOWS)
def test_forms(
    window: str,
    plan: Plan,
    people: dict[str, Person],
    notices: tuple[Notice, ...],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    modal = WINDOWS[window](plan, people, notices)
    assert pictured(modal) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_the_days_are_asked_for(
    whose: str, usual: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    """Mine: with the plans that there are. Somebody else's: with the emergency, chosen already."""
    signe = people["signe@ta.example"]
    plans = [usual] if whose == "mine" else []
    modal = forms.dates(signe, "Europe/Stockholm", plans, for_another=whose == "theirs", dnd=False)
    assert pictured(modal) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("which", ["other_dates", "call_off", "done"])
def test_a_plan_is_changed(
    which: str, usual: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    """What was typed here has other days, or is called off after one more question."""
    modal = {
        "other_dates": forms.other_dates(usual, people["signe@ta.example"]),
        "call_off": forms.call_off(usual),
        "done": forms.done("Called off", "Those who were told hear of it."),
    }[which]
    assert pictured(modal) == snapshot.use_extension(JSONSnapshotExtension)


ENTERED = {forms.FIRST: "2026-11-24", forms.LAST: "2026-12-04"}


@pytest.mark.parametrize(
    ("more", "halves", "dnd", "emergency"),
    [
        ({}, (False, False), False, False),
        ({forms.HALVES: ["start"], forms.WISHES: ["dnd"]}, (True, False), True, False),
        ({forms.HALVES: ["start", "end"], forms.EMERGENCY: ["emergency"]}, (True, True), False, True),
        ({forms.HALVES: None, forms.WISHES: None, forms.EMERGENCY: None}, (False, False), False, False),
    ],
)
def test_what_was_entered_is_read(
    more: dict[str, Any], halves: tuple[bool, bool], dnd: bool, emergency: bool
) -> None:
    wish = forms.read_dates(ENTERED | more, "a@ta.example", "Asia/Tokyo")
    away = Away(
        email="a@ta.example",
        first=date(2026, 11, 24),
        last=date(2026, 12, 4),
        zone="Asia/Tokyo",
        half_start=halves[0],
        half_end=halves[1],
    )
    assert wish == forms.Wish(away=away, wants_dnd=dnd, emergency=emergency)


@pytest.mark.parametrize("left_out", [forms.FIRST, forms.LAST])
@pytest.mark.parametrize("entered", [None, "", "soon", "2026-13-01"])
def test_a_day_that_is_none_is_asked_for_again(left_out: str, entered: str | None) -> None:
    read = forms.read_dates(ENTERED | {left_out: entered}, "a@ta.example", "UTC")
    assert read == {left_out: "Choose a day."}


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (SyncChoice.MOVED, "I will propose another day for our meeting of 27 Nov 2026."),
        (SyncChoice.TAKEN, "Marcus Teague joins our meeting of 27 Nov 2026 in my place."),
        (SyncChoice.CANCELLED, "Our meeting of 27 Nov 2026 does not take place."),
    ],
)
def test_a_text_for_a_customer_says_nothing_internal(
    choice: SyncChoice, said: str, usual: Plan, people: dict[str, Person]
) -> None:
    """When, who, and what of the meeting: no health, no save plan, no ticket, no reason."""
    item = usual.items[0].__class__(
        **{name: getattr(usual.items[0], name) for name in usual.items[0].__slots__} | {"sync": choice}
    )
    words = wording.draft_text(usual, item, people["marcus@ta.example"])
    assert said in words
    assert "24 Nov (from noon) – 4 Dec 2026" in words
    assert "Marcus Teague (marcus@ta.example)" in words
    internal = [reason.words for reason in item.reasons] + list(item.todo) + ["Lighthouse", "renew"]
    assert not [one for one in internal if one in words]


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(WrongUsage, match="Choose what becomes"):
        forms.read_choice("maybe")
