"""What the bot will do by itself is listed, moved and cancelled in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import FixedClock
from bot.ports.jobs import DueWork, WorkState
from bot.store import open_store

Run = Callable[..., Any]
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


async def plan(url: str) -> None:
    store = open_store(url, FixedClock(NOON, ZoneInfo("UTC")))
    await store.start()
    async with store.work.transaction() as tx:
        for key, state in (("digest:1:2026-W53", WorkState.PLANNED), ("digest:1:2026-W52", WorkState.DONE)):
            work = DueWork(
                key=key,
                job="digest.post",
                due_at=NOON,
                state=state,
                note="posted" * (state is WorkState.DONE),
            )
            await store.jobs.plan_later(tx, work)
    await store.close()


def test_planned_work_is_listed_moved_and_cancelled(run: Run, environment: Mapping[str, str]) -> None:
    assert "nothing is planned" in run("work", "list").stdout
    asyncio.run(plan(environment["TA_BOT_DATABASE_URL"]))
    listed = run("work", "list", TA_BOT_TIMEZONE="Europe/Berlin").stdout
    assert "2027-01-04 13:00" in listed
    assert "digest:1:2026-W53" in listed
    assert "2026-W52" not in listed
    assert "posted" in run("work", "list", "digest:1:2026-W52", "--all").stdout
    moved = run("work", "move", "digest:1:2026-W53", "2027-01-05T09:30", TA_BOT_TIMEZONE="Europe/Berlin")
    assert moved.stdout.strip() == "digest:1:2026-W53: due 2027-01-05 09:30 (Europe/Berlin)"
    assert "2027-01-05 08:30" in run("work", "list").stdout
    assert run("work", "cancel", "digest:1:2026-W53").stdout.strip() == "digest:1:2026-W53: cancelled"
    assert "nothing is planned" in run("work", "list").stdout


def test_what_cannot_be_moved_is_explained(run: Run, environment: Mapping[str, str]) -> None:
    asyncio.run(plan(environment["TA_BOT_DATABASE_URL"]))
    for words, why in (
        (("move", "digest:1:2026-W53", "tomorrow"), "cannot be read as a time"),
        (("move", "digest:1:2026-W52", "2027-01-05T09:30"), "is done, and only what is planned"),
        (("cancel", "nothing"), "there is no such work"),
    ):
        refused = run("work", *words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert why in refused.stderr
