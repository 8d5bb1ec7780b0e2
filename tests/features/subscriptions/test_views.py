"""The form, what was agreed, what stands, and what owners are told: empty, usual, too much, hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks import limits
from bot.blocks.answers import Message, Modal
from bot.domain.person import Team
from bot.domain.schedule import IsoWeek
from bot.domain.slots import Slot
from bot.features.subscriptions import views
from bot.features.subscriptions.rules import SKIPPED, Draft, Event, Standing
from bot.ports.digests import Subscription
from bot.ports.jobs import DueWork
from bot.ports.outgoing import MessageState
from bot.slack.views import modal as as_json
from bot.standin.validate import problems, view_problems

HOSTILE = "<!channel> *bold* & " + "x" * 4_000
NAMES = {Team.ENTERPRISE: "Enterprise team", Team.SCALED: "Scaled team", Team.DIGITAL: "Digital team"}
WEEK = IsoWeek(2026, 47)
POSTED_AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
SUBSCRIPTION = Subscription(
    id=3,
    channel_id="C0SCALED01",
    teams=(Team.SCALED, Team.DIGITAL),
    weekday=0,
    at=time(8),
    zone="America/Sao_Paulo",
    country="BR",
    owner_email="tomas@lumenforge.example",
    created_at=POSTED_AT,
)
SLOT = Slot(key="digest:3:2026-W48", week=IsoWeek(2026, 48), due_at=datetime(2026, 11, 30, 11, tzinfo=UTC))
SENT = Event(
    week=WEEK, at=POSTED_AT, state=MessageState.SENT, permalink="https://lumen.slack.example/archives/C/p1"
)
STANDING = Standing(
    subscription=SUBSCRIPTION,
    team_names=("Scaled team", "Digital team"),
    country="Brazil",
    owner="Tomás Arrieta",
    events=(SENT,),
    planned=DueWork(key=SLOT.key, job="digest.post", due_at=SLOT.due_at, subject="3"),
)


def _message(message: Message) -> dict[str, Any]:
    blocks = [dict(block) for block in message.blocks]
    assert problems(blocks, "message") == []
    assert all(Block.parse(block).to_dict() == block for block in blocks)  # type: ignore[union-attr]
    assert "<!channel>" not in message.text + str(blocks)
    assert len(str(blocks)) <= limits.MESSAGE_CHARS
    return {"text": message.text, "blocks": blocks}


def _modal(modal: Modal) -> dict[str, Any]:
    view = as_json(modal)
    assert view_problems(view) == []
    return view


DRAFTS = {
    "new": (
        Draft(channel_id="", teams=(), weekday=0, at=time(8), zone="Europe/Berlin", country=""),
        "",
        0,
    ),
    "typed": (
        Draft(
            channel_id="C0SCALED01",
            teams=(Team.SCALED,),
            weekday=4,
            at=time(17, 30),
            zone="Asia/Kolkata",
            country="IN",
        ),
        "India",
        0,
    ),
    "edited": (
        Draft(
            channel_id="C0SCALED01",
            teams=tuple(Team),
            weekday=0,
            at=time(0, 0),
            zone="America/Argentina/ComodRivadavia",
            country="GB-ENG",
        ),
        "United Kingdom, ENG",
        3,
    ),
}


@pytest.mark.parametrize("case", DRAFTS)
def test_form(case: str, snapshot: SnapshotAssertion) -> None:
    draft, country, number = DRAFTS[case]
    view = _modal(views.form(draft, NAMES, country, number))
    assert view == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", ["first", "changed_and_moved"])
def test_agreed(case: str, snapshot: SnapshotAssertion) -> None:
    changed = case != "first"
    slot = replace(SLOT, holiday="Easter <Monday>") if changed else SLOT
    names = () if changed else STANDING.team_names
    view = _modal(views.agreed(SUBSCRIPTION, slot, names, changed=changed))
    assert view == snapshot.use_extension(JSONSnapshotExtension)


def test_ended(snapshot: SnapshotAssertion) -> None:
    assert _message(views.ended(SUBSCRIPTION)) == snapshot.use_extension(JSONSnapshotExtension)


def test_resumed(snapshot: SnapshotAssertion) -> None:
    assert _message(views.resumed(SUBSCRIPTION, SLOT)) == snapshot.use_extension(JSONSnapshotExtension)


def _event(state: MessageState | None, note: str, number: int) -> Event:
    return Event(week=IsoWeek(2026, number), at=POSTED_AT, state=state, note=note)


STATUSES: dict[str, tuple[list[Standing], int]] = {
    "empty": ([], 0),
    "usual": ([STANDING], 0),
    "corrected": (
        [replace(STANDING, events=(replace(SENT, corrected_at=POSTED_AT + timedelta(hours=2)), SENT))],
        0,
    ),
    "troubled": (
        [
            replace(
                STANDING,
                subscription=replace(SUBSCRIPTION, paused="a guest can read it", teams=(), country=""),
                team_names=(),
                country="",
                planned=None,
                events=(
                    _event(MessageState.WITHHELD, "a guest can read it", 47),
                    _event(MessageState.UNCERTAIN, "Slack did not answer", 46),
                    _event(MessageState.FAILED, "is_archived", 45),
                ),
            ),
            replace(
                STANDING,
                subscription=replace(SUBSCRIPTION, id=4),
                running=True,
                planned=replace(STANDING.planned, attempt=2),  # type: ignore[type-var]
                events=(
                    _event(None, "the database could not be reached", 47),
                    _event(None, f"{SKIPPED}it was due 5 days before the bot ran again", 46),
                    _event(MessageState.WAITING, "", 45),
                ),
            ),
            replace(STANDING, subscription=replace(SUBSCRIPTION, id=5), events=()),
        ],
        0,
    ),
    "hostile": (
        [
            replace(
                STANDING,
                subscription=replace(SUBSCRIPTION, paused=HOSTILE),
                owner=HOSTILE,
                country=HOSTILE,
                events=(_event(MessageState.FAILED, HOSTILE, 47), _event(None, HOSTILE, 46)),
            )
        ],
        0,
    ),
    "many": (
        [
            replace(
                STANDING,
                subscription=replace(SUBSCRIPTION, id=number, paused="p" * 300, teams=tuple(Team)),
                team_names=tuple(NAMES.values()),
                events=tuple(_event(MessageState.FAILED, "w" * 200, week) for week in (47, 46, 45)),
            )
            for number in range(1, views.LISTED + 1)
        ],
        990,
    ),
}


@pytest.mark.parametrize("case", STATUSES)
def test_status(case: str, snapshot: SnapshotAssertion) -> None:
    standings, more = STATUSES[case]
    assert _message(views.status(standings, more)) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", STATUSES)
def test_in_short(case: str, snapshot: SnapshotAssertion) -> None:
    standings, more = STATUSES[case]
    assert _message(views.in_short(standings, more)) == snapshot.use_extension(JSONSnapshotExtension)


WHYS = {"usual": "a guest can read it", "hostile": HOSTILE, "silent": ""}


@pytest.mark.parametrize("case", WHYS)
def test_withheld(case: str, snapshot: SnapshotAssertion) -> None:
    message = views.withheld(SUBSCRIPTION, WEEK, WHYS[case])
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", WHYS)
def test_failed(case: str, snapshot: SnapshotAssertion) -> None:
    message = views.failed(SUBSCRIPTION, WEEK, WHYS[case])
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_uncertain(snapshot: SnapshotAssertion) -> None:
    message = views.uncertain(SUBSCRIPTION, WEEK, "Slack did not answer")
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", WHYS)
def test_incomplete(case: str, snapshot: SnapshotAssertion) -> None:
    message = views.incomplete(SUBSCRIPTION, WEEK, WHYS[case])
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_uncorrected(snapshot: SnapshotAssertion) -> None:
    message = views.uncorrected(SUBSCRIPTION, WEEK, "not corrected: the message is gone")
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


def test_delayed(snapshot: SnapshotAssertion) -> None:
    message = views.delayed(SUBSCRIPTION, WEEK, POSTED_AT, POSTED_AT + timedelta(hours=3))
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", ["one", "many"])
def test_skipped(case: str, snapshot: SnapshotAssertion) -> None:
    weeks = [WEEK.plus(number) for number in range(1 if case == "one" else 12)]
    message = views.skipped(SUBSCRIPTION, weeks, "no bot ran when it was due", SLOT.due_at)
    assert _message(message) == snapshot.use_extension(JSONSnapshotExtension)
