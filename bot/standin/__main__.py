"""The workspace of the demo's people as a process of its own, which outlives every bot that connects to it.

python -m bot.standin [--port 3941] [--events-url http://127.0.0.1:3000/slack/events]

It prints `ready: ADDRESS` and serves until Ctrl-C or SIGTERM; with port 0 it takes a free one. A bot joins it with
SLACK_API_URL=ADDRESS/api/ and the tokens of `bot.standin.state`; `bot.standin.control` says how people, faults and
the record of what was posted are reached. Its clock can be turned, and with it that of one bot that was started with
TA_BOT_DEMO_CLOCK=ADDRESS/control/clock/follow.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from zoneinfo import ZoneInfo

from bot.clock import SystemClock
from bot.errors import OperatorError
from bot.standin.book import people
from bot.standin.presence import scatter
from bot.standin.server import StandinServer
from bot.standin.workspace import build_workspace

PORT = 3941


async def serve(port: int, events_url: str | None) -> None:
    """Serve until told to stop; raises OperatorError when the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    workspace = build_workspace(people(SystemClock(ZoneInfo("UTC")).today()))
    scatter(workspace)
    async with StandinServer(workspace, port=port, events_url=events_url) as server:
        sys.stdout.write(f"ready: {server.base_url}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve; exit code 1 with one line when it cannot."""
    parser = argparse.ArgumentParser(prog="python -m bot.standin", description="A local Slack workspace.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--events-url", help="deliver over HTTP to this address instead of Socket Mode")
    asked = parser.parse_args()
    try:
        asyncio.run(serve(asked.port, asked.events_url))
    except OperatorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
