"""Where the demo's digests go: the teams' channels and the leaders' private one are read by full members alone."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.person import Role
from bot.standin.book import people
from bot.standin.workspace import PRIVATE_WITH_BOT, build_workspace, user_id_of

CAST = people(date(2026, 11, 22))


@pytest.mark.parametrize("name", ["discuss-technical-advisors", "discuss-scaled-success", PRIVATE_WITH_BOT])
def test_only_full_members_read_there(name: str) -> None:
    workspace = build_workspace(CAST)
    channel = workspace.find_channel(name)
    assert channel is not None
    assert not channel.is_ext_shared
    assert not channel.is_pending_ext_shared
    readers = [workspace.users[one] for one in channel.members if one != workspace.bot.id]
    assert all(workspace.is_ours(one) for one in readers)
    assert not any(one.is_restricted or one.is_stranger or one.deleted or one.is_bot for one in readers)
    leaders = {user_id_of(one) for one in CAST if one.role in (Role.LEADER, Role.MANAGER)}
    assert leaders <= set(channel.members)


def test_the_leaders_channel_is_private_and_has_the_bot() -> None:
    workspace = build_workspace(CAST)
    channel = workspace.find_channel(PRIVATE_WITH_BOT)
    assert channel is not None
    assert (channel.kind, workspace.bot.id in channel.members) == ("private", True)
