"""Whom to ask, for a team, a pool, and where nothing is known."""

from __future__ import annotations

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.domain.account import Account
from bot.domain.person import Person, Role, Team
from bot.features.routing import views
from bot.standin.validate import problems

POLICY = policy_module.load()
DANA = Person(email="dana@ta.example", name="Dana <b>", role=Role.TA, slack_user_id="U0DANA0001")
CASES = {
    "empty": (None, None, None),
    "usual": (Team.ENTERPRISE, "S0GROUP01", DANA),
    "pool": (Team.SCALED, "S0GROUP01", None),
    "no_group": (Team.SCALED, None, DANA),
}


@pytest.mark.parametrize("case", CASES)
def test_reach(case: str, snapshot: SnapshotAssertion) -> None:
    team, group_id, ta = CASES[case]
    account = Account(id="A-1", name="<!channel> & Sons")
    message = views.reach(account, POLICY.teams[team] if team else None, group_id, ta)
    assert problems([dict(block) for block in message.blocks], "message") == []
    assert all(Block.parse(dict(block)).to_dict() == block for block in message.blocks)  # type: ignore[union-attr]
    assert "<!channel>" not in message.text
    seen = {"text": message.text, "blocks": list(message.blocks)}
    assert seen == snapshot.use_extension(JSONSnapshotExtension)
