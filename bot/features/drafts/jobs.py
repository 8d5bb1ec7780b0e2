"""What drafts do by themselves: tell TAs of theirs, and post each pool's list once a month."""

from __future__ import annotations

from datetime import time

from bot.asks import Due
from bot.domain.schedule import Daily
from bot.features.drafts import usecases
from bot.ports import Ports
from bot.ports.jobs import Job

LOOK = "drafts.look"
AT = time(9)
"""In the organisation's zone: a list is posted as its team's day has begun; alerts wait for each one's own hours."""


async def look(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Look each day whom there is to write to."""
    return await usecases.night(ports)


JOBS = (Job(name=LOOK, run=look, recurs=Daily(AT)),)
