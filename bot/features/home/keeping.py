"""What an operator should look at: how old each source is, what failed."""

from __future__ import annotations

from bot.blocks.answers import Message
from bot.domain.reading import System
from bot.features.doctor.sources import SourceFacts, kept_findings
from bot.features.home import views
from bot.ports import Ports
from bot.ports.jobs import WorkState

FAILURES = 5
_IMPORTED = ("accounts", "people", "history", "contacts", "absences")


async def sources(ports: Ports) -> Message:
    """Each source with its age, and what the book cannot place, without asking any system now."""
    sweeps, unmatched = await ports.readings.list_sweeps(), await ports.readings.count_unmatched()
    join, now = ports.policy.join, ports.clock.now()
    longest = join.whole_every + 2 * join.every
    findings = [
        finding
        for system in System
        if (held := [sweep for sweep in sweeps if sweep.system == system])
        for finding in kept_findings(
            SourceFacts(system=system, sweeps=held, unmatched=unmatched.get(system.value, 0)), now, longest
        )
    ]
    files = [found for kind in _IMPORTED if (found := await ports.book.last_import(kind))]
    return views.sources_of(findings, files, now)


async def failures(ports: Ports) -> Message:
    """The newest work whose retries came to an end."""
    failed = await ports.jobs.list_work(states=(WorkState.FAILED,), limit=FAILURES + 1)
    return views.failures(failed[:FAILURES], more=len(failed) > FAILURES)
