"""Cold start until the first answer, and memory, beside a process that only imports the same libraries."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from benchmarks.names import invented
from benchmarks.processes import Server, free_port, pinned_client, settings, start
from benchmarks.report import Line, Size
from benchmarks.requests import SERVE, Bench
from benchmarks.slack import fake_slack

# Prints which modules of other people the bot imports, in the order in which they came.
_LISTED = (
    "import sys, json, sysconfig; before = set(sys.modules); import bot.__main__, bot.bootstrap.serving; "
    "site = sysconfig.get_paths()['purelib']; "
    "print(json.dumps([name for name, module in list(sys.modules.items()) if name not in before "
    "and str(getattr(module, '__file__', None) or '').startswith(site)]))"
)
# Imports them, says that it is ready, and waits.
_IMPORTS = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except Exception:
        pass
print("ready", flush=True)
sys.stdin.read()
"""


def run(size: Size, work: Path) -> list[Line]:
    """Goal 11."""
    with pinned_client():
        return asyncio.run(_run(size, work))


async def _run(size: Size, work: Path) -> list[Line]:
    modules = await asyncio.to_thread(_libraries)
    bare: list[tuple[float, float]] = []
    ours: list[tuple[float, float, float, float]] = []
    for _ in range(size.rounds):
        bare.append(await asyncio.to_thread(_imported, modules, work))
        ours.append(await _served(size, work))
    ready, listening = (median(one[place] for one in ours) for place in (0, 1))
    memory, warm = (median(one[place] for one in ours) for place in (2, 3))
    imports, floor = (median(one[place] for one in bare) for place in (0, 1))
    beside = f"only the imports {imports:.2f} s"
    engine = "no durable engine exists yet, so neither side launches one"
    return [
        Line(what=f"start until /readyz, {size.accounts:,} accounts", ours=f"{ready:.2f} s", beside=beside,
             ratio=ready / imports, goal=2, number=11, note=f"{len(modules)} modules; {engine}"),
        Line(what="start until the first answer", ours=f"{listening:.2f} s", beside=beside,
             ratio=listening / imports, note="the index of names is built once ready; who asks meanwhile is acked and waits for it"),
        Line(what="memory once ready", ours=f"{memory:.0f} MiB", beside=f"only the imports {floor:.0f} MiB",
             ratio=memory / floor),
        Line(what=f"memory after 500 answers, {size.accounts:,} accounts", ours=f"{warm:.0f} MiB",
             beside=f"only the imports {floor:.0f} MiB", ratio=warm / floor, goal=1.6, number=11),
    ]  # fmt: skip


def _libraries() -> list[str]:
    listed = subprocess.run([sys.executable, "-c", _LISTED], capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(listed.stdout)
    return modules


def _imported(modules: list[str], work: Path) -> tuple[float, float]:
    """Seconds until everything is imported, and the memory then."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _IMPORTS, json.dumps(modules)],
        cwd=work,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    taken = time.perf_counter() - began
    memory = Server("imports", 0, process, work / "imports.log").memory_mib
    process.communicate()
    return taken, memory


async def _served(size: Size, work: Path) -> tuple[float, float, float, float]:
    """Seconds until ready and until the first answer; memory then and after many answers."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(fake_slack())
        bench = Bench(size, work, slack, stack)
        port = free_port()
        database = await bench.database(f"start-{port}", size.accounts)
        began = time.perf_counter()
        server = start(
            "start", SERVE, settings(work, slack.port, port, database, socket_mode=False), work, port
        )
        stack.callback(server.stop)
        await server.ready("/readyz")
        ready, memory = time.perf_counter() - began, server.memory_mib
        load = bench.loaded(server, invented(size.accounts)[:500])
        await load.one()
        answered = time.perf_counter() - began
        await load.closed(16, 2)
        return ready, answered, memory, server.memory_mib
