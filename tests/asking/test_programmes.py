"""A plan's weekly question through the whole bot: told in working hours, answered from the message, not asked again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from bot.standin import modals

MANAGER = "tomas.arrieta"
FRIDAY = datetime(2026, 11, 27, 20, tzinfo=UTC)
POOL = "Zanthorvik Insurance AB"


async def test_the_weeks_question_is_answered_from_its_message(office: Any) -> None:
    """Of a pool's plan that nobody has updated yet the team's manager is asked, on Thursday morning in São Paulo."""
    async with asyncio.timeout(20):
        while not await office.ports.jobs.find_work("every:plan_updates.ask"):  # noqa: ASYNC110 # planned beside us
            await asyncio.sleep(0.02)
    await office.turn(datetime(2026, 11, 26, 11, 59, tzinfo=UTC))
    assert not [said for said in office.told(MANAGER) if "how did this week go" in said]
    await office.turn(datetime(2026, 11, 26, 13, tzinfo=UTC))
    person = office.server.people.who(MANAGER)
    place = office.server.workspace.direct(person.id)
    (asked,) = [
        one
        for one in office.server.workspace.messages
        if one.channel == place.id and f"*{POOL}*" in str(one.blocks)
    ]
    buttons = [
        (element["action_id"], element["value"])
        for block in asked.blocks
        for element in block.get("elements", ())
        if str(element.get("action_id", "")).startswith("plan_updates.write")
    ]
    account = (await office.ports.book.find_by_name(POOL)).chosen
    action_id = next(one for one, value in buttons if value == account.id)
    await office.press(MANAGER, action_id, message=asked.ts)
    filled = {"plan_updates.progress": "Two workshops held.", "plan_updates.confidence": "on_track"}
    await modals.submit(office.server.people, MANAGER, filled)
    await office.settle()
    (update,) = await office.ports.plan_updates.list_updates(account_id=account.id)
    assert (update.by_name, update.progress) == ("Tomás Arrieta", "Two workshops held.")
    (notice,) = await office.ports.alerts.list_of_account(account.id)
    assert notice.acknowledged_by == person.email
    await office.turn(FRIDAY)
    assert sum(f"{POOL} · save plan" in said for said in office.told(MANAGER)) <= 1
    assert set(office.keys().values()) == {1}
