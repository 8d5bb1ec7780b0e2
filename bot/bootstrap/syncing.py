"""`ta-bot sync`: the configured systems read into the book with a progress bar, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.blocks import text
from bot.bootstrap import apart, sourcing
from bot.bootstrap.house import House, open_house
from bot.domain.joining import Said
from bot.domain.reading import System
from bot.errors import OperatorError
from bot.features.sync import people, syncing
from bot.features.sync.reporting import FeedReport, SyncReport
from bot.features.sync.sweeping import Asked
from bot.policy import Policy
from bot.ports.book import Book
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.outgoing import OutgoingMessages
from bot.ports.people import People
from bot.ports.readings import Readings, Unmatched
from bot.ports.work import Work

SHOWN = 20
"""Unmatched records and disagreements that are listed one by one."""
MONEY = frozenset({"arr", "arr_year_ago", "expansion_arr_open"})
HEAD = ("", "read", "changed", "gone", "refused", "seconds", "calls", "how")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Keeps features.sync's SyncKeepers over an open store."""

    book: Book
    people: People
    readings: Readings
    jobs: Jobs
    outgoing: OutgoingMessages
    work: Work
    clock: Clock
    policy: Policy


def desk_of(house: House) -> Desk:
    """What a sync reads and writes."""
    store = house.store
    return Desk(
        book=store.book,
        people=store.people,
        readings=store.readings,
        jobs=store.jobs,
        outgoing=store.outgoing,
        work=store.work,
        clock=house.clock,
        policy=house.policy,
    )


async def sync(named: str | None, *, full: bool, confirm: bool, console: Console) -> SyncReport:
    """Read what is configured, or the one system that is named; says on the console how far it is."""
    apart.collect_seldom()
    async with open_house() as house:
        systems = sourcing.get_configured(house.settings, named)
        async with apart.opened(house, systems) as (vendors, elsewhere):
            asked = Asked(named=systems, whole=full, confirmed=confirm)
            with _bars(console) as bars:
                shown = _Shown(bars)
                return await syncing.sync(
                    vendors,
                    desk_of(house),
                    asked,
                    told=shown.read,
                    merged=shown.merged,
                    elsewhere=elsewhere,
                )


async def report(console: Console) -> SyncReport:
    """Show what the newest sync came to, and what does not fit together now."""
    async with open_house() as house:
        desk = desk_of(house)
        found = await syncing.last_report(desk)
        if found is None:
            raise OperatorError("no sync came to its end yet; try: ta-bot sync")
        show(found, console)
        for line in [line async for line in _unmatched(desk)] + [line async for line in _odds(desk)]:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        return found


def show(found: SyncReport, console: Console) -> None:
    """The table of what was read, then a sentence for everything else."""
    title = f"sync of {found.started_at:%Y-%m-%d %H:%M} UTC"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))  # 80 columns are enough
    for name in HEAD:
        table.add_column(name, justify="left" if name in ("", "how") else "right", no_wrap=name != "how")
    for source in found.sources:
        table.add_row(System(source.system).called)
        for feed in source.feeds:
            table.add_row(*_row(feed))
    if table.rows:
        console.print(table)
    for line in _sentences(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _row(feed: FeedReport) -> tuple[str, ...]:
    how = "all" if feed.whole else "changes"
    state = {"running": ", not to the end", "refused": ", not believed"}.get(feed.state, "")
    numbers = (feed.read, feed.changed, feed.gone, feed.refused)
    return (
        f"  {feed.feed}",
        *(f"{number:,}" for number in numbers),
        f"{feed.seconds:.1f}",
        f"{feed.calls:,}",
        how + state,
    )


def _sentences(found: SyncReport) -> Iterator[str]:
    merged = found.merged
    yield (
        f"{text.plural(merged.accounts, 'account')} merged: {merged.added:,} added, {merged.changed:,} changed, "
        f"{merged.churned:,} newly churned, {merged.moved:,} moved to another health category"
    )
    if found.absences:
        yield f"{text.plural(found.absences, 'absence')} added, changed or gone"
    if found.unmatched:
        yield f"unmatched: {_counts(found.unmatched)}; listed by: ta-bot sync report"
    if found.disagreements:
        told = ", ".join(f"{name} of {count:,}" for name, count in sorted(found.disagreements.items()))
        yield f"systems disagree about {told}; listed by: ta-bot sync report"
    for source in found.sources:
        called = System(source.system).called
        yield from (f"{called}: {feed.feed}: {one}" for feed in source.feeds for one in feed.told)
        yield from (f"{called}: {one}" for one in source.drift)
        yield from (f"{called}: {one}" for one in source.problems)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} of {System(system).called}" for system, count in sorted(counts.items()))


async def _unmatched(desk: Desk) -> AsyncIterator[str]:
    """Records of no account, and people of ours whom a leave system does not know; each with its likely match."""
    found = await desk.readings.list_unmatched(SHOWN)
    for one in found:
        likely = await people.suggestion_of(desk, one)
        yield f"unmatched: {System(one.system).called} {one.key} {_named(one)}: {one.why}{_suggested(one, likely)}"
    left = sum((await desk.readings.count_unmatched()).values()) - len(found)
    if left > 0:
        yield f"unmatched: and {left:,} more"
    for person, other in await people.list_unknown(desk, System.DEEL):
        likely = f"; perhaps {other.email}, which is {other.name} there" if other else ""
        yield f"unmatched: Deel knows nobody as {person.email} ({person.name}), so their absences are unknown{likely}"


def _named(one: Unmatched) -> str:
    return f"“{one.name}”" if one.name else "without a name"


def _suggested(one: Unmatched, likely: str) -> str:
    if not likely:
        return ""
    account_id = likely.rpartition("(")[2].rstrip(")")
    return f'; likely {likely}: if so, [sources.join.same] "{one.system}:{one.key}" = "{account_id}"'


async def _odds(desk: Desk) -> AsyncIterator[str]:
    found = await desk.readings.list_disagreements(SHOWN)
    for account_id, name, odds in found:
        for one in odds:
            said = ", ".join(_said(one.field, each, desk.clock.now()) for each in one.said)
            yield f"{name} ({account_id}): {one.field}: {said}"
    left = await desk.readings.count_disagreeing() - len(found)
    if left > 0:
        yield f"and {text.plural(left, 'account')} more of which systems say different things"


def _said(field: str, one: Said, now: datetime) -> str:
    value = text.money(one.value) if field in MONEY else str(one.value)
    return f"{System(one.system).called} says {value} ({text.age(now - one.as_of)})"


class _Shown:
    """A bar for each feed that is read, and one for merging."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def read(self, system: str, feed: str, done: int, total: int | None) -> None:
        """So many records of a feed are read."""
        self._move((System(system).called, feed), done, total)

    def merged(self, done: int, total: int) -> None:
        """So many accounts are merged."""
        self._move(("the book", "accounts merged"), done, total)

    def _move(self, key: tuple[str, str], done: int, total: int | None) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(" ".join(key), total=total)
        self._bars.update(self._tasks[key], completed=done, total=total)


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)
