"""A second process of the bot, for work that would take the first one's processor from those who ask it something.

`Worker` is the end of whoever has the work: it starts the process when it is first asked. The process makes one
object and calls what it is told to of it; it ends with the process that started it, however that ends.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import pickle
import signal
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, NoReturn

AHEAD = 3
"""Items of a stream that may wait to be taken: more would fill the memory of whoever takes them slowly."""
PIECE = 1 << 20
"""Bytes that are read before the other end has to wait."""
SPARING = {"MALLOC_ARENA_MAX": "2"}
"""The C library keeps what each thread frees for that thread alone, unless it is told otherwise."""
CALL, STREAM, MORE, STOP = range(4)
ITEM, DONE, FAILED = range(3)
_HEADER = struct.Struct(">Q")


class WorkerLostError(Exception):
    """The second process could not be started, or ended before its work did."""


class Worker:
    """Has `make(*arguments)` made in a process of its own, and its methods called there.

    Arguments, results and exceptions go over a pipe, so all of them must be such as can be pickled.
    """

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        self._first = (make, arguments)
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Queue[tuple[int, Any]]] = {}
        self._numbers = itertools.count()
        self._starting = asyncio.Lock()
        self._is_lost = False

    async def call(self, method: str, *arguments: Any) -> Any:
        """What a coroutine gives. Raises what it raises, or WorkerLostError."""
        number, answers = await self._ask(CALL, method, arguments)
        try:
            kind, value = await answers.get()
        finally:
            del self._answers[number]
        if kind == FAILED:
            raise value
        return value

    async def stream(self, method: str, *arguments: Any) -> AsyncIterator[Any]:
        """What an asynchronous generator gives, item by item. Raises what it raises, or WorkerLostError."""
        number, answers = await self._ask(STREAM, method, arguments)
        try:
            while True:
                kind, value = await answers.get()
                if kind == FAILED:
                    raise value
                if kind == DONE:
                    return
                self._tell(number, MORE)
                yield value
        finally:
            del self._answers[number]
            self._tell(number, STOP)

    async def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()  # it keeps nothing
            await process.wait()
        if self._listening is not None:
            await self._listening

    async def _ask(
        self, kind: int, method: str, arguments: tuple[Any, ...]
    ) -> tuple[int, asyncio.Queue[tuple[int, Any]]]:
        async with self._starting:
            await self._start()
        number = next(self._numbers)
        answers = self._answers[number] = asyncio.Queue()
        self._tell(number, kind, method, arguments)
        return number, answers

    async def _start(self) -> None:
        if self._is_lost:
            raise WorkerLostError("the second process ended")
        if self._process is None:
            command = (sys.executable, "-m", "bot.worker")
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=PIPE,
                    stdout=PIPE,
                    limit=PIECE,
                    env={**os.environ, **SPARING},  # noqa: TID251 # none is read: all go on
                )
            except OSError as error:
                self._is_lost = True
                raise WorkerLostError(f"a second process cannot be started: {error.strerror}") from error
            self._send(self._first)
            self._listening = asyncio.create_task(self._listen(self._process))

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101 # for the type checker: it has pipes
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                while True:
                    number, kind, value = await _received(process.stdout)
                    if number in self._answers:  # else nobody waits for it any more
                        self._answers[number].put_nowait((kind, value))
        finally:
            self._is_lost = True
            for answers in self._answers.values():
                answers.put_nowait((FAILED, WorkerLostError("the second process ended before its work did")))

    def _tell(self, number: int, kind: int, *rest: Any) -> None:
        self._send((number, kind, *rest))

    def _send(self, what: Any) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not self._is_lost:
            with suppress(OSError):
                process.stdin.write(_framed(what))


class _Inside:
    """The other end: does what it is told, several things at a time."""

    def __init__(self, out: int) -> None:
        self._out = out
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._room: dict[int, asyncio.Semaphore] = {}
        self._writing = asyncio.Lock()

    async def serve(self, told: asyncio.StreamReader) -> NoReturn:
        """Until nobody tells anything any more."""
        with suppress(asyncio.IncompleteReadError, OSError):
            make, arguments = await _received(told)
            made = make(*arguments)
            while True:
                number, kind, *rest = await _received(told)
                self._take(made, number, kind, rest)
        os._exit(0)  # what runs is of no use to anybody

    def _take(self, made: Any, number: int, kind: int, rest: list[Any]) -> None:
        if kind == MORE:
            if number in self._room:
                self._room[number].release()
        elif kind == STOP:
            if number in self._tasks:
                self._tasks[number].cancel()
        else:
            method, arguments = rest
            work = getattr(made, method)
            self._tasks[number] = asyncio.create_task(
                self._stream(number, work(*arguments))
                if kind == STREAM
                else self._call(number, work, arguments)
            )

    async def _call(self, number: int, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            await self._send(number, DONE, await work(*arguments))
        except Exception as error:  # noqa: BLE001 # whoever asked is told
            await self._send(number, FAILED, _portable(error))
        finally:
            del self._tasks[number]

    async def _stream(self, number: int, items: AsyncIterator[Any]) -> None:
        room = self._room[number] = asyncio.Semaphore(AHEAD)
        try:
            async for item in items:
                await room.acquire()
                await self._send(number, ITEM, item)
            await self._send(number, DONE, None)
        except Exception as error:  # noqa: BLE001 # whoever asked is told
            await self._send(number, FAILED, _portable(error))
        finally:
            del self._tasks[number], self._room[number]

    async def _send(self, number: int, kind: int, value: Any) -> None:
        frame = memoryview(_framed((number, kind, value)))
        async with self._writing:
            await asyncio.to_thread(self._write, frame)

    def _write(self, frame: memoryview) -> None:
        try:
            while frame:
                frame = frame[os.write(self._out, frame) :]
        except OSError:
            os._exit(0)  # nobody reads


def _portable(error: Exception) -> Exception:
    """The same, or what it was where it cannot be made again at the other end."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 # it is our own
    except Exception:  # noqa: BLE001 # whatever its class does
        return RuntimeError(f"an unexpected {type(error).__name__} in the second process")
    return error


def _framed(what: Any) -> bytes:
    packed = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
    return _HEADER.pack(len(packed)) + packed


async def _received(stream: asyncio.StreamReader) -> Any:
    (size,) = _HEADER.unpack(await stream.readexactly(_HEADER.size))
    return pickle.loads(await stream.readexactly(size))  # noqa: S301 # of a process of our own


async def _serve() -> None:
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    told = asyncio.StreamReader(limit=PIECE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(told), os.fdopen(0, "rb", closefd=False)
    )
    await _Inside(out).serve(told)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it is interrupted too, and ends it
    asyncio.run(_serve())
