"""`ta-bot digest` in the terminal: printed for whoever runs it, posted by the bot that runs, and said when none does."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN
from bot.standin.workspace import build_workspace

Run = Callable[..., Any]
IMPATIENT = (
    "import asyncio\n"
    "from bot.bootstrap import digesting\n"
    "from bot.errors import OperatorError\n"
    "try:\n"
    "    asyncio.run(digesting.post('#discuss-scaled-success', 'scaled', patience=1))\n"
    "except OperatorError as error:\n"
    "    print(error)\n"
)


@asynccontextmanager
async def serving(environment: Mapping[str, str], folder: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), cwd=folder, env={**environment, "TA_BOT_PORT": "0"}
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0


@pytest.mark.usefixtures("imported")
def test_a_digest_is_printed(run: Run) -> None:
    shown = run("digest", "preview", "#discuss-scaled-success", "--team", "digital")
    assert (shown.returncode, shown.stderr) == (0, "")
    for words in ("KPI digest", "Digital TAs", "Utilization"):
        assert words in shown.stdout
    assert "Whole organisation" in run("digest", "preview", "general").stdout


@pytest.mark.usefixtures("imported")
def test_what_cannot_be_is_explained(run: Run) -> None:
    for words, said in (
        (("preview", "nowhere"), "channel nowhere: the bot sees none by that name"),
        (("preview", "general", "--team", "sales"), "--team sales: there is no such team"),
        (("post", "general"), "general: no digest is subscribed to there; name a --team"),
    ):
        refused = run("digest", *words)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.usefixtures("imported")
async def test_the_running_bot_posts_it_once_and_corrects_it(
    run: Run, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Without a bot it stays planned; with one it is there within seconds; asked again, it is edited."""
    async with StandinServer(build_workspace([])) as slack:
        tokens = {"SLACK_BOT_TOKEN": DEMO_BOT_TOKEN, "SLACK_APP_TOKEN": DEMO_APP_TOKEN}
        known = {**environment, **tokens, "SLACK_API_URL": slack.api_url}
        lonely = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", IMPATIENT), cwd=tmp_path, env=known, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await lonely.communicate()
        assert b"no bot runs on this database" in said
        post = ("digest", "post", "discuss-scaled-success", "--team", "scaled")
        async with serving(known, tmp_path):
            done = await asyncio.to_thread(run, *post, SLACK_API_URL=slack.api_url, **tokens)
            assert (done.returncode, "posted https://" in done.stdout) == (0, True), done.stderr
            again = await asyncio.to_thread(run, *post, SLACK_API_URL=slack.api_url, **tokens)
            assert (again.returncode, "corrected https://" in again.stdout) == (0, True), again.stderr
        heads = Counter(_heads(slack))
        assert list(heads.values()) == [1]


def _heads(slack: StandinServer) -> list[str]:
    said = (message.metadata or {} for message in slack.workspace.messages)
    keys = [str((metadata.get("event_payload") or {}).get("key", "")) for metadata in said]
    return [key for key in keys if key.endswith(":head")]
