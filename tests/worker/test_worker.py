"""The second process: what it is asked it answers, and it never outlives who asked."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import SourceUnavailable
from bot.worker import AHEAD, Worker, WorkerLostError

HERE = Path(__file__).parent


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    path = str(HERE / "things.py")
    made = Worker(eval, f"__import__('runpy').run_path({path!r})['Things']()")
    yield made
    await made.close()


def _runs(pid: int) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )  # ended, not waited for
    except OSError:
        return False


async def _is_gone(pid: int) -> bool:
    for _ in range(200):
        if not _runs(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_answers_errors_and_streams_come_as_they_are(worker: Worker):
    assert await worker.call("pid") != os.getpid()
    assert await worker.call("echo", 1, ("a", None)) == (1, ("a", None))
    with pytest.raises(SourceUnavailable, match="it is down") as raised:
        await worker.call("fail")
    assert raised.value.retry_after == 7
    slow = asyncio.create_task(worker.call("slowly", 0.3))
    numbers = [number async for number, _ in worker.stream("count", 20)]
    assert numbers == list(range(20))  # while the other one slept
    assert await slow == "slept"
    failing = worker.stream("count", 9, 2)
    assert [(await anext(failing))[0], (await anext(failing))[0]] == [0, 1]
    with pytest.raises(SourceUnavailable, match="it went down"):
        await anext(failing)


async def test_what_cannot_go_over_the_pipe_is_said_and_nobody_waits_for_it(worker: Worker):
    with pytest.raises(RuntimeError, match="an unexpected Odd"):
        await asyncio.wait_for(worker.call("fail_oddly"), 10)
    with pytest.raises((RuntimeError, AttributeError, pickle.PicklingError)):
        await asyncio.wait_for(worker.call("give_oddly"), 10)
    assert await worker.call("echo", 1) == (1,)


async def test_a_stream_that_is_taken_slowly_waits(worker: Worker):
    async for number, _ in worker.stream("count", 1_000):
        await asyncio.sleep(0.05)
        yielded, ended = await worker.call("counted")
        assert yielded <= number + 1 + AHEAD + 1
        if number == 9:
            break
    for _ in range(100):
        yielded, ended = await worker.call("counted")
        if ended:
            break
        await asyncio.sleep(0.05)
    assert ended, "nobody takes it any more"
    assert yielded < 20


async def test_a_killed_process_is_a_loss_that_is_said_at_once(worker: Worker):
    pid = await worker.call("pid")
    waits = asyncio.create_task(worker.call("slowly", 60))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLostError):
        await asyncio.wait_for(waits, 10)
    with pytest.raises(WorkerLostError):
        await worker.call("pid")


async def test_it_ends_when_it_is_closed(worker: Worker):
    pid = await worker.call("pid")
    waits = asyncio.create_task(worker.call("slowly", 60))
    await asyncio.sleep(0.1)
    await worker.close()
    with pytest.raises(WorkerLostError):
        await waits
    assert await _is_gone(pid)


async def test_it_ends_with_a_process_that_is_killed():
    starter = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "starter.py"), stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout
    pid = int(await starter.stdout.readline())
    starter.kill()
    await starter.wait()
    assert await _is_gone(pid)
