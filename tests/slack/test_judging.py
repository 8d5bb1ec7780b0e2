"""Who is a full member, and which conversations outsiders may read: decided on Slack's JSON alone."""

from __future__ import annotations

import pytest

from bot.ports.directory import Member
from bot.slack import judging

FULL = {
    "id": "U1",
    "team_id": "T1",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "profile": {"team": "T1", "email": "Ann@Example.com"},
}
OPEN = {"id": "C1", "is_ext_shared": False, "is_org_shared": False, "is_shared": False}


@pytest.mark.parametrize(
    ("change", "outside"),
    [
        ({}, ""),
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"is_invited_user": True}, "guest"),
        ({"is_stranger": True}, "external"),
        ({"team_id": "T2"}, "external"),
        ({"profile": {"team": "T2"}}, "external"),
        ({"is_bot": True}, "bot"),
        ({"is_workflow_bot": True}, "bot"),
        ({"id": "USLACKBOT"}, "bot"),
        ({"deleted": True}, "deleted"),
        ({"team_id": None}, "unknown"),
        ({"id": ""}, "unknown"),
        ({"is_restricted": None}, "unknown"),
        ({"is_ultra_restricted": "false"}, "unknown"),
        ({"is_bot": 0}, "unknown"),
        ({"deleted": None}, "unknown"),
        ({"profile": None}, ""),
    ],
)
def test_a_full_member_is_one_of_whom_everything_is_told(change, outside):
    assert judging.member({**FULL, **change}, "T1").outside == outside


@pytest.mark.parametrize("key", ["team_id", "deleted", "is_bot", "is_restricted", "is_ultra_restricted"])
def test_an_untold_flag_is_unknown(key):
    told = {name: value for name, value in FULL.items() if name != key}
    assert judging.member(told, "T1").outside == "unknown"


def test_nobody_is_ours_while_we_do_not_know_who_we_are():
    assert judging.member(FULL, "").outside == "unknown"


def test_addresses_are_lower_case():
    assert judging.member(FULL, "T1").email == "ann@example.com"


@pytest.mark.parametrize(
    "change",
    [
        {"is_ext_shared": True},
        {"is_org_shared": True},
        {"is_shared": True},
        {"is_pending_ext_shared": True},
        {"is_global_shared": True},
        {"pending_shared": ["T2"]},
        {"pending_connected_team_ids": ["T2"]},
        {"is_ext_shared": None},
        {"is_org_shared": None},
    ],
)
def test_a_channel_is_shared_when_any_flag_says_so_or_is_not_told(change):
    assert judging.channel({**OPEN, **change}).shared


def test_an_open_channel_and_a_direct_message_are_not_shared():
    assert not judging.channel(OPEN).shared
    direct = judging.channel({"id": "D1", "is_im": True, "user": "U1", "name": "x"})
    assert (direct.shared, direct.direct_with, direct.name) == ("", "U1", "")


def test_the_gravest_reason_is_named():
    def people(*reasons):
        return [Member(user_id="U", team_id="T", name="", email=None, outside=one) for one in reasons]

    assert judging.gravest(people("", "bot", "guest", "external")) == "external"
    assert judging.gravest(people("", "bot")) == "bot"
    assert judging.gravest(people("", "")) == ""
    assert judging.gravest([]) == ""
