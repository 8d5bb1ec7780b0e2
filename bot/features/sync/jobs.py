"""What sync does by itself: reads what changed every so often, and everything once a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, TypeAlias

from bot import log
from bot.asks import Due
from bot.domain.joining import JoinRules
from bot.domain.schedule import Every
from bot.errors import SyncUnderWay
from bot.features.sync.reporting import SyncReport
from bot.features.sync.sweeping import Asked
from bot.features.sync.syncing import sync
from bot.ports import Ports
from bot.ports.jobs import Job
from bot.ports.readings import Elsewhere
from bot.ports.vendors import Vendor

RUN = "sync.run"


class Opened(NamedTuple):
    """The systems that settings configure, and where else accounts may be decided."""

    vendors: Sequence[Vendor]
    elsewhere: Elsewhere | None = None


Open: TypeAlias = Callable[[], AbstractAsyncContextManager[Opened]]

JOBS: tuple[Job, ...] = ()
"""None where no system is configured: `recurring` makes what there is otherwise."""

_log = log.get(__name__)


def recurring(opened: Open, rules: JoinRules) -> tuple[Job, ...]:
    """The work of a bot that has systems to read. What fails is tried again when it is due next, not sooner."""

    async def run(due: Due, ports: Ports) -> str:  # noqa: ARG001 - every job is told what is due
        try:
            async with opened() as systems:
                report = await sync(systems.vendors, ports, Asked(), elsewhere=systems.elsewhere)
        except SyncUnderWay:
            return "another process reads them"
        for source in report.sources:
            for problem in (*source.problems, *source.drift):
                _log.warning("a system was not read as it should be", system=source.system, error=problem)
        return _in_short(report)

    return (Job(name=RUN, run=run, recurs=Every(rules.every), retries=()),)


def _in_short(report: SyncReport) -> str:
    read = sum(feed.read for source in report.sources for feed in source.feeds)
    problems = sum(len(source.problems) for source in report.sources)
    said = f"{read:,} records read, {report.merged.changed + report.merged.added:,} accounts changed"
    return f"{said}; {problems} problems: ta-bot sync report" if problems else said
