"""Signed /account-health requests: ack and answer apart, beside a no-op Bolt app and one with fixed blocks."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.book import ASKED, filled, write_history
from benchmarks.load import Cell, Load, socket_acks
from benchmarks.names import invented, typed
from benchmarks.processes import Server, free_port, pinned_client, settings, start
from benchmarks.report import Line, Size, p50_p99, quantile
from benchmarks.slack import FakeSlack, fake_slack

AT_ONCE = (1, 16, 64)
SMALL = 1_000
SERVE = ["-m", "bot", "serve"]
CROWDED = ["-m", "benchmarks.crowded"]
STEADY = 50.0  # requests a second while the book is written
Cells = dict[tuple[str, int], list[Cell]]


@dataclass
class Bench:
    """The servers of one run; all stand ready, one at a time is under load."""

    size: Size
    work: Path
    slack: FakeSlack
    stack: AsyncExitStack
    loads: dict[str, Load] = field(default_factory=dict)

    async def add(
        self, name: str, command: list[str], *, accounts: int = 0, socket_mode: bool = False
    ) -> Server:
        """Start a server and wait until it is ready."""
        port = free_port()
        environment = {}
        if accounts:
            database = await self.database(name, accounts)
            environment = settings(self.work, self.slack.port, port, database, socket_mode=socket_mode)
        arguments = command if accounts else [*command, str(port), str(self.slack.port)]
        server = start(name, arguments, environment, self.work, port)
        self.stack.callback(server.stop)
        await server.ready("/readyz")
        asked = invented(accounts or 100)[: min(ASKED, accounts or 100)]
        self.loads[name] = self.loaded(server, asked)
        return server

    async def database(self, name: str, accounts: int) -> Path:
        """A filled database of the server's own."""
        filled_file = await filled(self.work, accounts)
        copy = self.work / f"{name}.db"
        await asyncio.to_thread(shutil.copy, filled_file, copy)
        return copy

    def loaded(self, server: Server, names: list[str]) -> Load:
        """The load of people who ask for those accounts, as people type."""
        draw = random.Random("asked")
        texts = [typed(one, draw) for one in names]
        return Load(server, self.slack, texts, answered=server.name != "noop")


def run(size: Size, work: Path) -> list[Line]:
    """Goals 1 to 6 and 12."""
    with pinned_client():
        return asyncio.run(_run(size, work))


async def _run(size: Size, work: Path) -> list[Line]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(fake_slack())
        bench = Bench(size, work, slack, stack)
        await bench.add("noop", ["-m", "benchmarks.apps", "noop"])
        await bench.add("fixed", ["-m", "benchmarks.apps", "fixed"])
        await bench.add("ours", SERVE, accounts=size.accounts)
        await bench.add("small", SERVE, accounts=SMALL)
        await bench.add("crowded", CROWDED, accounts=SMALL)
        cells = await _rounds(bench)
        lines = [*_tables(cells, size), *_goals(cells, size)]
        lines.append(await _written(bench))
        lines.append(await _linked(bench, cells))
        return lines


async def _rounds(bench: Bench) -> Cells:
    """Every server at every concurrency, in turn, round after round."""
    cells: Cells = defaultdict(list)
    for load in bench.loads.values():
        await load.closed(1, 0.3)  # builds the index, fills the caches of people and channels
    for _ in range(bench.size.rounds):
        for at_once in AT_ONCE:
            for name in ("noop", "fixed", "ours", *(("small", "crowded") if at_once == 16 else ())):
                cells[name, at_once].append(await bench.loads[name].closed(at_once, bench.size.seconds / 2))
    return cells


def _tables(cells: Cells, size: Size) -> list[Line]:
    lines = []
    for at_once in AT_ONCE:
        for name, what in (
            ("ours", f"ta-bot, {size.accounts:,} accounts"),
            ("noop", "stock no-op Bolt"),
            ("fixed", "Bolt pbr, 20 fixed blocks"),
        ):
            rounds = cells[name, at_once]
            acks = [ack for cell in rounds for ack in cell.acks]
            answers = [answer for cell in rounds for answer in cell.answers]
            answered = f", answer {p50_p99(answers)}" if answers else ""
            lines.append(
                Line(
                    what=f"c={at_once}, {what}",
                    ours=f"{_rate(rounds):.0f}/s, {median(cell.cpu_us for cell in rounds):.0f} µs CPU",
                    beside=f"ack {p50_p99(acks)}{answered}",
                    note=f"{lost} answers never came" if (lost := sum(cell.lost for cell in rounds)) else "",
                )
            )
    return lines


