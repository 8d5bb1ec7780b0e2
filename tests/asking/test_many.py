"""Many at once: no ack is missed, and every request is in its channel once, in order, at the pace that Slack allows."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest

ACK = 3.0
"""Seconds that Slack waits."""
NAMED, POOL = "Quelmarra Holdings Inc", "Brindlecote Foods"
CHANNELS = ("discuss-technical-advisors", "discuss-scaled-success")


async def flood(office: Any, count: int, seconds: float, patience: float) -> None:
    """So many requests, spread over that time, from everybody in turn, every second one to the other channel."""
    pace = office.server.desk.pace
    pace.switch(on=True)
    askers = [one.name for one in office.server.workspace.users.values() if one.title in ("ae", "ce", "ie")]
    began = time.monotonic()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, began + number * seconds / count - time.monotonic()))
        name = (NAMED, POOL)[number % 2]
        line = f"/ask-ta {name}: question {number}"
        await office.server.people.type(askers[number % len(askers)], "general", line)

    await asyncio.gather(*(one(number) for number in range(count)))
    taken = time.monotonic() - began
    office.clock.run_on()
    await office.settle(patience)
    held = await office.requests()
    assert len(held) == count
    assert len(office.transport.took) == count
    assert max(office.transport.took) < ACK
    for channel in CHANNELS:
        keys = [one.metadata["event_payload"]["key"] for one in office.heads(channel)]
        expected = [f"ask:{one.id}:head:0" for one in held if one.decision.channel == channel]
        assert len(expected) == count // 2
        assert keys == expected, "each once, in the order in which they were asked"
    assert set(office.keys().values()) == {1}
    assert sum(key.endswith(":told:open") for key in sorted(office.keys())) == count, (
        "every asker was told where it is"
    )
    assert not pace.violations
    sys.stdout.write(
        f"{count} requests in {taken:.1f} s, longest ack {max(office.transport.took) * 1000:.0f} ms, "
        f"all posted after {time.monotonic() - began:.0f} s\n"
    )


@pytest.mark.timeout(300)
async def test_sixty_in_a_few_seconds(office: Any) -> None:
    await flood(office, 60, 3.6, 200)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
async def test_a_thousand_in_a_minute(office: Any) -> None:
    await flood(office, 1_000, 60, 3_000)
