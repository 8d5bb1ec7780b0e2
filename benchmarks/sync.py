"""A whole sync of all five systems beside merely downloading and parsing the same pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import Line, Size

MOST_MIB = 300
Asked = Mapping[str, Sequence[tuple[str, str]]]


def run(size: Size, work: Path) -> list[Line]:
    """Bar 4 of the sync: at most four times the pages, in less than 300 MB."""
    rounds = max(size.rounds - 3, 1)
    ours: list[Mapping[str, Any]] = []
    bare: list[Mapping[str, Any]] = []
    with _vendors(size.accounts) as (process, environment):
        for number in range(rounds):
            ours.append(_synced(work / f"synced-{number}.db", environment))
            asked = _asked(process)
            bare.append(_said("benchmarks.downloading", json.dumps(asked)))
            _asked(process)  # those calls again are none of the next sync's
        again = _synced(work / "synced-0.db", environment)
        pages_again = _said("benchmarks.downloading", json.dumps(_asked(process)))["seconds"]
    seconds, pages = (median(one["seconds"] for one in some) for some in (ours, bare))
    cpu, pages_cpu = (median(one["cpu"] for one in some) for some in (ours, bare))
    mib, read = max(one["mib"] for one in ours), ours[0]["read"]
    calls = sum(map(len, asked.values()))
    merging = median(one["merging"] for one in ours)
    return [
        Line(
            what=f"whole sync of {size.accounts:,} accounts, five systems, into an empty book",
            ours=f"{seconds:.1f} s",
            beside=f"downloading and parsing the same {calls:,} pages {pages:.1f} s",
            ratio=seconds / pages,
            goal=4,
            note=f"{read:,} records; {merging:.1f} s of it merging {ours[0]['merged']:,} accounts; "
            f"CPU {cpu:.1f} s and {ours[0]['second']:.1f} s in the second process, beside {pages_cpu:.1f} s",
        ),
        Line(
            what="the same again: nothing changed but the instants",
            ours=f"{again['seconds']:.1f} s",
            beside=f"the pages again {pages_again:.1f} s",
            ratio=again["seconds"] / pages_again,
            goal=4,
            note=f"CPU {again['cpu']:.1f} s and {again['second']:.1f} s",
        ),
        Line(
            what="memory at most, both processes",
            ours=f"{mib:.0f} MiB",
            ratio=max(mib, again["mib"]) * 1.048576,
            goal=MOST_MIB,
            note="in MB",
        ),
    ]


@contextmanager
def _vendors(accounts: int) -> Iterator[tuple[subprocess.Popen[str], Mapping[str, str]]]:
    command = [sys.executable, "-m", "benchmarks.vendors", str(accounts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, json.loads(process.stdout.readline())
        process.communicate()


def _asked(process: subprocess.Popen[str]) -> Asked:
    assert process.stdin
    assert process.stdout
    process.stdin.write("asked\n")
    process.stdin.flush()
    found: Asked = json.loads(process.stdout.readline())
    return found


def _synced(database: Path, environment: Mapping[str, str]) -> Mapping[str, Any]:
    said = _said("benchmarks.syncing", "", str(database), environment=environment)
    assert not said["problems"], said["problems"]
    return said


def _said(
    module: str, told: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """What a process of its own says as JSON."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TA_BOT_")}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**inherited, **(environment or {})},
        input=told.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    said: Mapping[str, Any] = json.loads(done.stdout)
    return said
