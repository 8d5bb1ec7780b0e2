"""How an absent person's status is spoken of: each message as it is pictured, within Slack's limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message
from bot.domain.status import SlackStatus
from bot.features.leave_status import listeners, views
from bot.features.leave_status.rules import Consent, Tell
from bot.standin.validate import walk

OURS = SlackStatus(
    text="OOO 24 Nov – 4 Dec · cover: /ooo cover",
    emoji=":palm_tree:",
    expires_at=datetime(2026, 12, 4, 23, tzinfo=UTC),
)
LINK = "https://ta-bot.example/slack/consent?for=sealed"
MAY = Consent(given=False, url=LINK, set_by="bot")
NO_LINK = Consent(given=False, url="", set_by="bot")
HOSTILE = SlackStatus(text="<!channel> <@U1> & *bold* <https://evil.example|x>"[:100], emoji=":tada:")


@pytest.mark.parametrize("consent", [MAY, NO_LINK], ids=["may_ask", "cannot_ask"])
@pytest.mark.parametrize("what", list(Tell))
def test_told(
    what: Tell, consent: Consent, seen: SnapshotAssertion, shown: Callable[[Message], dict[str, Any]]
) -> None:
    assert shown(views.told(what, OURS, consent, HOSTILE)) == seen


def test_forgotten(seen: SnapshotAssertion, shown: Callable[[Message], dict[str, Any]]) -> None:
    assert shown(views.forgotten()) == seen


def test_every_button_is_heard_and_every_id_heard_is_a_buttons() -> None:
    emitted = {
        one["action_id"]
        for one in walk([views.consent_button(LINK), views.forget_button()])
        if one.get("type") == "button"
    }
    assert emitted == set(listeners.ACTIONS)


def test_consent_button(seen: SnapshotAssertion) -> None:
    assert views.consent_button("https://bot.example/slack/consent") == seen


def test_forget_button(seen: SnapshotAssertion) -> None:
    assert views.forget_button() == seen


def test_shown(seen: SnapshotAssertion) -> None:
    said = SlackStatus(text="OOO <!channel> & back", emoji=":palm_tree:")
    assert [views.shown(said), views.shown(SlackStatus(text="", emoji=":palm_tree:"))] == seen
