"""What doctor makes of what it saw."""

from __future__ import annotations

import dataclasses

import pytest

from bot.features.doctor.rules import Finding, Level, Wanted, slack_findings
from bot.ports.inspection import ChannelFacts, SlackFacts

WANTED = Wanted(
    scopes=frozenset({"chat:write", "users:read"}),
    events=frozenset({"user_change"}),
    commands=frozenset({"/account-health"}),
    groups=("technical-advisors", "scaled-success", "scaled-success"),
    channels=("discuss-technical-advisors",),
)
WELL = SlackFacts(
    team="Lumenforge",
    team_id="T1",
    scopes=WANTED.scopes,
    socket_mode=True,
    groups=frozenset({"technical-advisors", "scaled-success"}),
    channels=(ChannelFacts(name="discuss-technical-advisors", found=True),),
    events=WANTED.events,
    commands=WANTED.commands,
)


def test_a_workspace_set_up_well_has_no_problem() -> None:
    """Nothing but `ok` where all that is wanted is there."""
    found = slack_findings(WELL, WANTED, team_id="T1")
    assert {finding.level for finding in found} == {Level.OK}
    assert [finding.what for finding in found if finding.about == "user group"] == [
        "@technical-advisors",
        "@scaled-success",
    ]


@pytest.mark.parametrize(
    ("change", "about", "what"),
    [
        ({"scopes": frozenset({"chat:write"})}, "scope", "users:read is missing"),
        ({"events": frozenset()}, "event", "user_change is missing"),
        ({"commands": frozenset()}, "command", "/account-health is missing"),
        (
            {"groups": frozenset({"scaled-success"})},
            "user group",
            "@technical-advisors does not exist or is disabled",
        ),
        (
            {"channels": (ChannelFacts(name="discuss-technical-advisors", found=False),)},
            "channel",
            "#discuss-technical-advisors is not to be seen",
        ),
        ({"team_id": "T9"}, "slack", "the token is T9's, but TA_BOT_TEAM_ID is T1"),
        ({"errors": (("auth.test", "invalid_auth"),)}, "slack", "auth.test: invalid_auth"),
    ],
)
def test_each_thing_missing_is_a_problem_with_its_cure(
    change: dict[str, object], about: str, what: str
) -> None:
    """Every problem names what is wrong and says what to do."""
    problems = [
        finding
        for finding in slack_findings(dataclasses.replace(WELL, **change), WANTED, team_id="T1")  # type: ignore[arg-type] # a table of changes
        if finding.level is Level.PROBLEM
    ]
    assert [(finding.about, finding.what) for finding in problems] == [(about, what)]
    assert problems[0].cure


def test_a_shared_channel_is_a_problem() -> None:
    """A channel that outsiders read is no place for a digest."""
    facts = dataclasses.replace(
        WELL,
        channels=(
            ChannelFacts(name="discuss-technical-advisors", found=True, refused="it is shared with another"),
        ),
    )
    found = slack_findings(facts, WANTED, team_id="T1")
    assert [f.level for f in found if f.about == "channel"] == [Level.PROBLEM]


def test_a_scope_too_many_is_only_a_note() -> None:
    """More than is needed is said, and does not fail."""
    facts = dataclasses.replace(WELL, scopes=WANTED.scopes | {"files:write"})
    notes = [f for f in slack_findings(facts, WANTED, team_id="T1") if f.level is Level.NOTE]
    assert notes == [
        Finding(
            level=Level.NOTE,
            about="scope",
            what="files:write is granted but not needed",
            cure="take it away under OAuth & Permissions: the least that works is the safest",
        )
    ]


def test_what_cannot_be_seen_is_said() -> None:
    """Without a configuration token events are not silently taken for granted."""
    facts = dataclasses.replace(WELL, events=None, commands=None)
    notes = [f for f in slack_findings(facts, WANTED, team_id="T1") if f.level is Level.NOTE]
    assert [finding.about for finding in notes] == ["event", "command"]
    assert all("SLACK_CONFIG_TOKEN" in finding.cure for finding in notes)