def _goals(cells: Cells, size: Size) -> list[Line]:
    acks = {name: median(ack for cell in cells[name, 1] for ack in cell.acks) for name in ("ours", "noop")}
    slowest = median(quantile(cell.answers, 0.99) for cell in cells["ours", 64]) * 1000
    connections = median(cell.connections / max(len(cell.answers), 1) for cell in cells["ours", 16])
    listeners = _cpu(cells, "small") / _cpu(cells, "crowded")
    return [
        _beside_fixed(cells, "ours", f"answers a second, {size.accounts:,} accounts, c=16", 0.6),
        _beside_fixed(cells, "small", f"the same, {SMALL:,} accounts", 0.75),
        Line(
            what="ack p50, c=1",
            ours=f"{acks['ours'] * 1000:.2f} ms",
            beside=f"stock no-op Bolt {acks['noop'] * 1000:.2f} ms",
            ratio=acks["ours"] / acks["noop"],
            goal=0.1,
            number=2,
        ),
        Line(what="answer p99, c=64, in ms", ours=f"{slowest:.0f} ms", ratio=slowest, goal=100, number=3),
        Line(
            what="TCP connections an answer, c=16",
            ours=f"{connections:.4f}",
            ratio=connections,
            goal=0.05,
            number=4,
        ),
        Line(
            what="CPU a request with 1 command ÷ with 30, c=16",
            ours=f"30: {_cpu(cells, 'crowded'):.0f} µs",
            beside=f"1: {_cpu(cells, 'small'):.0f} µs",
            ratio=listeners,
            goal=0.9,
            at_least=True,
            number=12,
            note=f"{SMALL:,} accounts; by rate {_paired(cells, 'crowded', 'small'):.2f}",
        ),
    ]


def _beside_fixed(cells: Cells, name: str, what: str, goal: float) -> Line:
    by_cpu = _cpu(cells, "fixed") / _cpu(cells, name)
    return Line(
        what=what,
        ours=f"{_rate(cells[name, 16]):.0f}",
        beside=f"Bolt pbr fixed {_rate(cells['fixed', 16]):.0f}",
        ratio=_paired(cells, name, "fixed"),
        goal=goal,
        at_least=True,
        number=1,
        note=f"60 % exact names, 25 % first words, 15 % slips; by CPU {by_cpu:.2f}",
    )


def _cpu(cells: Cells, name: str) -> float:
    return median(cell.cpu_us for cell in cells[name, 16])


def _rate(rounds: list[Cell]) -> float:
    return median(cell.rate for cell in rounds)


def _paired(cells: Cells, ours: str, beside: str) -> float:
    """The median of the rounds' own ratios: a machine that drifts drifts for both."""
    return median(a.rate / b.rate for a, b in zip(cells[ours, 16], cells[beside, 16], strict=True))


async def _written(bench: Bench) -> Line:
    """Answers while another process imports rows into the same book, against idle."""
    load, seconds = bench.loads["ours"], max(bench.size.seconds * 2, 4.0)
    idle = await load.open(STEADY, seconds)
    file = bench.work / "history.csv"
    await asyncio.to_thread(write_history, file, bench.size.burst)
    environment = settings(bench.work, bench.slack.port, 0, bench.work / "ours.db", socket_mode=False)
    importing = start("import", ["-m", "bot", "import", "history", str(file)], environment, bench.work, 0)
    bench.stack.callback(importing.stop)
    busy = Cell()
    while importing.process.poll() is None:
        part = await load.open(STEADY, 0.5)
        busy.answers += part.answers
    failed = f"; the import ended with {importing.process.returncode}" if importing.process.returncode else ""
    quiet, loaded = quantile(idle.answers, 0.99), quantile(busy.answers, 0.99)
    return Line(
        what=f"answer p99 while {bench.size.burst:,} rows are written, {STEADY:.0f}/s",
        ours=p50_p99(busy.answers),
        beside=f"idle {p50_p99(idle.answers)}",
        ratio=loaded / quiet,
        goal=2,
        number=5,
        note=f"an import of history beside the running bot, its process on the same core{failed}",
    )


async def _linked(bench: Bench, cells: Cells) -> Line:
    """Acks over Socket Mode against those over HTTP."""
    await bench.add("linked", SERVE, accounts=SMALL, socket_mode=True)
    texts = bench.loads["linked"].texts
    link = await asyncio.wait_for(bench.slack.links.get(), 30)
    await socket_acks(bench.slack, link, texts, 0.5)
    linked = await socket_acks(bench.slack, link, texts, bench.size.seconds)
    http = [ack for cell in cells["ours", 1] for ack in cell.acks]
    return Line(
        what="Socket Mode ack, c=1: p50 / p99",
        ours=p50_p99(linked),
        beside=f"HTTP {p50_p99(http)}",
        ratio=median(linked) / median(http),
        goal=1.2,
        number=6,
    )
