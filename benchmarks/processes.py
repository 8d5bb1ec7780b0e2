"""Servers in processes of their own on core 0, the client on core 1; what they cost in CPU and memory."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.slack import APP_TOKEN, SECRET, TOKEN
from benchmarks.wire import connect

PATIENCE = 60.0
CORES = sorted(os.sched_getaffinity(0))


class ServerFailed(RuntimeError):
    """A server did not start; carries what it said."""


def held_mib(process: int | str, kind: str) -> float:
    """Memory of a process, of a kind as the kernel calls it; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(kind)), 0.0)


@dataclass
class Server:
    """A server under load."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    ready_after: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all its threads, to the nanosecond."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text("utf-8").split()[0]) for task in tasks) / 1e9

    @property
    def memory_mib(self) -> float:
        """Resident memory."""
        return held_mib(self.process.pid, "VmRSS:")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    async def ready(self, path: str) -> None:
        """Wait until it answers 200 there."""
        began = time.perf_counter()
        while time.perf_counter() - began < PATIENCE:
            if self.process.poll() is not None:
                break
            if await _answers(self.port, path):
                self.ready_after = time.perf_counter() - began
                return
            await asyncio.sleep(0.01)
        self.stop()
        said = self.log.read_text("utf-8", errors="replace")[-2000:]
        raise ServerFailed(f"{self.name} did not become ready; it said:\n{said}")


def on_core(number: int) -> int:
    """Pin the calling process; gives the core (the same one where there is only one)."""
    core = CORES[min(number, len(CORES) - 1)]
    os.sched_setaffinity(0, {core})
    return core


@contextmanager
def pinned_client() -> Iterator[None]:
    """The calling process on core 1 while the block runs."""
    on_core(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, set(CORES))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(work: Path, slack_port: int, port: int, database: Path, *, socket_mode: bool) -> dict[str, str]:
    """The environment of a bot under load."""
    mode = {"SLACK_APP_TOKEN": APP_TOKEN} if socket_mode else {}
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack_port}/api/",
        "TA_BOT_DATABASE_URL": f"sqlite:///{database}",
        "TA_BOT_PORT": str(port),
        "TA_BOT_LOG_LEVEL": "WARNING",
        "TA_BOT_LOG_FORMAT": "json",
        "HOME": str(work),
        **mode,
    }


def start(name: str, command: Sequence[str], environment: Mapping[str, str], work: Path, port: int) -> Server:
    """Start a Python process on core 0."""
    log = work / f"{name}-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=work,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    if len(CORES) > 1:
        os.sched_setaffinity(process.pid, {CORES[0]})
    return Server(name, port, process, log)


async def _answers(port: int, path: str) -> bool:
    try:
        client = await connect(port)
        head, _ = await client.ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        client.close()
    except OSError:
        return False
    return b" 200 " in head.split(b"\r\n", 1)[0]
