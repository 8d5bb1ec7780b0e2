"""`ta-bot work`: what is planned, under way, done and failed; moving and cancelling what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bootstrap.house import open_house
from bot.errors import OperatorError
from bot.ports.jobs import DueWork, WorkState

MOST = 200
AT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of work, and the zone that their times are shown in."""

    rows: Sequence[tuple[str, ...]]
    zone: str


async def list_work(prefix: str, *, everything: bool) -> Listed:
    """What is planned, soonest first; with `everything` also what was started, done, failed or cancelled."""
    states = tuple(WorkState) if everything else (WorkState.PLANNED,)
    async with open_house() as house:
        found = await house.store.jobs.list_work(prefix=prefix, states=states, limit=MOST)
        zone = house.clock.zone
        return Listed([_row(work, zone) for work in found], zone.key)


async def move(key: str, to: str) -> str:
    """Give planned work another due date; raises OperatorError where there is none or the time cannot be read."""
    async with open_house() as house:
        zone = house.clock.zone
        try:
            at = datetime.fromisoformat(to)
        except ValueError as error:
            raise OperatorError(f"{to}: cannot be read as a time; write it as 2026-11-30T09:00") from error
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        async with house.store.work.transaction() as tx:
            if not await house.store.jobs.move_later(tx, key, at):
                raise OperatorError(_none(key, await house.store.jobs.find_work(key)))
        return f"{key}: due {at.astimezone(zone).strftime(AT)} ({zone.key})"


async def cancel(key: str) -> str:
    """Cancel planned work; raises OperatorError where there is none."""
    async with open_house() as house:
        async with house.store.work.transaction() as tx:
            if not await house.store.jobs.cancel_later(tx, key, "cancelled by an operator"):
                raise OperatorError(_none(key, await house.store.jobs.find_work(key)))
        return f"{key}: cancelled"


def _row(work: DueWork, zone: ZoneInfo) -> tuple[str, ...]:
    tries = f", attempt {work.attempt}" if work.attempt > 1 else ""
    return (work.due_at.astimezone(zone).strftime(AT), work.key, f"{work.state.value}{tries}", work.note)


def _none(key: str, found: DueWork | None) -> str:
    if found is None:
        return f"{key}: there is no such work; `ta-bot work list --all` shows what there is"
    return f"{key}: is {found.state.value}, and only what is planned can be moved or cancelled"
