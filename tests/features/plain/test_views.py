"""What is offered for plain words, one picture a case."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks.answers import Message
from bot.features.plain import rules, views
from bot.features.plain.rules import Intent
from bot.standin.validate import problems

HOSTILE = "<!channel> & <@U1> *bold* 🐸 שלום " + "x" * 4000
ABOUT = (Intent.HEALTH, Intent.COVER, Intent.SEGMENT)


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def _picture(message: Message) -> Any:
    blocks = [dict(one) for one in message.blocks]
    assert problems(blocks, "message") == []
    assert all(Block.parse(one).to_dict() == one for one in blocks)  # type: ignore[union-attr]
    return {"text": message.text, "blocks": blocks, "accounts": message.accounts}


@pytest.mark.parametrize("name", ["Acme Inc", HOSTILE], ids=["usual", "hostile"])
def test_offer(seen: SnapshotAssertion, name: str) -> None:
    lines = [rules.line(intent, account=("a-1", name)) for intent in ABOUT]
    assert _picture(views.offer(views.UNCLEAR, lines, ["a-1"])) == seen


@pytest.mark.parametrize("typed", ["Acme", HOSTILE], ids=["usual", "hostile"])
def test_may_mean(seen: SnapshotAssertion, typed: str) -> None:
    lines = [rules.line(Intent.COVER, account=(f"a-{one}", f"Acme {one}")) for one in (1, 2)]
    assert _picture(views.may_mean(typed, lines, ["a-1", "a-2"])) == seen


@pytest.mark.parametrize("typed", ["Vandelay", HOSTILE], ids=["usual", "hostile"])
def test_unknown(seen: SnapshotAssertion, typed: str) -> None:
    assert _picture(views.unknown(typed, [rules.line(Intent.BOOK), rules.line(Intent.HELP)])) == seen


def test_too_long(seen: SnapshotAssertion) -> None:
    assert _picture(views.too_long([rules.line(Intent.ASK), rules.line(Intent.HELP)])) == seen
