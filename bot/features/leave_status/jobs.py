"""What happens to statuses by itself: set and put back as plans say, told where that cannot be, and looked at hourly."""

from __future__ import annotations

from datetime import timedelta

from bot import log
from bot.asks import Due
from bot.errors import SourceError, StoreError
from bot.features.leave_status import usecases
from bot.features.leave_status.rules import Tell
from bot.ports import Ports
from bot.ports.jobs import Job

TEND = "status.tend"
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=3),
)
"""A status that is wrong for a day is a nuisance, not a loss: after these it is told of, and still looked at hourly."""

_log = log.get(__name__)


async def apply(due: Due, ports: Ports) -> str:
    """Make a status what it must be now; planned for the start and the end of an absence, and when something changed."""
    return await usecases.apply(ports, int(due.subject))


async def give_up(due: Due, ports: Ports, why: str) -> None:  # noqa: ARG001 - the operators are told why
    """Tell the person that their status may be wrong."""
    plan = await ports.plans.find_plan(int(due.subject))
    if plan is not None:
        await usecases.tell_later(ports, plan, Tell.FAILED)


async def tell(due: Due, ports: Ports) -> str:
    """Tell a person what we cannot do for them."""
    plan_id, _, what = due.subject.partition(":")
    return await usecases.tell(ports, int(plan_id), Tell(what), due.key)


async def tend(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
    """Look at the status of everybody who is away, or was: what Slack did not take or did not tell is found here."""
    emails = {record.email for record in await ports.status_records.list_records()}
    emails |= await usecases.list_away_with_consent(ports)
    failed = 0
    for email in sorted(emails):
        try:
            await usecases.settle(ports, email)
        except (SourceError, StoreError) as error:
            failed += 1
            _log.warning("a status was not looked at", cause=type(error).__name__, error=str(error))
    return f"{len(emails)} looked at, {failed} not reached"


JOBS = (
    Job(name=usecases.APPLY, run=apply, retries=RETRIES, failed=give_up),
    Job(name=usecases.TELL, run=tell),
    Job(name=TEND, run=tend, tends=True),
)
