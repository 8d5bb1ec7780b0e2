"""A deploy in mid-series: SIGTERM, and the next version, lose nothing and say nothing twice."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest
import sqlalchemy as sa

from bot.jobs.engine import NAME

EXPECTED = {"discuss-technical-advisors": 5, "discuss-scaled-success": 9, "general": 5}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def books(request: pytest.FixtureRequest) -> Any:
    """Databases with the small book, on each engine."""
    return request.getfixturevalue(f"{request.param}_books")


async def said(house: Any) -> dict[str, list[str]]:
    found = {}
    for channel in EXPECTED:
        messages = await house.slack.said(channel)
        found[channel] = [one["metadata"]["event_payload"]["key"] for one in messages]
    return found


@pytest.mark.long
async def test_a_deploy_in_mid_series_goes_on_where_the_old_one_stopped(settlement, books) -> None:
    """What the engine holds is of one pinned version, so that every later one takes it up."""
    slack = await settlement.slack()
    async with settlement.house(slack, books) as house:
        [bot] = house.bots
        await bot.start()
        await bot.ready()
        await house.plan()
        async with asyncio.timeout(60):
            while not all((await said(house)).values()):  # noqa: ASYNC110 # it has no event to wait for
                await asyncio.sleep(0.05)
        assert await bot.stop(signal.SIGTERM) == 0
        assert not house.is_finished()
        assert versions(house) == {NAME}
        await bot.start()
        await house.until(house.is_finished)
        counts = {channel: (len(keys), len(set(keys))) for channel, keys in (await said(house)).items()}
        assert counts == {channel: (count, count) for channel, count in EXPECTED.items()}
        assert versions(house) == {NAME}


def versions(house: Any) -> set[str]:
    """Of all that the engine ever took up."""
    prefix = "dbos." if house.connection.dialect.name == "postgresql" else ""
    words = f"select distinct application_version from {prefix}workflow_status where application_version is not null"
    return {row[0] for row in house.connection.execute(sa.text(words))}
