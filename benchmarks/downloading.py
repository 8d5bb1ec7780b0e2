"""Every page of a sync again and nothing but that. Usage: python -m benchmarks.downloading < CALLS (JSON by vendor).

Vendor beside vendor, page after page, through the client that a sync calls them with: what it downloads is parsed and
dropped, as a plain script would do it (Python's garbage collector is as it comes). Says as JSON the seconds and the seconds of CPU that it took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot import log
from bot.http.budget import Budget
from bot.http.client import Line, open_session

Calls = Sequence[tuple[str, str]]
UNASKED = Budget(1, 1)
"""Lifted, as the sync's are."""


async def run(asked: Mapping[str, Calls]) -> None:
    """Download them all."""
    log.configure(level="ERROR", form="console")
    async with open_session() as session:
        line = Line(session=session, paced=False)
        began, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(_pages(line, system, calls) for system, calls in asked.items()))
        said = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent}
    sys.stdout.write(json.dumps(said) + "\n")


async def _pages(line: Line, system: str, calls: Calls) -> None:
    token = ""

    async def sign() -> Mapping[str, str]:
        return {"Authorization": token}

    parts = urlsplit(calls[0][0])
    caller = line.caller(
        system=system, base_url=f"{parts.scheme}://{parts.netloc}", budget=UNASKED, sign=sign
    )
    for url, token in calls:  # noqa: B007 # `sign` tells it
        await caller.get(url)


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
