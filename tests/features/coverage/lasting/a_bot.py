"""A bot without its ears, in a process of its own so that it can be killed. Its clock stands where a line tells it to.

It begins with the first line: until then it has imported everything, and is nobody.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import dbos as _imported  # noqa: F401 # what a bot imports last, and takes longest

from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap.answering import ports_of
from bot.bootstrap.house import House
from bot.bootstrap.lasting import make_lasting
from bot.clock import TurnableClock
from bot.slack.wiring import make_slack
from bot.store import open_store

RETRIES = tuple(timedelta(seconds=seconds) for seconds in (0.5, 1, 2, 4, 8))


async def main() -> None:
    """Serve until killed."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    began = _instant(await lines.readline())
    settings = settings_module.load()
    log.configure(level="ERROR", form="json")
    policy = policy_module.load()
    policy = replace(policy, work=replace(policy.work, message_retries=RETRIES))
    clock = TurnableClock(settings.zone)
    clock.stand_at(began)
    store = open_store(settings.ta_bot_database_url, clock)
    await store.start()
    side = make_slack(settings, clock, store.audit, kept=store)
    house = House(settings, policy, clock, store)
    lasting = make_lasting(house, side, ports_of(house, side))
    await lasting.start(lambda: sys.exit(1))
    sys.stdout.write("up\n")
    sys.stdout.flush()
    while line := await lines.readline():
        clock.stand_at(_instant(line))
        lasting.sweeper.poked.set()


def _instant(line: bytes) -> datetime:
    return datetime.fromisoformat(line.decode().strip())


asyncio.run(main())
