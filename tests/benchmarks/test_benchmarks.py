"""The benchmarks run and say what they should, at sizes too small to measure anything."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from benchmarks import alerts, digest, leave, lookup, segments, sync, writes
from benchmarks.__main__ import main
from benchmarks.load import Load
from benchmarks.names import invented, mistyped
from benchmarks.processes import free_port, pinned_client, start
from benchmarks.report import Line, Size, machine, quantile, show
from benchmarks.slack import fake_slack
from bot.clock import SystemClock
from bot.store import open_store

TINY = Size(accounts=200, rounds=1, queries=20, seconds=0.2, burst=50)


def test_look_ups_give_goals_7_and_8(tmp_path: Path) -> None:
    lines = lookup.run(TINY, tmp_path)
    assert {line.number for line in lines} == {7, 8, None}
    recall = next(line for line in lines if "recall" in line.what)
    assert recall.ratio is not None
    assert recall.ratio > 0.9


def test_writes_give_goal_9(tmp_path: Path) -> None:
    lines = writes.run(TINY, tmp_path)
    assert [line.number for line in lines] == [9, 9, 9, None]
    assert all(line.ratio and line.ratio > 0 for line in lines[:3])


def test_segments_give_seconds_over_the_book(tmp_path: Path) -> None:
    classified, drift = segments.run(TINY, tmp_path)
    assert classified.ratio
    assert drift.ratio
    assert classified.goal == pytest.approx(0.002)
    assert "drift in this book" in drift.note


def test_the_digest_gives_seconds_memory_and_the_loop(tmp_path: Path) -> None:
    lines = digest.run(TINY, tmp_path)
    whole = next(line for line in lines if line.goal == pytest.approx(0.004))
    assert "200 accounts × 52 weeks" in whole.what
    assert all(line.ratio and line.ratio > 0 for line in lines if "memory" not in line.what)
    assert [line.what for line in lines[-2:]] == [
        "cost of an account, 20 → 60", "cost of an account, 60 → 200",
    ]  # fmt: skip


def test_alerts_give_seconds_and_the_loop(tmp_path: Path) -> None:
    day, news, _, _, blocked, _, blocked_by_drafts = alerts.run(TINY, tmp_path)
    assert "200 accounts" in day.what
    assert all(line.ratio and line.goal == pytest.approx(0.004) for line in (day, news))
    assert blocked.goal == blocked_by_drafts.goal == 50


def test_a_sync_is_measured_beside_its_pages(tmp_path: Path) -> None:
    """All five systems over HTTP in a process of their own; nothing about them is a problem."""
    first, again, memory = sync.run(TINY, tmp_path)
    assert "200 accounts, five systems" in first.what
    assert all(line.ratio and line.ratio > 0 and line.goal == 4 for line in (first, again))
    assert memory.goal == sync.MOST_MIB
    assert memory.met


async def test_absences_are_kept_with_their_plans_and_looked_up(tmp_path: Path) -> None:
    kept = await leave.fill(tmp_path / "book.db", 100)
    assert "100 absences" in kept.what
    store = open_store(f"sqlite:///{tmp_path / 'book.db'}", SystemClock(ZoneInfo("UTC")))
    await store.start()
    assert len(await store.plans.list_plans()) == 100
    assert len(await store.jobs.list_work(prefix="ooo:", limit=2_000)) == 100 * len(leave.DUE)
    assert await store.plans.list_unnoticed(10) == ()
    await store.close()


@pytest.mark.parametrize(("kind", "answered"), [("noop", False), ("fixed", True)])
async def test_a_load_measures_acks_answers_cpu_and_connections(
    tmp_path: Path, kind: str, answered: bool
) -> None:
    async with fake_slack() as slack:
        port = free_port()
        server = start(kind, ["-m", "benchmarks.apps", kind, str(port), str(slack.port)], {}, tmp_path, port)
        try:
            await server.ready("/readyz")
            cell = await Load(server, slack, ["Acme"], answered=answered).closed(2, 0.3)
            assert server.memory_mib > 10
        finally:
            server.stop()
    assert cell.acks
    assert cell.lost == 0
    assert (len(cell.answers) == len(cell.acks)) is answered
    assert cell.cpu_us > 0
    assert cell.connections <= len(cell.answers)


def test_a_line_knows_whether_its_goal_is_met() -> None:
    assert Line(what="", ours="", ratio=0.3, goal=0.3).met
    assert Line(what="", ours="", ratio=0.31, goal=0.3).met is False
    assert Line(what="", ours="", ratio=0.59, goal=0.6, at_least=True).met is False
    assert Line(what="", ours="", ratio=0.6, goal=0.6, at_least=True).met
    assert Line(what="", ours="", ratio=0.6).met is None


def test_what_is_printed_has_the_verdict_and_the_machine() -> None:
    console = Console(record=True, width=150, file=io.StringIO())
    show(console, "Title", [Line(what="ack", ours="1 ms", beside="10 ms", ratio=0.1, goal=0.2, number=2)])
    text = console.export_text()
    assert "pass" in text
    assert "≤ 0.2" in text
    assert "slack_bolt" in machine()


def test_quantiles() -> None:
    values = [float(n) for n in range(1, 101)]
    assert quantile(values, 0.99) == 100
    assert quantile(values, 0) == 1
    assert quantile([7.0], 0.99) == 7


def test_names_are_distinct_and_the_same_each_time() -> None:
    names = invented(3000)
    assert len(set(names)) == 3000
    assert names == invented(3000)
    assert all(mistyped(name, random.Random(name)) != name for name in names[:200])


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--only", "lookup,speed"])
    assert stopped.value.code == 2
    assert "no benchmark speed" in capsys.readouterr().err


def test_the_client_is_unpinned_afterwards() -> None:
    before = os.sched_getaffinity(0)
    with pinned_client():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before
