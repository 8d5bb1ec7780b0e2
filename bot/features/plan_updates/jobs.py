"""What status updates do by themselves: ask for them."""

from __future__ import annotations

from datetime import time

from bot.asks import Due
from bot.domain.schedule import Daily
from bot.features.plan_updates import usecases
from bot.ports import Ports
from bot.ports.jobs import Job

ASK = "plan_updates.ask"
AT = time(0, 30)
"""Before anybody's working day on the organisation's side of the earth: alerts are told in each one's own hours."""


async def ask(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Look each night whether updates are to be asked for."""
    return await usecases.ask(ports)


JOBS = (Job(name=ASK, run=ask, recurs=Daily(AT)),)
