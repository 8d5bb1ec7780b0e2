"""What those around a plan are told: each case, and what is only said to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks.answers import Message
from bot.domain.health import Category
from bot.domain.leave import Away, CoverState, Moved, Plan, SyncChoice
from bot.domain.person import Person
from bot.features.coverage import telling, wording
from bot.features.coverage.needs import SETTLE_SYNC

STEPS = policy_module.load().ooo.steps
Pictured = Callable[[Any], dict[str, Any]]
BRONWYN = "bronwyn@ta.example"


def _happened(plan: Plan) -> list[Moved]:
    """The first account fell, the second renewed, and one that is no item of the plan moved too."""
    told = [
        Moved(
            account_id=item.account_id,
            account_name=item.account_name,
            before=Category.GREEN if at == 0 else Category.RED,
            now=Category.RED,
            words=tuple(reason.words for reason in item.reasons),
        )
        for at, item in enumerate(plan.items)
        if at != 1
    ]
    one = Moved(account_id="B-1", account_name="Other", before=None, now=Category.GREEN, words=("renewed",))
    return [*told, one] if plan.items else []


def _changed(plan: Plan) -> Plan:
    away = plan.away
    later = Away(email=away.email, first=date(2026, 11, 26), last=away.last, zone=away.zone, half_end=True)
    return replace(plan, away=later, generation=2)


SAID: dict[str, Callable[[Plan, dict[str, Person]], Message]] = {
    "shared_with": lambda plan, people: telling.shared_with(plan, plan.items, people[BRONWYN], people),
    "team_channel": lambda plan, people: telling.team_channel(plan, people, "Enterprise team"),
    "reminder": lambda plan, people: telling.reminder(plan, STEPS, people, 3),
    "reminder_of_the_day": lambda plan, people: telling.reminder(plan, STEPS, people, 0),
    "last_reminder": lambda plan, people: telling.reminder(plan, STEPS, people, 1, last=True),
    "uncovered": lambda plan, people: telling.uncovered(plan, people, date(2026, 11, 20)),
    "moved": lambda plan, people: telling.moved(plan, _changed(plan), plan.items, people),
    "cancelled": lambda plan, people: telling.cancelled(plan, plan.items, people),
    "released": lambda plan, people: telling.released(plan, plan.items, people),
    "approved": telling.approved,
    "handed_back": lambda plan, people: telling.handed_back(plan, plan.items, people),
    "briefing": lambda plan, people: telling.briefing(plan, _happened(plan), people),
}


@pytest.mark.parametrize("what", SAID)
def test_telling(
    what: str, plan: Plan, people: dict[str, Person], pictured: Pictured, snapshot: SnapshotAssertion
) -> None:
    assert pictured(SAID[what](plan, people)) == snapshot.use_extension(JSONSnapshotExtension)


def _about_one(item: Any, plan: Plan, people: dict[str, Person]) -> list[Message]:
    gone = replace(item, state=CoverState.NONE, cover_email="", declined=("marcus@ta.example",))
    choices = [
        telling.sync_chosen(plan, replace(item, sync=choice, sync_on=plan.away.first), people)
        for choice in SyncChoice
    ]
    return [
        *choices,
        telling.declined(plan, item, "marcus@ta.example", people),
        telling.declined(plan, gone, "marcus@ta.example", people),
        telling.changed_owner(plan, item, people, "chiara@ta.example"),
        telling.changed_owner(plan, item, people, ""),
    ]


@pytest.mark.parametrize("kind", ["usual", "hostile"])
def test_telling_of_one_account(
    kind: str,
    cases: dict[str, Plan],
    people: dict[str, Person],
    pictured: Pictured,
    snapshot: SnapshotAssertion,
) -> None:
    plan = cases[kind]
    said = [pictured(one) for one in _about_one(plan.items[0], plan, people)]
    assert said == snapshot.use_extension(JSONSnapshotExtension)


def test_each_reads_of_their_own_accounts_alone(usual: Plan, people: dict[str, Person]) -> None:
    """An AE of one account hears of that one, and of no other of the plan."""
    first, *others = usual.items
    message = telling.shared_with(usual, [first], people[BRONWYN], people)
    words = message.text + str(message.blocks)
    assert first.account_name in words
    assert not [item.account_name for item in others if item.account_name in words]
    assert not [one.account_name for one in usual.on_request if one.account_name in words]
    assert message.accounts == (first.account_id,)


def test_the_channel_is_told_without_notifying_anybody(usual: Plan, people: dict[str, Person]) -> None:
    message = telling.team_channel(usual, people, "Enterprise team")
    assert "<@" not in message.text + str(message.blocks)
    assert "Marcus Teague covers" in str(message.blocks)


def test_whoever_could_not_plan_is_told_who_did(cases: dict[str, Plan], people: dict[str, Person]) -> None:
    told = str(telling.briefing(cases["pool"], [], people).blocks)
    assert "<@U0HENRIKE> made the coverage plan for you" in told
    assert "made the coverage plan" not in str(telling.briefing(cases["usual"], [], people).blocks)


def test_a_sync_that_is_settled_is_no_longer_to_be_settled(usual: Plan, people: dict[str, Person]) -> None:
    item = next(one for one in usual.items if SETTLE_SYNC in one.todo)
    told = {
        choice: wording.paragraph(replace(item, sync=choice), people)
        for choice in (SyncChoice.OPEN, SyncChoice.TAKEN)
    }
    assert SETTLE_SYNC in told[SyncChoice.OPEN]
    assert SETTLE_SYNC not in told[SyncChoice.TAKEN]
    assert "taken by the cover" in told[SyncChoice.TAKEN]
