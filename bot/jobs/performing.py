"""Does one piece of work: runs its job, plans it again where it failed, and tells somebody when that comes to an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import log
from bot.asks import Due
from bot.domain.schedule import next_after
from bot.errors import TaBotError
from bot.jobs.telling import Teller
from bot.ports import Ports
from bot.ports.jobs import DueWork, Job, JobFailed, WorkState
from bot.ports.ledger import WorkLedger

RECURRING = "every:"
"""What the keys of work that recurs by itself begin with."""
NOTE = 500

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """Knows every feature's jobs by name."""

    jobs: Mapping[str, Job]
    ledger: WorkLedger
    teller: Teller
    ports: Ports

    async def perform(self, key: str, claim: int) -> str:
        """Do what this claim is for, unless it was done; says what came of it."""
        work = await self.ledger.find_claimed(key, claim)
        if work is None:
            return "nothing left to do"
        job = self.jobs.get(work.job)
        if job is None:
            await self._end(replace(work, state=WorkState.FAILED, note=f"there is no job {work.job}"))
            return "no such job"
        try:
            note = await job.run(_due(work), self.ports)
        except Exception as error:  # noqa: BLE001 # a job may fail in any way: it is tried again, then told
            return await self._failed(job, work, error)
        await self._end(self._next(job, replace(work, state=WorkState.DONE, note=note[:NOTE])))
        return note

    async def plan_recurring(self) -> None:
        """Keep one row planned for each job that recurs; a rhythm that changed holds from now on."""
        clock = self.ports.clock
        async with self.ports.work.transaction() as tx:
            for job in self.jobs.values():
                if job.recurs is None:
                    continue
                held = await self.ledger.find_work(RECURRING + job.name)
                due_at = next_after(job.recurs, clock.now(), clock.zone)
                if held is None or (held.state is WorkState.PLANNED and held.due_at > due_at):
                    due = DueWork(key=RECURRING + job.name, job=job.name, due_at=due_at)
                    await self.ledger.plan_later(tx, due)

    async def tend(self) -> None:
        """Run the jobs that only mend."""
        now = self.ports.clock.now()
        for job in self.jobs.values():
            if not job.tends:
                continue
            try:
                note = await job.run(
                    Due(job=job.name, key=f"tend:{job.name}", subject="", due_at=now), self.ports
                )
            except Exception as error:  # noqa: BLE001 # it is tried again in an hour
                _log.error("not tended", job=job.name, cause=type(error).__name__, trace=log.traced(error))
            else:
                _log.debug("tended", job=job.name, note=note)

    async def _failed(self, job: Job, work: DueWork, error: Exception) -> str:
        said = str(error) if isinstance(error, TaBotError | JobFailed) else type(error).__name__
        note = f"attempt {work.attempt}: {said}"[:NOTE]
        if not isinstance(error, TaBotError | JobFailed):
            _log.error("job failed", job=work.job, key=work.key, cause=said, trace=log.traced(error))
        if isinstance(error, JobFailed) or work.attempt > len(job.retries):
            await self._given_up(job, work, note)
            return note
        wait = job.retries[work.attempt - 1]
        due_at = self.ports.clock.now() + wait
        again = replace(work, state=WorkState.PLANNED, attempt=work.attempt + 1, due_at=due_at, note=note)
        await self._end(again)
        return note

    async def _given_up(self, job: Job, work: DueWork, note: str) -> None:
        _log.error("job given up", job=work.job, key=work.key, error=note)
        if job.failed is not None:
            try:
                await job.failed(_due(work), self.ports, note)
            except Exception as error:  # noqa: BLE001 # the operators hear of the failure below in any case
                _log.error("its job told nobody", job=work.job, key=work.key, trace=log.traced(error))
        await self._end(self._next(job, replace(work, state=WorkState.FAILED, note=note)), told=note)

    def _next(self, job: Job, ended: DueWork) -> DueWork:
        """What recurs is planned again, whatever came of it this time."""
        if job.recurs is None or not ended.key.startswith(RECURRING):
            return ended
        clock = self.ports.clock
        due_at = next_after(job.recurs, clock.now(), clock.zone)
        return replace(ended, state=WorkState.PLANNED, attempt=1, due_at=due_at)

    async def _end(self, done: DueWork, *, told: str = "") -> None:
        async with self.ports.work.transaction() as tx:
            await self.ledger.end_work(tx, done.key, done)
            if told:
                said = f"Work was given up after {done.attempt} attempts ({done.job}): {told}"
                await self.teller.tell_operators(tx, f"{done.key}:{done.due_at:%Y%m%dT%H%M}", said)


def _due(work: DueWork) -> Due:
    return Due(job=work.job, key=work.key, subject=work.subject, due_at=work.due_at, attempt=work.attempt)
