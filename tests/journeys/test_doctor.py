"""`ta-bot doctor` as an operator runs it, against a workspace that is set up well, half, or not at all."""

from __future__ import annotations

import asyncio
import copy
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import manifest
from bot.domain.person import Person, Role, Team
from bot.standin.api_apps import DEMO_CONFIG_TOKEN
from bot.standin.faults import Fault
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN
from bot.standin.workspace import build_workspace, install

PEOPLE = (Person(email="ana.lee@ta.example", name="Ana Lee", role=Role.TA, team=Team.ENTERPRISE),)
Doctor = Callable[..., Any]


@pytest.fixture
async def slack() -> AsyncIterator[StandinServer]:
    async with StandinServer(build_workspace(PEOPLE)) as server:
        yield server


@pytest.fixture
def doctor(slack: StandinServer, run: Callable[..., Any]) -> Doctor:
    """Run it; gives the exit code and, by level, what it found with the cure behind."""

    async def ran(**extra: str) -> tuple[int, dict[str, list[str]]]:
        tokens = {"SLACK_BOT_TOKEN": DEMO_BOT_TOKEN, "SLACK_APP_TOKEN": DEMO_APP_TOKEN}
        known = {"SLACK_API_URL": slack.api_url, **tokens, **extra}
        async with asyncio.timeout(40):
            done = await asyncio.to_thread(run, "doctor", "--json", **known)
        assert done.stderr == ""
        found: dict[str, list[str]] = {"ok": [], "note": [], "problem": []}
        for one in json.loads(done.stdout):
            found[one["level"]].append(f"{one['about']}: {one['what']} -> {one['cure']}")
            assert one["cure"] or one["level"] == "ok", "nothing wrong without its cure"
        assert DEMO_BOT_TOKEN not in done.stdout
        return done.returncode, found

    return ran


def one_of(lines: list[str], *words: str) -> bool:
    return any(all(word in line for word in words) for line in lines)


async def test_all_is_well(doctor: Doctor) -> None:
    code, found = await doctor(SLACK_CONFIG_TOKEN=DEMO_CONFIG_TOKEN)
    assert (code, found["problem"]) == (0, [])
    for words in (
        "scope: all",
        "event: all",
        "command: all",
        "@technical-advisors",
        "#discuss-",
        "Socket Mode opens",
    ):
        assert one_of(found["ok"], words), words
    assert [line for line in found["note"] if not line.startswith("database: ")] == []


async def test_what_the_app_lacks_is_compared_with_the_manifest(slack: StandinServer, doctor: Doctor) -> None:
    """Without a configuration token that is a note; with one each missing thing is named."""
    slack.desk.manifest = copy.deepcopy(manifest.load().raw)
    slack.desk.manifest["features"]["slash_commands"].pop(0)
    slack.desk.manifest["settings"]["event_subscriptions"]["bot_events"].remove("channel_shared")
    code, found = await doctor()
    assert (code, one_of(found["note"], "event: not checked", "SLACK_CONFIG_TOKEN")) == (0, True)
    code, found = await doctor(SLACK_CONFIG_TOKEN=DEMO_CONFIG_TOKEN)
    assert code == 1
    assert one_of(found["problem"], "command: /account-health is missing", "Slash Commands")
    assert one_of(found["problem"], "event: channel_shared is missing", "Event Subscriptions")
    assert len(found["problem"]) == 2


async def test_every_missing_scope_group_and_channel_at_once(slack: StandinServer, doctor: Doctor) -> None:
    workspace = slack.workspace
    install(
        workspace,
        scopes=["commands", "chat:write", "users:read", "channels:read", "usergroups:read", "im:read"],
    )
    workspace.installs[DEMO_BOT_TOKEN].scopes += ["groups:read", "pins:write"]
    workspace.groups.clear()
    gone = workspace.find_channel("discuss-scaled-success")
    shared = workspace.find_channel("discuss-technical-advisors")
    assert gone
    assert shared
    del workspace.channels[gone.id]
    shared.is_ext_shared = True
    code, found = await doctor()
    assert code == 1
    for words in (
        ("scope: im:write is missing", "reinstall"),
        ("scope: users:read.email is missing", "reinstall"),
        ("user group: @scaled-success", "create it"),
        ("channel: #discuss-scaled-success is not to be seen", "invite the bot"),
        ("channel: #discuss-technical-advisors", "shared with another organisation", "remove the people"),
    ):
        assert one_of(found["problem"], *words), words
    assert one_of(found["note"], "pins:write is granted but not needed")


@pytest.mark.parametrize(
    ("extra", "what", "cure"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-no"}, "auth.test: invalid_auth", "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-no"}, "apps.connections.open: invalid_auth", "SLACK_APP_TOKEN"),
        ({"SLACK_CONFIG_TOKEN": "xoxe.xoxp-no"}, "apps.manifest.export: invalid_auth", "SLACK_CONFIG_TOKEN"),
        ({"TA_BOT_TEAM_ID": "TOTHER"}, "but TA_BOT_TEAM_ID is TOTHER", "set TA_BOT_TEAM_ID=T0STANDIN1"),
        (
            {"SLACK_API_URL": "http://127.0.0.1:9/api/"},
            "auth.test: 127.0.0.1:9 cannot be reached",
            "SLACK_API_URL",
        ),
        ({"TA_BOT_DATABASE_URL": "postgresql://no:geheim@127.0.0.1:1/x"}, "127.0.0.1", "TA_BOT_DATABASE_URL"),
    ],
)
async def test_a_wrong_setting_names_itself_in_the_cure(
    doctor: Doctor, extra: dict[str, str], what: str, cure: str
) -> None:
    code, found = await doctor(**extra)
    assert (code, one_of(found["problem"], what, cure)) == (1, True), found
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("fault", "what", "cure"),
    [
        (Fault(kind="not_json"), "the answer is not Slack's", "status page"),
        (Fault(kind="server_error"), "auth.test: ", "status page"),
        (Fault(kind="drop"), "auth.test: no answer", "status page"),
        (Fault(kind="ratelimited", seconds=60), "auth.test: ratelimited", "in a minute"),
        (
            Fault(kind="not_json", method="usergroups.list"),
            "usergroups.list: the answer is not Slack's",
            "status page",
        ),
    ],
)
async def test_a_slack_that_fails_is_a_finding(
    slack: StandinServer, doctor: Doctor, fault: Fault, what: str, cure: str
) -> None:
    slack.faults.add(fault)
    code, found = await doctor()
    assert (code, one_of(found["problem"], what, cure)) == (1, True), found


async def test_a_database_of_a_newer_version(doctor: Doctor, tmp_path: Path) -> None:
    """Nothing of it is touched; the cure is to upgrade."""
    await doctor()
    with closing(sqlite3.connect(tmp_path / "ta-bot.db")) as raw, raw:
        raw.execute("INSERT INTO migrations SELECT family, 99, name, applied_at FROM migrations LIMIT 1")
    code, found = await doctor()
    assert (code, one_of(found["problem"], "written by a newer ta-bot", "upgrade ta-bot")) == (1, True), found
